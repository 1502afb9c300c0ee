"""What people want to hear of: saved filters with rules and channels, kept in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.desk.alerts import channels
from rashomon.desk.alerts.rules import Rule, rule_of
from rashomon.desk.filters import Asked, asked
from rashomon.errors import InputError
from rashomon.exports.phrases import one_line
from rashomon.store import overviews
from rashomon.store.publishers import now
from rashomon.store.queries import IncidentFilter
from rashomon.store.rows import encoded
from rashomon.store.schema import alert_watch, report

_strings = msgspec.json.Decoder(list[str]).decode
_LONGEST_NAME = 80
_MOST = 20


class Watch(msgspec.Struct, frozen=True):
    """A saved filter with rules and channels. `channels` hold secrets: print `shown` in their place.

    `since_change` and `since_report` are the last that were in the store when it was made, `position` is the
    last change that it has looked at.
    """

    num: int
    name: str
    filter: str
    rules: tuple[str, ...]
    channels: tuple[str, ...]
    made: str
    made_by: str | None
    active: bool
    since_change: int
    since_report: int
    position: int

    @property
    def asked(self) -> IncidentFilter:
        """What its filter asks for."""
        return read_filter(self.filter).filter

    @property
    def wanted(self) -> list[Rule]:
        """Its rules."""
        return [rule_of(rule) for rule in self.rules]

    @property
    def shown(self) -> list[str]:
        """Its channels as they may be seen."""
        return [channels.shown(channel) for channel in self.channels]


def read_filter(text: str) -> Asked:
    """A filter as it stands in an address of the desk.

    Raises:
        InputError: a field cannot be understood.
    """
    query = text.partition("?")[2] if "?" in text else text
    if query.strip() and "=" not in query:
        raise InputError(
            f"{query[:60]!r} is no filter", where="filter", hint="for instance country=XKX&disputed=yes"
        )
    found = asked(parse_qsl(query, keep_blank_values=True))
    found.require()
    return found


def drafted(
    name: str, filter_text: str, rules: Sequence[str], to: Sequence[str], by: str | None = None
) -> Watch:
    """A watch that is not in the store yet, checked.

    Raises:
        InputError: name, filter, a rule or a channel makes no sense.
    """
    bare = one_line(name)[:_LONGEST_NAME]
    if not bare or bare != name.strip():
        raise InputError("a watch needs a plain name", hint=f"one line of at most {_LONGEST_NAME} characters")
    if not rules:
        raise InputError("what is to be told of?", where=bare, hint="give a rule, as --rule new-incident")
    if max(len(rules), len(to)) > _MOST:
        raise InputError(f"over {_MOST} rules or channels", where=bare, hint="make several watches")
    found = read_filter(filter_text)
    written = dict.fromkeys(str(rule_of(rule)) for rule in rules)
    reached = dict.fromkeys(each for channel in to for each in channels.split(channel))
    return Watch(0, bare, found.query(), tuple(written), tuple(reached), now(), by, True, 0, 0, 0)


def add(connection: Connection, draft: Watch) -> Watch:
    """Keep a watch; what is in the store already is no news to it.

    Raises:
        InputError: there is one of this name.
    """
    if connection.execute(sa.select(alert_watch.c.num).where(alert_watch.c.name == draft.name)).first():
        raise InputError("there is a watch of this name", where=draft.name, hint="remove it, or name another")
    at = overviews.version(connection)
    last = int(connection.execute(sa.select(sa.func.max(report.c.num))).scalar() or 0)
    made = msgspec.structs.replace(draft, since_change=at, since_report=last, position=at)
    values = {
        name: getattr(made, name)
        for name in ("name", "filter", "made", "made_by", "since_change", "since_report", "position")
    }
    values |= {"rules": encoded(made.rules), "channels": encoded(made.channels), "active": 1}
    num = connection.execute(
        sa.insert(alert_watch).values(**values).returning(alert_watch.c.num)
    ).scalar_one()
    return msgspec.structs.replace(made, num=num)


def all_of(connection: Connection, *, active: bool = False) -> list[Watch]:
    """The watches, by name; those that are `active` only, or all."""
    query = sa.select(alert_watch).order_by(alert_watch.c.name)
    if active:
        query = query.where(alert_watch.c.active == 1)
    return [_watch(row) for row in connection.execute(query)]


def named(connection: Connection, name: str) -> Watch:
    """A watch by its name.

    Raises:
        InputError: there is none.
    """
    row = connection.execute(sa.select(alert_watch).where(alert_watch.c.name == name)).first()
    if row is None:
        raise InputError(
            "there is no watch of this name", where=name[:80], hint="`rashomon alert list` names them"
        )
    return _watch(row)


def remove(connection: Connection, name: str) -> None:
    """Forget a watch with its alerts and what is not sent yet.

    Raises:
        InputError: there is none of this name.
    """
    connection.execute(sa.delete(alert_watch).where(alert_watch.c.num == named(connection, name).num))


def activate(connection: Connection, name: str, active: bool) -> None:
    """Stop a watch for a while, or let it go on where it stopped.

    Raises:
        InputError: there is none of this name.
    """
    num = named(connection, name).num
    connection.execute(sa.update(alert_watch).where(alert_watch.c.num == num).values(active=int(active)))


def _watch(row: sa.Row[Any]) -> Watch:
    return Watch(
        row.num, row.name, row.filter, tuple(_strings(row.rules)), tuple(_strings(row.channels)), row.made,
        row.made_by, bool(row.active), row.since_change, row.since_report, row.position,
    )  # fmt: skip


__all__ = ["Watch", "activate", "add", "all_of", "drafted", "named", "read_filter", "remove"]
