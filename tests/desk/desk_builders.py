"""Readings for the tests of the desk: one happening of which accounts differ and move, and hostile ones."""

from __future__ import annotations

from typing import Any

import msgspec
from reconcile_builders import claim, day, figure, party, voice

from rashomon.model import Date, Dateline, Figure, Party, Place, Reading, Report, Span, Speaker, Voice

PAYLOAD = (
    "\"'><script>alert(document.domain)</script><img src=//evil.example/x onerror=alert(1)>{{7*7}}\u202etxt"
)
LINK = "javascript:alert(1)//https://evil.example/"


def told_twice() -> list[Reading]:
    """Two outlets tell of one shelling between two countries: the dead differ, and one revises its number."""
    made = []
    for number, (outlet, when, killed, teller) in enumerate(
        (
            ("Kosovo Hill Courier", "2024-06-02", 3, voice("the mayor of Vrelo", "XKX GOV")),
            ("Serbia Plain Radio", "2024-06-02", 9, voice("the army", "SRB MIL")),
            ("Kosovo Hill Courier", "2024-06-03", 5, voice("the mayor of Vrelo", "XKX GOV")),
        )
    ):
        lead = f"Serbian soldiers shelled the mill of Vrelo and killed {killed} millers"
        text = f"{lead}, {teller.text} said. A dog barked all through night number {number}."
        report = Report(
            text=text,
            published=when,
            publisher=outlet,
            title=f"Shells on a mill, {number}",
            id=f"mill-{number}",
        )
        one = claim(
            text.split(". ")[0],
            "shelled",
            id=f"c-mill-{number}",
            report=report.id,
            mode="artillery",
            actors=(party("Serbian soldiers", "SRB MIL"),),
            recipients=(party("millers", "XKX CVL"),),
            date=day("2024-06-01"),
            figures=(figure("killed", killed, whom="millers"),),
            voice=teller,
            place=Place("Vrelo", 0, 5, "Vrelo", 1, "XKX", "Hills", None, 42.6, 20.9, "town"),
        )
        made.append(Reading(report, (one,)))
    return made


def hostile() -> list[Reading]:
    """Reports whose every text field is an attack."""
    made = []
    for number in range(3):
        text = f"{PAYLOAD} said {PAYLOAD} attacked {PAYLOAD} number {number}. \0 </p></main>"
        report = Report(
            text=text,
            published="2024-07-01",
            publisher=PAYLOAD,
            title=f"{PAYLOAD} {number}",
            url=LINK,
            id=f"{PAYLOAD}-{number}",
            story=PAYLOAD,
            language="en",
            dateline=Dateline(_place(), "2024-07-01"),
        )
        start = text.index("attacked")
        quote = Span(text[: start + 60], 0, start + 60)
        teller = Voice(
            "named",
            PAYLOAD,
            0,
            len(PAYLOAD),
            f"{PAYLOAD} {number}",
            PAYLOAD,
            Span("said", len(PAYLOAD) + 1, len(PAYLOAD) + 5),
            "indirect",
            (Speaker(PAYLOAD, 0, 5, PAYLOAD, PAYLOAD),),
        )
        values: dict[str, Any] = {
            "report": report.id,
            "mode": PAYLOAD,
            "contexts": (PAYLOAD,),
            "cameo": PAYLOAD,
            "actors": (_party("SRB"),),
            "recipients": (_party("XKX"),),
            "voice": teller,
            "date": Date("2024-07-01", "2024-07-01", "day", PAYLOAD, 0, 5),
            "place": _place(),
            "figures": (
                Figure(PAYLOAD, number + 1, number + 1, PAYLOAD, 0, 4),
                Figure("killed", 3 * number, 3 * number, PAYLOAD, 0, 4),
            ),
        }
        one = claim(text, "attacked", **values, id=f"{PAYLOAD}-c{number}")
        two = claim(text, "attacked", PAYLOAD, **values, id=f"{PAYLOAD}-d{number}")
        made.append(
            Reading(
                report, tuple(msgspec.structs.replace(each, quote=quote) for each in (one, two)), (PAYLOAD,)
            )
        )
    return made


def _party(country: str) -> Party:
    return Party(PAYLOAD, 0, 5, PAYLOAD, f"{country} {PAYLOAD[:9]}", country, PAYLOAD, PAYLOAD, (PAYLOAD,))


def _place() -> Place:
    return Place(PAYLOAD, 0, 5, PAYLOAD, 7, PAYLOAD, PAYLOAD, PAYLOAD, 12.5, 33.25, "town")
