"""What the rule about tension says of a dyad, by what the store has of it."""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.desk.alerts.judging import Found
from rashomon.desk.alerts.rules import TensionRises
from rashomon.desk.alerts.unusual import Rise, rises
from rashomon.exports.tension import dyad_words, narrators_words
from rashomon.reconcile.tension import Point, dyad_of, summed
from rashomon.store import dyads
from rashomon.store.schema import report

LATE = 7
"""Days before the last day of reports that are looked at: what is told later than that raises nothing."""
MOST = 20_000
"""Incidents of a dyad that are counted, the latest."""
_LISTED = 20


def last_day(connection: Connection, today: str) -> str | None:
    """The last day that reports are of, today at most; None in an empty store."""
    query = sa.select(sa.func.max(report.c.day)).where(report.c.day <= today)
    day: str | None = connection.execute(query).scalar()
    return day


def strained(connection: Connection, rule: TensionRises, today: str, late: int = LATE) -> list[Found]:
    """The rises of a dyad that began in the last days, the earliest first."""
    last = last_day(connection, today)
    if last is None:
        return []
    end = datetime.date.fromisoformat(last)
    # a rise that began before what is looked at has to be known, or its later days would be a new one
    start = end - datetime.timedelta(days=late + rule.days)
    since = start - datetime.timedelta(days=rule.days)
    between = dyads.between(connection, dyad_of(*rule.pair), since.isoformat(), last, MOST)
    told = summed(between.told, homes=between.homes)
    points = {point.first: point for point in told.points if point.told_by == rule.narrator}
    found = rises(
        {day: -point.conflict for day, point in points.items()},
        {day: point.incidents for day, point in points.items()},
        _seen(connection, since.isoformat(), last),
        start.isoformat(),
        last,
        days=rule.days,
        history=rule.history,
        threshold=rule.threshold,
        floor=rule.floor,
        least=rule.incidents,
        calm=rule.calm,
    )
    from_ = (end - datetime.timedelta(days=late)).isoformat()
    return [_found(rule, rise, points[rise.day], between.whole) for rise in found if rise.day >= from_]


def _seen(connection: Connection, since: str, until: str) -> set[str]:
    """Days of which the store can know: reports are of that day, or of the next."""
    query = sa.select(report.c.day).where(report.c.day >= since, report.c.day <= until).distinct()
    days = set(connection.execute(query).scalars())
    before = {(datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat() for day in days}
    return days | before


def _found(rule: TensionRises, rise: Rise, point: Point, whole: bool) -> Found:
    base = rise.usual
    spread = {
        "mad": "by the median absolute deviation",
        "mean": "by the mean absolute deviation, for more than half of these days are equal",
        "floor": "the least that is taken",
    }[base.by]
    why = (
        f"Conflict between {dyad_words(rule.pair)}, as {narrators_words(rule.narrator)} tell it, came to "
        f"{rise.value:g} on {rise.day}, in "
        f"{point.incidents:,} {'incident' if point.incidents == 1 else 'incidents'}. Usual is up to "
        f"{base.limit(rule.threshold):.4g}: on the {base.days:,} days with reports among the {rule.days} "
        f"before, the median was {base.median:.4g} and the spread {base.spread:.4g} ({spread}). The day lies "
        f"{rise.score:.3g} spreads above the median; the rule asks for more than {rule.threshold:g}."
    )
    if not whole:
        why += f" Only the latest {MOST:,} incidents of the dyad were counted."
    detail = {
        "dyad": list(rule.pair), "narrator": rule.narrator, "day": rise.day, "value": rise.value,
        "median": base.median, "spread": base.spread, "limit": base.limit(rule.threshold),
        "days": base.days, "count": point.incidents, "incidents": list(point.ids[:_LISTED]),
    }  # fmt: skip
    return Found(str(rule), f"{rule.dyad} {rule.narrator}", rise.day, why, detail)


__all__ = ["LATE", "last_day", "strained"]
