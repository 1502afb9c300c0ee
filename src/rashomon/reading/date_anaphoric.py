"""Days counted from what was told before: a day later, the previous month, that night, two days after the
raid.
"""

from __future__ import annotations

import re

import msgspec

from rashomon.model import DatePrecision

from . import date_calendar as cal
from .date_calendar import Days, one_day
from .date_relative import UNCOUNTED, directed_yearly
from .date_story import (
    Context,
    DateKind,
    Resolved,
    count_of,
    month_number,
    narrowed,
    number_of,
    part_value,
    precision_of,
    unit_of,
    unit_value,
    weekday_number,
)  # fmt: skip
from .date_tense import Direction
from .date_words import Parts, words_of

_OFFSET_PRECISION: dict[str, DatePrecision] = {
    "D": "day",
    "W": "day",
    "2W": "day",
    "M": "month",
    "Y": "year",
    "10Y": "year",
}


def offset(parts: Parts, context: Context) -> Resolved | None:
    """Three weeks ago, a day earlier, two years later."""
    unit, (count, rough) = unit_of(parts["u"]), count_of(parts.get("n"))
    if "n" not in parts:
        count, rough = None, True
    way = parts.get("dir") or parts["dir2"]
    sign = -1 if way in ("ago", "earlier", "before", "beforehand", "previously", "prior") else 1
    kind: DateKind = "relative" if way in ("ago", "hence") else "anaphoric"
    coarse = unit in ("M", "Y", "10Y")
    base = context.published if kind == "relative" else context.told_day()
    if base is None and coarse and kind == "anaphoric" and context.anchor:
        base = context.anchor.first
    look: Direction = "past" if sign < 0 else "future"
    if kind == "anaphoric":
        look = "past"
    precision = _OFFSET_PRECISION[unit]
    if base is None:
        told = context.told() if kind == "anaphoric" else None
        value = f"{told.first.year:04d}-XX-XX"[: 10 if not coarse else 4] if told else None
        return Resolved(None, precision, kind, value, look, rough)
    if count is None:
        near, far = UNCOUNTED[unit]
        days = Days(
            *sorted((cal.shift_unit(base, sign * near, unit), cal.shift_unit(base, sign * far, unit)))
        )
        value = "PAST_REF" if kind == "relative" else f"{base.year:04d}-XX-XX"
        return Resolved(days, "range", kind, value, look, True)
    target = cal.shift_unit(base, sign * min(count, 9999), unit)
    days = cal.unit_around(target, "M" if unit == "M" else "Y") if coarse else one_day(target)
    return Resolved(
        days, precision, kind, unit_value(days, unit if unit in ("M", "Y") else "Y" if coarse else "D"), look
    )


def neighbour(parts: Parts, context: Context) -> Resolved | None:
    """The next day, the previous year, the following Monday: from the date told before."""
    way = parts["dir"]
    if way == "same":
        return same(parts, context)
    sign = -1 if way in ("previous", "preceding") else 1
    if "wd" in parts or "we" in parts:
        base = context.told_day()
        if base is None:
            return Resolved(None, precision_of(parts), "anaphoric")
        if "we" in parts:
            days = cal.weekend_of(cal.shift(base, 7 * sign if sign < 0 or base.weekday() > 4 else 0))
        else:
            number = weekday_number(parts["wd"])
            back = (base.isoweekday() - number) % 7
            days = one_day(cal.shift(base, -(back or 7) if sign < 0 else 7 - back))
        return Resolved(days, precision_of(parts), "anaphoric", days.first.isoformat())
    if "m" in parts or "s" in parts:
        told = context.told()
        if told is None:
            return Resolved(None, precision_of(parts), "anaphoric")
        found = directed_yearly(
            parts, "last" if sign < 0 else "next", told.first if sign < 0 else told.last, None
        )
        return found and msgspec.structs.replace(found, kind="anaphoric")
    unit = words_of("unit")[parts["u"]] if "u" in parts else "D"
    told = context.told()
    if unit == "10Y" and told and sign > 0:  # ten years on, not the next decade of the calendar
        return Resolved(
            Days(told.first, cal.shift_unit(told.last, 1, unit)),
            "range",
            "anaphoric",
            told.first.isoformat()[:3],
        )
    return _step(unit, sign, context, parts.get("part"))


