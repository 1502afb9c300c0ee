"""The first form of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rashomon.store.fulltext import postgresql_statements, sqlite_statements

revision = "0001"
down_revision = None

NUM = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables, and the indexes of words."""
    op.create_table(
        "change",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_incident", "change", ["incident", "num"], unique=False)
    op.create_table(
        "claim_filing",
        sa.Column("facet", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("claim", NUM, nullable=False),
        sa.PrimaryKeyConstraint("facet", "place", "claim", name=op.f("pk_claim_filing")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "correction",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_kind", "correction", ["kind"], unique=False)
    op.create_table(
        "incident",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("admin1", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("geonameid", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("place_precision", sa.Text(), nullable=True),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("dated", sa.Integer(), nullable=False),
        sa.Column("date_precision", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("n_claims", sa.Integer(), nullable=False),
        sa.Column("n_reports", sa.Integer(), nullable=False),
        sa.Column("n_publishers", sa.Integer(), nullable=False),
        sa.Column("n_voices", sa.Integer(), nullable=False),
        sa.Column("n_disputes", sa.Integer(), nullable=False),
        sa.Column("n_updates", sa.Integer(), nullable=False),
        sa.Column("n_one_sided", sa.Integer(), nullable=False),
        sa.Column("disputed", sa.Integer(), nullable=False),
        sa.Column("dismissed", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_incident")),
        sa.UniqueConstraint("id", name=op.f("uq_incident_id")),
    )
    op.create_index("ix_incident_changed", "incident", ["changed", "num"], unique=False)
    op.create_index(
        "ix_incident_country",
        "incident",
        ["country", "dismissed", "last_day", "num", "first_day"],
        unique=False,
    )
    op.create_index(
        "ix_incident_country_type",
        "incident",
        ["country", "type", "dismissed", "last_day", "num", "first_day"],
        unique=False,
    )
    op.create_index(
        "ix_incident_day", "incident", ["dismissed", "last_day", "num", "first_day"], unique=False
    )
    op.create_index(
        "ix_incident_disputed",
        "incident",
        ["disputed", "dismissed", "last_day", "num", "first_day"],
        unique=False,
    )
    op.create_index(
        "ix_incident_type", "incident", ["type", "dismissed", "last_day", "num", "first_day"], unique=False
    )
    op.create_table(
        "publisher",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_publisher")),
        sa.UniqueConstraint("key", name=op.f("uq_publisher_key")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "tombstone",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_tombstone")),
    )
    op.create_index("ix_tombstone_key", "tombstone", ["key", "kind"], unique=True)
    op.create_table(
        "correction_target",
        sa.Column("correction", NUM, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction"],
            ["correction.num"],
            name=op.f("fk_correction_target_correction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("correction", "kind", "id", name=op.f("pk_correction_target")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_correction_target_id", "correction_target", ["id", "kind"], unique=False)
    op.create_table(
        "incident_alias",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", NUM, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.num"], name=op.f("fk_incident_alias_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_alias")),
    )
    op.create_index("ix_incident_alias_incident", "incident_alias", ["incident"], unique=False)
    op.create_table(
        "incident_facet",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("incident", NUM, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.num"], name=op.f("fk_incident_facet_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "value", "last_day", "incident", name=op.f("pk_incident_facet")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_incident_facet_incident", "incident_facet", ["incident", "kind", "value"], unique=False
    )
    op.create_table(
        "incident_text",
        sa.Column("num", NUM, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["num"], ["incident.num"], name=op.f("fk_incident_text_num"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_incident_text")),
    )
    op.create_table(
        "report",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("publisher", NUM, nullable=True),
        sa.Column("story", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("dateline", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("read", sa.Text(), nullable=False),
        sa.Column("original", NUM, nullable=True),
        sa.Column("likeness", sa.Float(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("n_claims", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original"], ["report.num"], name=op.f("fk_report_original"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["publisher"], ["publisher.num"], name=op.f("fk_report_publisher"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_report")),
        sa.UniqueConstraint("id", name=op.f("uq_report_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_report_sha256")),
    )
    op.create_index("ix_report_content", "report", ["content"], unique=False)
    op.create_index("ix_report_day", "report", ["day", "num"], unique=False)
    op.create_index("ix_report_link", "report", ["link"], unique=False)
    op.create_index("ix_report_original", "report", ["original"], unique=False)
    op.create_index("ix_report_publisher", "report", ["publisher", "day", "num"], unique=False)
    op.create_index("ix_report_reader", "report", ["reader"], unique=False)
    op.create_table(
        "claim",
        sa.Column("num", NUM, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("report", NUM, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("geonameid", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("dated", sa.Integer(), nullable=False),
        sa.Column("voice", sa.Text(), nullable=True),
        sa.Column("copy_key", sa.BigInteger(), nullable=False),
        sa.Column("is_copy", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("corrected", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["report"], ["report.num"], name=op.f("fk_claim_report"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_claim")),
        sa.UniqueConstraint("id", name=op.f("uq_claim_id")),
    )
    op.create_index("ix_claim_copy_key", "claim", ["copy_key"], unique=False)
    op.create_index("ix_claim_country", "claim", ["country", "last_day", "num", "first_day"], unique=False)
    op.create_index("ix_claim_day", "claim", ["last_day", "num"], unique=False)
    op.create_index("ix_claim_geonameid", "claim", ["geonameid", "last_day"], unique=False)
    op.create_index("ix_claim_report", "claim", ["report", "ordinal"], unique=False)
    op.create_index("ix_claim_type", "claim", ["type", "last_day", "num", "first_day"], unique=False)
    op.create_index("ix_claim_voice", "claim", ["voice", "last_day", "num"], unique=False)
    op.create_table(
        "report_band",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("report", NUM, nullable=False),
        sa.ForeignKeyConstraint(
            ["report"], ["report.num"], name=op.f("fk_report_band_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("band", "report", name=op.f("pk_report_band")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_report_band_report", "report_band", ["report"], unique=False)
    op.create_table(
        "report_text",
        sa.Column("num", NUM, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["num"], ["report.num"], name=op.f("fk_report_text_num"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("num", name=op.f("pk_report_text")),
    )
    op.create_table(
        "claim_party",
        sa.Column("claim", NUM, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim"], ["claim.num"], name=op.f("fk_claim_party_claim"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("claim", "role", "ordinal", name=op.f("pk_claim_party")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_claim_party_code", "claim_party", ["code", "last_day", "claim"], unique=False)
    op.create_index("ix_claim_party_key", "claim_party", ["key", "last_day", "claim"], unique=False)
    op.create_table(
        "incident_claim",
        sa.Column("incident", NUM, nullable=False),
        sa.Column("claim", NUM, nullable=False),
        sa.ForeignKeyConstraint(
            ["claim"], ["claim.num"], name=op.f("fk_incident_claim_claim"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.num"], name=op.f("fk_incident_claim_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident", "claim", name=op.f("pk_incident_claim")),
        sa.UniqueConstraint("claim", name=op.f("uq_incident_claim_claim")),
        sqlite_with_rowid=False,
    )
    made = sqlite_statements("num") if op.get_bind().dialect.name == "sqlite" else postgresql_statements()
    for statement in made:
        op.execute(statement)
