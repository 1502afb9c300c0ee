"""What is to be sent, and what became of it.

A delivery waits until a channel has taken it, is tried again with longer and longer pauses, and is parked
after `ATTEMPTS` failures, until somebody asks for it (`again`). Before it is sent it is leased, so that
several processes do not send it at once; one that dies lets go of it when the lease ends. So each is sent at
least once, and never again after its success is written down. Between a receiver's yes and that line lies a
moment in which a crash means a second sending: it has the same key, by which the receiver knows it again.

Each channel is served by one sender at a time, the least tried first. Where one message fails the others of
the channel wait with it, and come first when its turn is there.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.desk.alerts import channels
from rashomon.desk.alerts.message import Message, message
from rashomon.desk.alerts.sending import Undelivered, send
from rashomon.errors import RashomonError
from rashomon.store.desk import Desk
from rashomon.store.schema import alert, alert_delivery, alert_watch

ATTEMPTS = 12
"""Failures after which a delivery is parked: some five hours after the first."""
LEASE_SECONDS = 300.0
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3_600.0
_SENDERS = 8
_detail = msgspec.json.Decoder(dict[str, Any]).decode
_strings = msgspec.json.Decoder(list[str]).decode
Send = Callable[[channels.Channel, Message], None]


class Sent(msgspec.Struct, frozen=True):
    """What became of one try: `state` is sent, waiting (it failed, and is tried again) or parked."""

    watch: str
    channel: str
    key: str
    state: str
    error: str | None = None


class Settings(msgspec.Struct, frozen=True):
    """How things are sent. `base` is the address of the desk for links."""

    base: str | None = None
    allow_loopback: bool = False
    attempts: int = ATTEMPTS
    lease: float = LEASE_SECONDS
    first_pause: float = FIRST_PAUSE


class _Due(msgspec.Struct, frozen=True):
    num: int
    watch: str
    address: str | None
    attempts: int
    message: Message


def deliver(
    desk: Desk,
    settings: Settings | None = None,
    on_sent: Callable[[Sent], None] | None = None,
    how: Send | None = None,
) -> list[Sent]:
    """Send what is due, channel beside channel.

    Args:
        desk: the store.
        settings: see `Settings`.
        on_sent: called with each result after it is written down.
        how: what sends; `sending.send` where it is None.

    Raises:
        StoreError: the store cannot be read or written. What was sent is not lost; what was not written down
            is sent again after its lease.
    """
    told = settings or Settings()
    with desk.store.reading() as connection:
        due = _channels(connection, _moment())
    if not due:
        return []
    work = partial(_serve, desk, told, how or partial(_send, told), on_sent or (lambda one: None))
    with ThreadPoolExecutor(min(len(due), _SENDERS)) as pool:
        return [one for some in pool.map(work, due) for one in some]


def next_due(desk: Desk) -> str | None:
    """The moment at which something is to be tried again; None where nothing waits."""
    query = sa.select(sa.func.min(alert_delivery.c.next_try)).where(alert_delivery.c.state == "waiting")
    with desk.store.reading() as connection:
        moment: str | None = connection.execute(query).scalar()
    return moment


def again(connection: Connection, watch: int | None = None) -> int:
    """Let what was parked be tried once more; how many."""
    query = sa.update(alert_delivery).where(alert_delivery.c.state == "parked")
    if watch is not None:
        query = query.where(alert_delivery.c.watch == watch)
    return connection.execute(
        query.values(state="waiting", attempts=0, next_try=_moment(), lease=None)
    ).rowcount


def _send(settings: Settings, channel: channels.Channel, told: Message) -> None:
    send(channel, told, allow_loopback=settings.allow_loopback)


def _channels(connection: Connection, now: str) -> list[tuple[int, str]]:
    query = (
        sa.select(alert_delivery.c.watch, alert_delivery.c.channel)
        .join(alert_watch, alert_watch.c.num == alert_delivery.c.watch)
        .where(
            alert_delivery.c.state == "waiting", alert_delivery.c.next_try <= now, alert_watch.c.active == 1
        )
        .distinct()
    )
    return [(row.watch, row.channel) for row in connection.execute(query)]


def _serve(
    desk: Desk, settings: Settings, how: Send, on_sent: Callable[[Sent], None], of: tuple[int, str]
) -> Sequence[Sent]:
    """Send what one channel is due, until it fails."""
    done: list[Sent] = []
    while (due := desk.store.write(lambda connection: _lease(connection, of, settings))) is not None:
        error = _try(due, how)
        one = desk.store.write(partial(_record, due=due, of=of, error=error, settings=settings))
        on_sent(one)
        done.append(one)
        if error is not None:
            break
    return done


def _try(due: _Due, how: Send) -> RashomonError | None:
    if due.address is None:
        return Undelivered("the watch has no such channel any more")
    try:
        how(channels.read(due.address), due.message)
    except RashomonError as error:
        return error
    except Exception as error:  # a service's own library may raise anything; the others go on
        return Undelivered(f"sending failed: {type(error).__name__}")
    return None


def _lease(connection: Connection, of: tuple[int, str], settings: Settings) -> _Due | None:
    """Take the next delivery of a channel, unless somebody else is sending to it."""
    now = _moment()
    mine = (
        alert_delivery.c.watch == of[0],
        alert_delivery.c.channel == of[1],
        alert_delivery.c.state == "waiting",
    )
    if connection.execute(sa.select(alert_delivery.c.num).where(*mine, alert_delivery.c.lease > now)).first():
        return None
    query = (
        sa.select(alert_delivery, alert_watch.c.name, alert_watch.c.channels, alert.c.rule, alert.c.about,
                  alert.c.level, alert.c.at, alert.c.why, alert.c.detail)
        .join(alert, alert.c.num == alert_delivery.c.alert)
        .join(alert_watch, alert_watch.c.num == alert_delivery.c.watch)
        .where(*mine, alert_delivery.c.next_try <= now)
        .order_by(alert_delivery.c.attempts, alert_delivery.c.num)
    )  # fmt: skip
    row = connection.execute(query.limit(1)).first()
    if row is None:
        return None
    until = _moment(settings.lease)
    connection.execute(sa.update(alert_delivery).where(alert_delivery.c.num == row.num).values(lease=until))
    address = next((one for one in _strings(row.channels) if channels.fingerprint(one) == of[1]), None)
    told = message(
        connection, key=row.key, watch=row.name, rule=row.rule, about=row.about, level=row.level, at=row.at,
        why=row.why, detail=_detail(row.detail), base=settings.base,
    )  # fmt: skip
    return _Due(row.num, row.name, address, row.attempts, told)


def _record(
    connection: Connection, due: _Due, of: tuple[int, str], error: RashomonError | None, settings: Settings
) -> Sent:
    """Write down what became of a try."""
    shown = channels.shown(due.address or "")
    mine = sa.update(alert_delivery).where(
        alert_delivery.c.num == due.num, alert_delivery.c.state == "waiting"
    )
    if error is None:
        values: dict[str, Any] = {
            "state": "sent", "sent": _moment(), "lease": None, "error": None, "attempts": due.attempts + 1,
        }  # fmt: skip
        connection.execute(mine.values(**values))
        return Sent(due.watch, shown, due.message.key, "sent")
    said = channels.scrubbed(str(error), due.address or "")
    attempts = due.attempts + 1
    final = attempts >= settings.attempts or (isinstance(error, Undelivered) and not error.retryable)
    state = "parked" if final else "waiting"
    pause = min(settings.first_pause * 2 ** (attempts - 1), LONGEST_PAUSE) * random.uniform(0.5, 1.0)
    then = _moment(pause)
    connection.execute(mine.values(state=state, attempts=attempts, next_try=then, lease=None, error=said))
    others = sa.update(alert_delivery).where(
        alert_delivery.c.watch == of[0], alert_delivery.c.channel == of[1],
        alert_delivery.c.state == "waiting", alert_delivery.c.next_try < then,
    )  # fmt: skip
    connection.execute(others.values(next_try=then))
    return Sent(due.watch, shown, due.message.key, state, said)


def _moment(after: float = 0.0) -> str:
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=after)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


__all__ = ["ATTEMPTS", "Sent", "Settings", "again", "deliver", "next_due"]
