"""What pages show of many incidents at once: points of a map, a timeline, what changed last, who is heard of
most. What lies between two countries is in `dyads`.

All of it looks at a bounded number of rows, the latest; what is cut off is said by the numbers given back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim
from rashomon.reconcile.incidents import Incident
from rashomon.store.queries import IncidentFilter, filtered, incident_record, is_party, latest_of
from rashomon.store.records import Change, IncidentRecord
from rashomon.store.rows import party_value
from rashomon.store.schema import (
    change,
    claim,
    claim_party,
    incident,
    publisher,
)
from rashomon.store.shelves import change_of

POINTS = 10_000
"""Points of a map at most."""
TIMELINE = 20_000
"""Incidents that a timeline counts at most."""
LATEST = 20_000
"""Claims among which parties, voices and dyads are counted."""
_FAR = 10
_CODES = 64
_incident = msgspec.json.Decoder(Incident).decode
_claim = msgspec.json.Decoder(Claim).decode
Step = Literal["day", "month", "year"]
_WIDTH: dict[Step, int] = {"day": 10, "month": 7, "year": 4}


class MapPoint(NamedTuple):
    """An incident on the map, as the API gives it; `disputed` is 0 or 1, `precision` says how exact its place
    is."""

    id: str
    lon: float
    lat: float
    type: str
    score: float
    day: str
    disputed: int
    voices: int
    place: str
    precision: str | None


class Timeline(msgspec.Struct, frozen=True):
    """Incidents by day, month or year of their last day: (period, all of them, the disputed ones), the
    earliest first. `whole` is false where only the latest were counted; `later` incidents of days far ahead
    are in no bar."""

    step: Step
    bars: tuple[tuple[str, int, int], ...]
    whole: bool
    later: int = 0

    @property
    def count(self) -> int:
        """The incidents that are in it."""
        return sum(count for _, count, _ in self.bars) + self.later


class Heard(msgspec.Struct, frozen=True):
    """A party or a voice: what it is found by, its name, a code of it, and how many claims it is in."""

    key: str
    name: str
    code: str | None
    claims: int


def version(connection: Connection) -> int:
    """The number of the last change: another one means that incidents changed."""
    return int(connection.execute(sa.select(sa.func.max(change.c.num))).scalar() or 0)


def latest_changes(
    connection: Connection, limit: int, kinds: Collection[str] = ()
) -> list[tuple[Change, IncidentRecord]]:
    """The incidents that changed last with their last change, the latest first; of some kinds of changes, or
    of all."""
    query = sa.select(change).order_by(change.c.num.desc()).limit(limit * 4)
    if kinds:
        query = query.where(change.c.kind.in_(kinds))
    last: dict[str, Change] = {}
    for row in connection.execute(query):
        last.setdefault(row.incident, change_of(row))
    found = {
        row.id: row
        for row in connection.execute(sa.select(incident).where(incident.c.id.in_(list(last))))
        if not row.dismissed  # asked of SQLite, it would begin with all that are not
    }
    told = [(each, incident_record(found[ref])) for ref, each in last.items() if ref in found]
    return told[:limit]


def points(connection: Connection, asked: IncidentFilter, limit: int = POINTS) -> tuple[list[MapPoint], bool]:
    """The latest incidents that have a place on the map, and whether these are all.

    Raises:
        InputError: a filter cannot be understood.
    """
    query = sa.select(incident.c.num).where(incident.c.lat.is_not(None), incident.c.lon.is_not(None))
    query, cut = latest_of(connection, asked, query)
    some = query.limit(limit + 1).subquery("some")
    shown = incident.alias("shown")
    wanted: sa.Select[Any] = (
        sa.select(
            shown.c.id, shown.c.lon, shown.c.lat, shown.c.type, shown.c.score, shown.c.last_day,
            shown.c.disputed, shown.c.n_voices, shown.c.place, shown.c.place_precision, shown.c.num,
        )
        .select_from(some.join(shown, shown.c.num == some.c.num))
        .with_hint(shown, "INDEXED BY ix_incident_num", "sqlite")
    )  # fmt: skip
    rows = connection.execute(wanted).all()
    order = sorted(rows, key=lambda row: (row[5], row[10]), reverse=True)
    made = [
        MapPoint(
            ref, round(lon, 4), round(lat, 4), kind, score, day, disputed, voices, place or "", precision
        )
        for ref, lon, lat, kind, score, day, disputed, voices, place, precision, _ in order[:limit]
    ]  # fmt: skip
    return made, len(rows) <= limit and not cut


def timeline(connection: Connection, asked: IncidentFilter, until: str | None = None) -> Timeline:
    """How many incidents there are over time, in steps that give a readable number of bars. Days after
    `until` (ISO) are in no bar where others are and the steps would be longer with them: one report with a
    wrong year would make years of days.

    Raises:
        InputError: a filter cannot be understood.
    """
    query = sa.select(incident.c.last_day, incident.c.disputed)
    query, cut = latest_of(connection, asked, query)
    some = query.limit(TIMELINE).subquery()
    day = some.c.last_day
    by_day = sa.select(day, sa.func.count(), sa.func.sum(some.c.disputed)).group_by(day)
    days = sorted((str(row[0]), int(row[1]), int(row[2])) for row in connection.execute(by_day))
    step, later = _step_of(days), 0
    near = [each for each in days if until is None or each[0] <= until]
    if near and _step_of(near) != step:
        step, later = _step_of(near), sum(count for _, count, _ in days) - sum(count for _, count, _ in near)
        days = near
    bars: dict[str, tuple[int, int]] = {}
    for one, count, disputed in days:
        before = bars.get(one[: _WIDTH[step]], (0, 0))
        bars[one[: _WIDTH[step]]] = before[0] + count, before[1] + disputed
    made = tuple((period, count, disputed) for period, (count, disputed) in bars.items())
    return Timeline(step, made, sum(count for _, count, _ in made) + later < TIMELINE and not cut, later)


def _step_of(days: Sequence[tuple[str, int, int]]) -> Step:
    if not days:
        return "day"
    first, last = days[0][0], days[-1][0]
    months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:7]) - int(first[5:7])
    return "day" if months <= 2 else "month" if months <= 120 else "year"


def _of_latest(
    connection: Connection,
    told: Sequence[sa.FromClause],
    columns: Sequence[sa.ColumnElement[Any]],
    which: Sequence[sa.ColumnElement[bool]] = (),
) -> sa.FromClause:
    """Columns of the parties of the latest claims. `told` are the tables of parties that the columns are of,
    one or more; of those all are of one claim.

    PostgreSQL would rather go through the parties of all claims than look up those of the latest, however
    many there are besides; a query that has an offset it takes as it stands, for each claim anew."""
    latest = sa.select(claim.c.num).order_by(claim.c.last_day.desc(), claim.c.num.desc()).limit(LATEST)
    some = latest.subquery("some")
    first, *others = told
    joined = first
    for one in others:
        joined = joined.join(one, one.c.claim == first.c.claim)
    its = sa.select(*columns).select_from(joined).where(first.c.claim == some.c.num, *which)
    if connection.dialect.name == "sqlite" or not _are_few(connection, LATEST):
        return its.subquery("theirs")
    each = its.correlate(some).offset(0).lateral("each")
    return sa.select(each).select_from(some.join(each, sa.true())).subquery("theirs")


def _are_few(connection: Connection, claims: int) -> bool:
    """Whether so many claims are few of all."""
    return claims * _FAR < (connection.execute(sa.select(sa.func.max(claim.c.num))).scalar() or 0)


def parties(connection: Connection) -> list[Heard]:
    """Actors and recipients of the latest claims, the commonest first."""
    its = claim_party.c
    told = _of_latest(connection, [claim_party], [its.key, its.name, its.code]).c
    query = (
        sa.select(told.key, sa.func.min(told.name), sa.func.max(told.code), sa.func.count())
        .group_by(told.key)
        .order_by(sa.func.count().desc(), told.key)
        .limit(1_000)
    )
    return [Heard(key, name, code, int(count)) for key, name, code, count in connection.execute(query)]


def voices(connection: Connection) -> list[Heard]:
    """Voices of the latest claims, the commonest first; the name is as the store finds them by."""
    some = (
        sa.select(claim.c.voice)
        .order_by(claim.c.last_day.desc(), claim.c.num.desc())
        .limit(LATEST)
        .subquery()
    )
    query = (
        sa.select(some.c.voice, sa.func.count())
        .where(some.c.voice.is_not(None))
        .group_by(some.c.voice)
        .order_by(sa.func.count().desc(), some.c.voice)
        .limit(1_000)
    )
    found = [(str(key), int(count)) for key, count in connection.execute(query)]
    known = sa.select(publisher.c.key, publisher.c.name).where(publisher.c.key.in_([key for key, _ in found]))
    names = {row.key: row.name for row in connection.execute(known)}
    return [Heard(key, names.get(key, key), None, count) for key, count in found]


def told_names(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """How the latest claims of some voices name them, by what the store finds them by."""
    last = sa.select(sa.func.max(claim.c.num)).where(claim.c.voice.in_(list(keys))).group_by(claim.c.voice)
    query = sa.select(claim.c.voice, claim.c.body).where(claim.c.num.in_(last))
    told = {str(row.voice): _claim(row.body).voice for row in connection.execute(query)}
    return {key: name for key, voice in told.items() if (name := voice.name or voice.text)}


def dyads(connection: Connection) -> list[tuple[tuple[str, str], int]]:
    """Pairs of countries of which one does something to the other in the latest claims, the commonest
    first."""
    actor, recipient = claim_party.alias("actor"), claim_party.alias("recipient")
    told = _of_latest(
        connection,
        [actor, recipient],
        [actor.c.claim, actor.c.country.label("one"), recipient.c.country.label("other")],
        [actor.c.role == "actor", recipient.c.role == "recipient", actor.c.country != recipient.c.country],
    ).c
    query = sa.select(told.one, told.other, sa.func.count(sa.distinct(told.claim)))
    query = query.group_by(told.one, told.other)
    counted: Counter[tuple[str, str]] = Counter()
    for one, other, count in connection.execute(query):
        counted[min(one, other), max(one, other)] += int(count)
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))


class VoiceProfile(msgspec.Struct, frozen=True):
    """What a voice tells, over its latest incidents.

    `incidents` counts those that it has an account of, `shared` those that others tell of too, `differs`
    those in which it takes part in a dispute, `revised` those in which it revised itself; `fields` are the
    disputed fields with their counts, `against` the voices that it stands against, `types` what it tells of.
    """

    incidents: int
    shared: int
    differs: int
    revised: int
    fields: tuple[tuple[str, int], ...]
    against: tuple[tuple[str, int], ...]
    types: tuple[tuple[str, int], ...]
    whole: bool


def voice_profile(connection: Connection, name: str, same: Any, limit: int = 1_000) -> VoiceProfile:
    """How a voice stands among the others. `same` says of a name in a dispute whether it is this voice."""
    query = sa.select(incident.c.num)
    query = filtered(connection, IncidentFilter(voice=name), query, incident.c.last_day, None)
    nums = connection.execute(query.limit(limit + 1)).scalars().all()
    wanted = sa.select(incident.c.body, incident.c.n_voices, incident.c.type)
    rows = connection.execute(wanted.where(incident.c.num.in_(nums[:limit]))).all()
    fields: Counter[str] = Counter()
    against: Counter[str] = Counter()
    shared = differs = revised = 0
    for row in rows:
        one = _incident(row.body)
        shared += row.n_voices > 1
        mine = [each for each in one.disputes if any(same(position.voice) for position in each.positions)]
        differs += bool(mine)
        revised += any(same(each.voice) for each in one.updates)
        fields.update({each.field for each in mine})
        against.update({p.voice for each in mine for p in each.positions if not same(p.voice)})
    kinds = Counter(row.type for row in rows)
    return VoiceProfile(
        len(rows), shared, differs, revised, tuple(fields.most_common()),
        tuple(against.most_common(12)), tuple(kinds.most_common()), len(nums) <= limit,
    )  # fmt: skip


class PartyProfile(msgspec.Struct, frozen=True):
    """What an actor did and what was done to it, over its latest claims: types with their counts; and the
    codes that it was given."""

    claims: int
    did: tuple[tuple[str, int], ...]
    suffered: tuple[tuple[str, int], ...]
    codes: tuple[tuple[str, int], ...]
    names: tuple[tuple[str, int], ...]
    whole: bool


def party_profile(connection: Connection, name: str, limit: int = 5_000) -> PartyProfile:
    """What is told of a party, by its name or code."""
    value = party_value(name)
    told = claim_party.c
    query = sa.select(told.claim, told.role, told.code, told.name, told.last_day)
    order = (told.last_day.desc(), told.claim.desc())
    codes = _codes_of(connection, value) if value.isupper() and len(value) == 3 else ()
    if codes:  # each code is in the order of days, all of them together are not
        each = [query.where(told.code == code).order_by(*order).limit(limit + 1).subquery() for code in codes]
        whole = sa.union_all(*(sa.select(part) for part in each)).subquery()
        latest = sa.select(whole).order_by(whole.c.last_day.desc(), whole.c.claim.desc())
        some = latest.limit(limit + 1).subquery()
    else:
        some = query.where(is_party(value)).order_by(*order).limit(limit + 1).subquery()
    rows = connection.execute(
        sa.select(some.c.role, some.c.code, some.c.name, claim.c.type).join(
            claim, claim.c.num == some.c.claim
        )
    ).all()
    return PartyProfile(
        min(len(rows), limit),
        tuple(Counter(row.type for row in rows if row.role == "actor").most_common()),
        tuple(Counter(row.type for row in rows if row.role == "recipient").most_common()),
        tuple(Counter(row.code for row in rows if row.code).most_common(12)),
        tuple(Counter(row.name for row in rows).most_common(12)),
        len(rows) <= limit,
    )


def _codes_of(connection: Connection, country: str) -> list[str]:
    """The codes of a country's parties, each found from the one before; none where there are very many."""
    code = claim_party.c.code
    found: list[str] = []
    query = sa.select(sa.func.min(code)).where(code < f"{country}!")
    last = connection.execute(query.where(code >= country)).scalar()
    while last is not None and len(found) < _CODES:
        if last == country or last.startswith(f"{country} "):
            found.append(last)
        last = connection.execute(query.where(code > last)).scalar()
    return found if last is None else []
