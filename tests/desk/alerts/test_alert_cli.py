"""The commands as somebody types them, and the page."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from alert_builders import ARMY, shelling
from correcting_helpers import Browser
from receiving import SECRET, hook
from typer.testing import CliRunner

from rashomon.cli import app
from rashomon.desk.alerts import channels, outbox, raising, watches
from rashomon.errors import RashomonError
from rashomon.store.desk import Desk


@pytest.fixture
def store(tmp_path: Path) -> str:
    with Desk(tmp_path / "desk.db") as desk:
        desk.add(shelling(1))
    return str(tmp_path / "desk.db")


def alert(store: str, *words: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["alert", *words, "--store", store])
    if isinstance(done.exception, RashomonError):
        assert status == 1, done.exception
        return str(done.exception)
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


def test_from_a_watch_to_a_message(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_OF_THE_TESTS", SECRET)
    with hook() as told:
        address = f"http://127.0.0.1:{told.port}/hook/t0ken#secret=env:HOOK_OF_THE_TESTS"
        said = alert(
            store, "add", "mills", "--filter", "country=XKX", "--rule", "new-dispute", "--to", address
        )
        assert "mills: country=XKX; new-dispute" in said and "t0ken" not in said
        assert "taken" in alert(store, "test", "mills", "--allow-loopback")
        assert "leads to this machine" in alert(store, "test", "mills", status=1)
        with Desk(store) as desk:
            desk.add(shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY))
        assert "new-dispute" in alert(store, "run", "--dry-run", "--days", "3")
        assert len(told.got) == 1
        said = alert(store, "run", "--once", "--allow-loopback", "--desk-url", "http://127.0.0.1:8765")
        assert "1 new alert" in said and "sent" in said
        alert(store, "run", "--once", "--allow-loopback")
    assert [body["rule"] for body in told.bodies] == ["test", "new-dispute"]
    assert told.bodies[1]["link"].startswith("http://127.0.0.1:8765/incidents/")
    said = alert(store, "log")
    assert "accounts differ on killed" in said and "sent 20" in said
    said += alert(store, "list")
    assert "sent: 1, waiting: 0" in said
    assert "t0ken" not in said and SECRET not in said
    asked = alert(store, "remove", "mills", status=2)  # there is no terminal to ask at
    assert "1 alert in the log" in " ".join(asked.split()) and "--yes" in asked
    assert "mills:" in alert(store, "list")
    assert "removed, with 1 alert in the log" in alert(store, "remove", "mills", "--yes")
    assert "No watch yet" in alert(store, "list") and "No alert yet" in alert(store, "log")


def test_what_would_have_come_keeps_nothing(store: str) -> None:
    said = alert(store, "add", "w", "--rule", "new-incident", "--dry-run", "--days", "3")
    assert "1 alert over the last 3 days" in said and "new in the store" in said
    assert "No watch yet" in alert(store, "list")


def test_failures_are_said_and_parked_ones_come_back(store: str) -> None:
    with hook() as told:
        alert(store, "add", "w", "--rule", "new-dispute", "--to", told.address)
        with Desk(store) as desk:
            desk.add(shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY))
        said = alert(store, "run", "--once", status=1)
        assert "parked - it leads to this machine" in said and "t0ken" not in said
        assert "parked: 1" in alert(store, "list")
        assert "1 will be tried again" in alert(store, "retry")
        assert ": sent" in alert(store, "run", "--once", "--allow-loopback")
    assert len(told.got) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "w", "--rule", "new-disputes"), "there are new-incident"),
        (("add", "w", "--rule", "denied", "--filter", "country=Atlantis"), "no country"),
        (("add", "w", "--rule", "denied", "--filter", "kosovo"), "no filter"),
        (("add", "w", "--rule", "denied", "--filter", "colour=red"), "no filter 'colour'"),
        (("add", "a\u202eb", "--rule", "denied"), "plain name"),
        (("remove", "nobody"), "no watch of this name"),
        (("add", "w", "--rule", "denied", "--to", "ftp://x"), "nothing can be sent to ftp://"),
        (("add", "w", "--rule", "denied", "--to", "ftp://x"), "mailto://..."),
        (("add", "w", "--rule", "denied", "--to", "slack://x"), "is not whole"),
        (("test", "nobody"), "no watch of this name"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_with_what_would(store: str, words: tuple[str, ...], said: str) -> None:
    assert said in alert(store, *words, status=1)


def test_without_apprise_its_addresses_are_refused(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    said = alert(store, "add", "w", "--rule", "denied", "--to", "ntfy://mills-of-vrelo", status=1)
    assert "not installed" in said and "rashomon[alerts]" in said and "mailto://" in said
    assert "No watch yet" in alert(store, "list")


@pytest.mark.parametrize(("answer", "gone"), [("n\n", False), ("", False), ("y\n", True)])
def test_a_watch_goes_only_if_somebody_says_so(
    store: str, monkeypatch: pytest.MonkeyPatch, answer: str, gone: bool
) -> None:
    alert(store, "add", "mills", "--rule", "denied")
    monkeypatch.setattr("rashomon.options._somebody_is_there", lambda: True)
    done = CliRunner().invoke(app, ["alert", "remove", "mills", "--store", store], input=answer)
    assert "Remove the watch mills for good, with 0 alerts in the log?" in done.output
    assert (done.exit_code == 0) is gone
    assert ("No watch yet" in alert(store, "list")) is gone


def test_the_page_shows_watches_and_alerts_without_secrets(store: str) -> None:
    pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
    with hook(answers=[500]) as told, Desk(store) as desk, Browser(desk).client as browser:
        empty = browser.get("/alerts").text
        assert "Nothing is watched yet" in empty and "No alert yet" in empty
        mail = "mailto://u:t0ken-of-mail@mail.example.org?from=a@x.org&to=ana@x.org"
        draft = watches.drafted("<b>mills</b>", "country=XKX", ["new-dispute"], [told.address, mail], "Ana")
        desk.store.write(lambda connection: watches.add(connection, draft))
        desk.add(shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY))
        raising.run(desk)

        def how(channel: Any, message: Any) -> None:
            secret = "t0ken-of-mail" if isinstance(channel, channels.Mail) else "t0ken-of-the-path"
            raise RashomonError(f"no: {secret} \u202e")

        outbox.deliver(desk, outbox.Settings(attempts=1), how=how)
        page = browser.get("/alerts").text
    assert "&lt;b&gt;mills&lt;/b&gt;" in page and "<b>mills" not in page
    assert "accounts differ on killed" in page and "have come to differ on: killed" in page
    assert "2 parked" in page and "no: *** " in page
    assert not re.search(f"t0ken|{SECRET}|\u202e", page)
