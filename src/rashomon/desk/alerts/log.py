"""What was raised and what became of it, for lists and pages. Nothing here holds a secret."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.desk.alerts import channels
from rashomon.desk.alerts.message import headline
from rashomon.store.schema import alert, alert_delivery, alert_watch, incident, incident_alias

_detail = msgspec.json.Decoder(dict[str, Any]).decode
_strings = msgspec.json.Decoder(list[str]).decode


class Delivery(msgspec.Struct, frozen=True):
    """What became of an alert at one channel."""

    channel: str
    state: str
    attempts: int
    next_try: str
    sent: str | None
    error: str | None


class Entry(msgspec.Struct, frozen=True):
    """An alert that was raised. `title` is that of its incident as it is now, None where there is none."""

    num: int
    watch: str
    rule: str
    what: str
    about: str
    dyad: tuple[str, str] | None
    title: str | None
    at: str
    why: str
    deliveries: tuple[Delivery, ...]


def entries(connection: Connection, limit: int, watch: int | None = None) -> list[Entry]:
    """The latest alerts, the last first."""
    query = (
        sa.select(alert, alert_watch.c.name, alert_watch.c.channels)
        .join(alert_watch, alert_watch.c.num == alert.c.watch)
        .order_by(alert.c.num.desc())
        .limit(limit)
    )
    if watch is not None:
        query = query.where(alert.c.watch == watch)
    rows = connection.execute(query).all()
    names = {channels.fingerprint(one): channels.shown(one) for row in rows for one in _strings(row.channels)}
    sent: dict[int, list[Delivery]] = defaultdict(list)
    query = sa.select(alert_delivery).where(alert_delivery.c.alert.in_([row.num for row in rows]))
    for row in connection.execute(query.order_by(alert_delivery.c.num)):
        shown = names.get(row.channel, "a channel that is no more")
        sent[row.alert].append(Delivery(shown, row.state, row.attempts, row.next_try, row.sent, row.error))
    titles = _titles(connection, {row.about for row in rows})
    made = []
    for row in rows:
        detail = _detail(row.detail)
        dyad = detail.get("dyad")
        made.append(
            Entry(
                row.num, row.name, row.rule, headline(row.rule, row.level, detail), row.about,
                (dyad[0], dyad[1]) if dyad else None, titles.get(row.about), row.at, row.why,
                tuple(sent[row.num]),
            )
        )  # fmt: skip
    return made


def _titles(connection: Connection, refs: set[str]) -> dict[str, str]:
    own = sa.select(incident.c.id, incident.c.title).where(incident.c.id.in_(refs))
    led = (
        sa.select(incident_alias.c.id, incident.c.title)
        .join(incident, incident.c.num == incident_alias.c.incident)
        .where(incident_alias.c.id.in_(refs))
    )
    return {row.id: row.title for row in (*connection.execute(led), *connection.execute(own))}


def tally(connection: Connection) -> dict[int, dict[str, int]]:
    """How many deliveries of each watch are sent, waiting and parked."""
    query = sa.select(alert_delivery.c.watch, alert_delivery.c.state, sa.func.count())
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for num, state, count in connection.execute(
        query.group_by(alert_delivery.c.watch, alert_delivery.c.state)
    ):
        counts[num][state] = int(count)
    return counts


def raised(connection: Connection, watch: int) -> int:
    """How many alerts of a watch there are."""
    query = sa.select(sa.func.count()).select_from(alert).where(alert.c.watch == watch)
    return int(connection.execute(query).scalar_one())


__all__ = ["Delivery", "Entry", "entries", "raised", "tally"]
