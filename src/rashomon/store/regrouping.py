"""Reconciling what comes, goes or changes with what is stored: claims join, or leave, and the incidents
follow.

What has to change is worked out by `rashomon.reconcile.incremental`, which looks at what is near and nothing
else, and gives what reconciling all claims at once would give.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.incremental import Change, join, leave
from rashomon.store.neighbours import StoredClaims, put_in, take_out
from rashomon.store.replacing import Numbered, replace
from rashomon.store.rows import Told
from rashomon.store.ruling import ruled
from rashomon.store.schema import claim, incident, incident_claim, pieces, publisher, report, report_text

_decode = msgspec.json.Decoder(Claim).decode
_incident = msgspec.json.Decoder(Incident).decode
Work = Callable[[], None]


def come(
    connection: Connection, claims: Sequence[Claim], reports: Iterable[Report], put: Work, at: str
) -> list[str]:
    """Let claims join. `put` writes them, once it is known what they change.

    Returns:
        Ids of the incidents that are new or changed.
    """
    stored = StoredClaims(connection)
    change = join(claims, stored, reports)
    _file(connection, stored, change, {one.report for one in claims}, put)
    return _replaced(connection, change.incidents, at)


def go(connection: Connection, claims: Collection[str], take: Work, at: str) -> int:
    """Let claims leave, by their ids. `take` deletes them, once it is known what that changes.

    Returns:
        How many incidents are changed or no more.
    """
    stored = StoredClaims(connection)
    change = leave(claims, stored)
    held = _held(connection, stored.numbers(claims).values())
    _file(connection, stored, change, {one.report for one in stored.claims(claims)}, take)
    _replaced(connection, change.incidents, at, dict.fromkeys(held, frozenset[int]()))
    return len(held)


def swap(
    connection: Connection,
    old: Collection[str],
    take: Work,
    new: Sequence[Claim],
    put: Work,
    at: str,
) -> list[str]:
    """Let claims leave and others join, as one change to the incidents. Claims that are of both, by their
    ids, are the same in other words: `put` has to write them into the rows that they had.

    Returns:
        Ids of the incidents that are new or changed.
    """
    stored = StoredClaims(connection)
    left = leave(old, stored)
    nums = stored.numbers(old)
    held = _held(connection, nums.values())
    _file(connection, stored, left, {one.report for one in stored.claims(old)}, take)
    stored = StoredClaims(connection)
    joined = join(new, stored)
    _file(connection, stored, joined, {one.report for one in new}, put)
    incidents = {each.id: each for each in left.incidents if each.id not in joined.gone}
    incidents.update((each.id, each) for each in joined.incidents)
    back = frozenset(nums[one.id] for one in new if one.id in nums)
    before = {num: claims & back for num, claims in held.items()}
    return _replaced(connection, list(incidents.values()), at, before, back)


def settle(connection: Connection, nums: Collection[int], at: str) -> list[str]:
    """Store incidents, by their rows, as people want them; ids of those that are new or changed."""
    found: list[str] = []
    for some in pieces(nums):
        found += connection.execute(sa.select(incident.c.body).where(incident.c.num.in_(some))).scalars()
    return _replaced(connection, [_incident(body) for body in found], at)


def _replaced(
    connection: Connection,
    incidents: Sequence[Incident],
    at: str,
    before: Mapping[int, frozenset[int]] | None = None,
    anew: Collection[int] = (),
) -> list[str]:
    """Put incidents, and what people want of them, in the place of those that were."""
    wanted = ruled(connection, incidents, list(before or ()))
    refs = [ref for each in wanted for ref in each.claims]
    return replace(connection, wanted, numbered(connection, refs), at, before, anew)


def _held(connection: Connection, nums: Iterable[int]) -> dict[int, frozenset[int]]:
    """The incidents of claims, by rows, each with those of these claims that it has."""
    found: dict[int, set[int]] = {}
    for some in pieces(nums):
        for row in connection.execute(sa.select(incident_claim).where(incident_claim.c.claim.in_(some))):
            found.setdefault(row.incident, set()).add(row.claim)
    return {num: frozenset(claims) for num, claims in found.items()}


def _file(
    connection: Connection, stored: StoredClaims, change: Change, reports: set[str], work: Work
) -> None:
    """Write claims, and file them and what they make a copy, or no copy any more."""
    reports |= {one.report for one in stored.claims(list(change.copies))}
    take_out(stored, connection, reports)
    work()
    for copy in (0, 1):
        refs = [ref for ref, source in change.copies.items() if (source is not None) == bool(copy)]
        for some in pieces(refs):
            connection.execute(sa.update(claim).where(claim.c.id.in_(some)).values(is_copy=copy))
    stored.forget()
    put_in(stored, connection, reports)


def numbered(connection: Connection, refs: Iterable[str]) -> dict[str, Numbered]:
    """Stored claims by id."""
    found: dict[str, Numbered] = {}
    for some in pieces(refs):
        query = (
            sa.select(
                claim.c.num, claim.c.body, claim.c.corrected, report.c.id, report.c.day,
                publisher.c.name, report_text.c.title,
            )
            .join(report, report.c.num == claim.c.report)
            .join(report_text, report_text.c.num == report.c.num)
            .outerjoin(publisher, publisher.c.num == report.c.publisher)
            .where(claim.c.id.in_(some))
        )  # fmt: skip
        for num, body, corrected, ref, day, name, title in connection.execute(query):
            one = _decode(corrected if corrected is not None else body)
            found[one.id] = Numbered(num, one, Told(ref, name, title, day))
    return found


__all__ = ["come", "go", "numbered", "settle", "swap"]
