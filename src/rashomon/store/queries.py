"""Finding incidents and claims: filters, order, pages.

A page goes on where the last one ended (a keyset, not an offset), so the hundredth costs what the first does.
Filters on columns of an incident are answered from indexes that are in the order of the list; actors, voices,
statuses, modes, publishers and disputed fields from one table of facets in the same order, driven by
whichever of them is rarest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import InputError
from rashomon.model import Claim
from rashomon.reconcile.incidents import Incident
from rashomon.store.records import ClaimRecord, IncidentRecord, Page, cursor_of, key_of
from rashomon.store.rows import iso_day, party_value
from rashomon.store.rows import key_of as name_key
from rashomon.store.schema import (
    claim,
    claim_party,
    incident,
    incident_claim,
    incident_facet,
    publisher,
    report,
)
from rashomon.store.search import incidents_with

Sort = Literal["day", "changed"]
MOST = 1_000
"""Entries of one page."""
COUNTED = 10_001
"""Where counting stops."""
_incident = msgspec.json.Decoder(Incident).decode
_claim = msgspec.json.Decoder(Claim).decode


class IncidentFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What incidents are asked for; None asks nothing.

    `country` is ISO 3166 alpha-3; `since` and `until` are days that the incident's time has to touch; `actor`
    (an actor or a recipient) and `voice` are names, or codes such as "XKX COP" and "XKX"; `status` is that of
    any claim; `disputed` is whether there is a dispute, or the field that it is about; `words` are searched
    in quotes, names and titles; `side` is the country (alpha-3) that a voice of it speaks for or from; `box`
    is west, south, east, north in degrees.
    """

    country: str | None = None
    since: str | None = None
    until: str | None = None
    type: str | None = None
    mode: str | None = None
    actor: str | None = None
    voice: str | None = None
    publisher: str | None = None
    status: str | None = None
    disputed: bool | str | None = None
    words: str | None = None
    box: tuple[float, float, float, float] | None = None
    min_voices: int | None = None
    side: str | None = None
    dismissed: bool = False

    def facets(self) -> list[tuple[str, str]]:
        """What is asked of the table of facets."""
        asked = [("mode", self.mode), ("status", self.status)]
        asked += [("actor", party_value(self.actor) if self.actor else None)]
        asked += [("voice", party_value(self.voice) if self.voice else None)]
        asked += [("publisher", name_key(self.publisher) if self.publisher else None)]
        asked += [("dispute", self.disputed if isinstance(self.disputed, str) else None)]
        return [(kind, value) for kind, value in asked if value]


def incidents(
    connection: Connection, asked: IncidentFilter, sort: Sort, cursor: str | None, limit: int
) -> Page[IncidentRecord]:
    """A page of incidents, the latest first: by their last day, or by their last change.

    Raises:
        InputError: a filter, the cursor or the limit cannot be understood.
    """
    if sort not in ("day", "changed"):
        raise InputError(f"{sort!r} is no order", hint="day or changed")
    column = incident.c.last_day if sort == "day" else incident.c.changed
    query = filtered(connection, asked, sa.select(incident), column, key_of(cursor, sort))
    rows = connection.execute(query.limit(limit_of(limit) + 1)).all()
    return _page(rows, limit, sort, lambda row: (row._mapping[column.name], row.num), incident_record)


