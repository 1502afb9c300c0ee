"""What a store holds: its tables, for SQLite and PostgreSQL alike.

    publisher 1-n report 1-1 report_text         what came in, word for word
                       1-n report_band           keys by which near copies are found
                       1-n claim 1-n claim_party what was read from it
                             claim 1-n claim_filing where reconciling finds it
    incident n-n claim (incident_claim)          what was reconciled from the claims
             1-n incident_facet                  what incidents are filtered by
             1-n incident_dyad                   what they tell between two countries
             1-1 incident_text                   the words that they are searched by
             1-n incident_alias                  names that an incident had
    change, correction, tombstone, setting       what happened to them, what people decided
    person 1-n person_token, person_session      who may ask the desk; hashes only of what they show
    alert_watch 1-n alert 1-n alert_delivery     what people want to hear of, what was raised, sent

Every table has small whole numbers (`num`) for keys; the ids of reports, claims and incidents as programs
know them stand beside. Whole claims and incidents are kept as the JSON of `docs/output.md` in `body`; the
columns beside it are what is filtered and sorted by. Days are ISO dates, moments ISO in UTC: they sort as
text. A thing that tells no day has the day of publication in `first_day` and `last_day`, and `dated` is 0.

The tables are made by the migrations; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

T = TypeVar("T")
PIECE = 5_000
"""Values in one list of a statement."""

Num = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER only


def pieces(values: Iterable[T], size: int = PIECE) -> Iterator[list[T]]:
    """Values in lists short enough for a statement."""
    kept = list(values)
    for at in range(0, len(kept), size):
        yield kept[at : at + size]


def _num() -> Column[int]:
    return Column("num", Num, primary_key=True, autoincrement=True)


def _of(name: str, target: str, *, gone: str = "CASCADE", empty: bool = False) -> Column[int]:
    return Column(name, Num, ForeignKey(f"{target}.num", ondelete=gone), nullable=empty)


def _partial(name: str, where: str, *columns: str) -> Index:
    """An index of the few rows of which something holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


publisher = Table(
    "publisher",
    metadata,
    _num(),
    Column("key", Text, nullable=False, unique=True),  # the name, folded
    Column("name", Text, nullable=False),
    Column("country", Text),
    Column("owner", Text),
    Column("side", Text),
    Column("source", Text, nullable=False),  # table, hand, unknown
    Column("changed", Text, nullable=False),
)

report = Table(
    "report",
    metadata,
    _num(),
    Column("id", Text, nullable=False, unique=True),
    Column("sha256", Text, nullable=False, unique=True),  # of the report as it came
    Column("content", Text, nullable=False),  # hash of the folded text: the same words, whoever prints them
    Column("link", Text),  # the url without what does not tell pages apart
    Column("url", Text),
    Column("published", Text),
    Column("day", Text, nullable=False),  # of publication, else of adding
    _of("publisher", "publisher", gone="SET NULL", empty=True),
    Column("story", Text),
    Column("language", Text),
    Column("dateline", Text),  # JSON
    Column("notes", Text, nullable=False),  # JSON
    Column("reader", Text, nullable=False),  # the version of the model that read it
    Column("added", Text, nullable=False),
    Column("read", Text, nullable=False),
    _of("original", "report", gone="SET NULL", empty=True),  # the report that it is a near copy of
    Column("likeness", Float),  # with the original, 0 to 1
    Column("relation", Text),  # copy (another outlet, another link), version (the same link)
    Column("signature", LargeBinary),
    Column("n_claims", Integer, nullable=False),
    Index("ix_report_day", "day", "num"),
    Index("ix_report_publisher", "publisher", "day", "num"),
    Index("ix_report_link", "link"),
    Index("ix_report_content", "content"),
    Index("ix_report_original", "original"),
    # copies whose original went: few, and only for a moment
    _partial("ix_report_orphan", "original IS NULL AND relation IS NOT NULL", "day", "num"),
    Index("ix_report_reader", "reader"),
)