def _step(unit: str, sign: int, context: Context, part: str | None = None) -> Resolved:
    """One unit on or back from the date told before."""
    precision = precision_of({"u": next(word for word, code in words_of("unit").items() if code == unit)})
    told = context.told()
    base = context.told_day() if unit == "D" else (told.first if told else None)
    if base is None:
        value = f"{told.first.year:04d}-XX-XX" if told and unit == "D" else None
        return Resolved(None, precision, "anaphoric", value)
    if unit == "D" and sign > 0 and context.anchor and context.anchor.first == base:
        base = context.anchor.last
    days = cal.unit_around(cal.shift_unit(base, sign, unit), unit)
    value = part_value(days, part) if unit == "D" else unit_value(days, unit)
    return Resolved(days, precision, "anaphoric", value)


def next_door(parts: Parts, context: Context) -> Resolved | None:
    """The day before, the night before last, the day after tomorrow."""
    word, extra, now = parts["u"], parts.get("x"), context.published
    unit = words_of("unit").get(word, "D")
    part = word if word in words_of("daypart") else None
    if extra:
        steps = {"before last": -2, "before yesterday": -2, "after tomorrow": 2, "after next": 2}[extra]
        if now is None:
            return Resolved(None, precision_of({"u": word}), "relative")
        if word == "weekend":
            weekend = cal.weekend_of(cal.shift(now, 7 * steps))
            return Resolved(weekend, "range", "relative", unit_value(weekend, "W") + "-WE")
        days = cal.unit_around(cal.shift_unit(now, steps, unit), unit)
        value = part_value(days, part) if unit == "D" else unit_value(days, unit)
        return Resolved(days, precision_of({"u": word}), "relative", value)
    sign = 1 if parts["dir"] == "after" else -1
    if word == "weekend":
        return neighbour({"we": word, "dir": "following" if sign > 0 else "previous"}, context)
    return _step(unit, sign, context, part)


def same(parts: Parts, context: Context) -> Resolved | None:
    """That day, that night, the same month, later that year."""
    word = parts.get("u") or parts.get("part") or ""
    part = word if word in words_of("daypart") else None
    if word == "day" or part:
        day = context.told_day()
        if day is None:
            told = context.told()
            return Resolved(None, "day", "anaphoric", f"{told.first.year:04d}-XX-XX" if told else None)
        return Resolved(one_day(day), "day", "anaphoric", part_value(one_day(day), part))
    told = context.told()
    if told is None:
        return Resolved(None, precision_of({"u": word}), "anaphoric")
    if word == "weekend":
        return Resolved(cal.weekend_of(told.first), "range", "anaphoric", told.first.isoformat())
    if word in words_of("season"):
        code = words_of("season")[word]
        days = cal.season_of(min(told.first.year, 9998), code)
        return Resolved(days, "season", "anaphoric", f"{days.first.year:04d}-{code}")
    unit = words_of("unit")[word]
    days = cal.unit_around(told.first, unit)
    return Resolved(days, precision_of({"u": word}), "anaphoric", unit_value(days, unit))


def inside(parts: Parts, context: Context) -> Resolved | None:
    """Earlier in the day, later that year, late in the week."""
    word, by_story = parts["u"], parts["x"] != "the" or context.history
    if by_story or word in ("day", *words_of("daypart")):
        found = same(parts, context)
        if not found or not found.days or not context.anchor or found.days.first == found.days.last:
            return found
        days = found.days
        if parts["dir"] in ("late", "early"):
            days = cal.third_of(days, parts["dir"])
        elif parts["dir"] == "later" and days.first <= context.anchor.last <= days.last:
            days = Days(context.anchor.last, days.last)
        elif parts["dir"] == "earlier" and days.first <= context.anchor.first <= days.last:
            days = Days(days.first, context.anchor.first)
        return msgspec.structs.replace(found, days=days, precision="range")
    if context.published is None or word not in words_of("unit"):
        return Resolved(None, precision_of({"u": word}), "relative")
    unit = words_of("unit")[word]
    days = cal.unit_around(context.published, unit)
    found = Resolved(days, precision_of({"u": word}), "relative", unit_value(days, unit))
    return narrowed(found, days, parts["dir"], context)


