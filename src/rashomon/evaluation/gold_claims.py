"""Story files of the accounts form as claims: what `training.joining` learns from, and what a measurement
"from gold claims" reconciles.

The gold has no gazetteer entries: a place is its words and its country, as a reader would have it where the
gazetteer knows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rashomon.model import (
    Claim,
    Date,
    DatePrecision,
    Figure,
    Party,
    Place,
    Report,
    Span,
    Voice,
    publisher_voice,
)

_MONTH_ENDS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_COUNTRY_PLACES: frozenset[str | None] = frozenset({None, ""})


def reports_of_story(story: Mapping[str, Any]) -> list[Report]:
    """The reports of a story file, under the ids that they have there."""
    return [
        Report(
            text=row["text"],
            published=str(row["published"]),
            publisher=row["publisher"],
            title=row["title"],
            id=str(row["id"]),
            story=str(story["story"]),
        )
        for row in story["reports"]
    ]


def claims_of_story(story: Mapping[str, Any]) -> list[Claim]:
    """The gold claims of a story file, under the ids that they have there, with spans where the text has
    them."""
    texts = {str(row["id"]): str(row["text"]) for row in story["reports"]}
    return [_claim(row, texts[str(row["report"])]) for row in story["claims"]]


def _claim(row: Mapping[str, Any], text: str) -> Claim:
    quote, trigger = _spans(row, text)
    return Claim(
        id=str(row["id"]),
        report=str(row["report"]),
        type=row["type"],
        mode=row["mode"],
        contexts=(),
        quad=0,
        score=0.0,
        cameo=None,
        quote=quote,
        trigger=trigger,
        actors=tuple(_parties(row["actor"], row["actor_code"])),
        recipients=tuple(_parties(row["recipient"], row["recipient_code"])),
        voice=_voice(row),
        status=row["status"],
        frame=row["frame"],
        date=_date(row.get("date")),
        place=_place(row),
        figures=tuple(
            Figure(f["kind"], f.get("low"), f.get("high"), f.get("whom"), quote.start, quote.end)
            for f in row.get("figures") or ()
        ),
        confidence=1.0,
    )


def _spans(row: Mapping[str, Any], text: str) -> tuple[Span, Span]:
    """Quote and trigger where the text has them; the first quote that holds the trigger."""
    quotes = list(_found(str(row["quote"]), text))
    for start, end in quotes:
        for first, last in _found(str(row["trigger"]), text[start:end]):
            return (
                Span(text[start:end], start, end),
                Span(text[start + first : start + last], start + first, start + last),
            )
    start, end = quotes[0] if quotes else (0, 0)
    return Span(str(row["quote"]), start, end), Span(str(row["trigger"]), start, end)


def _found(piece: str, text: str) -> Iterator[tuple[int, int]]:
    words = piece.split()
    if words:
        for match in re.finditer(r"\s+".join(map(re.escape, words)), text):
            yield match.span()


def _parties(names: list[Any], codes: list[Any]) -> Iterator[Party]:
    for name, code in zip(names, codes, strict=True):
        country, _, sector = str(code or "").partition(" ")
        yield Party(str(name), 0, 0, str(name), code, country or None, sector or None)


def _voice(row: Mapping[str, Any]) -> Voice:
    if row["voice"] == "publisher":
        return publisher_voice()
    return Voice(
        "named", str(row["voice"]), None, None, str(row["voice"]), row.get("voice_code"), manner="indirect"
    )


def _place(row: Mapping[str, Any]) -> Place | None:
    if row["place"] in _COUNTRY_PLACES and row["country"] is None:
        return None
    name = str(row["place"] or "")
    return Place(name or None, None, None, name or str(row["country"]), country=row["country"])


def _date(value: Any) -> Date | None:
    if value is None:
        return None
    first, last = (value[0], value[-1]) if isinstance(value, list) else (value, value)
    start, end = _first_day(str(first)), _last_day(str(last))
    precision: DatePrecision = "day" if start == end else "range"
    if not isinstance(value, list) and start != end:
        precision = "year" if len(str(value)) == 4 else "month"
    return Date(start, end, precision)


def _first_day(day: str) -> str:
    return (day + "-01-01"[max(len(day) - 4, 0) :])[:10] if len(day) < 10 else day[:10]


def _last_day(day: str) -> str:
    if len(day) >= 10:
        return day[:10]
    if len(day) == 4:
        return f"{day}-12-31"
    year, month = map(int, day.split("-")[:2])
    leap = month == 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return f"{year:04}-{month:02}-{_MONTH_ENDS[month - 1] + leap}"
