"""Finding incidents and claims: filters, order, pages.

A page goes on where the last one ended (a keyset, not an offset), so the hundredth costs what the first does.
Which incidents and claims are on it is read from indexes that are in the order of the list and hold what is
filtered by (`leads` says which of them); their rows, with all that is told of them, are read for the page
alone.
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
from rashomon.store import leads
from rashomon.store.leads import Wanted, lead_of, led, settled
from rashomon.store.records import ClaimRecord, IncidentRecord, Page, cursor_of, key_of
from rashomon.store.rows import iso_day, party_value
from rashomon.store.rows import key_of as name_key
from rashomon.store.schema import (
    claim,
    claim_party,
    incident,
    incident_claim,
    pieces,
    publisher,
    report,
)

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
    query = filtered(connection, asked, sa.select(incident.c.num, column), column, key_of(cursor, sort))
    picked = connection.execute(query.limit(limit_of(limit) + 1)).all()
    rows = rows_of(connection, [each.num for each in picked[:limit]])
    more = cursor_of(sort, (picked[limit - 1][1], picked[limit - 1].num)) if len(picked) > limit else None
    return Page(map(incident_record, rows), more)


def rows_of(connection: Connection, nums: Sequence[int]) -> list[sa.Row[Any]]:
    """Whole incidents by their rows, in that order."""
    found: dict[int, sa.Row[Any]] = {}
    for some in pieces(nums):
        query = sa.select(incident).where(incident.c.num.in_(some))
        found.update((row.num, row) for row in connection.execute(query))
    return [found[num] for num in nums]


def count_incidents(connection: Connection, asked: IncidentFilter) -> int:
    """How many incidents there are, up to `COUNTED`, which stands for "more"."""
    some = (
        filtered(connection, asked, sa.select(incident.c.num), None, None, many=True)
        .limit(COUNTED)
        .subquery()
    )
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def filtered(
    connection: Connection,
    asked: IncidentFilter,
    query: sa.Select[Any],
    column: sa.Column[str] | None,
    after: tuple[str, int] | None,
    many: bool = False,
) -> sa.Select[Any]:
    """A query over `incident` with its filters and its order: by `column` from the latest on, after that
    place where there is one; `column` None for no order. `many` says that not a page is asked for but
    thousands."""
    query, wanted = _conditions(asked, query, many)
    lead = settled(connection, query, wanted, column is incident.c.changed)
    return led(connection, query, wanted, lead, column, after)


def latest_of(
    connection: Connection, asked: IncidentFilter, query: sa.Select[Any]
) -> tuple[sa.Select[Any], bool]:
    """As `filtered`, for what thousands of incidents are counted or drawn by, the latest first; and whether
    that is cut: of what leads only the latest `leads.MOST` are looked at."""
    query, wanted = _conditions(asked, query, many=True)
    wanted = msgspec.structs.replace(wanted, bounded=wanted.plain or wanted.parts > 1)
    lead = lead_of(connection, wanted, changed=False)
    return led(connection, query, wanted, lead, incident.c.last_day, None), wanted.bounded and leads.cut(lead)


def _conditions(asked: IncidentFilter, query: sa.Select[Any], many: bool) -> tuple[sa.Select[Any], Wanted]:
    """The query with all that is asked of columns of incidents, and what else is asked."""
    plain: list[sa.ColumnElement[bool]] = []
    since, until = day_of(asked.since, "since"), day_of(asked.until, "until")
    if since:
        plain.append(incident.c.last_day >= since)
    if until:
        plain.append(incident.c.first_day <= until)
    if isinstance(asked.disputed, bool):
        plain.append(incident.c.disputed == int(asked.disputed))
    if asked.min_voices is not None:
        plain.append(incident.c.n_voices >= asked.min_voices)
    if asked.box is not None:
        plain += _within(asked.box)
    for name in ("country", "type"):
        if (value := getattr(asked, name)) is not None:
            query = query.where(incident.c[name] == value)
    query = query.where(incident.c.dismissed == int(asked.dismissed), *plain)
    return query, Wanted(
        asked.country, asked.type, tuple(dict.fromkeys(asked.facets())), asked.side, asked.words,
        asked.dismissed, bool(plain), since, many,
    )  # fmt: skip


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
    query = sa.select(claim.c.num, claim.c.last_day)
    for name in ("country", "type", "mode", "status", "frame"):
        if (value := getattr(asked, name)) is not None:
            query = query.where(claim.c[name] == value)
    if asked.voice is not None:
        query = query.where(claim.c.voice == name_key(asked.voice))
    if asked.report is not None:
        told = sa.select(report.c.num).where(report.c.id == asked.report).scalar_subquery()
        query = query.where(claim.c.report == told)
    if asked.incident is not None:
        held = sa.select(incident_claim.c.claim).join(incident, incident.c.num == incident_claim.c.incident)
        query = query.where(claim.c.num.in_(held.where(incident.c.id == asked.incident)))
    since, until = day_of(asked.since, "since"), day_of(asked.until, "until")
    if since:
        query = query.where(claim.c.last_day >= since)
    if until:
        query = query.where(claim.c.first_day <= until)
    if asked.actor is not None:
        its = is_party(party_value(asked.actor))
        if _common(connection, sa.select(sa.literal(1)).select_from(claim_party).where(its)):
            query = query.where(sa.exists().where(claim_party.c.claim == claim.c.num, its))
            query = query.with_hint(claim, _index_of_claims(connection, asked), "sqlite")
        else:
            query = query.where(claim.c.num.in_(sa.select(claim_party.c.claim).where(its)))
            query = query.with_hint(claim, "INDEXED BY ix_claim_num", "sqlite")
    else:
        query = query.with_hint(claim, _index_of_claims(connection, asked), "sqlite")
    after = key_of(cursor, "claims")
    if after is not None:
        query = query.where(sa.tuple_(claim.c.last_day, claim.c.num) < sa.tuple_(*map(sa.literal, after)))
    query = query.order_by(claim.c.last_day.desc(), claim.c.num.desc()).limit(limit_of(limit) + 1)
    picked = connection.execute(query).all()
    more = None
    if len(picked) > limit:
        more = cursor_of("claims", (picked[limit - 1].last_day, picked[limit - 1].num))
    return Page(_claim_records(connection, [row.num for row in picked[:limit]]), more)


def _index_of_claims(connection: Connection, asked: ClaimFilter) -> str:
    """The index that claims are read from: of what fewest of them have."""
    if asked.report is not None or asked.incident is not None:
        return ""
    counts: dict[str, int] = {}
    for name in ("voice", "country", "type"):
        value = getattr(asked, name)
        if value is not None:
            key = name_key(value) if name == "voice" else value
            counts[name] = _counted(connection, sa.select(sa.literal(1)).where(claim.c[name] == key))
    return f"INDEXED BY ix_claim_{min(counts, key=lambda name: counts[name], default='day')}"


def _counted(connection: Connection, query: sa.Select[Any]) -> int:
    """How many rows a query gives, up to `ENOUGH`."""
    some = query.limit(leads.ENOUGH).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def _common(connection: Connection, query: sa.Select[Any]) -> bool:
    return _counted(connection, query) >= leads.ENOUGH


def _claim_records(connection: Connection, nums: Sequence[int]) -> list[ClaimRecord]:
    """Claims by their rows, in that order, with what belongs to them."""
    found: dict[int, ClaimRecord] = {}
    for some in pieces(nums):
        query: sa.Select[Any] = (
            sa.select(
                claim.c.num, claim.c.body, claim.c.corrected, incident.c.id.label("incident"),
                publisher.c.name.label("publisher"), report.c.published,
            )
            .join(report, report.c.num == claim.c.report)
            .outerjoin(publisher, publisher.c.num == report.c.publisher)
            .outerjoin(incident_claim, incident_claim.c.claim == claim.c.num)
            .outerjoin(incident, incident.c.num == incident_claim.c.incident)
            .where(claim.c.num.in_(some))
        )  # fmt: skip
        found.update((row.num, _claim_record(row)) for row in connection.execute(query))
    return [found[num] for num in nums]


def is_party(value: str) -> sa.ColumnElement[bool]:
    """Whether a row of `claim_party` is of a party: a folded name, or a code as "XKX COP" or "XKX"."""
    told = claim_party.c
    if not (value.isupper() and len(value) in (3, 7)):
        return told.key == value
    if len(value) == 7:
        return told.code == value
    # every code of a country: "XKX " up to "XKX!", in the order of the index
    return sa.or_(told.code == value, sa.and_(told.code > f"{value} ", told.code < f"{value}!"))


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
