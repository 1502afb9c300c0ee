"""`desk.persons`: the people and programs that may ask the desk, their tokens, and who is signed in.

desk.persons.add("Ana", ["correct"], "four words of a song")
secret, token = desk.persons.add_token("nightly export", ["read"], days=90)

Of passwords, tokens and cookies the store has hashes only. A token and a cookie are 256 random bits, so a
plain SHA-256 of them cannot be guessed back; passwords are hashed with argon2id.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import InputError
from rashomon.store import passwords
from rashomon.store.engine import Store, Write
from rashomon.store.schema import person, person_session, person_token
from rashomon.store.scopes import Scope, held, highest

TOKEN_MARK = "rsh_"
IDLE_HOURS, WHOLE_HOURS = 12, 24 * 7
"""A session ends after so many hours without a request, and after so many in any case."""
SEEN_MINUTES = 5
"""How exactly it is known when a session or a token was last used."""
_PREFIX = len(TOKEN_MARK) + 8
_LONGEST_NAME = 80
_MOST_DAYS = 3_660


class Account(msgspec.Struct, frozen=True):
    """A person, or a program: one without a password, which has tokens only. `scope` is the highest."""

    num: int
    name: str
    scope: str
    added: str
    has_password: bool
    tokens: int = 0
    sessions: int = 0


class Token(msgspec.Struct, frozen=True):
    """A token, without its secret. `used` is None where it never was, `revoked` where it still holds."""

    num: int
    person: str
    prefix: str
    scope: str
    added: str
    ends: str
    used: str | None
    revoked: str | None

    @property
    def holds(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked is None and self.ends > moment()


class Known(msgspec.Struct, frozen=True):
    """Who showed a cookie or a token; `stale` where the store should learn that it was used."""

    name: str
    scopes: frozenset[Scope]
    num: int
    stale: bool


class Persons:
    """The people and programs of one store.

    Methods raise InputError where a name is not there or cannot be used, and StoreError where the store
    cannot be read or written.
    """

    def __init__(self, write: Write, store: Store) -> None:
        self._write = write
        self._store = store

    def any(self) -> bool:
        """Whether anybody has an account: from then on nobody is let in without one."""
        with self._store.reading() as connection:
            return connection.execute(sa.select(person.c.num).limit(1)).first() is not None

    def all(self) -> list[Account]:
        """All people and programs, by name."""
        held = sa.select(sa.func.count()).where(
            person_token.c.person == person.c.num, person_token.c.revoked.is_(None),
            person_token.c.ends > moment(),
        )  # fmt: skip
        here = sa.select(sa.func.count()).where(person_session.c.person == person.c.num, *_alive())
        query = sa.select(
            person, held.scalar_subquery().label("tokens"), here.scalar_subquery().label("sessions")
        ).order_by(person.c.key)
        with self._store.reading() as connection:
            return [_account(row._mapping) for row in connection.execute(query)]

    def add(self, name: str, scopes: Iterable[str], password: str | None) -> Account:
        """Add a person; a program where there is no password."""
        name = named(name)
        kept = None if password is None else passwords.hashed(passwords.checked(password, name))
        given = highest(scopes)

        def work(connection: Connection) -> int:
            if _find(connection, name) is not None:
                raise InputError(
                    f"{name!r} has an account already",
                    hint="`rashomon person list` shows all; choose another name",
                )
            return _insert(connection, name, given, kept)

        num = self._write(work)
        return Account(num, name, given, moment(), kept is not None)

    def remove(self, name: str) -> None:
        """Take a person away, with all tokens and sessions. What they corrected stays."""

        def work(connection: Connection) -> None:
            found = _required(connection, name)
            for table in (person_session, person_token):
                connection.execute(sa.delete(table).where(table.c.person == found["num"]))
            connection.execute(sa.delete(person).where(person.c.num == found["num"]))

        self._write(work)

    def set_scopes(self, name: str, scopes: Iterable[str]) -> None:
        """Change what a person may; from their next request on."""
        given = highest(scopes)
        self._write(lambda connection: _change(connection, name, scopes=given))

    def set_password(self, name: str, password: str) -> None:
        """Change a password. Who is signed in with the old one is so no more."""
        kept = passwords.hashed(passwords.checked(password, name))

        def work(connection: Connection) -> None:
            num = _change(connection, name, password=kept)
            connection.execute(sa.delete(person_session).where(person_session.c.person == num))

        self._write(work)

    def sign_in(self, name: str, password: str) -> str | None:
        """Begin a session: what its cookie holds; None where the name or the password is wrong, without
        saying which, and after as long a time.

        Raises:
            TooBusy: too many sign in at once.
        """
        with self._store.reading() as connection:
            found = _find(connection, name)
        kept = None if found is None else found["password"]
        if not passwords.is_right(password, kept) or found is None:
            return None
        anew = passwords.hashed(password) if passwords.is_weaker(str(kept)) else None
        secret, num = secrets.token_urlsafe(32), found["num"]

        def work(connection: Connection) -> bool:
            now = moment()
            still = sa.select(person.c.num).where(person.c.num == num, person.c.password == kept)
            if connection.execute(still).first() is None:  # changed while it was looked at
                return False
            if anew is not None:
                connection.execute(sa.update(person).where(person.c.num == num).values(password=anew))
            connection.execute(sa.delete(person_session).where(sa.not_(sa.and_(*_alive()))))
            row = {"person": num, "sha256": _digest(secret), "began": now, "seen": now}
            connection.execute(sa.insert(person_session).values(**row))
            return True

        return secret if self._write(work) else None

    def of_session(self, secret: str) -> Known | None:
        """Who is signed in with a cookie."""
        query = sa.select(person, person_session.c.sha256, person_session.c.num.label("shown"),
                          person_session.c.seen).join(person_session)  # fmt: skip
        with self._store.reading() as connection:
            row = connection.execute(
                query.where(person_session.c.sha256 == _digest(secret), *_alive())
            ).first()
        return _known(row, secret)

    def of_token(self, secret: str) -> Known | None:
        """Whose a token is. It may no more than the person whose it is."""
        if not secret.startswith(TOKEN_MARK) or len(secret) > 100:
            return None
        query = (
            sa.select(person, person_token.c.sha256, person_token.c.num.label("shown"),
                      person_token.c.used.label("seen"), person_token.c.scopes.label("granted"))
            .join(person_token)
            .where(person_token.c.sha256 == _digest(secret), person_token.c.revoked.is_(None),
                   person_token.c.ends > moment())
        )  # fmt: skip
        with self._store.reading() as connection:
            row = connection.execute(query).first()
        return _known(row, secret, granted=True)

    def used(self, known: Known, *, token: bool) -> None:
        """Keep when a session or a token was last used."""
        table = person_token if token else person_session
        field = "used" if token else "seen"
        change = sa.update(table).where(table.c.num == known.num).values({field: moment()})
        self._write(lambda connection: connection.execute(change))

    def sign_out(self, secret: str) -> None:
        """End a session."""
        gone = sa.delete(person_session).where(person_session.c.sha256 == _digest(secret))
        self._write(lambda connection: connection.execute(gone))

    def sign_out_everywhere(self, name: str) -> None:
        """End all sessions of a person."""

        def work(connection: Connection) -> None:
            num = _required(connection, name)["num"]
            connection.execute(sa.delete(person_session).where(person_session.c.person == num))

        self._write(work)

    def add_token(self, name: str, scopes: Iterable[str], days: int) -> tuple[str, Token]:
        """Make a token for a person or a program, which is added where nobody has that name: its secret,
        which is kept nowhere, and the rest of it."""
        name, given = named(name), highest(scopes)
        if not 1 <= days <= _MOST_DAYS:
            raise InputError(f"a token cannot hold for {days:,} days", hint=f"1 to {_MOST_DAYS:,}")
        secret = TOKEN_MARK + secrets.token_urlsafe(32)
        prefix, ends = secret[:_PREFIX], moment(days=days)

        def work(connection: Connection) -> Token:
            found = _find(connection, name)
            if found is None:
                num, owner = _insert(connection, name, given, None), name
            else:
                num, owner = found["num"], found["name"]
                if found["password"] is None:  # a program may what any of its tokens may
                    _change(connection, name, scopes=highest([given, found["scopes"]]))
                elif given not in held(found["scopes"]):
                    raise InputError(
                        f"{owner} has not the scope {given}",
                        hint="a token may no more than the person whose it is",
                    )
            now = moment()
            row = {"person": num, "prefix": prefix, "sha256": _digest(secret), "scopes": given, "added": now,
                   "ends": ends}  # fmt: skip
            made = sa.insert(person_token).values(**row).returning(person_token.c.num)
            number = int(connection.execute(made).scalar_one())
            return Token(number, owner, prefix, given, now, ends, None, None)

        return secret, self._write(work)

    def tokens(self) -> list[Token]:
        """All tokens, the last first; those too that hold no more."""
        query = (
            sa.select(person_token, person.c.name)
            .join(person, person.c.num == person_token.c.person)
            .order_by(person_token.c.num.desc())
        )
        with self._store.reading() as connection:
            return [_token(row._mapping) for row in connection.execute(query)]

    def revoke(self, prefix: str) -> Token:
        """End a token, by how it begins."""
        wanted = prefix.strip()
        found = [each for each in self.tokens() if each.prefix == wanted[:_PREFIX]]
        if not found:
            raise InputError(
                f"there is no token {wanted[:_PREFIX]!r}", hint="`rashomon token list` shows how each begins"
            )
        change = sa.update(person_token).where(
            person_token.c.num == found[0].num, person_token.c.revoked.is_(None)
        )
        self._write(lambda connection: connection.execute(change.values(revoked=moment())))
        return found[0]


def named(name: str) -> str:
    """A name that a person or a program may have.

    Raises:
        InputError: it is empty, too long, or has characters that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InputError(
            "this cannot be a name", hint=f"1 to {_LONGEST_NAME} letters, as Ana or nightly export"
        )
    return name


