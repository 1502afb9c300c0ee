"""Which of the things that incidents are asked for leads: the one that fewest incidents have.

The one that leads is read from its index in the order of the list; for each incident that it gives the others
are looked up, until there are enough. Where nothing is rare, many incidents fit, and any order of reading
finds a page soon. What is common is not counted to its end (`ENOUGH`).

| leads | is read from |
|---|---|
| nothing, country, type | an index of incidents that holds all that is filtered by |
| facet | the facets of one kind and value |
| side | the facets of a country's voices and outlets, where they are few |
| words | SQLite: the index of words, which is in the order of days. PostgreSQL has its own ways |

PostgreSQL gets the same questions, and chooses by its statistics how to go about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.store import search
from rashomon.store.fulltext import day_row
from rashomon.store.schema import incident, incident_facet, publisher

ENOUGH = 10_000
"""Where counting stops: what so many incidents have is common."""
COMMON = 10
"""By how much farther is counted where thousands are asked for: of two common things the rarer leads."""
MOST = 20_000
"""Incidents at most, the latest, that are looked at where thousands are asked for: of what leads."""
FEW = 1_000
"""Incidents for which the index of words is asked one by one."""
Facet = tuple[str, str]
Kind = Literal["day", "changed", "country", "type", "facet", "side", "words"]


class Wanted(msgspec.Struct, frozen=True):
    """What incidents are asked for, apart from plain conditions on their columns. `plain` says whether there
    are any of those; `since`, the first of their last days, is among them. `many` says that thousands are
    asked for, not a page; `bounded` that of what leads only the latest `MOST` are looked at."""

    country: str | None
    type: str | None
    facets: tuple[Facet, ...]
    side: str | None
    words: str | None
    dismissed: bool
    plain: bool
    since: str | None = None
    many: bool = False
    bounded: bool = False

    @property
    def parts(self) -> int:
        """How many things are asked for."""
        one = (self.country, self.type, self.side, self.words)
        return len(self.facets) + sum(each is not None for each in one)


class Lead(msgspec.Struct, frozen=True):
    """What leads, how many incidents have it (up to `ENOUGH`), and the facet where it is one."""

    kind: Kind
    count: int = 0
    facet: Facet | None = None


def lead_of(connection: Connection, wanted: Wanted, changed: bool) -> Lead:
    """What leads; `changed` is whether the list is in the order of changes."""
    sqlite = connection.dialect.name == "sqlite"
    otherwise = Lead("changed" if changed else "day")
    leads: list[Lead] = [Lead("facet", facet=facet) for facet in wanted.facets]
    leads += [Lead("country")] if wanted.country is not None else []
    leads += [Lead("type")] if wanted.type is not None else []
    leads += [Lead("side")] if wanted.side is not None else []
    leads += [Lead("words")] if wanted.words is not None and sqlite else []
    if not leads:
        return otherwise
    if len(leads) == 1 and not changed and leads[0].kind != "side" and not (wanted.bounded and wanted.plain):
        return leads[0]
    counted = [msgspec.structs.replace(each, count=_count(connection, wanted, each)) for each in leads]
    best = min(counted, key=lambda each: each.count)
    words = next((each for each in counted if each.kind == "words"), None)
    if best.count >= ENOUGH:
        if changed:
            return otherwise
        if words is not None:
            return words
        column = next((each for each in counted if each.kind in ("country", "type")), None)
        if column is not None:
            return column
        return otherwise if wanted.plain or best.kind == "side" else best
    if words is not None and best is not words and best.count > FEW:
        return otherwise if changed else words
    return best


def settled(connection: Connection, query: sa.Select[Any], wanted: Wanted, changed: bool) -> Lead:
    """What leads a page: as `lead_of`, but where common words would, and all else that is asked for together
    leaves only a few incidents, that leads, and the words are looked up in each. `query` has the plain
    conditions."""
    lead = lead_of(connection, wanted, changed)
    if lead.kind != "words" or wanted.many or not (wanted.plain or wanted.parts > 1):
        return lead
    if (lead.count or _count(connection, wanted, lead)) < ENOUGH:
        return lead
    bare = msgspec.structs.replace(wanted, words=None)
    other = lead_of(connection, bare, changed)
    if other.kind in ("facet", "side") and other.count >= ENOUGH:
        return lead  # too many to look through
    some = led(connection, query, bare, other, None, None).limit(FEW + 1).subquery()
    found = int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
    return other if found <= FEW else lead


def _count(connection: Connection, wanted: Wanted, lead: Lead) -> int:
    """How many incidents there are with what leads, up to `ENOUGH`, or further where many are asked for."""
    one = sa.select(sa.literal(1))
    if lead.kind == "facet":
        assert lead.facet is not None
        told = incident_facet.c
        query = one.where(told.kind == lead.facet[0], told.value == lead.facet[1])
    elif lead.kind == "side":
        assert wanted.side is not None
        query = sa.select(told_from(wanted.side).subquery().c.incident)
    elif lead.kind == "words":
        assert wanted.words is not None
        query = sa.select(search.incidents_with(connection, wanted.words).subquery())
    else:
        column = incident.c[lead.kind]
        query = one.where(column == getattr(wanted, lead.kind), incident.c.dismissed == int(wanted.dismissed))
    far = COMMON if wanted.many and lead.kind != "side" else 1
    some = query.limit(ENOUGH * far).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def told_from(country: str) -> sa.CompoundSelect[Any]:
    """The rows of the incidents that a country's voices tell of: a quoted one, or an outlet at home there."""
    heard = incident_facet.c
    quoted = sa.select(heard.incident).where(heard.kind == "voice", heard.value == country)
    printed = sa.select(heard.incident).where(heard.kind == "publisher", heard.value.in_(_at_home(country)))
    return sa.union_all(quoted, printed)


