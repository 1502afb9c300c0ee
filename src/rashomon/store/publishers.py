"""Publishers: each once, with a profile - country, owner, whose side it speaks for - that voices are read
with.

A profile comes from the table of media when a publisher is first met, and stays as a person corrects it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import InputError
from rashomon.knowledge.actors import publisher_profile
from rashomon.knowledge.names import fold
from rashomon.store.schema import pieces, publisher

SIDES = ("state", "public", "private", "independent", "party")


class Publisher(msgspec.Struct, frozen=True):
    """A publisher and its profile. `side` is one of `SIDES`, None where nobody knows; `source` says where the
    profile is from: table, hand, unknown."""

    name: str
    country: str | None = None
    owner: str | None = None
    side: str | None = None
    source: str = "unknown"


def now() -> str:
    """This moment in UTC, to the millisecond, in a form that sorts."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def key_of(name: str) -> str:
    """What a publisher is known by: its name, folded; as it stands where folding leaves nothing."""
    return fold(name) or name.strip()


def number_of(connection: Connection, name: str | None) -> int | None:
    """The row of a publisher, made where it is not there yet; None for no name."""
    if name is None or not key_of(name):
        return None
    key = key_of(name)
    found = connection.execute(sa.select(publisher.c.num).where(publisher.c.key == key)).scalar()
    if found is not None:
        return int(found)
    profile = publisher_profile(name)
    row: dict[str, str | None] = {"key": key, "name": name.strip(), "source": "unknown", "changed": now()}
    if profile is not None:
        row |= {
            "country": profile.country, "owner": profile.owner, "side": profile.side, "source": "table"
        }  # fmt: skip
    made = sa.insert(publisher).values(**row).returning(publisher.c.num)
    return int(connection.execute(made).scalar_one())


def profile_of(connection: Connection, name: str) -> Publisher | None:
    """The profile of a publisher by its name; None where the store has none of its reports."""
    row = connection.execute(sa.select(publisher).where(publisher.c.key == key_of(name))).first()
    return None if row is None else of_row(row)


def profiles_of(connection: Connection, names: Iterable[str]) -> dict[str, Publisher]:
    """The profiles of publishers, by their names; those that the store has no report of are left out."""
    by_key: dict[str, list[str]] = {}
    for name in names:
        by_key.setdefault(key_of(name), []).append(name)
    found: dict[str, Publisher] = {}
    for some in pieces(by_key):
        for row in connection.execute(sa.select(publisher).where(publisher.c.key.in_(some))):
            found.update(dict.fromkeys(by_key[row.key], of_row(row)))
    return found


def of_row(row: sa.Row[tuple[object, ...]]) -> Publisher:
    """A profile from its row."""
    got = row._mapping
    return Publisher(got["name"], got["country"], got["owner"], got["side"], got["source"])


def set_profile(
    connection: Connection, name: str, *, country: str | None, owner: str | None, side: str | None
) -> Publisher:
    """Write a profile by hand. None clears a field.

    Raises:
        InputError: `side` is none of `SIDES`, or the name is empty.
    """
    if side is not None and side not in SIDES:
        raise InputError(f"{side!r} is no side", hint=", ".join(SIDES))
    num = number_of(connection, name)
    if num is None:
        raise InputError("a publisher has a name")
    connection.execute(
        sa.update(publisher)
        .where(publisher.c.num == num)
        .values(country=country, owner=owner, side=side, source="hand", changed=now())
    )
    found = profile_of(connection, name)
    assert found is not None
    return found
