"""`rashomon person` and `rashomon token`: passwords never on the command line, secrets shown once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rashomon.cli import app
from rashomon.store import passwords
from rashomon.store.desk import Desk

pytest.importorskip("argon2", reason="PASSWORDS ARE NOT TESTED: pip install 'rashomon[desk]'")
runner = CliRunner()
WORDS = "mule over seven hills"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
    monkeypatch.setattr(passwords, "_of_nobody", lambda: cheap.hash("nobody"))


@pytest.fixture
def store(tmp_path: Path) -> str:
    with Desk(tmp_path / "desk.db") as desk:
        return desk.store.name


def run(*words: str, code: int = 0, given: str | None = None) -> str:
    done = runner.invoke(app, list(words), input=given)
    assert done.exit_code == code, done.output
    return done.output if code == 0 else f"{done.output}{done.exception}"


def test_people_are_added_changed_and_removed(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nobody has an account" in run("person", "list", "--store", store)
    said = run("person", "add", "Ana", "--store", store, "--scope", "correct", "--password-file", "-",
               given=f"{WORDS}\n")  # fmt: skip
    assert "Ana may sign in now, with the scope correct." in said and "From now on nobody" in said
    assert WORDS not in said
    file = tmp_path / "word"
    file.write_text("eight mules and a river\nnot this line\n")
    said = run("person", "add", "Bo", "--store", store, "--password-file", str(file))
    assert "From now on" not in said
    assert "correct" in run("person", "list", "--store", store)
    with Desk(store) as desk:
        assert desk.persons.sign_in("Bo", "eight mules and a river") is not None
    run("person", "password", "ana", "--store", store, "--password-file", str(file))
    run("person", "scope", "Bo", "--store", store, "--scope", "admin")
    with Desk(store) as desk:
        assert desk.persons.sign_in("Ana", "eight mules and a river") is not None
        assert {each.name: each.scope for each in desk.persons.all()} == {"Ana": "correct", "Bo": "admin"}
    assert "--yes" in run("person", "remove", "Ana", "--store", store, code=2)  # no terminal to ask at
    monkeypatch.setattr("rashomon.options._somebody_is_there", lambda: True)
    run("person", "remove", "Ana", "--store", store, code=1, given="n\n")
    run("person", "remove", "Ana", "--store", store, "--yes")
    assert "lets everybody in" in run("person", "remove", "Bo", "--store", store, given="y\n")


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("person", "add", "Ana"), None, "no terminal"),
        (("person", "add", "Ana", "--password-file", "-"), "short\n", "12 characters"),
        (("person", "add", "Ana", "--password-file", "-"), "", "no password in the first line"),
        (("person", "add", "Ana", "--password-file", "/no/such/file"), None, "cannot be read"),
        (("person", "add", "\u202e", "--password-file", "-"), WORDS, "cannot be a name"),
        (("person", "remove", "Zoe", "--yes"), None, "no 'Zoe'"),
        (("person", "password", "Zoe", "--password-file", "-"), WORDS, "no 'Zoe'"),
        (("token", "revoke", "rsh_nothing0"), None, "no token"),
    ],
)
def test_what_cannot_be_done_is_said(
    store: str, words: tuple[str, ...], given: str | None, said: str
) -> None:
    assert said in run(*words, "--store", store, code=1, given=given)
    with Desk(store) as desk:
        assert not desk.persons.any()


def test_there_is_no_way_to_give_a_password_on_the_command_line(store: str) -> None:
    assert "No such option" in run("person", "add", "Ana", "--password", WORDS, "--store", store, code=2)


def test_a_token_is_shown_once_and_alone(store: str) -> None:
    done = runner.invoke(app, ["token", "add", "nightly export", "--store", store, "--days", "9"])
    secret = done.stdout.strip()
    assert done.exit_code == 0 and secret.startswith("rsh_") and "\n" not in secret
    assert "a program of this name was added" in done.stderr and secret not in done.stderr
    listed = run("token", "list", "--store", store)
    assert secret[:12] in listed and secret not in listed and "never" in listed and "holds" in listed
    with Desk(store) as desk:
        assert desk.persons.of_token(secret) is not None
    assert "opens nothing any more" in run("token", "revoke", secret[:12], "--store", store)
    with Desk(store) as desk:
        assert desk.persons.of_token(secret) is None
    assert "revoked" in run("token", "list", "--store", store)


def test_others_reach_no_desk_without_accounts(store: str) -> None:
    said = run("desk", "--store", store, "--host", "0.0.0.0", "--port", "0", code=1)
    assert "nobody has an account yet" in said and "rashomon person add NAME" in said
    assert "go together" in run("desk", "--store", store, "--cert", "x.pem", code=2)
    assert "no address of a proxy" in run("desk", "--store", store, "--trust-proxy", "all", code=1)


def test_a_broken_certificate_is_named(store: str, tmp_path: Path) -> None:
    pytest.importorskip("litestar")
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    said = run("desk", "--store", store, "--port", "0", "--cert", str(bad), "--key", str(bad), code=1)
    assert "certificate cannot be used" in said
    said = run("desk", "--store", store, "--port", "0", "--cert", "/no/cert", "--key", "/no/key", code=1)
    assert "the file cannot be read" in said


def test_the_doctor_tells_of_accounts(store: str) -> None:
    assert "nobody has an account" in " ".join(run("doctor", "--store", store).split())
    run("token", "add", "export", "--store", store)
    said = " ".join(run("doctor", "--store", store).split())
    assert "1 program" in said and "1 token" in said
