from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import ARMY, shelling
from desk_builders import PAYLOAD, hostile
from receiving import SECRET, hook

from rashomon.desk.alerts import channels, log, message, outbox, raising, sending, watches
from rashomon.desk.alerts.message import Message
from rashomon.desk.alerts.outbox import Settings
from rashomon.errors import InputError
from rashomon.store.desk import Desk

ROOT = Path(__file__).parents[3]
TOLD = Message("k" * 32, "[Rashomon] w: a test", "It is a test.\n", None, {"key": "k" * 32})


def post(address: str, **also: Any) -> None:
    sending.send(channels.read(address), TOLD, **{"allow_loopback": True, **also})


def test_a_webhook_is_signed_as_the_documentation_checks_it() -> None:
    page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import hashlib.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    with hook() as told:
        post(told.address)
    ((headers, body),) = told.got
    stamp, signed = headers["x-rashomon-timestamp"], headers["x-rashomon-signature"]
    assert names["genuine"](SECRET, stamp, signed, body)
    assert not names["genuine"](SECRET + "x", stamp, signed, body)
    assert not names["genuine"](SECRET, str(int(stamp) + 1), signed, body)
    assert not names["genuine"](SECRET, stamp, signed, body + b" ")
    assert not names["genuine"](SECRET, str(int(stamp) - 3600), signed, body)
    assert headers["idempotency-key"] == TOLD.key and "secret" not in str(headers)
    assert headers["host"] == f"127.0.0.1:{told.port}"


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 429, 500, 503])
def test_all_but_2xx_is_a_failure(status: int) -> None:
    with hook(answers=[status], location="http://169.254.169.254/latest/meta-data/") as told:
        with pytest.raises(sending.Undelivered, match=str(status)) as caught:
            post(told.address)
        assert caught.value.retryable is (status != 410)
        assert len(told.got) == 1  # a redirect is not followed


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/x", "http://10.1.2.3/x", "http://[::ffff:127.0.0.1]/x", "http://192.168.0.1:8080/x",
     "https://example.org:22/x", "http://127.0.0.1.:80/x"],
)  # fmt: skip
def test_a_webhook_leads_to_the_public_internet_only(address: str) -> None:
    with pytest.raises(InputError) as caught:
        post(f"{address}#secret={'s' * 32}")
    assert "s" * 32 not in str(caught.value)


def test_this_machine_is_reached_only_where_somebody_said_so() -> None:
    with hook() as told:
        with pytest.raises(sending.Refused, match="--allow-loopback"):
            post(told.address, allow_loopback=False)
        post(told.address)
        post(told.address.replace("127.0.0.1", "localhost"))
    assert len(told.got) == 2


def test_nobody_there_and_no_answer_are_said() -> None:
    with hook() as told:
        address = told.address
    with pytest.raises(sending.Undelivered, match="nobody answers"):
        post(address)
    with hook(hang=2) as told, pytest.raises(sending.Undelivered, match="no answer within"):
        post(told.address, seconds=0.3)


