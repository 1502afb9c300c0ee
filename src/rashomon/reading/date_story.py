"""What is known while a text is read, and what an expression turned out to mean.

`Context` holds the day of publication and the dates told so far; `Resolved` is what the resolvers give. The
helpers read the pieces of an expression: its number, its month, its unit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from rashomon.model import DatePrecision

from . import date_calendar as cal
from .date_calendar import Days, one_day
from .date_tense import Clauses, Direction, direction
from .date_words import Expression, Parts, numbers, words_of

DateKind = Literal["absolute", "relative", "anaphoric", "duration-bounded"]


VAGUE_NUMBERS = {"a couple of": 2, "half a dozen": 6, "a dozen": 12, "a": 1, "an": 1}


class Resolved(msgspec.Struct, frozen=True):
    """What an expression means: its days (None: open), how fine, on what it leans, its TIMEX3 value."""

    days: Days | None
    precision: DatePrecision
    kind: DateKind
    value: str | None = None
    direction: Direction | None = None
    vague: bool = False


class Context:
    """What is known while a text is read: the publication, the last dates told, whether the text tells
    history.
    """

    def __init__(self, text: str, published: date | None, expressions: Sequence[Expression]) -> None:
        self.text, self.published = text, published
        self.history = published is not None and _tells_history(expressions, published)
        self.anchor: Days | None = None  # the last date told
        self.anchor_fine = False  # ... to the day?
        self.anchor_end = 0
        self.day: date | None = None  # the last single day told
        self.day_end = 0
        self.start = self.end = 0
        self.lead = ""
        self.linked = False  # the expression at hand is the second of two: "the 6th and 7th"
        self.beside: date | None = None  # the day told right beside the expression at hand
        self.ancient = False  # the story has reached years before Christ, which have no ISO day
        self.leaned: date | None = None  # the day that the expression at hand was last counted from
        self.sections = _section_years(text)
        self.clauses = Clauses(text)

    def section_year(self) -> int | None:
        """The year that opens this paragraph ("2005. In May the two sides ..."), if one does."""
        place = bisect_right(self.sections, self.start, key=lambda section: section[0]) - 1
        if place < 0 or self.start >= self.sections[place][1]:
            return None
        return self.sections[place][2]

    def look(self) -> Direction | None:
        """Which way the clause around the expression at hand looks."""
        return direction(self.text, self.start, self.end, self.lead, self.clauses)

    def told_day(self) -> date | None:
        """The day that "a day later" counts from: the one told before, near by, or else that of
        publication.
        """
        self.leaned = self._told_day()
        return self.leaned

    def _told_day(self) -> date | None:
        if self.history:
            return self.anchor.first if self.anchor and self.anchor_fine else None
        if self.day is not None and self.start - self.day_end < 400:
            apart = "\n\n" in self.text[self.day_end : self.start]
            if not apart:
                return self.day
        coarse_after = self.anchor is not None and not self.anchor_fine and self.start - self.anchor_end < 160
        return None if coarse_after else self.published

    def told(self) -> Days | None:
        """The last date told, however coarse, or the day of publication."""
        found = self.anchor or (one_day(self.published) if self.published else None)
        self.leaned = found.first if found else None
        return found


SECTION_REACH = 4000  # characters: a paragraph, not a chapter
_YEAR_HEAD = re.compile(r"(?:\A|\n)[ \t]{0,4}((?:1\d|20)\d\d)[.:][ \t\n]", re.ASCII)


def _section_years(text: str) -> list[tuple[int, int, int]]:
    """Stretches of the text that a line-opening year heads: start, end, year."""
    found = []
    for head in _YEAR_HEAD.finditer(text):
        found.append((head.end(1), min(head.end(1) + SECTION_REACH, len(text)), int(head[1])))
    return [(start, _paragraph_end(text, start, end), year) for start, end, year in found]


def _paragraph_end(text: str, start: int, end: int) -> int:
    blank = text.find("\n\n", start, end)
    return end if blank < 0 else blank


def _tells_history(expressions: Sequence[Expression], published: date) -> bool:
    years = sorted(
        int(e.parts["y"]) for e in expressions if len(e.parts.get("y", "")) == 4 and e.rule != "bc"
    )
    today = sum(e.rule in ("weekday", "simple", "directed") and "y" not in e.parts for e in expressions)
    return len(years) >= 3 and today * 10 <= len(years) and years[len(years) // 2] < published.year - 1


def narrowed(found: Resolved, days: Days, mod: str, context: Context) -> Resolved:
    if mod == "eve":
        eve = one_day(cal.shift(days.first, -1))
        return msgspec.structs.replace(found, days=eve, precision="day", value=eve.first.isoformat())
    if days.first == days.last:
        return found
    if mod in ("h1", "h2"):
        middle = date.fromordinal((days.first.toordinal() + days.last.toordinal()) // 2)
        part = Days(days.first, middle) if mod == "h1" else Days(cal.shift(middle, 1), days.last)
    elif mod in ("earlier", "later"):
        now = context.published
        if now is None or not days.first <= now <= days.last:
            return found
        before = cal.shift(now, -1) if now > days.first else now
        part = Days(days.first, before) if mod == "earlier" else Days(now, days.last)
    elif mod in ("early", "mid", "late"):
        part = cal.third_of(days, mod)
    else:
        return found
    return msgspec.structs.replace(found, days=part, precision="range")


def number_of(word: str) -> int:
    return int("".join(c for c in word if c.isdigit()) or 0)


def month_number(word: str) -> int:
    word = word.rstrip(".")
    return int(words_of("month").get(word) or words_of("month_short")[word])


def weekday_number(word: str) -> int:
    word = word.rstrip(".")
    return int(words_of("weekday").get(word) or words_of("weekday_short")[word])


def part_value(days: Days | None, part: str | None) -> str | None:
    if days is None:
        return None
    return days.first.isoformat() + (f"T{words_of('daypart').get(part, 'XX')}" if part else "")


def precision_of(parts: Parts) -> DatePrecision:
    if "m" in parts:
        return "month"
    if "s" in parts:
        return "season"
    if "we" in parts:
        return "range"
    units: dict[str, DatePrecision] = {
        "W": "week", "M": "month", "Y": "year", "2W": "range", "10Y": "range", "D": "day",
    }  # fmt: skip
    return units[words_of("unit")[parts["u"]]] if parts.get("u") in words_of("unit") else "day"


def unit_value(days: Days, unit: str) -> str:
    iso = days.first.isoformat()
    if unit.endswith("W"):
        year, week, _ = days.first.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return {"D": iso, "M": iso[:7], "Y": iso[:4], "10Y": iso[:3]}[unit]


def count_of(word: str | None) -> tuple[int | None, bool]:
    """The number before a unit, and whether it is only roughly told; (None, True) for "several"."""
    if word is None:
        return 1, False
    if word.isdigit():
        return int(word), False
    if word in VAGUE_NUMBERS:
        return VAGUE_NUMBERS[word], False
    if word in numbers():
        return numbers()[word], False
    tens, _, one = word.partition("-")
    if one in numbers() and tens in numbers():
        return numbers()[tens] + numbers()[one], False
    return None, True


def unit_of(word: str) -> str:
    word = word.rstrip("'’")
    return words_of("unit").get(word) or words_of("unit")[word.rstrip("s")]
