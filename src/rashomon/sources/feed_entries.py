"""What feedparser made of a feed, as entries: plain words, dates with their offsets, keys that tell
revisions.

Runs in the child process of `feeds.py`: what it is given may be made to hold or fill a parser.
"""

from __future__ import annotations

import email.utils
import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import feedparser
import lxml.etree
import lxml.html

from rashomon.sources.feeds import Entry, Feed
from rashomon.sources.text import parse_published

_BLOCKS = frozenset((
    "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "table",
    "section", "article", "header", "footer", "figure", "hr", "pre", "dd", "dt",
))  # fmt: skip
_SILENT = frozenset((
    "script", "style", "noscript", "template", "iframe", "object", "svg", "figcaption", "head", "title",
))  # fmt: skip
_CLOCKED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_LONGEST_TTL = 86_400


def read_feed(text: str, url: str, max_entries: int) -> Feed | None:
    """The feed in a text; None where it is none.

    Args:
        text: XML without its declaration.
        url: where from, for links that are relative; may be empty.
        max_entries: the first so many are taken.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    if url:
        headers["content-location"] = url
    found = feedparser.parse(text.encode("utf-8", "replace"), response_headers=headers)
    about: Mapping[str, Any] = found.get("feed", {})
    raw: Sequence[Mapping[str, Any]] = found.get("entries", [])
    if not found.get("version") and not raw:
        return None
    notes = list(_notes(found, len(raw), max_entries))
    entries = [_entry(each) for each in raw[:max_entries]]
    empty = sum(entry is None for entry in entries)
    if empty:
        what = "an entry" if empty == 1 else f"{empty:,} entries"
        notes.append(f"{what} without a title, a text and a link: left out")
    whole = list({entry.key: entry for entry in entries if entry is not None}.values())
    doubled = [name for name, count in Counter(entry.id for entry in whole).items() if count > 1 and name]
    if doubled:
        more = f", and {len(doubled) - 1:,} other ids" if len(doubled) > 1 else ""
        notes.append(f"several entries bear the id {doubled[0][:80]!r}{more}: all of them are kept")
    return Feed(
        title=_line(about.get("title")),
        link=_link(about.get("link")),
        entries=tuple(whole),
        ttl=_ttl(about),
        notes=tuple(notes),
    )


def plain_text(html: str) -> str:
    """The words of a piece of HTML, a blank line between its blocks. Never raises."""
    if "<" not in html and "&" not in html:
        return _paragraphs(html)
    try:
        root = lxml.html.fromstring(f"<div>{html}</div>")
    except (lxml.etree.ParserError, ValueError, RecursionError):
        return _paragraphs(re.sub(r"<[^>]{0,1000}>", " ", html))
    return _paragraphs("".join(_pieces(root)))


def _pieces(root: Any) -> Iterator[str]:
    skipped: Any = None
    for event, node in lxml.etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            if skipped is None and (tag in _SILENT or not tag):
                skipped = node
            if skipped is None:
                if tag in _BLOCKS:
                    yield "\n\n"
                yield node.text or ""
        else:
            if skipped is node:
                skipped = None
            elif skipped is None and tag in _BLOCKS:
                yield "\n\n"
            if skipped is None:
                yield node.tail or ""


def _paragraphs(text: str) -> str:
    pieces = re.split(r"\n\s*\n", text)
    lines = (" ".join(piece.split()) for piece in pieces)
    return "\n\n".join(line for line in lines if line)


def _entry(raw: Mapping[str, Any]) -> Entry | None:
    title = _line(raw.get("title"))
    link = _link(raw.get("link"))
    summary = plain_text(_string(raw.get("summary")))
    parts = raw.get("content")
    pieces = [plain_text(_string(part.get("value"))) for part in parts] if isinstance(parts, list) else []
    content = max(pieces, key=len, default="")
    if not (title or summary or content) and link is None:
        return None
    said = "\0".join((_string(raw.get("id")), link or "", title or "", summary, content))
    source = raw.get("source")
    dated = _string(raw.get("published") or raw.get("updated")) or None
    return Entry(
        key=hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:24],
        id=_string(raw.get("id"))[:2_000] or link or "",
        link=link,
        title=title,
        published=_date(raw, "published") or _date(raw, "updated"),
        updated=_date(raw, "updated"),
        summary=summary,
        content=content,
        source=_line(source.get("title")) if isinstance(source, Mapping) else None,
        dated=dated[:100] if dated else None,
    )


def _date(raw: Mapping[str, Any], field: str) -> str | None:
    """The date as the feed has it, with its offset; what only feedparser understands comes in UTC."""
    written = _string(raw.get(field)).strip()[:100]
    if not written:
        return None
    if _CLOCKED.match(written) and (day := parse_published(written)):
        return day
    try:
        return email.utils.parsedate_to_datetime(written).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    if day := parse_published(written):
        return day
    parsed = raw.get(f"{field}_parsed")
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed) if parsed else None
    except (ValueError, TypeError, OverflowError):
        return None


def _notes(found: Mapping[str, Any], count: int, most: int) -> Iterator[str]:
    if found.get("bozo"):
        error = found.get("bozo_exception")
        line = getattr(error, "getLineNumber", lambda: None)()
        where = f" (line {line})" if isinstance(line, int) else ""
        yield f"the feed is not well-formed XML{where}: what can be read of it is read"
    if count > most:
        yield f"the feed holds {count:,} entries: the first {most:,} are read"


def _ttl(about: Mapping[str, Any]) -> int | None:
    minutes = _string(about.get("ttl")).strip()
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 9:
        return min(int(minutes) * 60, _LONGEST_TTL) or None
    period = _PERIODS.get(_string(about.get("sy_updateperiod")).strip().lower())
    often = _string(about.get("sy_updatefrequency")).strip()
    times = int(often) if often.isascii() and often.isdigit() and 0 < len(often) < 6 and int(often) else 1
    return min(period // times, _LONGEST_TTL) or None if period else None


def _line(value: object) -> str | None:
    said = " ".join(plain_text(_string(value)).split())
    return said[:1_000] or None


def _link(value: object) -> str | None:
    link = _string(value).strip()
    return link if link.lower().startswith(("http://", "https://")) and len(link) <= 4_096 else None


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