class Mailbox:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, list[str], bytes]] = []
        self.answer = "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    pytest.importorskip("aiosmtpd", reason="MAIL IS NOT TESTED: pip install aiosmtpd")
    import asyncio

    from aiosmtpd.smtp import SMTP as Server

    kept, loop, ready = Mailbox(), asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        server = await loop.create_server(lambda: Server(kept, hostname="mail.test"), "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    loop.create_task(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    assert ready.wait(20)
    yield kept, ports[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_a_mail_arrives_with_the_key_as_its_name(mailbox: tuple[Mailbox, int]) -> None:
    kept, port = mailbox
    post(f"mailto://127.0.0.1:{port}?from=desk@example.org&to=ana@example.org&tls=no")
    ((sender, readers, raw),) = kept.got
    assert (sender, readers) == ("desk@example.org", ["ana@example.org"])
    mail = message_from_bytes(raw, policy=default)
    assert mail["Message-ID"] == f"<{TOLD.key}@example.org>" and mail["Subject"] == TOLD.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == TOLD.text.strip()


def test_a_mail_that_is_not_taken_is_tried_again(mailbox: tuple[Mailbox, int]) -> None:
    kept, port = mailbox
    kept.answer = "451 come back later, s3cr3t of the server"
    with pytest.raises(sending.Undelivered, match="answers with 451") as caught:
        post(f"mailto://127.0.0.1:{port}?from=desk@example.org&to=ana@example.org&tls=no")
    assert "s3cr3t" not in str(caught.value)


def test_without_tls_nothing_is_sent_unless_somebody_said_so(mailbox: tuple[Mailbox, int]) -> None:
    kept, port = mailbox
    with pytest.raises(sending.Undelivered, match="no TLS"):
        post(f"mailto://127.0.0.1:{port}?from=desk@example.org&to=ana@example.org")
    with pytest.raises(sending.Undelivered, match=r"no safe connection|cannot be reached"):
        post(f"mailtos://127.0.0.1:{port}?from=desk@example.org&to=ana@example.org")
    with pytest.raises(InputError, match="not sent without TLS"):
        channels.read("mailto://u:p@mail.example.org?from=a@example.org&to=b@example.org&tls=no")
    assert kept.got == []


def test_each_reader_of_a_mail_is_a_channel_of_its_own() -> None:
    together = "mailto://u:env:PASS_OF_NOBODY@mail.example.org?from=a@x.org&to=b@x.org,c@x.org"
    assert len(watches.drafted("w", "", ["denied"], [together]).channels) == 2
    with pytest.raises(InputError, match="several readers"):
        channels.read("env:ALL", {"ALL": together, "PASS_OF_NOBODY": "x"})
    draft = watches.drafted(
        "w", "", ["denied"], ["mailto://u:p4ssword@mail.example.org?from=a@x.org&to=b@x.org,c@x.org"]
    )
    assert draft.shown == ["mail to b@x.org by mail.example.org", "mail to c@x.org by mail.example.org"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ana@example.org", "no address"), ("mailto:ana@example.org", "not whole"), ("", "no address"),
        ("https://x.org/h", "needs a secret"), ("https://x.org/h#secret=short", "less than 16"),
        ("https://u:p4ssw0rd@x.org/h#secret=0123456789abcdef", "password in its address"),
        ("jsons://x.org/h", "not used here"),
        ("http://x .org", "no address"),
        ("https://x.org:99999/", "no address"),
        ("mailto://m.example.org?to=a@x.org%0d%0aBcc:z@x.org&from=b@x.org", "no address of a mail"),
        ("mailto://m.example.org?to=a@x.org", "who is the mail from"), ("https://[x", "no address"),
        ("https://10.0.0.1/h#secret=0123456789abcdef", "no public address"), ("file:///etc/passwd", None),
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_refused(address: str, said: str | None) -> None:
    if said is None:
        with pytest.raises(sending.Refused, match="does not know"):
            post(address)
        return
    with pytest.raises(InputError, match=said) as caught:
        channels.read(address)
    assert "p4ssw0rd" not in str(caught.value) and "0123456789abcdef" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["https://hooks.example.org/s3cr3tpath?k=s3cr3tquery#secret=s3cr3ts3cr3ts3cr3t",
     "mailto://ana:s3cr3tword@m.example.org?from=a@x.org&to=b@x.org", "slack://s3cr3tA/s3cr3tB/s3cr3tC",
     "ntfy://user:s3cr3tpass@s3cr3thost/s3cr3ttopic"],
)  # fmt: skip
def test_no_secret_of_an_address_is_shown(address: str) -> None:
    assert "s3cr3t" not in channels.shown(address)
    assert "s3cr3t" not in channels.fingerprint(address)
    said = channels.scrubbed(
        f"could not open {address} with s3cr3tB or s3cr3thost", address.replace("s3cr3thost", "s3cr3thost")
    )
    for piece in re.findall(r"s3cr3t\w*", address):
        assert piece not in said, piece


def delivered(desk: Desk, told: Any, base: str | None = "http://127.0.0.1:8765") -> list[Any]:
    raising.run(desk)
    outbox.deliver(desk, Settings(base=base, allow_loopback=True, first_pause=0.0))
    return list(told.bodies)


def test_a_message_says_what_who_why_and_where(desk: Desk) -> None:
    with hook() as told:
        draft = watches.drafted("mills", "country=XKX", ["new-dispute:field=killed"], [told.address])
        desk.store.write(lambda connection: watches.add(connection, draft))
        desk.add(shelling(1, killed=3))
        desk.add(shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY))
        (body,) = delivered(desk, told)
    text = body["text"]
    assert "accounts differ on killed" in text.splitlines()[0] and "Vrelo" in text.splitlines()[0]
    assert "the mayor of Vrelo, in Kosovo Hill Courier: 3 killed (millers)" in text
    assert "the army, in Serbia Plain Radio: 9 killed (millers)" in text
    assert "rule: new-dispute:field=killed" in text and "watch: mills" in text
    assert f"http://127.0.0.1:8765/incidents/{body['about']}" in text
    assert "not a finding of fact" in text
    assert [each["value"] for each in body["incident"]["disputes"][0]["positions"]] == [
        "3 millers",
        "9 millers",
    ]


def test_words_of_reports_are_harmless_in_messages(desk: Desk) -> None:
    with hook() as told:
        draft = watches.drafted("w", "", ["new-incident", "new-dispute", "grown:reports=2"], [told.address])
        desk.store.write(lambda connection: watches.add(connection, draft))
        desk.add(hostile())
        bodies = delivered(desk, told)
    assert bodies
    for body in bodies:
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f]", body["text"])
        assert "https://" not in body["text"].replace("http://127.0.0.1:8765", "")
        made = sending.mail_of(
            channels.Mail("m", 25, "no", None, None, "a@x.org", "b@x.org"),
            Message(body["key"], f"x\r\nBcc: z@x.org {PAYLOAD}".replace("\r\n", " "), body["text"], None, {}),
        )
        assert made["Bcc"] is None
    chat = sending.for_chat("@everyone <!channel> [here](evil)")
    assert "@" not in chat and "<" not in chat and "](" not in chat