def is_told_from(connection: Connection, country: str) -> sa.ColumnElement[bool]:
    """Whether an incident is among them, looked up by the incident. SQLite looks up where each of its outlets
    is at home, for a country has more outlets than an incident; PostgreSQL keeps those of the country at
    hand."""
    heard = incident_facet.alias("heard")
    mine = sa.exists().where(heard.c.incident == incident.c.num)
    home: sa.ColumnElement[bool] = heard.c.value.in_(_at_home(country))
    if connection.dialect.name == "sqlite":
        its = sa.select(publisher.c.country).where(publisher.c.key == heard.c.value)
        home = its.scalar_subquery() == country
    return sa.or_(
        mine.where(heard.c.kind == "voice", heard.c.value == country),
        mine.where(heard.c.kind == "publisher", home),
    )


def _at_home(country: str) -> sa.Select[Any]:
    return sa.select(publisher.c.key).where(publisher.c.country == country)


def has(facet: Facet) -> sa.ColumnElement[bool]:
    """Whether an incident has a facet, looked up by its day and row: what is gone through in the order of
    days then finds one beside the other."""
    other = incident_facet.alias()
    its: sa.Select[Any] = (
        sa.select(sa.literal_column("1"))
        .where(
            other.c.kind == facet[0],
            other.c.value == facet[1],
            other.c.last_day == incident.c.last_day,
            other.c.incident == incident.c.num,
        )
        .with_hint(other, "INDEXED BY sqlite_autoindex_incident_facet_1", "sqlite")  # the primary key
    )
    return sa.exists(its.correlate(incident))


def cut(lead: Lead) -> bool:
    """Whether more have what leads than are looked at where that is bounded."""
    return lead.kind in ("facet", "words") and lead.count > MOST


def led(
    connection: Connection,
    query: sa.Select[Any],
    wanted: Wanted,
    lead: Lead,
    column: sa.Column[str] | None,
    after: tuple[str, int] | None,
) -> sa.Select[Any]:
    """A query over incidents with what is wanted, in the order of `column` from the latest on and after that
    place; `column` None for no order."""
    rest = [facet for facet in wanted.facets if facet != lead.facet]
    query = query.where(*map(has, rest))
    index = lead.kind if lead.kind in ("day", "changed", "country", "type") else "num"
    query = query.with_hint(incident, f"INDEXED BY ix_incident_{index}", "sqlite")
    day = column is incident.c.last_day
    order: Sequence[Any] = () if column is None else (column, incident.c.num)
    bounded = wanted.bounded and cut(lead)
    if lead.kind == "facet":
        assert lead.facet is not None
        told = incident_facet.c
        which = [told.kind == lead.facet[0], told.value == lead.facet[1]]
        if wanted.since is not None:
            which.append(told.last_day >= wanted.since)
        if bounded:
            latest = sa.select(told.last_day, told.incident).where(*which)
            latest = latest.order_by(told.last_day.desc(), told.incident.desc()).limit(MOST)
            some = latest.subquery("latest")
            query = query.join(some, some.c.incident == incident.c.num)
            order = (some.c.last_day, some.c.incident) if day else order
        else:
            query = query.join(incident_facet, told.incident == incident.c.num).where(*which)
            order = (told.last_day, told.incident) if day else order
    if lead.kind == "side":
        assert wanted.side is not None
        query = query.where(incident.c.num.in_(told_from(wanted.side)))
    elif wanted.side is not None and wanted.many:  # one set of rows is quicker than many questions
        query = query.where(incident.c.num.in_(told_from(wanted.side)))
    elif wanted.side is not None:
        query = query.where(is_told_from(connection, wanted.side))
    if wanted.words is not None:
        if lead.kind == "words":
            first = None if wanted.since is None else day_row(wanted.since, 0)
            query, row = search.led_by_words(query, wanted.words, first, MOST if bounded else None)
            if day:
                return search.in_order(query, row, after)
        elif connection.dialect.name == "sqlite":
            query = query.where(search.has_words(wanted.words))
        else:
            query = query.where(incident.c.num.in_(search.incidents_with(connection, wanted.words)))
    if not order:
        return query
    if after is not None:
        query = query.where(sa.tuple_(*order) < sa.tuple_(*map(sa.literal, after)))
    return query.order_by(*(each.desc() for each in order))


__all__ = ["ENOUGH", "Facet", "Lead", "Wanted", "cut", "has", "lead_of", "led", "settled"]