def key_of(name: str) -> str:
    """What a name is known by: names that differ in capitals only are one."""
    folded = unicodedata.normalize("NFKC", " ".join(name.split())[:_LONGEST_NAME]).casefold()
    return folded.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _find(connection: Connection, name: str) -> Any:
    row = connection.execute(sa.select(person).where(person.c.key == key_of(name))).first()
    return None if row is None else row._mapping


def _required(connection: Connection, name: str) -> Any:
    found = _find(connection, name)
    if found is None:
        raise InputError(f"there is no {name[:80]!r} here", hint="`rashomon person list` shows all")
    return found


def _insert(connection: Connection, name: str, scopes: str, password: str | None) -> int:
    now = moment()
    row = {"key": key_of(name), "name": name, "scopes": scopes, "password": password, "added": now,
           "changed": now}  # fmt: skip
    return int(connection.execute(sa.insert(person).values(**row).returning(person.c.num)).scalar_one())


def _change(connection: Connection, name: str, **values: str) -> int:
    num = int(_required(connection, name)["num"])
    connection.execute(sa.update(person).where(person.c.num == num).values(**values, changed=moment()))
    return num


def _account(got: Any) -> Account:
    return Account(got["num"], got["name"], got["scopes"], got["added"],
                   got["password"] is not None, got["tokens"], got["sessions"])  # fmt: skip


def _token(got: Any) -> Token:
    return Token(got["num"], got["name"], got["prefix"], got["scopes"], got["added"],
                 got["ends"], got["used"], got["revoked"])  # fmt: skip


def _known(row: Any, secret: str, *, granted: bool = False) -> Known | None:
    if row is None or not hmac.compare_digest(row._mapping["sha256"], _digest(secret)):
        return None
    got = row._mapping
    stale = got["seen"] is None or got["seen"] < moment(minutes=-SEEN_MINUTES)
    scopes = held(got["scopes"])
    return Known(got["name"], scopes & held(got["granted"]) if granted else scopes, got["shown"], stale)


def _alive() -> tuple[Any, ...]:
    return person_session.c.seen > moment(hours=-IDLE_HOURS), person_session.c.began > moment(
        hours=-WHOLE_HOURS
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def moment(**later: float) -> str:
    """A moment so much later than now, in UTC, in the form that moments have in the store."""
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**later)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


__all__ = [
    "IDLE_HOURS",
    "TOKEN_MARK",
    "WHOLE_HOURS",
    "Account",
    "Known",
    "Persons",
    "Token",
    "key_of",
    "moment",
    "named",
]
