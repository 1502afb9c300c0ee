"""From changes to alerts: each watch goes through the log of changes, and what its rules find is written
together with how far it has come.

The looking is done on a view of the store that nobody waits for. What it found is written only if the watch
still stands where it stood: the alerts, a delivery for each channel, and the watch's new position are one
transaction. Killed anywhere, it looks at the same changes again and comes to the same alerts.
"""

from __future__ import annotations

import datetime
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.desk.alerts import channels, watches
from rashomon.desk.alerts.judging import Case, Found, Stated, judge
from rashomon.desk.alerts.rules import Rule, TensionRises
from rashomon.desk.alerts.strained import LATE, strained
from rashomon.desk.alerts.watches import Watch
from rashomon.errors import InputError, RashomonError
from rashomon.model import Claim
from rashomon.store import overviews, shelves
from rashomon.store.desk import Desk
from rashomon.store.publishers import now
from rashomon.store.queries import filtered, incident_record
from rashomon.store.records import Change, IncidentRecord
from rashomon.store.rows import encoded
from rashomon.store.schema import (
    alert,
    alert_delivery,
    alert_watch,
    change,
    claim,
    incident,
    incident_alias,
    incident_claim,
    incident_facet,
    pieces,
    publisher,
    report,
)

STEP = 500
"""Changes that are looked at together."""
_claim = msgspec.json.Decoder(Claim).decode
Raised = Callable[[Collection[str]], list[tuple[str, str, str]]]
"""Rule, what it is about, and level of the alerts about some things."""


class Judged(msgspec.Struct, frozen=True):
    """What a watch finds in some changes: the last of them, and the alerts in the order of the changes."""

    position: int
    found: tuple[Found, ...]


def run(
    desk: Desk,
    *,
    step: int = STEP,
    today: str | None = None,
    on_error: Callable[[RashomonError], None] | None = None,
) -> int:
    """Let every active watch look at all changes that it has not seen; how many alerts were raised.

    Args:
        desk: the store.
        step: changes that are looked at together.
        today: no later day is looked at for tension; today where it is None.
        on_error: hears of a watch whose filter or rules this version does not know; the others go on.

    Raises:
        InputError: there is such a watch, and no `on_error`.
        StoreError: the store cannot be read or written; it goes on from there when it is called again.
    """
    with desk.store.reading() as connection:
        names = [watch.name for watch in watches.all_of(connection, active=True)]
    count = 0
    for name in names:
        try:
            count += _catch_up(desk, name, step, today or _today())
        except InputError as error:
            if on_error is None:
                raise
            on_error(error.at(name))
    return count


def _catch_up(desk: Desk, name: str, step: int, today: str) -> int:
    count = 0
    while True:
        with desk.store.reading() as connection:
            watch = next((one for one in watches.all_of(connection, active=True) if one.name == name), None)
            if watch is None or watch.position >= overviews.version(connection):
                return count
            found = look(connection, watch, step, today, partial(_raised, connection, watch.num))
        if found.position == watch.position:
            return count
        count += desk.store.write(partial(_keep, watch=watch, judged=found))


def rehearse(desk: Desk, watch: Watch, days: int) -> list[Found]:
    """What a watch would have raised over the last days, had it been made before them; nothing is written."""
    today = _today()
    first = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)).strftime(
        "%Y-%m-%dT%H:%M:%S"
    )
    found: list[Found] = []

    def raised(refs: Collection[str]) -> list[tuple[str, str, str]]:
        return [(one.rule, one.about, one.level) for one in found if one.about in refs]

    with desk.store.reading() as connection:
        at = _last(connection, change.c.num, change.c.at < first)
        old = _last(connection, report.c.num, report.c.added < first)
        watch = msgspec.structs.replace(watch, since_change=at, since_report=old, position=at)
        while True:
            judged = look(connection, watch, STEP, today, raised, late=max(days, LATE))
            found += judged.found
            if judged.position == watch.position:
                return found
            watch = msgspec.structs.replace(watch, position=judged.position)