def part_only(parts: Parts, context: Context) -> Resolved | None:
    """At dawn, in the afternoon: of the day told before, or of the day of publication."""
    day = None if context.history else context.told_day()
    days = one_day(day) if day else None
    return Resolved(days, "day", "anaphoric", part_value(days, parts["part"]))


def monthday(parts: Parts, context: Context) -> Resolved | None:
    """The 6th: of the month told before, or else the one nearest to publication that the clause looks to."""
    told, number = context.told(), number_of(parts["d"])
    if told is None:
        return None
    month = told.first
    if context.anchor is None:
        if number > month.day and context.look() != "future":
            month = cal.shift_months(month.replace(day=1), -1)
        elif number < month.day and context.look() == "future":
            month = cal.shift_months(month.replace(day=1), 1)
    elif context.linked and context.anchor_fine and number < told.first.day:  # "the 30th and the 1st"
        month = cal.shift_months(month.replace(day=1), 1)
    day = cal.day_of(month.year, month.month, number)
    return Resolved(one_day(day), "day", "anaphoric", day.isoformat()) if day else None


def weekday_before(parts: Parts, context: Context) -> Resolved | None:
    """The Sunday before: the last one before the day told; the Sunday before last: one before that."""
    if "x" not in parts:
        return neighbour(
            {"wd": parts["wd"], "dir": "previous" if parts["dir"] == "before" else "following"}, context
        )
    now, number = context.published, weekday_number(parts["wd"])
    if now is None:
        return Resolved(None, "day", "relative")
    back = (now.isoweekday() - number) % 7
    days = one_day(cal.shift(now, -(back or 7) - 7 if parts["x"] == "before last" else 14 - back))
    return Resolved(days, "day", "relative", days.first.isoformat())


def told_month(parts: Parts, context: Context) -> Resolved | None:
    """That July, that Friday: of the year, or next to the day, told before."""
    told = context.told()
    if told is None:
        return Resolved(None, precision_of(parts), "anaphoric")
    if "wd" in parts:
        back = (told.first.isoweekday() - weekday_number(parts["wd"])) % 7
        day = cal.shift(told.first, -back if told.first == told.last else 7 - back)
        return Resolved(one_day(day), "day", "anaphoric", day.isoformat())
    year = told.first.year
    if "m" in parts:
        days = cal.month_of(year, month_number(parts["m"]))
        return Resolved(days, "month", "anaphoric", days.first.isoformat()[:7])
    code = words_of("season")[parts["s"]]
    return Resolved(cal.season_of(year, code), "season", "anaphoric", f"{year:04d}-{code}")


_SENTENCE_END = re.compile(r"[a-z\d)][.!?][\s\"”]")


def offset_event(parts: Parts, context: Context) -> Resolved | None:
    """Two days after the raid: the raid's day, where the clause that it hangs on told its own day just
    before.
    """
    gap = context.text[context.anchor_end : min(context.start, context.anchor_end + 200)]
    near = context.anchor is not None and len(gap) < 160 and not _SENTENCE_END.search(gap) and "\n" not in gap
    if not near or not context.anchor_fine or context.anchor is None:
        return None
    unit, (count, rough) = unit_of(parts["u"]), count_of(parts.get("n"))
    if count is None or unit not in ("D", "W", "2W"):
        return None
    day = cal.shift_unit(context.anchor.first, count if parts["dir"] == "before" else -count, unit)
    return Resolved(one_day(day), "day", "anaphoric", day.isoformat(), vague=rough)
