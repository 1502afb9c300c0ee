"""Reconciling what is new with what is near it: which stored claims a few new ones may be of one happening
with.

Looked at are the claims of the same country, or of none, within three weeks of the new ones, and all claims
of the incidents that any of them are in. Nothing else of the store is read.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim, Report
from rashomon.reconcile.building import incidents_of
from rashomon.store.replacing import Numbered, pieces, replace
from rashomon.store.rows import Told
from rashomon.store.schema import claim, incident_claim, publisher, report, report_text

REACH_DAYS = 21
_decode = msgspec.json.Decoder(Claim).decode


def regroup(
    connection: Connection, new: Collection[int], at: str, touched: Collection[int] = ()
) -> list[str]:
    """Reconcile claims with those near them, and store what comes of it.

    Args:
        connection: of a write.
        new: rows of the claims that are new or changed.
        at: the moment.
        touched: rows of incidents that lost a claim.

    Returns:
        Ids of the incidents that are new or changed.
    """
    nums = set(new) | _near(connection, new)
    held: set[int] = set(touched)
    for some in pieces(nums):
        query = sa.select(incident_claim.c.incident).where(incident_claim.c.claim.in_(some)).distinct()
        held.update(connection.execute(query).scalars())
    for some in pieces(held):
        query = sa.select(incident_claim.c.claim).where(incident_claim.c.incident.in_(some))
        nums.update(connection.execute(query).scalars())
    claims = numbered(connection, nums)
    reports = {each.told.report: each.told for each in claims.values()}
    found = incidents_of(
        (each.claim for each in claims.values()),
        [Report(text="", id=told.report, publisher=told.publisher, published=told.day)
         for told in reports.values()],
    )  # fmt: skip
    return replace(connection, found, claims, at, held)


def numbered(connection: Connection, nums: Iterable[int]) -> dict[str, Numbered]:
    """Stored claims by id, in the order of their rows."""
    found: dict[str, Numbered] = {}
    for some in pieces(sorted(nums)):
        query = (
            sa.select(
                claim.c.num, claim.c.body, claim.c.corrected, report.c.id, report.c.day,
                publisher.c.name, report_text.c.title,
            )
            .join(report, report.c.num == claim.c.report)
            .join(report_text, report_text.c.num == report.c.num)
            .outerjoin(publisher, publisher.c.num == report.c.publisher)
            .where(claim.c.num.in_(some))
            .order_by(claim.c.num)
        )  # fmt: skip
        for num, body, corrected, ref, day, name, title in connection.execute(query):
            one = _decode(corrected or body)
            found[one.id] = Numbered(num, one, Told(ref, name, title, day))
    return found


def _near(connection: Connection, new: Collection[int]) -> set[int]:
    """Rows of the claims of the same countries in the same weeks."""
    wanted: dict[str | None, tuple[str, str]] = {}
    columns = (claim.c.country, claim.c.first_day, claim.c.last_day)
    for some in pieces(new):
        for country, first, last in connection.execute(sa.select(*columns).where(claim.c.num.in_(some))):
            known = wanted.get(country, (first, last))
            wanted[country] = (min(known[0], first), max(known[1], last))
    near: set[int] = set()
    for country, (first, last) in wanted.items():
        days = (
            claim.c.last_day >= _shifted(first, -REACH_DAYS),
            claim.c.last_day <= _shifted(last, REACH_DAYS),
        )
        where = claim.c.country.is_(None) if country is None else claim.c.country == country
        near.update(connection.execute(sa.select(claim.c.num).where(where, *days)).scalars())
    return near


def _shifted(day: str, days: int) -> str:
    ordinal = datetime.date.fromisoformat(day).toordinal() + days
    return datetime.date.fromordinal(min(max(ordinal, 1), datetime.date.max.toordinal())).isoformat()