def count_incidents(connection: Connection, asked: IncidentFilter) -> int:
    """How many incidents there are, up to `COUNTED`, which stands for "more"."""
    some = filtered(connection, asked, sa.select(incident.c.num), None, None).limit(COUNTED).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def filtered(
    connection: Connection,
    asked: IncidentFilter,
    query: sa.Select[Any],
    column: sa.Column[str] | None,
    after: tuple[str, int] | None,
) -> sa.Select[Any]:
    """A query over `incident` with its filters and its order: by `column` from the latest on, after that
    place where there is one; `column` None for no order."""
    for name in ("country", "type"):
        if (value := getattr(asked, name)) is not None:
            query = query.where(incident.c[name] == value)
    query = query.where(incident.c.dismissed == int(asked.dismissed))
    since, until = day_of(asked.since, "since"), day_of(asked.until, "until")
    if since:
        query = query.where(incident.c.last_day >= since)
    if until:
        query = query.where(incident.c.first_day <= until)
    if isinstance(asked.disputed, bool):
        query = query.where(incident.c.disputed == int(asked.disputed))
    if asked.min_voices is not None:
        query = query.where(incident.c.n_voices >= asked.min_voices)
    if asked.side is not None:
        query = query.where(_told_from(asked.side))
    if asked.box is not None:
        query = query.where(*_within(asked.box))
    if asked.words is not None:
        query = query.where(incident.c.num.in_(incidents_with(connection, asked.words)))
    facets = asked.facets()
    if facets:
        query, column = _by_facets(connection, query, facets, column)
    if column is None:
        return query
    num = incident.c.num if column.table is incident else incident_facet.c.incident
    if after is not None:
        query = query.where(sa.tuple_(column, num) < sa.tuple_(*map(sa.literal, after)))
    return query.order_by(column.desc(), num.desc())


def _by_facets(
    connection: Connection,
    query: sa.Select[Any],
    facets: Sequence[tuple[str, str]],
    column: sa.Column[str] | None,
) -> tuple[sa.Select[Any], sa.Column[str] | None]:
    """The query over the rarest of the facets, with the others looked up; and the column to sort by."""
    rarest = min(facets, key=lambda facet: _how_many(connection, facet)) if len(facets) > 1 else facets[0]
    query = query.join(incident_facet, incident_facet.c.incident == incident.c.num).where(
        incident_facet.c.kind == rarest[0], incident_facet.c.value == rarest[1]
    )
    for kind, value in facets:
        if (kind, value) != rarest:
            other = incident_facet.alias()
            query = query.where(
                sa.exists().where(
                    other.c.incident == incident.c.num, other.c.kind == kind, other.c.value == value
                )
            )
    return query, incident_facet.c.last_day if column is incident.c.last_day else column


def _how_many(connection: Connection, facet: tuple[str, str]) -> int:
    some = (
        sa.select(sa.literal(1))
        .select_from(incident_facet)
        .where(incident_facet.c.kind == facet[0], incident_facet.c.value == facet[1])
        .limit(20_000)
        .subquery()
    )
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def _told_from(country: str) -> sa.ColumnElement[bool]:
    """Whether a voice of a country tells of an incident: a quoted one, or a publisher at home there."""
    at_home = sa.select(publisher.c.key).where(publisher.c.country == country)
    heard = incident_facet.alias("heard")
    quoted = sa.select(heard.c.incident).where(heard.c.kind == "voice", heard.c.value == country)
    printed = sa.select(heard.c.incident).where(heard.c.kind == "publisher", heard.c.value.in_(at_home))
    return incident.c.num.in_(sa.union(quoted, printed))


def _within(box: tuple[float, float, float, float]) -> list[sa.ColumnElement[bool]]:
    west, south, east, north = box
    if not (-90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180):
        raise InputError("a box is west, south, east, north in degrees", hint="for instance 19, 41, 22, 44")
    lon = incident.c.lon
    across = lon.between(west, east) if west <= east else sa.or_(lon >= west, lon <= east)
    return [incident.c.lat.between(south, north), across]


class ClaimFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What claims are asked for; as in `IncidentFilter`, and by report or incident."""

    report: str | None = None
    incident: str | None = None
    country: str | None = None
    since: str | None = None
    until: str | None = None
    type: str | None = None
    mode: str | None = None
    actor: str | None = None
    voice: str | None = None
    status: str | None = None
    frame: str | None = None


def claims(connection: Connection, asked: ClaimFilter, cursor: str | None, limit: int) -> Page[ClaimRecord]:
    """A page of claims, the latest first.

    Raises:
        InputError: a filter, the cursor or the limit cannot be understood.
    """
    query = (
        sa.select(
            claim.c.num, claim.c.last_day, claim.c.body, claim.c.corrected,
            incident.c.id.label("incident"), publisher.c.name.label("publisher"), report.c.published,
        )
        .join(report, report.c.num == claim.c.report)
        .outerjoin(publisher, publisher.c.num == report.c.publisher)
        .outerjoin(incident_claim, incident_claim.c.claim == claim.c.num)
        .outerjoin(incident, incident.c.num == incident_claim.c.incident)
    )  # fmt: skip
    for name in ("country", "type", "mode", "status", "frame"):
        if (value := getattr(asked, name)) is not None:
            query = query.where(claim.c[name] == value)
    if asked.voice is not None:
        query = query.where(claim.c.voice == name_key(asked.voice))
    if asked.report is not None:
        query = query.where(report.c.id == asked.report)
    if asked.incident is not None:
        query = query.where(incident.c.id == asked.incident)
    since, until = day_of(asked.since, "since"), day_of(asked.until, "until")
    if since:
        query = query.where(claim.c.last_day >= since)
    if until:
        query = query.where(claim.c.first_day <= until)
    if asked.actor is not None:
        query = query.where(claim.c.num.in_(_with_party(party_value(asked.actor))))
    after = key_of(cursor, "claims")
    if after is not None:
        query = query.where(sa.tuple_(claim.c.last_day, claim.c.num) < sa.tuple_(*map(sa.literal, after)))
    query = query.order_by(claim.c.last_day.desc(), claim.c.num.desc())
    rows = connection.execute(query.limit(limit_of(limit) + 1)).all()
    return _page(rows, limit, "claims", lambda row: (row.last_day, row.num), _claim_record)


def _with_party(value: str) -> sa.Select[tuple[int]]:
    code = value.isupper() and (len(value) in (3, 7))
    if not code:
        return sa.select(claim_party.c.claim).where(claim_party.c.key == value)
    if len(value) == 7:
        return sa.select(claim_party.c.claim).where(claim_party.c.code == value)
    # every code of a country: "XKX " up to "XKX!", in the order of the index
    codes = claim_party.c.code
    return sa.select(claim_party.c.claim).where(
        sa.or_(codes == value, sa.and_(codes > f"{value} ", codes < f"{value}!"))
    )


def _claim_record(row: sa.Row[Any]) -> ClaimRecord:
    as_read = _claim(row.body) if row.corrected is not None else None
    one = _claim(row.corrected if row.corrected is not None else row.body)
    return ClaimRecord(one, row.incident, row.publisher, row.published, as_read)


def incident_record(row: sa.Row[Any]) -> IncidentRecord:
    """An incident as it is listed, from its row."""
    return IncidentRecord(
        _incident(row.body), row.title, row.status, row.country, row.first_day, row.last_day,
        bool(row.dated), row.score, row.n_claims, row.n_reports, row.n_publishers, row.n_voices,
        bool(row.disputed), bool(row.dismissed), row.created, row.changed,
    )  # fmt: skip


def _page(rows: Sequence[Any], limit: int, sort: str, where: Any, make: Any) -> Page[Any]:
    kept = rows[:limit]
    more = cursor_of(sort, where(kept[-1])) if len(rows) > limit else None
    return Page((make(row) for row in kept), more)


def limit_of(limit: int) -> int:
    """The length of a page.

    Raises:
        InputError: it is none.
    """
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST:
        raise InputError("`limit` is not between 1 and 1000", hint="for instance 50")
    return limit


def day_of(value: str | None, name: str) -> str | None:
    """The day of a filter.

    Raises:
        InputError: it is none.
    """
    if value is None:
        return None
    day = iso_day(value)
    if day is None:
        raise InputError(f"`{name}` is {str(value)[:40]!r}, which is no day", hint="write it as 2019-05-28")
    return day
