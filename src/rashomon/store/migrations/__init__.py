"""The steps from one form of the store to the next, and `upgrade`, which takes them when a store is opened.

Each step is a module of `versions` in alembic's form. `HEAD` names the last of them; a test holds that.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import StoreDamaged, StoreTooNew
from rashomon.store.engine import Store

HEAD = "0002_access"
KNOWN = ("0001", "0002_access")


def upgrade(store: Store) -> None:
    """Bring a store to the present form. One process does it, others wait; it is done whole or not at all.

    Raises:
        StoreTooNew: a later version of Rashomon made it.
        StoreDamaged: the file holds other tables.
        StoreError: it cannot be written.
    """
    with store.reading() as connection:
        at = _version(connection, store.name)
    if at != HEAD:
        store.write(lambda connection: _upgrade(connection, store.name))


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


def _upgrade(connection: Connection, name: str) -> None:
    if _version(connection, name) == HEAD:  # another process was quicker
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "rashomon.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


__all__ = ["HEAD", "KNOWN", "form_of", "upgrade"]
