"""What lies between two countries, kept beside each incident: of its claims what sums of scores ask, and no
more.

The rows of `incident_dyad` are written with the incident that they are of (`replacing`), so they say at any
moment what its claims say. From them a dyad of thousands of incidents is summed without reading a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.narrators import home_key
from rashomon.reconcile.tension import COUNTED, Dyad, Part, parts
from rashomon.store.engine import Store
from rashomon.store.publishers import key_of
from rashomon.store.rows import Row, encoded
from rashomon.store.schema import (
    claim,
    incident,
    incident_claim,
    incident_dyad,
    pieces,
    publisher,
    report,
)
from rashomon.store.settings import keep, kept

FORM = "1"
"""Of what `parts` gives; the rows of a store of another form are made anew."""
MOST = 2_000
"""Incidents of a dyad that a page sums, the latest."""
_TOGETHER = 2_000
_KEY = "dyads"
_claim = msgspec.json.Decoder(Claim).decode
_incident = msgspec.json.Decoder(Incident).decode
_part = msgspec.json.Decoder(Part).decode


class Between(msgspec.Struct, frozen=True):
    """What the store has between two countries: the parts of the latest incidents, each with the id of its
    incident, as `reconcile.tension.summed` takes them; the countries of publishers as far as profiles say, by
    `narrators.home_key`; and whether that is all."""

    told: tuple[tuple[str, Dyad, Part], ...]
    homes: dict[str, str]
    whole: bool


def between(
    connection: Connection, pair: Dyad, since: str | None, until: str | None, limit: int = MOST
) -> Between:
    """The latest incidents in which one of two countries does something to the other.

    Args:
        connection: to a store.
        pair: their codes, in the order of the alphabet.
        since: the first day (ISO) that the incident's time has to touch.
        until: the last one.
        limit: incidents at most.
    """
    told = incident_dyad.c
    query = (
        sa.select(incident.c.id, told.told)
        .select_from(incident_dyad.join(incident, incident.c.num == told.incident))
        .with_hint(incident, "INDEXED BY ix_incident_num", "sqlite")
        .where(told.a == pair[0], told.b == pair[1], incident.c.dismissed == 0)
        .order_by(told.last_day.desc(), told.incident.desc())
    )
    if since is not None:
        query = query.where(told.last_day >= since)
    if until is not None:
        query = query.where(incident.c.first_day <= until)
    rows = connection.execute(query.limit(limit + 1)).all()
    made = tuple((ref, pair, _part(body)) for ref, body in rows[:limit])
    return Between(made, _homes(connection, made), len(rows) <= limit)


def _homes(connection: Connection, told: Iterable[tuple[str, Dyad, Part]]) -> dict[str, str]:
    """The countries of the publishers that tell something, as far as profiles say."""
    names = {each.who for _, _, part in told for each in part.tellings if not each.quoted and each.who}
    found: dict[str, str] = {}
    for some in pieces({key_of(name) for name in names}):
        query = sa.select(publisher.c.name, publisher.c.country).where(
            publisher.c.key.in_(some), publisher.c.country.is_not(None)
        )
        found.update((home_key(name), country) for name, country in connection.execute(query))
    return found


def rows_of(
    num: int, last_day: str, one: Incident, claims: Iterable[Claim], publishers: Mapping[str, str | None]
) -> Iterator[Row]:
    """The rows of an incident, by its own row and its last day; `publishers` are names, by report."""
    for (a, b), part in sorted(parts(one, claims, publishers).items()):
        yield {"a": a, "b": b, "last_day": last_day, "incident": num, "told": encoded(part)}


def tell_anew(store: Store, say: Callable[[str], None]) -> None:
    """Write the rows of all incidents of a store that has none, or has them in another form. It is done some
    thousands at a time: stopped, it goes on from there, and others may write between.

    Raises:
        StoreError: the store cannot be written.
    """
    with store.reading() as connection:
        if kept(connection, _KEY) == FORM:
            return
        last = int(connection.execute(sa.select(sa.func.max(incident.c.num))).scalar() or 0)
    if last > _TOGETHER:
        say("working out what lies between countries; stopped, it goes on from there")

    def work(connection: Connection) -> int | None:
        before = kept(connection, _KEY) or ""
        if before == FORM:
            return None
        form, _, done = before.partition(" ")
        after = int(done) if form == FORM else 0
        query = sa.select(incident.c.num).where(incident.c.num > after).order_by(incident.c.num)
        nums = connection.execute(query.limit(_TOGETHER)).scalars().all()
        keep(connection, _KEY, f"{FORM} {nums[-1]}" if nums else FORM)
        _write(connection, nums)
        return nums[-1] if nums else None

    while (done := store.write(work)) is not None:
        if last > _TOGETHER:
            say(f"{min(100 * done // last, 100)}% of the incidents")


def amiss(connection: Connection, most: int = 500) -> tuple[int, int]:
    """How many of the latest incidents were looked at, and how many of them have other rows than their claims
    say."""
    query = sa.select(incident.c.num).order_by(incident.c.num.desc()).limit(most)
    nums = connection.execute(query).scalars().all()
    wrong: set[int] = set()
    for some in pieces(nums):
        there = sa.select(incident_dyad).where(incident_dyad.c.incident.in_(some))
        found = {tuple(row) for row in connection.execute(there)}
        wanted = {tuple(row.values()) for row in _rows(connection, some)}
        wrong.update(row[3] for row in found ^ wanted)
    return len(nums), len(wrong)


def form_of(connection: Connection) -> str:
    """The form that the rows of a store have."""
    return kept(connection, _KEY) or "none"


def _write(connection: Connection, nums: Sequence[int]) -> None:
    """Write the rows of some incidents anew."""
    for some in pieces(nums):
        connection.execute(sa.delete(incident_dyad).where(incident_dyad.c.incident.in_(some)))
        if found := _rows(connection, some):
            connection.execute(sa.insert(incident_dyad), found)


def _rows(connection: Connection, nums: Sequence[int]) -> list[Row]:
    """The rows of some incidents, from what their claims say."""
    rows = sa.select(incident.c.num, incident.c.last_day, incident.c.body)
    there = {row.num: row for row in connection.execute(rows.where(incident.c.num.in_(nums)))}
    told: dict[int, dict[str, Claim]] = {num: {} for num in there}
    publishers: dict[str, str | None] = {}
    query = (
        sa.select(incident_claim.c.incident, claim.c.body, claim.c.corrected, publisher.c.name)
        .join(claim, claim.c.num == incident_claim.c.claim)
        .join(report, report.c.num == claim.c.report)
        .outerjoin(publisher, publisher.c.num == report.c.publisher)
        .where(incident_claim.c.incident.in_(nums), claim.c.status.in_(COUNTED), claim.c.frame == "current")
    )
    for num, body, corrected, name in connection.execute(query):
        each = _claim(corrected if corrected is not None else body)
        told[num][each.id] = each
        publishers[each.report] = name
    found: list[Row] = []
    for num, row in there.items():
        one = _incident(row.body)
        its = (told[num][ref] for ref in one.claims if ref in told[num])
        found += rows_of(num, row.last_day, one, its, publishers)
    return found


__all__ = ["FORM", "MOST", "Between", "amiss", "between", "form_of", "rows_of", "tell_anew"]
