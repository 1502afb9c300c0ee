"""How large a store is and what it holds, in numbers for those who watch over it."""

from __future__ import annotations

import datetime
from contextlib import suppress
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.store.engine import Store
from rashomon.store.schema import (
    alert_delivery,
    change,
    claim,
    correction,
    incident,
    person,
    person_session,
    person_token,
    publisher,
    report,
    tombstone,
)

_COUNTED = (report, publisher, claim, incident, correction, person, person_token, person_session)


class Sizes(msgspec.Struct, frozen=True):
    """`size` in bytes; `rows` by name; `added`: when the last report was, in seconds since 1970."""

    size: int
    rows: dict[str, int]
    added: float | None


def sizes_of(store: Store) -> Sizes:
    """The numbers of a store.

    Raises:
        StoreError: it cannot be read.
    """
    with store.reading() as connection:
        rows = {f"{table.name}s": _count(connection, table) for table in _COUNTED}
        rows["incidents_disputed"] = _count(connection, incident, incident.c.disputed == 1)
        rows["reports_copies"] = _count(connection, report, report.c.original.is_not(None))
        rows["reports_forgotten"] = _count(connection, tombstone, tombstone.c.kind == "id")
        rows["changes"] = int(connection.execute(sa.select(sa.func.max(change.c.num))).scalar() or 0)
        rows |= _waiting(connection)
        # the last row is the last that was added; no index has the moment
        last = connection.execute(sa.select(report.c.added).order_by(report.c.num.desc()).limit(1)).scalar()
        size = _size(connection, store)
    when = None if last is None else datetime.datetime.fromisoformat(str(last)).timestamp()
    return Sizes(size, rows, when)


def _count(connection: Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())


def _waiting(connection: Connection) -> dict[str, int]:
    """Messages of alerts, by state: those that wait, were sent, were given up."""
    query = sa.select(alert_delivery.c.state, sa.func.count()).group_by(alert_delivery.c.state)
    return {f"outbox_{state}": int(count) for state, count in connection.execute(query)}


def _size(connection: Connection, store: Store) -> int:
    if not store.sqlite:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    size = 0
    for end in ("", "-wal"):
        with suppress(OSError):
            size += Path(f"{store.name}{end}").stat().st_size
    return size


__all__ = ["Sizes", "sizes_of"]
