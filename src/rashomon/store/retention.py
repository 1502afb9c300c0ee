"""Forgetting: reports are deleted with all that follows from them, and are not taken in again.

A tombstone keeps hashes of a deleted report, and when, by whom and why it went; nothing of what it said. The
incidents it told of are reconciled again from what others tell. `scrub` then takes its words out of the
search index and the write-ahead log of SQLite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.store import identity
from rashomon.store.corrections import drop_words
from rashomon.store.engine import Store
from rashomon.store.fulltext import INDEXED
from rashomon.store.publishers import key_of, now
from rashomon.store.regrouping import go
from rashomon.store.rows import Row
from rashomon.store.schema import claim, publisher, report, tombstone

TOGETHER = 100
"""Reports that are deleted as one whole, where many are."""


class Forgotten(msgspec.Struct, frozen=True):
    """What was deleted: how many reports and claims, and the incidents that are others now or no more."""

    reports: int = 0
    claims: int = 0
    incidents: int = 0

    def __add__(self, other: Forgotten) -> Forgotten:
        return Forgotten(
            self.reports + other.reports, self.claims + other.claims, self.incidents + other.incidents
        )


class Tombstone(msgspec.Struct, frozen=True):
    """What is left of something deleted: its kind, the hash (of a publisher the name) it is known by, when,
    by whom and why it went."""

    kind: str
    key: str
    at: str
    by: str | None
    reason: str | None


def rows_of(
    connection: Connection, *, ref: str | None = None, name: str | None = None, before: str | None = None
) -> list[int]:
    """Rows of the next reports to delete, at most `TOGETHER`: of an id, of a publisher, or before a day."""
    query = sa.select(report.c.num).order_by(report.c.num).limit(TOGETHER)
    if ref is not None:
        query = query.where(report.c.id == ref)
    if name is not None:
        of = sa.select(publisher.c.num).where(publisher.c.key == key_of(name)).scalar_subquery()
        query = query.where(report.c.publisher == of)
    if before is not None:
        query = query.where(report.c.day < before)
    return list(connection.execute(query).scalars())


def forget(connection: Connection, nums: Sequence[int], by: str | None, reason: str | None) -> Forgotten:
    """Delete reports by their rows, leave tombstones, and reconcile what they were part of."""
    at = now()
    rows = connection.execute(sa.select(report).where(report.c.num.in_(nums))).all()
    tombs: dict[tuple[str, str], Row] = {}
    for row in rows:
        keys = [("id", row.id), *identity.tomb_keys(row.sha256, row.content, row.link)]
        for kind, key in keys:
            tombs[kind, key] = {"kind": kind, "key": key, "at": at, "by": by, "reason": reason}
    _lay(connection, list(tombs.values()))
    claims = connection.execute(sa.select(claim.c.id).where(claim.c.report.in_(nums))).scalars().all()

    def take() -> None:
        connection.execute(sa.delete(report).where(report.c.num.in_(nums)))

    touched = 0
    if claims:
        touched = go(connection, claims, take, at)
        drop_words(connection, claims)
    else:
        take()
    _elect(connection)
    return Forgotten(len(rows), len(claims), touched)


def forget_publisher(connection: Connection, name: str, by: str | None, reason: str | None) -> None:
    """Take in nothing more of a publisher."""
    row = {"kind": "publisher", "key": key_of(name), "at": now(), "by": by, "reason": reason}
    _lay(connection, [row])


def drop_profile(connection: Connection, name: str) -> None:
    """Delete the profile of a publisher that has no report."""
    connection.execute(sa.delete(publisher).where(publisher.c.key == key_of(name)))


def is_forgotten(connection: Connection, *, ref: str | None = None, name: str | None = None) -> bool:
    """Whether a report of that id, or a publisher, has a tombstone."""
    kind, key = ("id", ref) if ref is not None else ("publisher", key_of(name or ""))
    query = sa.select(tombstone.c.num).where(tombstone.c.kind == kind, tombstone.c.key == key)
    return connection.execute(query).first() is not None


def tombstones(connection: Connection) -> list[Tombstone]:
    """All tombstones, one of each deleted report (its id) and publisher, the last first."""
    query = sa.select(tombstone).where(tombstone.c.kind.in_(("id", "publisher")))
    found = connection.execute(query.order_by(tombstone.c.num.desc()))
    return [Tombstone(row.kind, row.key, row.at, row.by, row.reason) for row in found]


def scrub(store: Store) -> None:
    """Take what was deleted out of SQLite's search indexes, and out of its log; PostgreSQL does so by itself
    (autovacuum)."""
    if not store.sqlite:
        return

    def merge(connection: Connection) -> None:
        for table in INDEXED:  # a deleted word stays in an index until its pieces are merged
            connection.exec_driver_sql(f"INSERT INTO {table}_index ({table}_index) VALUES ('optimize')")

    store.write(merge)
    store.checkpoint()


def _lay(connection: Connection, rows: list[Row]) -> None:
    keys = {(row["kind"], row["key"]) for row in rows}
    there = sa.select(tombstone.c.kind, tombstone.c.key).where(tombstone.c.key.in_([key for _, key in keys]))
    known = {(row.kind, row.key) for row in connection.execute(there)}
    new = [row for row in rows if (row["kind"], row["key"]) not in known]
    if new:
        connection.execute(sa.insert(tombstone), new)


def _elect(connection: Connection) -> None:
    """Give families whose original went a new one: its first published copy. The database has unlinked them
    from what is gone, but their relation still says that they were linked."""
    orphans = connection.execute(
        sa.select(report.c.num, report.c.day, report.c.signature, report.c.content, report.c.link)
        .where(report.c.original.is_(None), report.c.relation.is_not(None))
        .order_by(report.c.day, report.c.num)
    ).all()
    if not orphans:
        return
    connection.execute(
        sa.update(report)
        .where(report.c.num.in_([row.num for row in orphans]))
        .values(relation=None, likeness=None)
    )
    heads: list[Any] = []
    for row in orphans:
        mine = identity.unpacked(row.signature)
        for head in heads:
            other = identity.unpacked(head.signature)
            like = identity.likeness(mine, other) if mine is not None and other is not None else 0.0
            again = row.link is not None and head.link == row.link
            if head.content == row.content:
                like = 1.0
            if again or like >= identity.NEAR:
                relation = "version" if again else "copy"
                values = {"original": head.num, "likeness": like, "relation": relation}
                connection.execute(sa.update(report).where(report.c.num == row.num).values(**values))
                break
        else:
            heads.append(row)
