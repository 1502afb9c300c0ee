"""What a store keeps of itself: a few values, each under its key, as which form its own tables have."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.store.schema import setting


def kept(connection: Connection, key: str) -> str | None:
    """The value under a key; None where there is none."""
    value = connection.execute(sa.select(setting.c.value).where(setting.c.key == key)).scalar()
    return None if value is None else str(value)


def keep(connection: Connection, key: str, value: str) -> None:
    """Put a value under a key, in place of the one that is there."""
    connection.execute(sa.delete(setting).where(setting.c.key == key))
    connection.execute(sa.insert(setting).values(key=key, value=value))


__all__ = ["keep", "kept"]
