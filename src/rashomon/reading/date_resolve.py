"""From an expression to days: which resolver reads which pattern of the grammar.

Each resolver takes the pieces of the expression and a `Context` and gives a `Resolved`, open (`days` None)
where what it needs is missing. Nothing is guessed from the clock of the machine.
"""

from __future__ import annotations

from collections.abc import Callable

from . import date_absolute as absolute
from . import date_anaphoric as anaphoric
from . import date_relative as relative
from .date_relative import TIMEX_UNIT
from .date_story import Context, DateKind, Resolved, count_of, narrowed, unit_of
from .date_words import Expression, Parts


def resolve(expression: Expression, lead: str, context: Context) -> Resolved | None:
    """The meaning of one expression; None where it turns out to be no date. Moves the context on."""
    context.start, context.end, context.lead = expression.start, expression.end, lead
    context.linked = expression.rule == "monthday_and"
    found = _RESOLVERS[expression.rule](expression.parts, context)
    if found is None:
        return None
    mod = expression.parts.get("mod")
    if mod and found.days:
        found = narrowed(found, found.days, mod, context)
    if expression.rule == "bc":
        context.ancient = found.days is None
    elif found.kind == "absolute":
        context.ancient = False
    if found.days is not None and expression.rule not in ("nth", "length_till_now"):
        context.anchor, context.anchor_end = found.days, expression.end
        context.anchor_fine = found.days.first == found.days.last or found.precision == "day"
        if context.anchor_fine:
            context.day, context.day_end = found.days.first, expression.end
    return found


def _now(parts: Parts, context: Context) -> Resolved | None:
    word = parts["word"]
    value = "PRESENT_REF" if word in ("now", "currently", "current", "nowadays") else "PAST_REF"
    return Resolved(None, "day", "relative", "FUTURE_REF" if word == "future" else value, vague=True)


def _length(parts: Parts, context: Context) -> Resolved | None:
    unit, (count, rough) = unit_of(parts["u"]), count_of(parts.get("n"))
    many = "X" if count is None or "n" not in parts else str(count * (2 if unit == "2W" else 1))
    return Resolved(None, "range", "duration-bounded", f"P{many}{TIMEX_UNIT[unit]}", vague=rough)


def _unknown(parts: Parts, context: Context) -> Resolved | None:
    return Resolved(None, "day", "anaphoric", None, vague=True)


_RESOLVERS: dict[str, Callable[[Parts, Context], Resolved | None]] = {
    "iso": absolute.iso,
    "numeric": absolute.numeric,
    "dmy": absolute.day_month,
    "mdy": absolute.day_month,
    "mdy_and": absolute.day_month,
    "my": absolute.month,
    "m": absolute.month,
    "year": absolute.year,
    "years": absolute.years,
    "decade": absolute.decade,
    "bc": absolute.before_christ,
    "season": absolute.season,
    "year_season": absolute.season,
    "quarter": absolute.quarter,
    "feast": absolute.feast,
    "weekday": relative.weekday,
    "directed": relative.directed,
    "directed_article": anaphoric.neighbour,
    "simple": relative.simple,
    "weekend": relative.weekend,
    "stretch": relative.stretch,
    "recent": relative.recent,
    "offset": anaphoric.offset,
    "offset_vague": anaphoric.offset,
    "next_door": anaphoric.next_door,
    "same": anaphoric.same,
    "inside": anaphoric.inside,
    "part_only": anaphoric.part_only,
    "part_in": anaphoric.part_only,
    "told_month": anaphoric.told_month,
    "week_of_month": absolute.week_of_month,
    "of_unit": relative.of_unit,
    "weekday_day": relative.weekday_day,
    "all_unit": relative.all_unit,
    "offset_event": anaphoric.offset_event,
    "monthday": anaphoric.monthday,
    "monthday_and": anaphoric.monthday,
    "slash": absolute.slash,
    "edge": absolute.edge,
    "weekday_before": anaphoric.weekday_before,
    "hours": relative.hours,
    "nth": relative.nth,
    "length_till_now": relative.length_till_now,
    "now": _now,
    "this_time": _unknown,
    "length": _length,
    "length_vague": _length,
}


__all__ = ["Context", "DateKind", "Resolved", "resolve"]
