"""The calendar behind the dates: months, weeks, seasons, named days, and shifting by days, months or years.

Everything works on `Days`, a first and a last `datetime.date` (both included). The calendar is the
Gregorian one throughout; seasons are those of the northern hemisphere by whole months (spring is March to
May; a winter is named after the year in which it begins); weeks run from Monday to Sunday.
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import NamedTuple


class Days(NamedTuple):
    """A stretch of days, both ends included."""

    first: date
    last: date


def one_day(day: date) -> Days:
    """The day alone."""
    return Days(day, day)


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def year_of(year: int) -> Days:
    """All days of a year between 1 and 9999."""
    return Days(date(year, 1, 1), date(year, 12, 31))


def month_of(year: int, month: int) -> Days:
    """All days of a month."""
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def week_of(day: date) -> Days:
    """The week, Monday to Sunday, that the day lies in."""
    monday = shift(day, -day.weekday())
    return Days(monday, shift(monday, 6))


def weekend_of(day: date) -> Days:
    """Saturday and Sunday of the week that the day lies in."""
    week = week_of(day)
    return Days(shift(week.first, 5), week.last)


SEASON_START = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


def season_of(year: int, season: str) -> Days:
    """Three whole months of a season (`SP`, `SU`, `FA`, `WI`) of the north that begins in `year`."""
    month = SEASON_START[season]
    if season != "WI":
        return Days(date(year, month, 1), month_of(year, month + 2).last)
    return Days(date(year, 12, 1), month_of(min(year + 1, 9999), 2).last)


def quarter_of(year: int, quarter: int) -> Days:
    """A quarter, 1 to 4, of a calendar year."""
    return Days(date(year, 3 * quarter - 2, 1), month_of(year, 3 * quarter).last)


def half_of(year: int, half: int) -> Days:
    """The first or the second half of a calendar year."""
    return Days(date(year, 6 * half - 5, 1), month_of(year, 6 * half).last)


def shift(day: date, days: int) -> date:
    """The day so many days later; the ends of the calendar hold what would fall off it."""
    ordinal = day.toordinal() + days
    return date.fromordinal(max(1, min(ordinal, date.max.toordinal())))


def shift_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a month that is shorter."""
    total = max(12, min(day.year * 12 + day.month - 1 + months, 9999 * 12 + 11))
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shift_unit(day: date, count: int, unit: str) -> date:
    """The day `count` units later; a unit is D, W, M or Y with an optional multiple before it (2W, 10Y)."""
    multiple = int(unit[:-1] or 1) * count
    if unit[-1] == "D":
        return shift(day, multiple)
    if unit[-1] == "W":
        return shift(day, 7 * multiple)
    return shift_months(day, multiple if unit[-1] == "M" else 12 * multiple)


def unit_around(day: date, unit: str) -> Days:
    """The calendar day, week, month, year or decade that the day lies in."""
    if unit == "D":
        return one_day(day)
    if unit.endswith("W"):
        return week_of(day)
    if unit == "M":
        return month_of(day.year, day.month)
    if unit == "10Y":
        start = max(1, day.year // 10 * 10)
        return Days(date(start, 1, 1), date(min(start + 9, 9999), 12, 31))
    return year_of(day.year)


def third_of(days: Days, part: str) -> Days:
    """The early, mid or late third of a stretch of days, by whole months where it is made of whole months."""
    index = {"early": 0, "mid": 1, "late": 2}[part]
    months = (days.last.year - days.first.year) * 12 + days.last.month - days.first.month + 1
    whole = days.first.day == 1 and shift(days.last, 1).day == 1
    if whole and months >= 3:
        bounds = [shift_months(days.first, months * i // 3) for i in range(3)]
        last = days.last if index == 2 else shift(bounds[index + 1], -1)
        return Days(bounds[index], last)
    length = days.last.toordinal() - days.first.toordinal() + 1
    first = shift(days.first, length * index // 3)
    return Days(first, days.last if index == 2 else shift(days.first, length * (index + 1) // 3 - 1))


def easter(year: int) -> date:
    """Easter Sunday of the western churches (the anonymous Gregorian computus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def orthodox_easter(year: int) -> date:
    """Easter Sunday of the eastern churches (Meeus' Julian computus), as a Gregorian day."""
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return shift(date(year, month, day + 1), year // 100 - year // 400 - 2)


def named_day(rule: str, length: int, year: int) -> Days:
    """The days of a feast in a year: `MM-DD`, `easter+N`, `orthodox-N` or `nth:month:weekday:which`."""
    if rule.startswith("nth:"):
        month, weekday, which = map(int, rule.split(":")[1:])
        month_days = month_of(year, month)
        if which > 0:
            first = shift(month_days.first, (weekday - 1 - month_days.first.weekday()) % 7 + 7 * (which - 1))
        else:
            first = shift(month_days.last, -((month_days.last.weekday() - weekday + 1) % 7))
    elif rule.startswith("easter"):
        first = shift(easter(year), int(rule[6:]))
    elif rule.startswith("orthodox"):
        first = shift(orthodox_easter(year), int(rule[8:]))
    else:
        first = date(year, int(rule[:2]), int(rule[3:]))
    return Days(first, shift(first, length - 1))