def look(
    connection: Connection, watch: Watch, step: int, today: str, raised: Raised, late: int = LATE
) -> Judged:
    """What a watch finds in the next changes."""
    changes = shelves.changes_since(connection, watch.position, step)
    if not changes:
        return Judged(watch.position, ())
    rules = watch.wanted
    found = list(_of_incidents(connection, watch, rules, changes, raised))
    lately = [rule for rule in rules if isinstance(rule, TensionRises)]
    nums = _nums(connection, {each.incident for _, each in changes}) if lately else {}
    for rule in lately:
        if _between(connection, rule.pair, set(nums.values())):
            found += _of_dyad(connection, rule, today, late, raised)
    return Judged(changes[-1][0], tuple(found))


def _of_incidents(
    connection: Connection,
    watch: Watch,
    rules: Sequence[Rule],
    changes: Sequence[tuple[int, Change]],
    raised: Raised,
) -> Iterable[Found]:
    if all(isinstance(rule, TensionRises) for rule in rules):
        return
    nums = _nums(connection, {each.incident for _, each in changes})
    disputes: dict[int, dict[str, None]] = defaultdict(dict)  # in the order in which they changed
    for _, each in changes:
        if each.incident in nums:
            disputes[nums[each.incident]].update(dict.fromkeys(_came_to_differ(each)))
    fitting = _fitting(connection, watch, list(disputes))
    told = _told(connection, fitting)
    names = _names(connection, fitting)
    fresh = _fresh(connection, {record.id for record in fitting.values()}, watch.since_change)
    for num, fields in disputes.items():
        if num not in fitting:
            continue
        record = fitting[num]
        case = Case(record, told[num], tuple(fields), record.id in fresh, watch.since_report)
        before = {(rule, level) for rule, _, level in raised({record.id, *names.get(num, ())})}
        for rule in rules:
            yield from judge(rule, case, before)


def _came_to_differ(each: Change) -> list[str]:
    """The fields that accounts came to differ on by a change."""
    named = each.detail.get("disputes")
    return [str(field) for field in named] if isinstance(named, list) else []


def _of_dyad(
    connection: Connection, rule: TensionRises, today: str, late: int, raised: Raised
) -> list[Found]:
    """The rises of a dyad that no alert was raised about. A rise that begins within its own calm days of one
    that was told is the same: a report that came late has moved its first day."""
    new: list[Found] = []
    for found in strained(connection, rule, today, late):
        days = [level for name, _, level in raised({found.about}) if name == found.rule]
        days += [each.level for each in new]
        if all(abs(_ordinal(found.level) - _ordinal(day)) > rule.calm for day in days):
            new.append(found)
    return new


def _ordinal(day: str) -> int:
    return datetime.date.fromisoformat(day).toordinal()


def _keep(connection: Connection, watch: Watch, judged: Judged) -> int:
    """Write what a watch found, unless another process has been there; how many alerts."""
    query = sa.select(alert_watch.c.position, alert_watch.c.active, alert_watch.c.channels)
    row = connection.execute(query.where(alert_watch.c.num == watch.num)).first()
    if row is None or row.position != watch.position or not row.active:
        return 0
    known = set(_raised(connection, watch.num, {found.about for found in judged.found}))
    at, count = now(), 0
    for found in judged.found:
        key = (found.rule, found.about, found.level)
        if key in known:
            continue
        known.add(key)
        values = {
            "watch": watch.num, "rule": found.rule, "about": found.about, "level": found.level, "at": at,
            "why": found.why, "detail": encoded(found.detail),
        }  # fmt: skip
        num = connection.execute(sa.insert(alert).values(**values).returning(alert.c.num)).scalar_one()
        rows = [
            {
                "alert": num, "watch": watch.num, "channel": channels.fingerprint(channel),
                "key": secrets.token_hex(16), "state": "waiting", "attempts": 0, "next_try": at,
            }
            for channel in watch.channels
        ]  # fmt: skip
        if rows:
            connection.execute(sa.insert(alert_delivery), rows)
        count += 1
    done = sa.update(alert_watch).where(alert_watch.c.num == watch.num)
    connection.execute(done.values(position=judged.position))
    return count


