"""Days counted from the publication: on Tuesday, last month, this week, overnight, the past two weeks."""

from __future__ import annotations

from datetime import date

import msgspec

from . import date_calendar as cal
from .date_calendar import Days, one_day
from .date_story import (
    Context,
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
from .date_words import Parts, named_days, ordinals, words_of

UNCOUNTED = {
    "D": (2, 10),
    "W": (2, 8),
    "M": (2, 11),
    "Y": (2, 10),
    "2W": (2, 4),
    "10Y": (2, 5),
}  # "weeks ago"


TIMEX_UNIT = {"D": "D", "W": "W", "M": "M", "Y": "Y", "2W": "W", "10Y": "E"}


def weekday(parts: Parts, context: Context) -> Resolved | None:
    number, look = weekday_number(parts["wd"]), context.look()
    told = (
        context.anchor.first
        if context.history and context.anchor and context.anchor_fine
        else context.published
    )
    days = None
    if told and not (context.history and told is context.published):
        back = (told.isoweekday() - number) % 7
        if "next" in parts:  # "Friday week": a week after the Friday to come
            later = {"week": 7, "fortnight": 14}[parts["next"]]
            return Resolved(
                one_day(cal.shift(told, (7 - back) % 7 + later)), "day", "relative", None, "future"
            )
        days = one_day(cal.shift(told, -back if look != "future" or not back else 7 - back))
    return Resolved(days, "day", "relative", part_value(days, parts.get("part")), look)


def directed(parts: Parts, context: Context) -> Resolved | None:
    """last/next/this/coming with a weekday, month, season, weekend, feast, unit or part of the day."""
    way, now = parts["dir"].replace("coming", "next"), context.published
    if context.history and context.anchor:
        now = context.anchor.first
    look: Direction | None = {"last": "past", "next": "future"}.get(way)  # type: ignore[assignment]
    if now is None:
        return Resolved(None, precision_of(parts), "relative", None, look)
    if "wd" in parts:
        days = one_day(_that_weekday(now, weekday_number(parts["wd"]), way, context))
    elif "we" in parts:
        weekend = cal.weekend_of(now)
        steps = -7 if way == "last" else 7 if way == "next" and now >= weekend.first else 0
        days = Days(cal.shift(weekend.first, steps), cal.shift(weekend.last, steps))
    elif "part" in parts:
        days = one_day(cal.shift(now, {"last": -1, "next": 1}.get(way, 0)))
        return Resolved(days, "day", "relative", part_value(days, parts["part"]), look)
    elif "u" in parts:
        unit = words_of("unit")[parts["u"]]
        days = cal.unit_around(cal.shift_unit(now, {"last": -1, "next": 1}.get(way, 0), unit), unit)
        if unit == "2W" and way != "this":
            days = Days(cal.shift(now, -14), now) if way == "last" else Days(now, cal.shift(now, 14))
        return Resolved(days, precision_of(parts), "relative", unit_value(days, unit), look)
    else:
        return directed_yearly(parts, way, now, look)
    return Resolved(days, precision_of(parts), "relative", days.first.isoformat(), look)


def directed_yearly(parts: Parts, way: str, now: date, look: Direction | None) -> Resolved | None:
    """last/next/this with what comes once a year: a month, a season, a feast."""

    def make(year: int) -> Days:
        if "m" in parts:
            return cal.month_of(year, month_number(parts["m"]))
        if "s" in parts:
            return cal.season_of(year, words_of("season")[parts["s"]])
        rule, length = named_days()[parts["f"].replace("’", "'")]
        return cal.named_day(rule, length, year)

    options = [make(year) for year in range(max(1, now.year - 2), min(9998, now.year + 2) + 1)]
    if way == "last":
        chosen = [days for days in options if days.last < now][-1:]
    elif way == "next":
        chosen = [days for days in options if days.first > now][:1]
    else:
        chosen = [days for days in options if days.first.year == now.year or days.first <= now <= days.last][
            :1
        ]
    if not chosen:
        return None
    days = chosen[0]
    value = days.first.isoformat()
    if "m" in parts:
        value = value[:7]
    elif "s" in parts:
        value = f"{value[:4]}-{words_of('season')[parts['s']]}"
    return Resolved(days, precision_of(parts), "relative", value, look)


def _that_weekday(now: date, number: int, way: str, context: Context) -> date:
    back = (now.isoweekday() - number) % 7
    if way == "last":
        return cal.shift(now, -(back if back > 1 else back + 7))  # the day before is never "last Monday"
    if way == "next":
        return cal.shift(now, 7 - back)
    ahead = (number - now.isoweekday()) % 7
    return cal.shift(now, -back if context.look() == "past" else ahead)


def simple(parts: Parts, context: Context) -> Resolved | None:
    word, now = parts["word"], context.published
    steps = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
    look: Direction | None = {"yesterday": "past", "tomorrow": "future"}.get(word)  # type: ignore[assignment]
    if context.history:  # "today" in a history is the reader's day
        return Resolved(None, "day", "relative", "PRESENT_REF")
    if now is None:
        return Resolved(None, "range" if word == "overnight" else "day", "relative", None, look)
    days = one_day(cal.shift(now, steps))
    if word == "overnight":
        return Resolved(Days(cal.shift(now, -1), now), "range", "relative", part_value(one_day(now), "night"))
    part = "night" if word == "tonight" else parts.get("part")
    return Resolved(days, "day", "relative", part_value(days, part), look)


def weekend(parts: Parts, context: Context) -> Resolved | None:
    now = context.published
    if now is None or context.history:
        return Resolved(None, "range", "relative")
    look = context.look()
    days = cal.weekend_of(now)
    if look != "future" and now < days.first:
        days = Days(cal.shift(days.first, -7), cal.shift(days.last, -7))
    return Resolved(days, "range", "relative", unit_value(days, "W") + "-WE", look)


def stretch(parts: Parts, context: Context) -> Resolved | None:
    """The past two weeks, the next few days: up to, or from, the day of publication."""
    unit, (count, rough) = unit_of(parts["u"]), count_of(parts.get("n"))
    if "n" not in parts and parts["u"].endswith("s"):
        count, rough = None, True
    way = parts["dir"].replace("coming", "next").replace("recent", "past")
    look: Direction = "future" if way == "next" else "past"
    value = f"P{'X' if count is None else count * (2 if unit == '2W' else 1)}{TIMEX_UNIT[unit]}"
    now = context.published
    if now is None or context.history:
        return Resolved(None, "range", "duration-bounded", value, look, rough)
    span = UNCOUNTED[unit][1] if count is None else count
    other = cal.shift_unit(now, span if look == "future" else -span, unit)
    return Resolved(Days(*sorted((now, other))), "range", "duration-bounded", value, look, rough)


def recent(parts: Parts, context: Context) -> Resolved | None:
    way = "next" if parts["dir"] == "coming" else "past"
    return stretch({"dir": way, "u": parts["u"]}, context)


def of_unit(parts: Parts, context: Context) -> Resolved | None:
    """The end of the month."""
    unit = words_of("unit")[parts["u"]]
    told = context.told() if context.history else (one_day(context.published) if context.published else None)
    if told is None:
        return Resolved(None, precision_of(parts), "relative")
    days = cal.unit_around(told.first, unit)
    found = Resolved(days, precision_of(parts), "relative", unit_value(days, unit), context.look())
    part = {"start": "early", "beginning": "early", "middle": "mid", "end": "late"}[parts["dir"]]
    return narrowed(found, days, part, context)


def all_unit(parts: Parts, context: Context) -> Resolved | None:
    """All week: the days of it that have been."""
    found = directed({"dir": "this", "u": parts["u"]}, context)
    if found is None or found.days is None or context.published is None:
        return found
    return msgspec.structs.replace(
        found, days=Days(found.days.first, max(found.days.first, context.published))
    )


def weekday_day(parts: Parts, context: Context) -> Resolved | None:
    """Mon 17: the day of that number, nearest to the publication, that is a Monday."""
    weekday, day, now = weekday_number(parts["wd"]), number_of(parts["d"]), context.published
    if now is None:
        return Resolved(None, "day", "relative")
    months = [cal.shift_months(now.replace(day=1), step) for step in range(-6, 7)]
    fitting = [d for m in months if (d := cal.day_of(m.year, m.month, day)) and d.isoweekday() == weekday]
    if not fitting:
        return None
    chosen = min(fitting, key=lambda d: abs((d - now).days))
    return Resolved(one_day(chosen), "day", "relative", chosen.isoformat())


def hours(parts: Parts, context: Context) -> Resolved | None:
    """The past 24 hours: as many days as they fill."""
    count, rough = count_of(parts.get("n"))
    fill = max(1, -(-min(count or 24, 9999) // 24))
    found = stretch({"dir": parts["dir"], "u": "days", "n": str(fill)}, context)
    value = f"PT{'X' if count is None else count}H"
    return found and msgspec.structs.replace(found, value=value, vague=rough)


def nth(parts: Parts, context: Context) -> Resolved | None:
    """For a third day, in its third week: from its start to the day told beside it, or to publication."""
    number = ordinals()[parts["n"]] if "n" in parts else int(parts["k"])
    until = context.beside or context.published
    if number < 2 or until is None or context.history:
        return None
    unit = unit_of(parts["u"]) if parts["u"] != "night" else "D"
    steps = number if parts["u"] == "night" and context.beside is None else number - 1
    first = cal.shift_unit(until, -steps, unit)
    return Resolved(Days(first, until), "range", "duration-bounded", None, "past", unit != "D")


def length_till_now(parts: Parts, context: Context) -> Resolved | None:
    """ "have fasted for three days": the days up to publication."""
    return None if context.history else stretch({"dir": "past", "u": parts["u"], "n": parts["n"]}, context)
