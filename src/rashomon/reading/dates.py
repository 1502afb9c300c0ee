"""Find the dates of a report and say which days they mean.

A text is read from left to right. An expression with its year stands for itself; one without is resolved
from the day of publication - back to the nearest such day, forward where the clause looks forward
(`date_tense`) - and words like "a day earlier" or "that night" lean on the date told just before them.
Without a day of publication everything that needs one stays open: `first` and `last` are None, nothing is
made up.

Conventions: weeks run Monday to Sunday; seasons are the northern ones by whole months; 3/4/2018 is 3 April
(day first) unless that is impossible; "early", "mid" and "late" are thirds; times of day ("5 pm") make no
date. In a text that tells history (many explicit years before the year of publication, no words like
"yesterday"), a month without a year takes the year that the narrative has reached.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from datetime import date

import msgspec

from rashomon.model import DatePrecision

from . import date_calendar as cal
from .date_calendar import Days
from .date_grammar import scan
from .date_resolve import Context, DateKind, Resolved, resolve
from .date_tense import Direction
from .date_words import Expression, lead_of, words_of


class DateMention(msgspec.Struct, frozen=True):
    """A date expression of a text and the days it means.

    `first` and `last` are ISO days, both included, None while open. `named_first` and `named_last` are the
    days that the words themselves name: with "since Monday", `first`..`last` runs from that Monday to the
    day of publication while `named_*` is the Monday; everywhere else they are equal. `lead` is the
    preposition before the expression ("on", "since", "" for none) and `lead_start` where it stands (`start`
    for none); the span itself leaves it out. `direction` says which way the clause looks. `vague` marks
    "months ago", "in recent weeks". `value` is the expression in TIMEX3's manner. `rule` is the pattern
    of the grammar that found it, `leans` the ISO day that it was counted from (or whose year it took), None
    where it stands for itself.
    """

    text: str
    start: int
    end: int
    first: str | None
    last: str | None
    precision: DatePrecision
    kind: DateKind
    lead: str = ""
    lead_start: int = 0
    direction: Direction | None = None
    named_first: str | None = None
    named_last: str | None = None
    vague: bool = False
    value: str | None = None
    rule: str = ""
    leans: str | None = None


def find_dates(text: str, published: str | None, *, start_offset: int = 0) -> list[DateMention]:
    """Date expressions of `text` in order, none overlapping, ranges ("from May 3 to May 5") as one.

    Args:
        text: any string.
        published: ISO date or date-time of publication; None (or no date) leaves relative expressions open.
        start_offset: added to every offset, where `text` is a piece of a longer one.

    Returns:
        Mentions whose `text` is `text[start - start_offset : end - start_offset]`. Never raises.
    """
    day = published_day(published)
    mentions = _in_ranges(text, _mentions(text, day, open_ended=False))
    return [_shifted(mention, start_offset) for mention in mentions] if start_offset else mentions


def find_timexes(text: str, published: str | None) -> list[DateMention]:
    """Like `find_dates`, but the ends of a range apart, and with what names no day: "for three days",
    "now".
    """
    return [
        half
        for mention in _mentions(text, published_day(published), open_ended=True)
        for half in _halves(mention)
    ]


def timex_value(mention: DateMention) -> str:
    """The TIMEX3 value of a mention: "2018-11-14", "2018-11", "2018-SU", "199", "P3D", "PRESENT_REF",
    "null".
    """
    return mention.value or "null"


def published_day(published: str | None) -> date | None:
    """The day of an ISO date or date-time; None where there is none or it is malformed."""
    if not published or not re.match(r"\d{4}-\d\d-\d\d", published, re.ASCII):
        return None
    try:
        return date.fromisoformat(published[:10])
    except ValueError:
        return None


def _mentions(text: str, published: date | None, *, open_ended: bool) -> list[DateMention]:
    expressions = scan(text, open_ended=open_ended)
    context = Context(text, published, expressions)
    mentions = []
    for number, expression in enumerate(expressions):
        lead, lead_start = lead_of(text, expression.start)
        context.beside = _day_beside(text, expressions, number, context) if expression.rule == "nth" else None
        context.leaned, reached = None, context.anchor
        resolved = resolve(expression, lead, context)
        if resolved is not None:
            leans = context.leaned or (reached.first if context.history and reached else published)
            if resolved.kind == "absolute" and any(piece.startswith("y") for piece in expression.parts):
                leans = None  # it has its year
            mentions.append(_mention(text, expression, resolved, lead, lead_start, published, leans))
    return mentions


_BESIDE = re.compile(r"\s{0,2},?\s{0,3}(?:(?:late|early)\s)?(?:on\s)?\Z", re.IGNORECASE)


def _day_beside(text: str, expressions: Sequence[Expression], at: int, context: Context) -> date | None:
    """The day told right after an expression ("for a third day on Friday") or before it in its sentence."""
    here = expressions[at]
    after = expressions[at + 1] if at + 1 < len(expressions) else None
    near = after is not None and after.start - here.end < 16 and _BESIDE.match(text[here.end : after.start])
    if after and near and after.rule != "nth":
        found = resolve(after, lead_of(text, after.start)[0], copy(context))
        return found.days.first if found and found.days and found.days.first == found.days.last else None
    gap = text[context.day_end : here.start] if context.day and here.start - context.day_end < 160 else "."
    return None if "." in gap or "\n" in gap else context.day


def _mention(
    text: str,
    expression: Expression,
    resolved: Resolved,
    lead: str,
    lead_start: int,
    published: date | None,
    leans: date | None,
) -> DateMention:
    days, precision, kind = resolved.days, resolved.precision, resolved.kind
    first, last = (days.first.isoformat(), days.last.isoformat()) if days else (None, None)
    named = (first, last)
    if days and lead == "since" and resolved.direction != "future":
        kind, precision = "duration-bounded", "range"
        last = max(days.first, published).isoformat() if published else None
    elif days and lead in ("until", "till") and published and days.first > published:
        kind, precision, first = "duration-bounded", "range", published.isoformat()
    start, end = expression.start, expression.end
    return DateMention(
        text[start:end], start, end, first, last, precision, kind, lead, lead_start, resolved.direction,
        named[0], named[1], resolved.vague, resolved.value, expression.rule,
        leans.isoformat() if leans else None,
    )  # fmt: skip


def how_resolved(mention: DateMention, published: str | None) -> str:
    """The rule that gave a mention its days, in a line: the pattern, what it leans on, which way it looks."""
    if mention.first is None:
        found = "it stays open"
    elif mention.leans is None:
        found = "it stands for itself"
    else:
        day = published_day(published)
        anchor = (
            "the day of publication" if day and mention.leans == day.isoformat() else "a date told before it"
        )
        found = f"reckoned from {anchor}, {mention.leans}"
    looks = f", looking to the {mention.direction}" if mention.direction else ""
    stretch = (
        f", stretched by {mention.lead!r}" if mention.kind == "duration-bounded" and mention.lead else ""
    )
    fine = f"; as fine as a {mention.precision}" + (", vague" if mention.vague else "")
    return f"pattern {mention.rule!r} ({mention.kind}): {found}{looks}{stretch}{fine}"


_TWO_ENDS = re.compile(r"(?P<one>\d{1,4})\s?[-–—/]\s?(?P<two>\d{1,4})(?!\d)", re.ASCII)


def _halves(mention: DateMention) -> list[DateMention]:
    """The two ends of "1864-1865" or "28-29 May 1953", each a mention of its own; otherwise the mention
    alone.
    """
    ends = _TWO_ENDS.search(mention.text)
    value, last = mention.value or "", mention.last
    if (
        not ends
        or (len(ends["one"]) != len(ends["two"]) and len(ends["two"]) > 2)
        or not re.search(r"[A-Za-z]|^\d{4}\D\d{4}$", mention.text)
    ):
        return [mention]
    if value.startswith("BC") or last is None:
        return [mention]
    cut = ends.start("two")
    second = last if len(value) == 10 else last[: len(value)]
    return [
        msgspec.structs.replace(
            mention, text=mention.text[: ends.end("one")], end=mention.start + ends.end("one")
        ),
        msgspec.structs.replace(mention, text=mention.text[cut:], start=mention.start + cut, value=second),
    ]


_TO = re.compile(
    r"\s{0,3}(?:to|until|till|through|[-–—]|and|or)\s{0,3}(?:the\s|on\s|in\s)?\s{0,2}\Z", re.IGNORECASE
)


def _in_ranges(text: str, mentions: Sequence[DateMention]) -> list[DateMention]:
    """Pairs of neighbours that bound a stretch of time become one mention."""
    joined: list[DateMention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        if before is not None and mention.start - before.end <= 14:
            whole = _range(text, before, mention)
            if whole is not None:
                joined[-1] = whole
                continue
        joined.append(mention)
    return joined


def _range(text: str, one: DateMention, two: DateMention) -> DateMention | None:
    gap = text[one.end : two.start]
    if (
        not _TO.match(gap)
        or None in (one.named_first, two.named_last)
        or one.precision in ("range", "season")
    ):
        return None
    first, begins, ends = _day(one.named_first), _day(two.named_first), _day(two.named_last)
    if first is None or begins is None or ends is None or one.precision != two.precision:
        return None
    word = gap.strip().lower().split()[0]
    weekday = one.kind == two.kind == "relative" and two.text.lower() in words_of("weekday")
    if weekday and (begins - first).days > 7:
        begins, ends = cal.shift(begins, -7), cal.shift(ends, -7)
    if ends < first and two.kind == "relative" and two.precision in ("day", "month"):
        ends = (
            cal.shift(ends, 7)
            if two.precision == "day" and (first - ends).days < 7
            else cal.shift_months(ends, 12)
        )
    if ends <= first:
        return None
    if (
        word in ("and", "or")
        and one.lead != "between"
        and (word == "or" or begins != cal.shift(_day(one.named_last) or first, 1))
    ):
        return None
    start, end = one.start, two.end
    bounds = (first.isoformat(), ends.isoformat())
    return DateMention(
        text[start:end], start, end, *bounds, "range", one.kind, one.lead, one.lead_start,
        two.direction or one.direction, *bounds, one.vague or two.vague, one.value,
        f"{one.rule} to {two.rule}", one.leans,
    )  # fmt: skip


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _shifted(mention: DateMention, offset: int) -> DateMention:
    return msgspec.structs.replace(
        mention,
        start=mention.start + offset,
        end=mention.end + offset,
        lead_start=mention.lead_start + offset,
    )


__all__ = ["DateKind", "DateMention", "Days", "find_dates", "find_timexes", "published_day", "timex_value"]