def _raised(connection: Connection, watch: int, refs: Collection[str]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for some in pieces(refs):
        query = sa.select(alert.c.rule, alert.c.about, alert.c.level)
        query = query.where(alert.c.watch == watch, alert.c.about.in_(some))
        found += [(row.rule, row.about, row.level) for row in connection.execute(query)]
    return found


def _nums(connection: Connection, refs: Collection[str]) -> dict[str, int]:
    """The incidents that ids name now, by row; those that are no more lead to where their claims went."""
    found: dict[str, int] = {}
    for some in pieces(refs):
        led = sa.select(incident_alias.c.id, incident_alias.c.incident).where(incident_alias.c.id.in_(some))
        found.update((row.id, row.incident) for row in connection.execute(led))
        own = sa.select(incident.c.id, incident.c.num).where(incident.c.id.in_(some))
        found.update((row.id, row.num) for row in connection.execute(own))
    return found


def _fitting(connection: Connection, watch: Watch, nums: Sequence[int]) -> dict[int, IncidentRecord]:
    found: dict[int, IncidentRecord] = {}
    for some in pieces(nums):
        query = filtered(connection, watch.asked, sa.select(incident), None, None)
        for row in connection.execute(query.where(incident.c.num.in_(some))):
            found[row.num] = incident_record(row)
    return found


def _told(connection: Connection, nums: Iterable[int]) -> dict[int, tuple[Stated, ...]]:
    """The claims of incidents, in the order in which their reports came."""
    told: dict[int, list[Stated]] = defaultdict(list)
    for some in pieces(nums, 200):
        query = (
            sa.select(
                incident_claim.c.incident, claim.c.report, claim.c.body, claim.c.corrected,
                publisher.c.name, report.c.id.label("ref"),
            )
            .join(claim, claim.c.num == incident_claim.c.claim)
            .join(report, report.c.num == claim.c.report)
            .outerjoin(publisher, publisher.c.num == report.c.publisher)
            .where(incident_claim.c.incident.in_(some))
            .order_by(claim.c.report, claim.c.ordinal)
        )  # fmt: skip
        for row in connection.execute(query):
            one = _claim(row.corrected or row.body)
            told[row.incident].append(Stated(row.report, row.name or row.ref, row.name, one))
    return {num: tuple(its) for num, its in told.items()}


def _names(connection: Connection, nums: Iterable[int]) -> dict[int, list[str]]:
    """The ids that incidents had, or that were merged into them."""
    names: dict[int, list[str]] = defaultdict(list)
    for some in pieces(nums):
        for row in connection.execute(sa.select(incident_alias).where(incident_alias.c.incident.in_(some))):
            names[row.incident].append(row.id)
    return names


def _fresh(connection: Connection, refs: Collection[str], since: int) -> set[str]:
    """The incidents that came into the store after a change."""
    found: set[str] = set()
    for some in pieces(refs):
        query = sa.select(change.c.incident).where(
            change.c.incident.in_(some), change.c.kind == "new", change.c.num > since
        )
        found.update(connection.execute(query).scalars())
    return found


def _between(connection: Connection, pair: tuple[str, str], nums: Collection[int]) -> bool:
    """Whether one of some incidents has a part of both countries."""
    other = incident_facet.alias()
    for some in pieces(nums):
        query = (
            sa.select(incident_facet.c.incident)
            .join(other, other.c.incident == incident_facet.c.incident)
            .where(
                incident_facet.c.incident.in_(some),
                incident_facet.c.kind == "actor", incident_facet.c.value == pair[0],
                other.c.kind == "actor", other.c.value == pair[1],
            )
        )  # fmt: skip
        if connection.execute(query.limit(1)).first() is not None:
            return True
    return False


def _last(connection: Connection, column: sa.Column[Any], test: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.max(column)).where(test)).scalar() or 0)


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


__all__ = ["STEP", "Judged", "look", "rehearse", "run"]