def test_links_in_reports_lead_nowhere() -> None:
    assert (
        message.words("see HTTPS://evil.example\nnow \u202etxt") == "see HxxPS://evil.example now ‹U+202E›txt"
    )


def test_after_the_incident_is_gone_the_message_still_comes(desk: Desk) -> None:
    with hook() as told:
        draft = watches.drafted("w", "", ["new-incident"], [told.address])
        desk.store.write(lambda connection: watches.add(connection, draft))
        desk.add(shelling(1))
        raising.run(desk)
        (entry,) = desk.reports()
        desk.delete(report=entry.id)
        (body,) = delivered(desk, told)
    assert "no more in the store" in body["title"]
    assert "Vrelo" not in body["text"] and "mayor" not in body["text"]


def test_errors_that_are_kept_hold_no_secret(desk: Desk) -> None:
    with hook(answers=[500]) as told:
        draft = watches.drafted("w", "", ["new-incident"], [told.address])
        desk.store.write(lambda connection: watches.add(connection, draft))
        desk.add(shelling(1))
        delivered(desk, told)
    with desk.store.reading() as connection:
        (entry,) = log.entries(connection, 5)
        rows = str(connection.execute(sa.text("SELECT * FROM alert_delivery")).all())
    for text in (repr(entry), rows):
        assert SECRET not in text and "t0ken" not in text
    assert entry.deliveries[0].error == "it answers with 500"


def test_apprise_is_asked_for_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    apprise = pytest.importorskip("apprise", reason="APPRISE IS NOT TESTED: pip install 'rashomon[alerts]'")
    got: list[tuple[str, str]] = []

    def notify(self: Any, body: str, title: str, **_: Any) -> bool:
        got.append((title, body))
        return len(got) > 1

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    with pytest.raises(sending.Undelivered, match="did not take it"):
        post("ntfy://topic-of-the-tests")
    post("ntfy://topic-of-the-tests")
    assert got[1] == (TOLD.subject, TOLD.text)
