"""What lies between two countries beside each incident, and indexes for a million claims.

The table is made empty here; `dyads.tell_anew` fills it when the store is opened, some thousands of incidents
at a time.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rashomon.store.migrations.saying import say

revision = "0005"
down_revision = "0004"

NUM = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SHOWN = ["disputed", "n_voices", "lat", "lon", "changed", "id", "score", "place", "place_precision"]
OF_CLAIM = ["last_day", "first_day", "type", "mode", "status", "frame", "country", "voice"]


def upgrade() -> None:
    """Make the table and the indexes."""
    say("indexes of incidents and claims by row")
    op.create_table(
        "incident_dyad",
        sa.Column("a", sa.Text(), nullable=False),
        sa.Column("b", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("incident", NUM, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.num"], name=op.f("fk_incident_dyad_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("a", "b", "last_day", "incident", name=op.f("pk_incident_dyad")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_incident_dyad_incident", "incident_dyad", ["incident"], unique=False)
    op.drop_index("ix_incident_num", table_name="incident")
    op.create_index(
        "ix_incident_num",
        "incident",
        ["num", "dismissed", "last_day", "first_day", "type", "country", *SHOWN],
        unique=False,
    )
    op.create_index("ix_claim_num", "claim", ["num", *OF_CLAIM], unique=False)
    _partial("ix_claim_corrected", "claim", ["num"], "corrected IS NOT NULL")
    _partial("ix_report_orphan", "report", ["day", "num"], "original IS NULL AND relation IS NOT NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