report_text = Table(
    "report_text",
    metadata,
    Column("num", Num, ForeignKey("report.num", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("day_row", BigInteger, nullable=False, server_default="0"),  # `fulltext.day_row`, of its report
)

report_band = Table(
    "report_band",
    metadata,
    Column("band", BigInteger, nullable=False),
    _of("report", "report"),
    PrimaryKeyConstraint("band", "report"),
    Index("ix_report_band_report", "report"),
    sqlite_with_rowid=False,
)

_OF_CLAIM = ("type", "mode", "status", "frame", "country", "voice")

claim = Table(
    "claim",
    metadata,
    _num(),
    Column("id", Text, nullable=False, unique=True),
    _of("report", "report"),
    Column("ordinal", Integer, nullable=False),  # its place among the claims of the report
    Column("type", Text, nullable=False),
    Column("mode", Text),
    Column("status", Text, nullable=False),
    Column("frame", Text, nullable=False),
    Column("country", Text),
    Column("geonameid", Integer),
    Column("first_day", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("dated", Integer, nullable=False),
    Column("voice", Text),  # folded name of whoever vouches; the publisher's where it is its own voice
    Column("copy_key", BigInteger, nullable=False),  # equal for a claim and its copy in a republished text
    Column("is_copy", Integer, nullable=False),  # of a claim of the original of its report
    Column("body", Text, nullable=False),  # JSON, as it was read
    Column("corrected", Text),  # JSON, as people corrected it
    Index("ix_claim_report", "report", "ordinal"),
    # in the order of lists, with all that is filtered by: pages are found without reading rows
    Index("ix_claim_day", "last_day", "num", "first_day", *_OF_CLAIM),
    Index("ix_claim_country", "country", "last_day", "num", "first_day", "type", "mode", "status", "frame"),
    Index("ix_claim_type", "type", "last_day", "num", "first_day", "mode", "status", "frame", "country"),
    Index(
        "ix_claim_voice",
        "voice",
        "last_day",
        "num",
        "first_day",
        "type",
        "mode",
        "status",
        "frame",
        "country",
    ),
    Index("ix_claim_geonameid", "geonameid", "last_day"),
    Index("ix_claim_copy_key", "copy_key"),
    _partial("ix_claim_corrected", "corrected IS NOT NULL", "num"),
    # by row, for what was found among parties
    Index("ix_claim_num", "num", "last_day", "first_day", *_OF_CLAIM),
)

claim_filing = Table(
    "claim_filing",
    metadata,
    Column("facet", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    # no foreign key: it would need an index of its own, over thirty rows a claim
    Column("claim", Num, nullable=False),
    PrimaryKeyConstraint("facet", "place", "claim"),
    sqlite_with_rowid=False,
)

claim_party = Table(
    "claim_party",
    metadata,
    _of("claim", "claim"),
    Column("role", Text, nullable=False),  # actor, recipient
    Column("ordinal", Integer, nullable=False),
    Column("key", Text, nullable=False),  # the name, folded
    Column("name", Text, nullable=False),
    Column("code", Text),
    Column("country", Text),
    Column("last_day", Text, nullable=False),
    PrimaryKeyConstraint("claim", "role", "ordinal"),
    Index("ix_claim_party_key", "key", "last_day", "claim"),
    Index("ix_claim_party_code", "code", "last_day", "claim"),
    sqlite_with_rowid=False,
)

_FILTERED = ("disputed", "n_voices", "lat", "lon")

incident = Table(
    "incident",
    metadata,
    _num(),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),  # the commonest among its claims
    Column("country", Text),
    Column("admin1", Text),
    Column("place", Text),
    Column("geonameid", Integer),
    Column("lat", Float),
    Column("lon", Float),
    Column("place_precision", Text),
    Column("first_day", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("dated", Integer, nullable=False),
    Column("date_precision", Text),
    Column("score", Float, nullable=False),  # PLOVER's, of the gravest claim of its type
    Column("n_claims", Integer, nullable=False),
    Column("n_reports", Integer, nullable=False),
    Column("n_publishers", Integer, nullable=False),
    Column("n_voices", Integer, nullable=False),
    Column("n_disputes", Integer, nullable=False),
    Column("n_updates", Integer, nullable=False),
    Column("n_one_sided", Integer, nullable=False),
    Column("disputed", Integer, nullable=False),
    Column("dismissed", Integer, nullable=False),  # by a correction
    Column("title", Text, nullable=False),  # the words of the claim that stands for it
    Column("body", Text, nullable=False),  # JSON
    Column("created", Text, nullable=False),
    Column("changed", Text, nullable=False),
    # in the order of lists, with all that is filtered by: pages are found without reading rows
    Index("ix_incident_day", "dismissed", "last_day", "num", "first_day", "type", "country", *_FILTERED),
    Index("ix_incident_country", "country", "dismissed", "last_day", "num", "first_day", "type", *_FILTERED),
    Index("ix_incident_type", "type", "dismissed", "last_day", "num", "first_day", "country", *_FILTERED),
    Index(
        "ix_incident_changed",
        "dismissed",
        "changed",
        "num",
        "last_day",
        "first_day",
        "type",
        "country",
        *_FILTERED,
    ),
    # the same by row, for what was found among facets or words, and what a map shows of each
    Index(
        "ix_incident_num",
        "num",
        "dismissed",
        "last_day",
        "first_day",
        "type",
        "country",
        *_FILTERED,
        "changed",
        "id",
        "score",
        "place",
        "place_precision",
    ),
)

incident_claim = Table(
    "incident_claim",
    metadata,
    _of("incident", "incident"),
    Column(
        "claim", Num, ForeignKey("claim.num", ondelete="CASCADE"), nullable=False, unique=True
    ),  # of one incident only
    PrimaryKeyConstraint("incident", "claim"),
    sqlite_with_rowid=False,
)

incident_facet = Table(
    "incident_facet",
    metadata,
    Column("kind", Text, nullable=False),  # actor, voice, status, mode, publisher, dispute
    Column("value", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    _of("incident", "incident"),
    PrimaryKeyConstraint("kind", "value", "last_day", "incident"),
    Index("ix_incident_facet_incident", "incident", "kind", "value"),
    sqlite_with_rowid=False,
)

incident_dyad = Table(
    "incident_dyad",
    metadata,
    Column("a", Text, nullable=False),  # codes of two countries, in the order of the alphabet
    Column("b", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    _of("incident", "incident"),
    Column("told", Text, nullable=False),  # JSON: a `Part` of `rashomon.reconcile.tension`
    PrimaryKeyConstraint("a", "b", "last_day", "incident"),
    Index("ix_incident_dyad_incident", "incident"),
    sqlite_with_rowid=False,
)

incident_text = Table(
    "incident_text",
    metadata,
    Column("num", Num, ForeignKey("incident.num", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
    Column("day_row", BigInteger, nullable=False, server_default="0"),  # `fulltext.day_row`, of its last day
)

incident_alias = Table(
    "incident_alias",
    metadata,
    Column("id", Text, primary_key=True),
    _of("incident", "incident"),
    Index("ix_incident_alias_incident", "incident"),
)

change = Table(
    "change",
    metadata,
    _num(),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),  # new, grown, changed, gone
    Column("incident", Text, nullable=False),  # its id: a change outlives what it is about
    Column("detail", Text, nullable=False),  # JSON: counts and names of fields, never words of a report
    Index("ix_change_incident", "incident", "num"),
    sqlite_autoincrement=True,
)

tombstone = Table(
    "tombstone",
    metadata,
    _num(),
    Column("kind", Text, nullable=False),  # id, sha256, content, link: of a report; publisher
    Column("key", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text),
    Column("reason", Text),
    Index("ix_tombstone_key", "key", "kind", unique=True),
)

correction = Table(
    "correction",
    metadata,
    _num(),
    Column("kind", Text, nullable=False),  # merge, split, dismiss, field, same_actor
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text),
    Column("body", Text, nullable=False),  # JSON: what is to hold
    Column("undone_at", Text),
    Column("undone_by", Text),
    Index("ix_correction_kind", "kind"),
)

correction_target = Table(
    "correction_target",
    metadata,
    _of("correction", "correction"),
    Column("kind", Text, nullable=False),  # claim, incident, actor
    Column("id", Text, nullable=False),
    PrimaryKeyConstraint("correction", "kind", "id"),
    Index("ix_correction_target_id", "id", "kind"),
    sqlite_with_rowid=False,
)

person = Table(
    "person",
    metadata,
    _num(),
    Column("key", Text, nullable=False, unique=True),  # the name, folded
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # read, correct, admin
    Column("password", Text),  # its argon2 hash; none for a program, which has tokens only
    Column("added", Text, nullable=False),
    Column("changed", Text, nullable=False),
)

person_token = Table(
    "person_token",
    metadata,
    _num(),
    _of("person", "person"),
    Column("prefix", Text, nullable=False, unique=True),  # how it begins: to know it by
    Column("sha256", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("added", Text, nullable=False),
    Column("ends", Text, nullable=False),
    Column("used", Text),
    Column("revoked", Text),
    Index("ix_person_token_person", "person"),
)

person_session = Table(
    "person_session",
    metadata,
    _num(),
    _of("person", "person"),
    Column("sha256", Text, nullable=False, unique=True),  # of what the cookie holds
    Column("began", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Index("ix_person_session_person", "person"),
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

alert_watch = Table(
    "alert_watch",
    metadata,
    _num(),
    Column("name", Text, nullable=False, unique=True),
    Column("filter", Text, nullable=False),  # as in the address of the desk
    Column("rules", Text, nullable=False),  # JSON: a list of rules as they are written
    Column("channels", Text, nullable=False),  # JSON: a list of addresses; secrets as they were given
    Column("made", Text, nullable=False),
    Column("made_by", Text),
    Column("active", Integer, nullable=False),
    Column("since_change", Num, nullable=False),  # what was there when it was made is no news
    Column("since_report", Num, nullable=False),
    Column("position", Num, nullable=False),  # the last change that it has looked at
)

alert = Table(
    "alert",
    metadata,
    _num(),
    _of("watch", "alert_watch"),
    Column("rule", Text, nullable=False),
    Column("about", Text, nullable=False),  # the id of an incident, or a dyad and who tells it
    Column("level", Text, nullable=False),  # what tells alerts of one rule about one thing apart
    Column("at", Text, nullable=False),
    Column("why", Text, nullable=False),  # numbers, days and names of fields, never words of a report
    Column("detail", Text, nullable=False),  # JSON: ids and numbers
    Index("uq_alert_once", "watch", "rule", "about", "level", unique=True),
    sqlite_autoincrement=True,
)

alert_delivery = Table(
    "alert_delivery",
    metadata,
    _num(),
    _of("alert", "alert"),
    _of("watch", "alert_watch"),
    Column("channel", Text, nullable=False),  # which of the watch's channels: a hash of its address
    Column("key", Text, nullable=False, unique=True),  # sent along, so that a receiver knows it again
    Column("state", Text, nullable=False),  # waiting, sent, parked
    Column("attempts", Integer, nullable=False),
    Column("next_try", Text, nullable=False),
    Column("lease", Text),  # until when one process alone sends it
    Column("error", Text),
    Column("sent", Text),
    Index("ix_alert_delivery_alert", "alert"),
    Index("ix_alert_delivery_due", "state", "next_try"),
    Index("ix_alert_delivery_channel", "watch", "channel", "state"),
)
