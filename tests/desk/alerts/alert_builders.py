"""Reports of shelling between two countries, for the tests of alerts; all in them is invented."""

from __future__ import annotations

import random
from typing import Any

from reconcile_builders import claim, day, figure, party, voice

from rashomon.model import Place, Reading, Report

MAYOR, ARMY = ("the mayor of {town}", "XKX GOV"), ("the army", "SRB MIL")


def shelling(
    number: int, *, outlet: str = "Kosovo Hill Courier", killed: int | None = 3, town: str = "Vrelo",
    when: str = "2024-06-01", teller: tuple[str, str] = MAYOR, **fields: Any,
) -> Reading:  # fmt: skip
    """A report in which soldiers shell a town; `number` makes its words its own."""
    name, dice = teller[0].format(town=town), random.Random(number)
    dead = f" and killed {killed} millers" if killed is not None else ""
    guns, *rest = ("".join(dice.choices("aeiouklmnrst", k=7)) for _ in range(24))
    lead = f"Serbian soldiers shelled the mill of {town} with guns called {guns}{dead}, {name} said"
    text = f"{lead}. {' '.join(rest).capitalize()}."
    report = Report(text=text, published=when, publisher=outlet, title=f"Shells on a mill, {number}")
    values: dict[str, Any] = {
        "actors": (party("Serbian soldiers", "SRB MIL"),), "recipients": (party("millers", "XKX CVL"),),
        "date": day(when), "voice": voice(name, teller[1]), "place": _place(town),
        "figures": (figure("killed", killed, whom="millers"),) if killed is not None else (),
    }  # fmt: skip
    values |= {"id": f"c-{report.id}", "report": report.id, "mode": "artillery", **fields}
    return Reading(report, (claim(lead, "shelled", **values),))


_DEEDS = (
    ("Border guards of Serbia arrested nine fishermen on the lake at Kamenjar", "arrested", "COERCE",
     "guards", "COP", "fishermen"),
    ("Serbian gunners bombed the old bridge at Lipnik in Kosovo", "bombed", "ASSAULT",
     "gunners", "MIL", "bridge keepers"),
    ("The ministry in Belgrade threatened Kosovo with a blockade of its salt", "threatened", "THREATEN",
     "ministry", "GOV", "Kosovo"),
    ("Customs of Serbia banned plums of Kosovo from its markets", "banned", "SANCTION",
     "customs", "GOV", "plum growers"),
    ("Serbian pilots strafed a camp of shepherds above Ostlo", "strafed", "ASSAULT",
     "pilots", "MIL", "shepherds"),
)  # fmt: skip


def bad_day(when: str) -> list[Reading]:
    """Five things that one country does to the other on one day, none of them like the others."""
    made = []
    for number, (lead, verb, kind, actor, sector, recipient) in enumerate(_DEEDS):
        report = Report(text=f"{lead}. It was {when}.", published=when, publisher=f"Outlet {number}")
        made.append(
            Reading(report, (
                claim(
                    lead, verb, kind, id=f"c-{report.id}", report=report.id,
                    actors=(party(actor, f"SRB {sector}"),), recipients=(party(recipient, "XKX CVL"),),
                    date=day(when), place=_place(town_of(5 * number + 3)),
                ),
            ))
        )  # fmt: skip
    return made


def _place(town: str) -> Place:
    """Towns of other names lie far apart."""
    number = sum(map(ord, town))
    lat, lon = 40 + number % 17, 15 + number % 23
    return Place(town, 0, len(town), town, number, "XKX", f"Hills {number}", None, lat, lon, "town")


def town_of(number: int) -> str:
    """A town's name, another for each number."""
    first, last = ("Vre", "Lip", "Kam", "Dub", "Suv", "Ost", "Bel"), ("lo", "nik", "enjar", "rava")
    return first[number % 7] + last[number // 7 % 4]
