"""Where alerts go: addresses as they are given, read, and shown without their secrets.

    https://hooks.example.org/x#secret=env:HOOK_SECRET      a webhook; the fragment is never sent
    mailto://ana:env:MAIL_PASSWORD@mail.example.org?from=desk@example.org&to=ana@example.org
    mailtos://...                                           the same with TLS from the first byte
    ntfy://..., slack://..., everything that apprise knows  (extra: rashomon[alerts])
    env:NAME                                                any of these, in a variable

`env:NAME` is looked up when something is sent: the store holds the name, not the secret.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Mapping
from types import ModuleType
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import msgspec

from rashomon.errors import InputError, MissingExtra
from rashomon.exports.phrases import one_line
from rashomon.sources.guard import Guard

_REFERENCE = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]{0,127})")
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_LONGEST = 2_000
_SHORTEST_SECRET = 16
_OWN = "https://...#secret=env:NAME, mailto://..., mailtos://..., or env:NAME for one of these in a variable"
_SOME_OF_APPRISE = "ntfy://, slack://, discord://, matrixs://, tgram://, signals://"
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
_UNSIGNED = frozenset(
    ("json", "jsons", "xml", "xmls", "form", "forms")
)  # of apprise: webhooks past the guard


class Webhook(msgspec.Struct, frozen=True):
    """An address that signed JSON is posted to."""

    url: str
    secret: str


class Mail(msgspec.Struct, frozen=True):
    """A mail server and who is written to by it. `tls` is start, whole, or no."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None
    sender: str
    to: str


class Other(msgspec.Struct, frozen=True):
    """An address that apprise knows."""

    url: str


Channel = Webhook | Mail | Other


class Unset(InputError):
    """A variable that an address refers to is not set here."""


def split(text: str) -> list[str]:
    """The channels that an address as it was given stands for, one for each reader of a mail: what failed for
    one is tried again for that one only.

    Raises:
        InputError: it is no address, or one that nothing can be sent to.
        MissingExtra: only apprise could know it, and that is not installed.
    """
    bare = text.strip()
    several = [bare]
    try:
        parts = urlsplit(bare)
        fields = parse_qsl(parts.query)
    except ValueError:
        pass
    else:
        readers = [each.strip() for name, value in fields if name == "to" for each in value.split(",")]
        if parts.scheme.lower() in ("mailto", "mailtos") and len(readers) > 1:
            others = [field for field in fields if field[0] != "to"]
            queries = [urlencode([*others, ("to", each)]) for each in readers]
            several = [urlunsplit(parts._replace(query=query)) for query in queries]
    for each in several:
        with contextlib.suppress(Unset):  # it may be set where alerts are sent from
            channel = read(each)
            if isinstance(channel, Other):
                _require_known(channel)
    return several


def read(text: str, environment: Mapping[str, str] | None = None) -> Channel:
    """What an address stands for, with its secrets.

    Raises:
        Unset: a variable that it refers to is not set.
        InputError: it is no address, or one that nothing can be sent to. No message holds a secret.
    """
    known = os.environ if environment is None else environment
    bare = text.strip()
    if (match := _REFERENCE.fullmatch(bare)) is not None:
        bare = _looked_up(match[1], known)
    if not bare or len(bare) > _LONGEST or any(ord(char) < 33 or char == "\x7f" for char in bare):
        raise InputError("this is no address to send to", hint=_hint())
    try:
        parts = urlsplit(bare)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    scheme = parts.scheme.lower()
    if scheme in ("http", "https"):
        return _webhook(parts, known)
    if scheme in ("mailto", "mailtos"):
        return _mail(parts, port, known)
    if scheme in _UNSIGNED:
        hint = "give it as https://...#secret=env:NAME: it is signed, and judged as links of feeds are"
        raise InputError(f"{scheme}:// is not used here", hint=hint)
    if "://" not in bare or not scheme:
        raise InputError("this is no address to send to", hint=_hint())
    return Other(_REFERENCE.sub(lambda found: _looked_up(found[1], known), bare))


def _webhook(parts: SplitResult, known: Mapping[str, str]) -> Webhook:
    fields = dict(parse_qsl(parts.fragment))
    url = urlunsplit(parts._replace(fragment=""))
    if set(fields) != {"secret"}:
        raise InputError(
            "a webhook needs a secret to be signed with", where=_host(parts),
            hint="write it behind the address: https://...#secret=env:NAME (the fragment is not sent)",
        )  # fmt: skip
    if "@" in parts.netloc:
        raise InputError("a webhook with a password in its address is not used", where=_host(parts))
    secret = _value(fields["secret"], known)
    if len(secret) < _SHORTEST_SECRET:
        raise InputError(
            f"the secret of a webhook has less than {_SHORTEST_SECRET} characters", where=_host(parts),
            hint="for instance the output of: openssl rand -hex 32",
        )  # fmt: skip
    Guard(frozenset((host, parts.port or 80) for host in _LOCAL)).check_url(url) if is_local(
        url
    ) else Guard().check_url(url)
    return Webhook(url, secret)


