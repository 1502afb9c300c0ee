"""Days of the calendar: a day and month, a month, a year, a season, a quarter, a feast, with their year or
without.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from rashomon.model import DatePrecision

from . import date_calendar as cal
from .date_calendar import Days
from .date_story import Context, DateKind, Resolved, count_of, month_number, number_of, unit_of, unit_value
from .date_tense import Direction
from .date_words import Parts, named_days, words_of


def year_for(parts: Parts, context: Context) -> int | None:
    """The year told with a day or month: in figures, or as "last year", "that year"."""
    if "y" in parts:
        return int(parts["y"])
    relation = parts.get("rel")
    if relation in ("this", "last", "next"):
        base = context.anchor.first if context.history and context.anchor else context.published
        return base.year + {"this": 0, "last": -1, "next": 1}[relation] if base else None
    if relation:
        told = context.told()
        return told.first.year + {"following": 1, "previous": -1}.get(relation, 0) if told else None
    return None


_FAR, _NEAR = 300, 31  # days


def _nearest(make: Callable[[int], Days | None], reference: date, look: Direction | None) -> Days | None:
    """The days nearest to a reference on the side that the clause looks to; on the other side where that is
    most of a year nearer ("on 2 November, 0600", told on 30 October).
    """
    year = reference.year
    back = ahead = None
    for y in range(min(9999, year + 1), max(1, year - 8) - 1, -1):  # a 29 February may be 8 years off
        days = make(y)
        if days and days.first <= reference:
            back = days
            break
        ahead = days or ahead
    if look == "future" and (ahead is None or (back and back.last >= reference)):
        ahead = back if back and back.last >= reference else None
        for y in range(min(9999, year + 2), min(9999, year + 8) + 1):
            if ahead is None and (days := make(y)):
                ahead = days
    one, other = (ahead, back) if look == "future" else (back, ahead)
    if one and other and _apart(one, reference) > _FAR and _apart(other, reference) <= _NEAR:
        return other
    return one


def _apart(days: Days, reference: date) -> int:
    return max((days.first - reference).days, (reference - days.last).days)


def yearless(make: Callable[[int], Days | None], context: Context) -> tuple[Days | None, Direction | None]:
    """The days of an expression without its year, by the publication, or by the story where it tells
    history.
    """
    section = context.section_year()
    if section is not None:
        return make(section), None
    if context.history and context.anchor:
        reached = context.anchor.first
        if context.ancient:
            return None, None
        days = make(reached.year)
        short = (context.anchor.last - reached).days <= 31
        if days and (reached.month - days.first.month) >= 6 and short:
            days = make(min(reached.year + 1, 9999)) or days
        return days, None
    if context.published is None:
        return None, context.look()
    look = context.look()
    return _nearest(make, context.published, look), look


def _calendar_day(
    parts: Parts, context: Context, month: int, day: int, last_day: int | None
) -> Resolved | None:
    def make(year: int) -> Days | None:
        first, last = cal.day_of(year, month, day), cal.day_of(year, month, last_day or day)
        return Days(first, last) if first and last and first <= last else None

    if make(2000) is None:
        return None
    precision: DatePrecision = "range" if last_day else "day"
    if "y" in parts or "rel" in parts:
        year, look = year_for(parts, context), None
        days = make(year) if year and 1 <= year <= 9999 else None
        if year and days is None:
            return None
    else:
        days, look = yearless(make, context)
    value = days.first.isoformat() if days else f"XXXX-{month:02d}-{day:02d}"
    return Resolved(days, precision, "absolute" if "y" in parts else "relative", value, look)


def day_month(parts: Parts, context: Context) -> Resolved | None:
    second = number_of(parts["d2"]) if "d2" in parts else None
    return _calendar_day(parts, context, month_number(parts["m"]), number_of(parts["d"]), second)


def iso(parts: Parts, context: Context) -> Resolved | None:
    return _calendar_day(parts, context, int(parts["m"]), int(parts["d"]), None)


def numeric(parts: Parts, context: Context) -> Resolved | None:
    first, second = int(parts["a"]), int(parts["b"])
    day, month = (first, second) if second <= 12 else (second, first)
    return _calendar_day(parts, context, month, day, None) if 1 <= month <= 12 and day else None


def month(parts: Parts, context: Context) -> Resolved | None:
    number, look = month_number(parts["m"]), None
    if "y" in parts or "rel" in parts:
        year = year_for(parts, context)
        days = cal.month_of(year, number) if year and 1 <= year <= 9999 else None
    else:
        days, look = yearless(lambda year: cal.month_of(year, number), context)
    value = days.first.isoformat()[:7] if days else f"XXXX-{number:02d}"
    return Resolved(days, "month", "absolute" if "y" in parts else "relative", value, look)


def year(parts: Parts, context: Context) -> Resolved | None:
    return Resolved(cal.year_of(int(parts["y"])), "year", "absolute", parts["y"])


def years(parts: Parts, context: Context) -> Resolved | None:
    first, last = parts["y"], parts["y2"]
    end = int(last if len(last) == 4 else first[:2] + last)
    return Resolved(Days(date(int(first), 1, 1), date(end, 12, 31)), "range", "absolute", first)


def decade(parts: Parts, context: Context) -> Resolved | None:
    year = int(parts["y"])
    return Resolved(Days(date(year, 1, 1), date(year + 9, 12, 31)), "range", "absolute", parts["y"][:3])


def before_christ(parts: Parts, context: Context) -> Resolved | None:
    year = int(parts.get("y3") or parts["y"])
    if parts.get("era", "ad").startswith("b") or year == 0:  # no ISO day exists: known as a date, left open
        finer = f"-{words_of('season')[parts['s']]}" if "s" in parts else ""
        finer = f"-{month_number(parts['m']):02d}" if "m" in parts else finer
        return Resolved(None, "year", "absolute", f"BC{year:04d}{finer}")
    last = int(parts.get("y2") or year)
    return Resolved(Days(date(year, 1, 1), date(max(year, last), 12, 31)), "year", "absolute", f"{year:04d}")


def season(parts: Parts, context: Context) -> Resolved | None:
    code, look = words_of("season")[parts["s"]], None
    if "y" in parts or "rel" in parts:
        year = year_for(parts, context)
        days = cal.season_of(year, code) if year and 1 <= year <= 9999 else None
    else:
        days, look = yearless(lambda year: cal.season_of(year, code), context)
    value = f"{days.first.year:04d}-{code}" if days else f"XXXX-{code}"
    return Resolved(days, "season", "absolute" if "y" in parts else "relative", value, look)


def quarter(parts: Parts, context: Context) -> Resolved | None:
    year = year_for(parts, context)
    if year is None and parts.get("rel") == "the" and context.published and not context.history:
        year = context.published.year
    order = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
    number = int(parts["q"]) if "q" in parts else order[parts["n"]]
    half = parts.get("k") == "half"
    if half and number > 2:
        number = 2
    days = (cal.half_of if half else cal.quarter_of)(year, number) if year else None
    value = f"{year:04d}-{'H' if half else 'Q'}{number}" if year else None
    return Resolved(days, "range", "absolute" if "y" in parts else "relative", value)


def feast(parts: Parts, context: Context) -> Resolved | None:
    rule, length = named_days()[parts["f"].replace("’", "'")]
    look: Direction | None = None
    if "y" in parts or "rel" in parts:
        year = year_for(parts, context)
        days = cal.named_day(rule, length, year) if year and year < 9999 else None
    else:
        days, look = yearless(lambda year: cal.named_day(rule, length, min(year, 9998)), context)
    value = days.first.isoformat() if days else None
    return Resolved(
        days, "day" if length == 1 else "range", "absolute" if "y" in parts else "relative", value, look
    )


def week_of_month(parts: Parts, context: Context) -> Resolved | None:
    """The second week of November, the last day of August."""
    whole_month = month(parts, context)
    if whole_month is None or whole_month.days is None:
        return whole_month
    days, order = whole_month.days, {"first": 0, "second": 1, "third": 2, "fourth": 3}
    size = 7 if parts.get("u") == "week" else 1
    first = (
        cal.shift(days.last, 1 - size)
        if parts["n"] == "last"
        else cal.shift(days.first, size * order[parts["n"]])
    )
    whole = Days(first, cal.shift(first, size - 1))
    return msgspec.structs.replace(
        whole_month, days=whole, precision="week" if size == 7 else "day",
        value=first.isoformat() if size == 1 else unit_value(whole, "W"),
    )  # fmt: skip


def edge(parts: Parts, context: Context) -> Resolved | None:
    """The first months of 2015, the last weeks of March; where no number is told, a few of them."""
    found = month(parts, context) if "m" in parts else None
    whole = found.days if found else None
    if "m" not in parts:
        told = context.published.year if context.published and not context.history else None
        if "y2" in parts:
            number: int | None = int(parts["y2"])
        else:
            number = told if parts["rel"] == "the" else year_for(parts, context)
        whole = cal.year_of(number) if number and 1 <= number <= 9999 else None
    if whole is None:
        return Resolved(None, "range", "relative")
    count, unit = count_of(parts.get("n"))[0] if "n" in parts else None, unit_of(parts["u"])
    count = count or {"M": 3, "W": 4 if "m" not in parts else 2, "D": 10}[unit]
    if parts["dir"] in ("last", "closing", "final"):
        days = Days(cal.shift_unit(cal.shift(whole.last, 1), -count, unit), whole.last)
    else:
        days = Days(whole.first, cal.shift(cal.shift_unit(whole.first, count, unit), -1))
    days = Days(max(days.first, whole.first), min(days.last, whole.last))
    kind: DateKind = "absolute" if "y" in parts or "y2" in parts else "relative"
    return Resolved(days, "range", kind, None, vague="n" not in parts)


def slash(parts: Parts, context: Context) -> Resolved | None:
    """16/06: the day first; the nearest such day."""
    return _calendar_day(parts, context, int(parts["m"]), int(parts["d"]), None)
