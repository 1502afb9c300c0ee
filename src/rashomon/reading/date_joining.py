"""Neighbours that make one expression: a weekday and its date, days that share a month, "early" and what it
narrows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .date_words import DASH, GAP, Expression, lead_of, words_of

_BESIDE = re.compile(rf",?{GAP}?(?:on{GAP}|of{GAP}|the{GAP}|late{GAP}|early{GAP}){{0,2}}\Z", re.IGNORECASE)


_BEFORE_BC = re.compile(rf",?{GAP}(?:of{GAP}|in{GAP})?\Z", re.IGNORECASE)


_WEEKDAY_GAP = re.compile(rf",?{GAP}?(?:the{GAP})?\Z", re.IGNORECASE)


YEAR_SHARED = re.compile(
    rf"{GAP}?(?:{DASH}|to|and|or|until|till|through|,){GAP}?(?:the{GAP}|on{GAP}|in{GAP})?\Z", re.I
)


_PART_OF = re.compile(
    rf"\b(?:(?P<mod>early|late|mid|earlier|later)(?:{GAP}in|{GAP}on)?(?:{GAP}|-)(?:the{GAP})?|(?:the{GAP})?"
    rf"(?P<piece>start|beginning|opening|middle|end|close|eve|first{GAP}half|second{GAP}half|latter{GAP}half|"
    rf"early{GAP}part|latter{GAP}part|later{GAP}part){GAP}of{GAP}(?:the{GAP})?)\Z",
    re.IGNORECASE,
)


_MODS = {
    "start": "early",
    "beginning": "early",
    "opening": "early",
    "early part": "early",
    "middle": "mid",
    "end": "late",
    "close": "late",
    "latter part": "late",
    "later part": "late",
    "first half": "h1",
    "second half": "h2",
    "latter half": "h2",
    "eve": "eve",
}


_DATED = ("dmy", "mdy", "iso", "numeric")


def _modified(text: str, item: Expression, free: int) -> Expression:
    """The expression with "early", "the end of", "mid-", "the eve of" before it taken in.

    `free` is where the expression before it ends: what is taken in begins after it.
    """
    if item.rule in ("offset", "offset_vague", "stretch", "simple", "part_only", "part_in", "inside"):
        return item
    window = max(free, item.start - 24)
    found = _PART_OF.search(text[window : item.start])
    if not found:
        return item
    mod = found["mod"] or _MODS[" ".join(found["piece"].lower().split())]
    mod = mod.lower()
    parts = item.parts | {"mod": mod}
    return Expression(item.rule, window + found.start(), item.end, parts)


def joined(text: str, found: list[Expression]) -> Iterator[Expression]:
    """Weekday and day of the month become one; a day or month takes month and year from its neighbour."""
    after: Expression | None = None
    kept: list[Expression] = []
    for item in reversed(found):
        gap = text[item.end : after.start] if after and after.start - item.end < 24 else None
        if gap is not None and after:
            if item.rule == "weekday" and after.rule in _DATED and _WEEKDAY_GAP.match(gap) and gap != "":
                kept[-1] = after = Expression(
                    after.rule, item.start, after.end, after.parts | {"wd": item.parts["wd"]}
                )
                continue
            if after.rule == "bc" and item.rule in ("m", "season", "dmy", "mdy") and _BEFORE_BC.match(gap):
                kept[-1] = after = Expression("bc", item.start, after.end, item.parts | after.parts)
                continue
            if (
                item.rule in ("part_only", "part_in")
                and _BESIDE.match(gap)
                and after.rule not in ("part_only", "year")
            ):
                continue
            if item.rule == "day_month":
                shared = {k: v for k, v in after.parts.items() if k in ("m", "y", "rel")}
                item = Expression("dmy", item.start, item.end, item.parts | shared)
            elif item.rule in ("dmy", "mdy", "m") and YEAR_SHARED.match(gap) and "rel" not in item.parts:
                shared = {
                    k: v
                    for k, v in after.parts.items()
                    if k in ("y", "rel") and after.rule in ("dmy", "mdy", "my")
                }
                item = Expression(item.rule, item.start, item.end, shared | item.parts)
        if item.rule == "day_month" or _lone_short_day(text, item):
            continue
        kept.append(item)
        after = item
    free = 0
    for item in reversed(kept):
        yield _modified(text, item, free)
        free = item.end


def _lone_short_day(text: str, item: Expression) -> bool:
    """Whether this is "Sun", "Sat", "Wed" ... standing alone where the weekday is not plainly meant."""
    if item.rule != "weekday" or item.parts["wd"] in words_of("weekday"):
        return False
    word = text[item.start : item.end].rstrip(".")
    return not (word.isupper() or lead_of(text, item.start)[0] in ("on", "since", "until", "by"))
