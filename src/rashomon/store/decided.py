"""What people decided, as it is looked at: a page of corrections with what each is about now, and by what it
is known whether somebody changed a thing since a person looked at it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import InputError
from rashomon.model import Claim
from rashomon.store.corrections import Correction, whole
from rashomon.store.records import ClaimRecord
from rashomon.store.schema import (
    claim,
    correction,
    correction_target,
    incident,
    incident_claim,
    pieces,
    publisher,
    report,
)

_decode = msgspec.json.Decoder(Claim).decode
_encode = msgspec.json.Encoder().encode
_MOST = 1_000
_ABOUT = 5
"""Claims of a correction that are looked up; a merge can be about thousands."""


class About(msgspec.Struct, frozen=True):
    """One claim that a correction is about, as it holds, and the incident that it belongs to now."""

    claim: Claim
    incident: str | None


class Decided(msgspec.Struct, frozen=True):
    """A correction, and the first of the claims that it is about, as far as they are still in the store."""

    correction: Correction
    about: tuple[About, ...]


def revision(claims: Iterable[Claim], *, dismissed: bool = False) -> str:
    """What an incident, or a claim, is known by as it is now: another one means that a claim came, went or
    says something else, or that it was dismissed or restored."""
    digest = hashlib.sha256(b"dismissed" if dismissed else b"")
    for each in sorted(claims, key=lambda one: one.id):
        try:
            digest.update(_encode(each) + b"\0")
        except UnicodeEncodeError:  # a lone surrogate of a report's text
            digest.update(repr(each).encode("utf-8", "backslashreplace") + b"\0")
    return digest.hexdigest()[:20]


def decided(
    connection: Connection,
    kind: str | None = None,
    by: str | None = None,
    claims: Collection[str] | None = None,
    holds: bool | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Decided]:
    """Corrections, the last first; see `Corrections.decided`.

    Raises:
        InputError: `limit` is no length of a page.
    """
    if not 1 <= limit <= _MOST:
        raise InputError(f"{limit} is no length of a page", where="limit", hint=f"1 to {_MOST}")
    query = sa.select(correction).order_by(correction.c.num.desc()).limit(limit)
    if kind is not None:
        query = query.where(correction.c.kind == kind)
    if by is not None:
        query = query.where(correction.c.by == by)
    if holds is not None:
        undone = correction.c.undone_at
        query = query.where(undone.is_(None) if holds else undone.is_not(None))
    if before is not None:
        query = query.where(correction.c.num < before)
    if claims is not None:
        nums: set[int] = set()
        for some in pieces(claims):
            of = sa.select(correction_target.c.correction).where(
                correction_target.c.kind == "claim", correction_target.c.id.in_(some)
            )
            nums.update(connection.execute(of).scalars())
        if not nums:
            return []
        query = query.where(correction.c.num.in_(sorted(nums)[-_MOST:]))
    found = whole(connection, query)
    known = _about(connection, {ref for each in found if each.kind != "same_actor" for ref in _some(each)})
    return [
        Decided(each, tuple(known[ref] for ref in _some(each) if ref in known and each.kind != "same_actor"))
        for each in found
    ]


def one_claim(connection: Connection, ref: str) -> ClaimRecord | None:
    """A claim by its id; None where there is none."""
    query = (
        sa.select(
            claim.c.body,
            claim.c.corrected,
            incident.c.id.label("incident"),
            publisher.c.name,
            report.c.published,
        )
        .join(report, report.c.num == claim.c.report)
        .outerjoin(publisher, publisher.c.num == report.c.publisher)
        .outerjoin(incident_claim, incident_claim.c.claim == claim.c.num)
        .outerjoin(incident, incident.c.num == incident_claim.c.incident)
        .where(claim.c.id == ref)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    as_read = _decode(row.body)
    if row.corrected is None:
        return ClaimRecord(as_read, row.incident, row.name, row.published)
    return ClaimRecord(_decode(row.corrected), row.incident, row.name, row.published, as_read)


def _some(each: Correction) -> tuple[str, ...]:
    return each.targets[:_ABOUT]


def _about(connection: Connection, refs: Collection[str]) -> dict[str, About]:
    found: dict[str, About] = {}
    for some in pieces(refs):
        query = (
            sa.select(claim.c.body, claim.c.corrected, incident.c.id)
            .outerjoin(incident_claim, incident_claim.c.claim == claim.c.num)
            .outerjoin(incident, incident.c.num == incident_claim.c.incident)
            .where(claim.c.id.in_(some))
        )
        for body, corrected, ref in connection.execute(query):
            one = _decode(corrected or body)
            found[one.id] = About(one, ref)
    return found


__all__ = ["About", "Decided", "decided", "one_claim", "revision"]
