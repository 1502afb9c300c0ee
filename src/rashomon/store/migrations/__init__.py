"""The steps from one form of the store to the next, and `upgrade`, which takes them when a store is opened.

Each step is a module of `versions` in alembic's form. `HEAD` names the last of them; a test holds that.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import StoreDamaged, StoreTooNew
from rashomon.store.engine import Store

HEAD = "0005"
KNOWN = ("0001", "0002", "0003", "0004", "0005")


_MANY = 50_000  # claims, from which on a step takes more than a moment


def upgrade(store: Store, say: Callable[[str], None] = lambda _line: None) -> None:
    """Bring a store to the present form. One process does it, others wait; it is done whole or not at all.

    Args:
        store: it is open, whatever its form.
        say: hears, of a large store, that it is done and how far it is.

    Raises:
        StoreTooNew: a later version of Rashomon made it.
        StoreDamaged: the file holds other tables.
        StoreError: it cannot be written.
    """
    with store.reading() as connection:
        at = _version(connection, store.name)
    if at != HEAD:
        store.write(lambda connection: _upgrade(connection, store.name, say))


def form_of(connection: Connection) -> str | None:
    """The form that a store has; None where none is told."""
    at: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return at


def _version(connection: Connection, name: str) -> str | None:
    tables = sa.inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables and connection.dialect.name == "sqlite":
            raise StoreDamaged("this is a database of something else", where=name, hint="name another file")
        return None
    at = form_of(connection)
    if at is not None and at not in KNOWN:
        raise StoreTooNew(
            f"a later version of Rashomon made this store (form {at}, this one knows {HEAD})",
            where=name,
            hint="pip install --upgrade rashomon",
        )
    return at


def _upgrade(connection: Connection, name: str, say: Callable[[str], None]) -> None:
    at = _version(connection, name)
    if at == HEAD:  # another process was quicker
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "rashomon.store:migrations")
    config.attributes["connection"] = connection
    if at is not None:
        claims = int(connection.execute(sa.text("SELECT max(num) FROM claim")).scalar() or 0)
        if claims > _MANY:
            say(
                f"an earlier version of Rashomon made this store: bringing its {claims:,} claims to the "
                "present form, which takes some minutes a million; stopped, it is as it was before"
            )
            config.attributes["say"] = say
    command.upgrade(config, "head")


__all__ = ["HEAD", "KNOWN", "form_of", "upgrade"]
