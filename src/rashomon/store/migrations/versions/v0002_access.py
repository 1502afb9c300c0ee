"""People and programs that may ask the desk, their tokens, and who is signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_access"
down_revision = "0001"

NUM = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of access."""
    op.create_table(
        "person",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_person")),
        sa.UniqueConstraint("key", name=op.f("uq_person_key")),
    )
    op.create_table(
        "person_token",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("person", NUM, nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.Column("used", sa.Text(), nullable=True),
        sa.Column("revoked", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"], ["person.num"], name=op.f("fk_person_token_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_person_token")),
        sa.UniqueConstraint("prefix", name=op.f("uq_person_token_prefix")),
        sa.UniqueConstraint("sha256", name=op.f("uq_person_token_sha256")),
    )
    op.create_index("ix_person_token_person", "person_token", ["person"], unique=False)
    op.create_table(
        "person_session",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("person", NUM, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("began", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.num"], name=op.f("fk_person_session_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_person_session")),
        sa.UniqueConstraint("sha256", name=op.f("uq_person_session_sha256")),
    )
    op.create_index("ix_person_session_person", "person_session", ["person"], unique=False)
