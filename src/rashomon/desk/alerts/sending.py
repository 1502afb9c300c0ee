"""One message to one channel: a signed webhook, a mail, or what apprise knows.

A webhook is posted as JSON with

    X-Rashomon-Timestamp   seconds since 1970, of this attempt
    X-Rashomon-Signature   v1= and the hex HMAC-SHA256 of "TIMESTAMP.BODY" with the shared secret
    Idempotency-Key        the same whenever this message is tried again

It may lead to public addresses only, as links of feeds (`rashomon.sources.guard`), follows no redirect, and
has to answer with 2xx within 20 seconds. A mail carries the same key in its Message-ID.
"""

from __future__ import annotations

import asyncio
import email.utils
import hashlib
import hmac
import logging
import smtplib
import ssl
import time
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from urllib.parse import urlsplit

import httpcore2
import httpx2
import msgspec

from rashomon.desk.alerts.channels import Channel, Mail, Other, Webhook, apprise_quietly, is_local
from rashomon.desk.alerts.message import Message
from rashomon.errors import FetchFailed, FetchRefused, InputError, MissingExtra
from rashomon.sources.guard import Guard, GuardedBackend
from rashomon.sources.visit import user_agent

SECONDS = 20.0
"""For one attempt."""
_LOCAL = ("127.0.0.1", "::1")


class Undelivered(InputError):
    """A message that was not taken. `retryable` is False where trying again gives the same."""

    retryable = True


class Refused(Undelivered):
    """A message that may not be sent there at all, or is not wanted there any more."""

    retryable = False


def send(
    channel: Channel, message: Message, *, allow_loopback: bool = False, seconds: float = SECONDS
) -> None:
    """Send a message; it is taken when this returns.

    Raises:
        Undelivered, Refused: it is not; no message of these holds a secret of the channel as far as it comes
            from here. What a server said is in it: see `channels.scrubbed`.
        MissingExtra: apprise is not installed.
    """
    if isinstance(channel, Webhook):
        asyncio.run(_post(channel, message, allow_loopback, seconds))
    elif isinstance(channel, Mail):
        _mail(channel, message, seconds)
    else:
        _other(channel, message)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What a webhook is signed with."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


async def _post(channel: Webhook, message: Message, allow_loopback: bool, seconds: float) -> None:
    parts = urlsplit(channel.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    local = allow_loopback and is_local(channel.url)
    guard = Guard(frozenset((host, port) for host in _LOCAL) if local else frozenset())
    if is_local(channel.url) and not allow_loopback:
        raise Refused("it leads to this machine", hint="--allow-loopback lets webhooks do that")
    body = msgspec.json.encode({"text": message.text, **message.data})
    stamp = str(int(time.time()))
    headers = {
        "host": parts.netloc, "content-type": "application/json", "content-length": str(len(body)),
        "user-agent": user_agent(), "idempotency-key": message.key, "x-rashomon-timestamp": stamp,
        "x-rashomon-signature": signature(channel.secret, stamp, body), "connection": "close",
    }  # fmt: skip
    _tls()  # reading the certificates takes a while, which is not the receiver's
    status = 0
    try:
        guard.check_url(channel.url)
        async with (
            asyncio.timeout(seconds),
            httpcore2.AsyncConnectionPool(
                ssl_context=_tls(),
                http2=False,
                network_backend=GuardedBackend(guard),
            ) as pool,
            pool.stream("POST", channel.url, headers=list(headers.items()), content=body) as answer,
        ):
            status = answer.status  # with it the receiver has spoken; nothing else of the answer is read
    except FetchRefused as error:
        raise Refused(error.what, hint=error.hint) from None
    except FetchFailed as error:
        raise Undelivered(error.what, hint=error.hint) from None
    except TimeoutError:
        if not status:
            raise Undelivered(f"no answer within {seconds:g} seconds") from None
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
        raise Undelivered("nobody answers there") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError) as error:
        if not status:
            raise Undelivered(f"the connection failed: {type(error).__name__}") from None
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Undelivered(
            f"it answers with {status}: redirects are not followed", hint="give the address itself"
        )
    if status == 410:
        raise Refused("it answers that it is gone for good (410)")
    raise Undelivered(f"it answers with {status}")


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


def mail_of(channel: Mail, message: Message) -> EmailMessage:
    """A message as a mail."""
    made = EmailMessage(policy=SMTP)
    made["From"] = channel.sender
    made["To"] = channel.to
    made["Subject"] = message.subject
    made["Date"] = email.utils.formatdate(localtime=False)
    made["Message-ID"] = f"<{message.key}@{channel.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Rashomon-Key"] = message.key
    made.set_content(message.text, cte="quoted-printable")
    return made


def _mail(channel: Mail, message: Message, seconds: float) -> None:
    context = ssl.create_default_context()
    taken = False
    try:
        with _connected(channel, context, seconds) as server:
            if channel.tls == "start":
                server.starttls(context=context)
            if channel.user is not None and channel.password is not None:
                server.login(channel.user, channel.password)
            server.send_message(mail_of(channel, message), channel.sender, [channel.to])
            taken = True
    except (OSError, smtplib.SMTPException) as error:
        if not taken:  # a server that fails to say goodbye has the mail all the same
            raise _of_mail(error) from None


def _connected(channel: Mail, context: ssl.SSLContext, seconds: float) -> smtplib.SMTP:
    if channel.tls == "whole":
        return smtplib.SMTP_SSL(channel.host, channel.port, timeout=seconds, context=context)
    return smtplib.SMTP(channel.host, channel.port, timeout=seconds)


def _of_mail(error: OSError | smtplib.SMTPException) -> Undelivered:
    """What an error of a mail server means; its own words may hold anything, so they stay out."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        hint = "take mailtos://, or tls=no for a server that has none"
        return Undelivered("the mail server offers no TLS, or no login", hint=hint)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Undelivered("the mail server does not take the name and password")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), 0)
        return Undelivered(f"the mail server does not take mail for this address ({code})")
    if isinstance(error, smtplib.SMTPResponseException):
        return Undelivered(f"the mail server answers with {error.smtp_code}")
    if isinstance(error, ssl.SSLError):
        why = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        return Undelivered(f"no safe connection with the mail server: {why}")
    why = getattr(error, "strerror", None) or type(error).__name__
    return Undelivered(f"the mail server cannot be reached: {why}")


def for_chat(text: str) -> str:
    """Text that calls nobody and links nowhere in a chat: marks that services read are written otherwise."""
    return text.translate(str.maketrans("@<>", "＠‹›")).replace("](", "] (")


def _other(channel: Other, message: Message) -> None:
    try:
        apprise = apprise_quietly()
    except ImportError as error:
        raise MissingExtra(
            "the package apprise is needed for this channel", hint="pip install 'rashomon[alerts]'"
        ) from error
    service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, secure_logging=True))
    if not service.add(channel.url):
        raise Refused("apprise does not know this kind of address", hint="see https://appriseit.com")
    link = f"\n{message.link}" if message.link else ""
    text = for_chat(message.text.replace(f"Open: {message.link}\n", "")) + link
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
        taken = service.notify(
            body=text, title=for_chat(message.subject), body_format=apprise.NotifyFormat.TEXT
        )
        said = " ".join(log.getvalue().split()[:60])
    if not taken:
        raise Undelivered(f"the service did not take it{': ' + said if said else ''}")


__all__ = ["SECONDS", "Refused", "Undelivered", "mail_of", "send", "signature"]
