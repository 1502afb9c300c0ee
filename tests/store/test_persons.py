"""People, programs, tokens and sessions of a store: hashes only, limits, and what ends what."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rashomon.errors import InputError
from rashomon.store import passwords, persons
from rashomon.store.desk import Desk
from rashomon.store.schema import person_session, person_token
from rashomon.store.scopes import SCOPES, held, highest

pytest.importorskip("argon2", reason="PASSWORDS ARE NOT TESTED: pip install 'rashomon[desk]'")
WORDS = "mule over seven hills"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little; one test is about those that cost as much as they should."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
    monkeypatch.setattr(passwords, "_of_nobody", lambda: cheap.hash("nobody"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path / "desk.db") as opened:
        yield opened


def set_back(desk: Desk, table: Any, **values: str) -> None:
    desk.store.write(lambda connection: connection.execute(sa.update(table).values(**values)))


def test_scopes_hold_those_below() -> None:
    assert held("correct") == {"read", "correct"} and held("admin") == set(SCOPES) and held("root") == set()
    assert highest(["read", "admin", "correct"]) == "admin"
    for wrong in (["root"], []):
        with pytest.raises(InputError):
            highest(wrong)


def test_signing_in_and_out(desk: Desk) -> None:
    assert not desk.persons.any()
    desk.persons.add("Ana", ["correct"], WORDS)
    assert desk.persons.any()
    secret = desk.persons.sign_in(" ANA ", WORDS)
    assert secret is not None and secret != desk.persons.sign_in("Ana", WORDS)
    known = desk.persons.of_session(secret)
    assert known is not None and (known.name, known.scopes) == ("Ana", held("correct"))
    desk.persons.sign_out(secret)
    assert desk.persons.of_session(secret) is None
    assert [(each.name, each.sessions) for each in desk.persons.all()] == [("Ana", 1)]


@pytest.mark.parametrize(("name", "password"), [("Ana", "wrong words altogether"), ("Bo", WORDS), ("", ""),
                                                ("\ud800", "\0"), ("A" * 10_000, "x" * 10_000)])  # fmt: skip
def test_wrong_names_and_passwords_are_the_same_nothing(desk: Desk, name: str, password: str) -> None:
    desk.persons.add("Ana", ["read"], WORDS)
    assert desk.persons.sign_in(name, password) is None


def test_a_name_that_is_not_there_is_looked_at_as_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = passwords._hasher()

    class Counting:
        hash = staticmethod(real.hash)
        check_needs_rehash = staticmethod(real.check_needs_rehash)

        @staticmethod
        def verify(kept: str, password: str) -> bool:
            seen.append(kept)
            return real.verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    desk.persons.add("Ana", ["read"], WORDS)
    desk.persons.add("export", ["read"], None)
    for name in ("Ana", "Nobody", "export"):
        assert desk.persons.sign_in(name, "not these words") is None
    assert len(seen) == 3 and len({each.rpartition("$")[0].rpartition("$")[0] for each in seen}) == 1


def test_a_program_has_no_password_to_sign_in_with(desk: Desk) -> None:
    desk.persons.add("export", ["read"], None)
    assert desk.persons.sign_in("export", "") is None


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "x" * 2000, "a long name here"])
def test_passwords_that_are_soon_guessed_are_refused(desk: Desk, password: str) -> None:
    with pytest.raises(InputError):
        desk.persons.add("A long name here", ["read"], password)
    assert not desk.persons.any()


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\u202eb", "a\0b", "a\nb\x1b"])
def test_names_can_be_seen(name: str) -> None:
    with pytest.raises(InputError):
        persons.named(name)


def test_a_password_looks_the_same_however_it_is_typed(desk: Desk) -> None:
    desk.persons.add("Zo\u00eb", ["read"], "caf\u00e9 over seven hills")
    assert desk.persons.sign_in("zoe\u0308", "cafe\u0301 over seven hills") is not None


def test_a_new_password_ends_sessions_and_a_removal_ends_all(desk: Desk) -> None:
    desk.persons.add("Ana", ["read"], WORDS)
    secret = desk.persons.sign_in("Ana", WORDS)
    token, _ = desk.persons.add_token("Ana", ["read"], 30)
    assert secret is not None
    desk.persons.set_password("Ana", "eight mules and a river")
    assert desk.persons.of_session(secret) is None and desk.persons.sign_in("Ana", WORDS) is None
    again = desk.persons.sign_in("Ana", "eight mules and a river")
    assert again is not None and desk.persons.of_token(token) is not None
    desk.persons.remove("Ana")
    assert desk.persons.of_session(again) is None and desk.persons.of_token(token) is None
    assert not desk.persons.any() and desk.persons.tokens() == []
    with pytest.raises(InputError, match="no 'Ana'"):
        desk.persons.remove("Ana")


@pytest.mark.parametrize(("field", "hours"), [("seen", persons.IDLE_HOURS), ("began", persons.WHOLE_HOURS)])
def test_sessions_end_by_themselves(desk: Desk, field: str, hours: int) -> None:
    desk.persons.add("Ana", ["read"], WORDS)
    secret = desk.persons.sign_in("Ana", WORDS) or ""
    set_back(desk, person_session, **{field: persons.moment(hours=-hours + 0.1)})
    assert desk.persons.of_session(secret) is not None
    set_back(desk, person_session, **{field: persons.moment(hours=-hours - 0.1)})
    assert desk.persons.of_session(secret) is None


def test_use_is_kept_now_and_then(desk: Desk) -> None:
    secret, _ = desk.persons.add_token("export", ["read"], 1)
    known = desk.persons.of_token(secret)
    assert known is not None and known.stale
    desk.persons.used(known, token=True)
    known = desk.persons.of_token(secret)
    assert known is not None and not known.stale and desk.persons.tokens()[0].used is not None


def test_tokens_are_limited_in_time_and_scope(desk: Desk) -> None:
    desk.persons.add("Ana", ["correct"], WORDS)
    with pytest.raises(InputError, match="scope admin"):
        desk.persons.add_token("Ana", ["admin"], 30)
    secret, token = desk.persons.add_token("ana", ["correct"], 30)
    assert secret.startswith(token.prefix) and len(secret) > 45 and token.person == "Ana"
    known = desk.persons.of_token(secret)
    assert known is not None and known.scopes == held("correct")
    desk.persons.set_scopes("Ana", ["read"])
    known = desk.persons.of_token(secret)
    assert known is not None and known.scopes == held("read")
    set_back(desk, person_token, ends=persons.moment(hours=-1))
    assert desk.persons.of_token(secret) is None and not desk.persons.tokens()[0].holds
    for days in (0, -1, 10**9):
        with pytest.raises(InputError):
            desk.persons.add_token("Ana", ["read"], days)


def test_a_revoked_token_opens_nothing(desk: Desk) -> None:
    secret, token = desk.persons.add_token("export", ["read"], 30)
    other, _ = desk.persons.add_token("export", ["correct"], 30)
    assert desk.persons.revoke(token.prefix).num == token.num
    assert desk.persons.of_token(secret) is None and desk.persons.of_token(other) is not None
    with pytest.raises(InputError, match="no token"):
        desk.persons.revoke("rsh_nothing0")


@pytest.mark.parametrize("secret", ["", "rsh_", "rsh_" + "x" * 43, "rsh_" + "\u00e9" * 43, "x" * 100_000])
def test_what_is_no_token_opens_nothing(desk: Desk, secret: str) -> None:
    desk.persons.add_token("export", ["read"], 30)
    assert desk.persons.of_token(secret) is None and desk.persons.of_session(secret) is None


def test_the_file_has_hashes_only(desk: Desk, tmp_path: Path) -> None:
    desk.persons.add("Ana", ["read"], WORDS)
    session = desk.persons.sign_in("Ana", WORDS) or "?"
    token, shown = desk.persons.add_token("Ana", ["read"], 30)
    desk.store.checkpoint()
    held_bytes = (tmp_path / "desk.db").read_bytes()
    assert shown.prefix.encode() in held_bytes and b"$argon2id$" in held_bytes
    for secret in (WORDS, session, token, token[len(shown.prefix) :]):
        assert secret.encode() not in held_bytes


def test_an_older_hash_is_made_anew(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    monkeypatch.undo()
    desk.persons.add("Ana", ["read"], WORDS)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(WORDS)
    with sqlite3.connect(tmp_path / "desk.db") as file:
        file.execute("UPDATE person SET password = ?", (weak,))
    assert passwords.is_weaker(weak)
    assert desk.persons.sign_in("Ana", WORDS) is not None
    (kept,) = sqlite3.connect(tmp_path / "desk.db").execute("SELECT password FROM person").fetchone()
    assert kept != weak and not passwords.is_weaker(kept)
    assert desk.persons.sign_in("Ana", WORDS) is not None
