"""Alerts: watches, what they raised, and what is to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUM = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "alert_watch",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("since_change", NUM, nullable=False),
        sa.Column("since_report", NUM, nullable=False),
        sa.Column("position", NUM, nullable=False),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_alert_watch")),
        sa.UniqueConstraint("name", name=op.f("uq_alert_watch_name")),
    )
    op.create_table(
        "alert",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("watch", NUM, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["watch"], ["alert_watch.num"], name=op.f("fk_alert_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_alert")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_alert_once", "alert", ["watch", "rule", "about", "level"], unique=True)
    op.create_table(
        "alert_delivery",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("alert", NUM, nullable=False),
        sa.Column("watch", NUM, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.Text(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("sent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert"], ["alert.num"], name=op.f("fk_alert_delivery_alert"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["watch"], ["alert_watch.num"], name=op.f("fk_alert_delivery_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_alert_delivery_key")),
    )
    op.create_index("ix_alert_delivery_alert", "alert_delivery", ["alert"], unique=False)
    op.create_index("ix_alert_delivery_due", "alert_delivery", ["state", "next_try"], unique=False)
    op.create_index(
        "ix_alert_delivery_channel", "alert_delivery", ["watch", "channel", "state"], unique=False
    )
