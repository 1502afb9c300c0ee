"""What people looked at: reports of which claims were corrected, whole, with the incidents they tell of.

Claims of incidents that were dismissed are left out: they are none.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident
from rashomon.store.schema import (
    claim,
    correction,
    correction_target,
    incident,
    incident_claim,
    pieces,
    report,
)
from rashomon.store.shelves import one_report

_claim = msgspec.json.Decoder(Claim).decode
_incident = msgspec.json.Decoder(Incident).decode
MOST = 2_000
"""Reports that are given at once: the latest."""


class Gold(msgspec.Struct, frozen=True):
    """Reports with their claims as they hold, and the incidents of these; `as_read` has the claims that
    people corrected as they were. `whole` is false where older reports are left out."""

    reports: tuple[Report, ...]
    claims: tuple[Claim, ...]
    incidents: tuple[Incident, ...]
    as_read: dict[str, Claim]
    whole: bool


def gold(connection: Connection, limit: int = MOST) -> Gold:
    """The reports of claims that were corrected, or merged or split off by people."""
    ruled = (
        sa.select(correction_target.c.id)
        .join(correction, correction.c.num == correction_target.c.correction)
        .where(correction.c.kind.in_(("merge", "split", "field")), correction.c.undone_at.is_(None))
    )
    wanted = sa.or_(claim.c.corrected.is_not(None), claim.c.id.in_(ruled))
    of = sa.select(claim.c.report).where(wanted)
    query = sa.select(report.c.num, report.c.id).where(report.c.num.in_(of))
    rows = connection.execute(query.order_by(report.c.day.desc(), report.c.num.desc()).limit(limit + 1)).all()
    chosen = rows[:limit]
    reports = [
        found.report for row in reversed(chosen) if (found := one_report(connection, row.id)) is not None
    ]
    claims: list[Claim] = []
    as_read: dict[str, Claim] = {}
    bodies: dict[str, str] = {}
    for some in pieces([row.num for row in chosen]):
        told = (
            sa.select(claim.c.body, claim.c.corrected, incident.c.id, incident.c.body.label("told"))
            .outerjoin(incident_claim, incident_claim.c.claim == claim.c.num)
            .outerjoin(incident, incident.c.num == incident_claim.c.incident)
            .where(
                claim.c.report.in_(some), sa.or_(incident.c.dismissed == 0, incident.c.dismissed.is_(None))
            )
        )
        for body, corrected, ref, whole in connection.execute(told):
            one = _claim(corrected or body)
            claims.append(one)
            if corrected is not None:
                as_read[one.id] = _claim(body)
            if ref is not None:
                bodies[ref] = whole
    incidents = tuple(_incident(bodies[ref]) for ref in sorted(bodies))
    return Gold(tuple(reports), tuple(claims), incidents, as_read, len(rows) <= limit)


__all__ = ["MOST", "Gold", "gold"]
