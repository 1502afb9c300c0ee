"""Indexes in the order of lists that hold all that is filtered by, and an index of words in that order.

A store that is there is brought along in steps, all of them in one transaction. Of a large one that takes a
while: all texts are indexed anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rashomon.store.fulltext import INDEXED, sqlite_fill, sqlite_statements
from rashomon.store.migrations.saying import say

revision = "0002"
down_revision = "0001"

FILTERED = ["disputed", "n_voices", "lat", "lon"]
GONE = {
    "incident": ("day", "country", "type", "country_type", "disputed", "changed"),
    "claim": ("day", "country", "type", "voice"),
}
MADE = {
    "incident": {
        "day": ["dismissed", "last_day", "num", "first_day", "type", "country", *FILTERED],
        "country": ["country", "dismissed", "last_day", "num", "first_day", "type", *FILTERED],
        "type": ["type", "dismissed", "last_day", "num", "first_day", "country", *FILTERED],
        "changed": ["dismissed", "changed", "num", "last_day", "first_day", "type", "country", *FILTERED],
        "num": ["num", "dismissed", "last_day", "first_day", "type", "country", *FILTERED, "changed"],
    },
    "claim": {
        "day": ["last_day", "num", "first_day", "type", "mode", "status", "frame", "country", "voice"],
        "country": ["country", "last_day", "num", "first_day", "type", "mode", "status", "frame"],
        "type": ["type", "last_day", "num", "first_day", "mode", "status", "frame", "country"],
        "voice": ["voice", "last_day", "num", "first_day", "type", "mode", "status", "frame", "country"],
    },
}
OF = {"report_text": ("report", "day"), "incident_text": ("incident", "last_day")}
"""Whose day orders the words of a table."""
STEP = 10_000


def upgrade() -> None:
    """Make the indexes anew, number the words by day and index them in that order."""
    for table, names in GONE.items():
        for name in names:
            op.drop_index(f"ix_{table}_{name}", table_name=table)
    for table, made in MADE.items():
        say(f"indexes of {table}s")
        for name, columns in made.items():
            op.create_index(f"ix_{table}_{name}", table, columns, unique=False)
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        for table in INDEXED:
            for trigger in ("learn", "forget", "relearn"):
                op.execute(f"DROP TRIGGER {table}_{trigger}")
            op.execute(f"DROP TABLE {table}_index")
    for table in INDEXED:
        op.add_column(table, sa.Column("day_row", sa.BigInteger(), nullable=False, server_default="0"))
        _number(connection, table, sqlite)
    if sqlite:
        for statement in sqlite_statements():
            op.execute(statement)
        for table in INDEXED:
            rows = connection.execute(sa.text(f"SELECT day_row FROM {table}")).scalars().all()
            for at, statement in enumerate(sqlite_fill(table, rows)):
                if at % 10 == 0:
                    say(f"words of {table.partition('_')[0]}s: {at * STEP:,} of {len(rows):,}")
                connection.exec_driver_sql(statement)


def _number(connection: sa.Connection, table: str, sqlite: bool) -> None:
    """Write `fulltext.day_row` of all rows."""
    parent, day = OF[table]
    days = f"CAST({parent}.{day} AS date) - date '0001-01-01' + 1"
    if sqlite:
        days = f"julianday({parent}.{day}) - 1721424.5"
    last = connection.execute(sa.text(f"SELECT max(num) FROM {table}")).scalar() or 0
    for first in range(0, last + 1, STEP):
        connection.execute(
            sa.text(
                f"UPDATE {table} SET day_row = (SELECT (CAST({days} AS bigint) << 32) | {parent}.num "
                f"FROM {parent} WHERE {parent}.num = {table}.num) WHERE num > :first AND num <= :last"
            ),
            {"first": first, "last": first + STEP},
        )
