"""Readings for the tests of the store, made without a reader; places, people and outlets are invented."""

from __future__ import annotations

from typing import Any

from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.model import Claim, Reading, Report

TOWNS = ("Vrelo", "Ostrava Vale", "Kamenjar", "Dubrava Dol", "Lipnik", "Suvi Brod")
WAYS = (
    "Rebels attacked the market of {town} and killed {killed} traders",
    "The market of {town} was attacked by rebels, who killed {killed} traders",
    "In {town} rebels attacked traders on the market; {killed} were killed",
)
OUTLETS = ("Vrelo Courier", "Dol Radio", "The Lipnik Post", "Northern Wire")


def attack(
    number: int, *, outlet: str | None = None, killed: int = 3, town: str = "Vrelo", when: str = "2024-05-06",
    teller: str | None = None, url: str | None = None, **fields: Any,
) -> Reading:  # fmt: skip
    """A report in which rebels attack a town and kill some people; `number` makes its words its own."""
    lead = WAYS[number % len(WAYS)].format(town=town, killed=killed)
    rest = f"It was dispatch {number} of a reporter who had walked there with mule {number * 7}."
    text = f"{lead}, the clinic said. {rest}"
    report = Report(text=text, published=when, publisher=outlet, url=url, **fields)
    told = claim(
        text.split(". ")[0], "attacked", id=f"c-{report.id}-1", report=report.id, mode="armed",
        actors=(party("rebels", "VRL REB"),), recipients=(party("traders", "VRL CVL"),), date=day(when),
        place=place(town), figures=(figure("killed", killed, whom="traders"),),
        voice=voice(teller, "VRL MED") if teller else voice("the clinic", "VRL MED"),
    )  # fmt: skip
    return Reading(report, (told,))


def many(count: int, first: int = 0) -> list[Reading]:
    """Reports of several happenings: three outlets tell of each, in their own words."""
    made = []
    for number in range(first, first + count):
        happening = number // 3
        town = TOWNS[happening % len(TOWNS)]
        when = f"2024-{1 + happening % 9:02}-{1 + happening % 28:02}"
        made.append(attack(number, outlet=OUTLETS[number % 3], killed=2 + number % 3, town=town, when=when))
    return made


def refusal(number: int) -> Claim:
    """A claim whose id is that of another report's."""
    return attack(number).claims[0]