def _mail(parts: SplitResult, port: int | None, known: Mapping[str, str]) -> Mail:
    host, fields = parts.hostname or "", dict(parse_qsl(parts.query))
    unknown = set(fields) - {"to", "from", "tls"}
    if not host or unknown or not fields.get("to"):
        what = (
            f"there is no field {one_line(min(unknown))[:20]!r}"
            if unknown
            else "the address of a mail is not whole"
        )
        raise InputError(
            what, hint="mailto://user:env:NAME@mail.example.org?from=desk@example.org&to=ana@example.org"
        )
    readers = [each.strip() for each in fields["to"].split(",")]
    sender = fields.get("from") or (
        unquote(parts.username or "") if "@" in unquote(parts.username or "") else ""
    )
    if not sender:
        raise InputError("who is the mail from?", where=_host(parts), hint="add &from=desk@example.org")
    if len(readers) > 1:
        raise InputError("several readers in one variable", where=_host(parts), hint="give each its own")
    for each in (*readers, sender):
        if not _ADDRESS.fullmatch(each):
            raise InputError(f"{one_line(each)[:60]!r} is no address of a mail", where=_host(parts))
    password = _value(unquote(parts.password), known) if parts.password else None
    tls = "whole" if parts.scheme.lower() == "mailtos" else "start"
    if fields.get("tls", "yes") not in ("yes", "no"):
        raise InputError("tls is yes or no", where=_host(parts))
    if fields.get("tls") == "no":
        if tls == "whole" or (password is not None and host.lower() not in _LOCAL):
            raise InputError(
                "a password is not sent without TLS", where=_host(parts), hint="take tls=no away"
            )
        tls = "no"
    user = unquote(parts.username) if parts.username else None
    return Mail(
        host, port or {"whole": 465, "start": 587, "no": 25}[tls], tls, user, password, sender, readers[0]
    )


def is_local(url: str) -> bool:
    """Whether an address of the web names this machine."""
    return (urlsplit(url).hostname or "").lower() in _LOCAL


def shown(text: str) -> str:
    """An address as it may be seen: what it is and where it leads, no path, no password, no token."""
    if _REFERENCE.fullmatch(text.strip()):
        return text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return "an address that cannot be read"
    scheme = one_line(parts.scheme.lower())[:20]
    if scheme in ("http", "https"):
        return f"webhook {_host(parts)}"
    if scheme in ("mailto", "mailtos"):
        fields = dict(parse_qsl(parts.query))
        return f"mail to {one_line(fields.get('to', ''))[:80]} by {_host(parts)}"
    return f"{scheme}://***"  # a host may be a token there


def fingerprint(text: str) -> str:
    """Which channel of a watch a delivery is for; it tells nothing of the address."""
    return hashlib.sha256(f"channel\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def scrubbed(said: str, text: str) -> str:
    """A message without anything secret of an address, on one line, short."""
    bare = text
    try:
        bare = (
            os.environ.get(match[1], "") if (match := _REFERENCE.fullmatch(text.strip())) else text
        ) or text
        parts = urlsplit(bare)
        secrets = {parts.password or "", *parts.path.split("/")}
        for name, value in (*parse_qsl(parts.query), *parse_qsl(parts.fragment)):
            secrets |= {value} if name not in ("to", "from", "tls") else set()
        if parts.scheme.lower() not in ("http", "https", "mailto", "mailtos"):
            secrets |= {parts.netloc, parts.hostname or "", parts.username or ""}
    except ValueError:
        secrets = {bare}
    secrets |= {os.environ.get(name, "") for name in _REFERENCE.findall(bare)}
    secrets |= {unquote(each) for each in secrets}
    for each in sorted(filter(lambda value: len(value) > 3, secrets), key=len, reverse=True):
        said = said.replace(each, "***")
    return one_line(said)[:300]


def apprise_quietly() -> ModuleType:
    """The package apprise, without its log: what services answered, and addresses, nobody asked for.

    Raises:
        ImportError: it is not installed.
    """
    import apprise

    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    return apprise


def _require_known(channel: Other) -> None:
    """Refuse what apprise does not know: it would be parked at the first alert, when nobody looks."""
    scheme = one_line(channel.url.partition("://")[0].lower())[:20]
    try:
        apprise = apprise_quietly()
        from apprise.manager_plugins import NotificationManager
    except ImportError as error:
        raise MissingExtra(
            f"{scheme}:// is for the package apprise, which is not installed",
            hint=f"pip install 'rashomon[alerts]'; without it there are {_OWN}",
        ) from error
    if apprise.Apprise.instantiate(channel.url) is not None:
        return
    if scheme in NotificationManager().schemas():  # type: ignore[no-untyped-call]
        raise InputError(
            f"this {scheme}:// address is not whole, or not of the form that apprise has for it",
            hint=f"https://appriseit.com/services says what a {scheme}:// address holds",
        )
    raise InputError(
        f"nothing can be sent to {scheme}://",
        hint=f"there are {_OWN}; and by apprise {_SOME_OF_APPRISE} and more (https://appriseit.com/services)",
    )


def _looked_up(name: str, known: Mapping[str, str]) -> str:
    value = known.get(name, "").strip()
    if not value:
        raise Unset(f"the variable {name} is not set here", hint="set it where alerts are sent from")
    return value


def _value(text: str, known: Mapping[str, str]) -> str:
    match = _REFERENCE.fullmatch(text)
    return _looked_up(match[1], known) if match else text


def _host(parts: SplitResult) -> str:
    return one_line(parts.hostname or "")[:100]


def _hint() -> str:
    return "https://...#secret=env:NAME, mailto://..., an address that apprise knows, or env:NAME"


__all__ = [
    "Channel", "Mail", "Other", "Unset", "Webhook", "apprise_quietly", "fingerprint", "is_local", "read",
    "scrubbed", "shown", "split",
]  # fmt: skip
