"""OPML: lists of feeds, read and written; plain lists of addresses are read too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

import msgspec

from rashomon.errors import MalformedInput, TextTooLong
from rashomon.sources.markup import xml_text
from rashomon.sources.text import decode

MAX_BYTES = 2 * 2**20
MAX_FEEDS = 20_000
_DEEPEST = 50
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Subscription(msgspec.Struct, frozen=True):
    """A feed that is followed: its address, and what the list says about it. `folder` is the path of outlines
    that it stands in, parts joined by " / "."""

    url: str
    title: str | None = None
    site: str | None = None
    folder: str | None = None


class Subscriptions(msgspec.Struct, frozen=True):
    """What a list of feeds holds, each feed once, and notes on what was left out."""

    feeds: tuple[Subscription, ...]
    notes: tuple[str, ...] = ()


def read_subscriptions(data: bytes) -> Subscriptions:
    """A list of feeds: OPML, or text with one address a line (blank lines and lines with # are passed over).

    Raises:
        EmptyText: there is nothing in it.
        TextTooLong: it is over 2 MB.
        MalformedInput: it is neither, it declares entities, or it names no feed.
    """
    if len(data) > MAX_BYTES:
        raise TextTooLong(f"the list of feeds is over the limit of {MAX_BYTES >> 20} MB")
    if data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        text, notes = xml_text(data)
        found = list(_of_opml(text))
    else:
        text, notes = decode(data)
        found = [Subscription(line) for line in _lines(text)]
    good = [each for each in found if _is_link(each.url)]
    if bad := [each.url for each in found if not _is_link(each.url)]:
        notes += (f"addresses that are not http or https, left out: {len(bad):,}, such as {bad[0][:80]!r}",)
    feeds = {each.url: each for each in reversed(good)}
    if len(feeds) < len(good):
        notes += (f"addresses that stand in it more than once: {len(good) - len(feeds):,}",)
    if not feeds:
        raise MalformedInput("it names no feed", hint="OPML with xmlUrl, or one address a line")
    if len(feeds) > MAX_FEEDS:
        notes += (f"it names {len(feeds):,} feeds: the first {MAX_FEEDS:,} are followed",)
    return Subscriptions(tuple(reversed(feeds.values()))[:MAX_FEEDS], notes)


def write_opml(feeds: Iterable[Subscription], title: str = "Rashomon") -> bytes:
    """The feeds as OPML 2.0; folders become outlines."""
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = _clean(title)
    body = ElementTree.SubElement(root, "body")
    folders: dict[str, ElementTree.Element] = {}
    for feed in feeds:
        parent = body
        path = ""
        for part in (feed.folder or "").split(" / "):
            if part:
                path = f"{path} / {part}"
                if path not in folders:
                    folders[path] = ElementTree.SubElement(parent, "outline", text=_clean(part))
                parent = folders[path]
        told = {"type": "rss", "text": _clean(feed.title or feed.url), "xmlUrl": _clean(feed.url)}
        if feed.site:
            told["htmlUrl"] = _clean(feed.site)
        ElementTree.SubElement(parent, "outline", told)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _of_opml(text: str) -> Iterator[Subscription]:
    try:
        root = ElementTree.fromstring(text.encode("utf-8", "replace"))
    except ElementTree.ParseError as error:
        hint = "a bare & must be written &amp;" if "token" in str(error) else None
        raise MalformedInput(f"it is not well-formed XML: {error}", hint=hint) from None
    if root.tag.lower() != "opml":
        raise MalformedInput(
            f"this is not OPML, its root is <{root.tag[:40]}>", hint="give the feed's address"
        )
    waiting: list[tuple[ElementTree.Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, path = waiting.pop()
        inner = path
        if element.tag.lower() == "outline":
            told = {name.lower(): value.strip() for name, value in element.attrib.items()}
            name = " ".join((told.get("title") or told.get("text") or "").split())[:300] or None
            if url := told.get("xmlurl"):
                site = told.get("htmlurl", "")
                yield Subscription(
                    url,
                    title=name,
                    site=site if _is_link(site) else None,
                    folder=" / ".join(path) or None,
                )
            elif name and len(path) < _DEEPEST:
                inner = (*path, name.replace(" / ", " - "))
        waiting += [(child, inner) for child in reversed(element)]


def _is_link(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if (address := line.strip()) and not address.startswith("#"):
            yield address


def _clean(value: str) -> str:
    return _FORBIDDEN.sub("\ufffd", value)
