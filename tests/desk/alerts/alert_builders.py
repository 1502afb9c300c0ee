"""Reports of shelling between two countries, for the tests of alerts; places, people and outlets are invented."""

from __future__ import annotations

from typing import Any

from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.model import Reading, Report

MAYOR, ARMY = ("the mayor of {town}", "XKX GOV"), ("the army", "SRB MIL")


def shelling(
    number: int, *, outlet: str = "Kosovo Hill Courier", killed: int | None = 3, town: str = "Vrelo",
    when: str = "2024-06-01", teller: tuple[str, str] = MAYOR, **fields: Any,
) -> Reading:  # fmt: skip
    """A report in which soldiers shell a town; `number` makes its words its own."""
    name = teller[0].format(town=town)
    dead = f" and killed {killed} millers" if killed is not None else ""
    text = f"Serbian soldiers shelled the mill of {town}{dead}, {name} said. A dog barked in night {number}."
    report = Report(text=text, published=when, publisher=outlet, title=f"Shells on a mill, {number}")
    values: dict[str, Any] = {
        "actors": (party("Serbian soldiers", "SRB MIL"),), "recipients": (party("millers", "XKX CVL"),),
        "date": day(when), "voice": voice(name, teller[1]), "place": place(town, "XKX"),
        "figures": (figure("killed", killed, whom="millers"),) if killed is not None else (),
    }  # fmt: skip
    told = claim(
        text.split(". ")[0], "shelled", id=f"c-{report.id}", report=report.id, mode="artillery", **values | fields
    )  # fmt: skip
    return Reading(report, (told,))
