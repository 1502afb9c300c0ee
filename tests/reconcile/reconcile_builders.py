"""Claims for the tests of reconciling, in few words; people, places and outlets are invented."""

from __future__ import annotations

from typing import Any

from rashomon.model import Claim, Date, Figure, Party, Place, Span, Voice, publisher_voice


def party(name: str, code: str | None = None) -> Party:
    country, _, sector = (code or "").partition(" ")
    return Party(name, 0, len(name), name, code, country or None, sector or None)


def voice(name: str, code: str | None = None) -> Voice:
    return Voice("named", name, 0, len(name), name, code, manner="indirect")


def day(first: str, last: str | None = None) -> Date:
    return Date(first, last or first, "day" if last in (None, first) else "range")


def place(name: str, country: str = "VRL") -> Place:
    return Place(name, 0, len(name), name, None, country)


def figure(kind: str, low: int | None, high: int | None = -1, whom: str | None = None) -> Figure:
    return Figure(kind, low, low if high == -1 else high, whom, 0, 0)


def claim(quote: str, trigger: str, type_: str = "ASSAULT", *, at: int = 0, **fields: Any) -> Claim:
    """A claim that happened and is current, told by the publisher, unless `fields` say otherwise."""
    start = at + quote.index(trigger)
    values: dict[str, Any] = {
        "report": "r1", "type": type_, "mode": None, "contexts": (), "quad": 4, "score": -9.0, "cameo": None,
        "quote": Span(quote, at, at + len(quote)), "trigger": Span(trigger, start, start + len(trigger)),
        "actors": (), "recipients": (), "voice": publisher_voice(), "status": "happened", "frame": "current",
        "date": None, "place": None, "figures": (), "confidence": 0.9,
    }  # fmt: skip
    values |= fields
    values.setdefault("id", f"c-{values['report']}-{start}-{type_}")
    return Claim(**values)
