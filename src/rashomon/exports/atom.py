"""An Atom feed (RFC 4287) of incidents, an entry each, with its place as GeoRSS.

Only addresses that begin with http or https become links; text that XML cannot hold is shown as ‹U+0000›.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

from rashomon.exports import phrases
from rashomon.exports.acled import notes
from rashomon.exports.brief_words import title_of
from rashomon.exports.events import Event, coordinates, events
from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident

_ATOM, _GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
FEED_ID = "urn:rashomon:incidents"

Row = ElementTree.Element


def rows(incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report]) -> Iterator[Row]:
    """An entry for each incident, in their order.

    Raises:
        InputError: an incident's type is none of PLOVER's.
    """
    for event in events(incidents, claims, reports, "incidents"):
        yield _entry(event)


def feed(entries: Iterable[Row]) -> bytes:
    """The feed in UTF-8. It was updated when the latest of its reports was published."""
    ElementTree.register_namespace("", _ATOM)
    ElementTree.register_namespace("georss", _GEORSS)
    root = ElementTree.Element(_tag("feed"))
    _add(root, "title", "Incidents")
    _add(root, "id", FEED_ID)
    updated = _add(root, "updated", "")
    _add(_add(root, "author"), "name", "Rashomon")
    _add(root, "generator", "Rashomon")
    root.extend(entries)
    updated.text = max((each.text or "" for each in root.iterfind(f"{_tag('entry')}/{_tag('updated')}")),
                       default=_time(None))  # fmt: skip
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _entry(event: Event) -> Row:
    entry = ElementTree.Element(_tag("entry"))
    incident = event.incident
    title = title_of(incident) if incident is not None else phrases.event_name(event.claims[0])
    _add(entry, "title", title)
    _add(entry, "id", f"urn:rashomon:incident:{''.join(filter(_plain, event.id))}")
    _add(entry, "updated", _time(max((r.published for r in event.reports if r.published), default=None)))
    for name in event.publishers or ("unknown",):
        _add(_add(entry, "author"), "name", name)
    for report in event.reports:
        if (url := _link(report.url)) is not None:
            _add(entry, "link", rel="related", href=url, title=phrases.one_line(report.title or url))
    for term in (event.type, *event.modes):
        _add(entry, "category", term=phrases.one_line(term))
    _add(entry, "summary", notes(event), type="text")
    at = coordinates(event.place)
    if at is not None:
        ElementTree.SubElement(entry, f"{{{_GEORSS}}}point").text = f"{at[0]} {at[1]}"
    return entry


def _add(parent: Row, name: str, text: str | None = None, **attributes: str) -> Row:
    child = ElementTree.SubElement(parent, _tag(name), attributes)
    if text is not None:
        child.text = phrases.one_line(text)
    return child


def _tag(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _plain(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "-_.")


def _link(url: str | None) -> str | None:
    """An address that is safe to follow: http or https with a host, and nothing that is no address in it."""
    if url is None or not url.isprintable() or any(sign in url for sign in ' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _time(published: str | None) -> str:
    """RFC 3339; midnight for a bare day, the beginning of the epoch where nothing is known."""
    try:
        when = datetime.fromisoformat(published or "")
    except ValueError:
        when = datetime(1970, 1, 1, tzinfo=UTC)
    when = when.astimezone(UTC) if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = ["FEED_ID", "Row", "feed", "rows"]
