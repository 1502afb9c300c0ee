"""Files that bundle many reports as publishers made them: saved feeds and web archives."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong
from rashomon.knowledge.publishers import profile
from rashomon.model import Report
from rashomon.sources import html
from rashomon.sources.articles import plain_link, report_of_entry, wall_of
from rashomon.sources.files import Arrival
from rashomon.sources.text import Defaults, complete, decode
from rashomon.sources.warc import Close, Record, read_records

_AHEAD = timedelta(hours=26)


def from_feed(where: str, stream: BinaryIO, defaults: Defaults | None) -> Iterator[Arrival]:
    """The entries of a saved feed, as far as the feed itself has their text; no page is fetched.

    Raises InputError where it is no feed, MissingExtra where feedparser is not installed.
    """
    from rashomon.sources.feeds import MAX_FEED_BYTES, parse_feed

    data = stream.read(MAX_FEED_BYTES + 1)
    if b"<opml" in data[:10_000].lower():
        raise MalformedInput(
            "this is a list of feeds, not a feed", hint="rashomon watch follows the feeds in it"
        )
    feed = parse_feed(data)
    if feed.notes:
        yield Arrival(where, notes=feed.notes)
    for number, entry in enumerate(feed.entries, 1):
        place = f"{where}:{number}"
        if not entry.words.strip():
            title = f" ({entry.title[:60]!r})" if entry.title else ""
            error = EmptyText(
                f"the entry has only a headline{title}", where=place, hint="rashomon watch gets its page"
            )
            yield Arrival(place, error=error)
            continue
        told = report_of_entry(entry, None, feed_title=feed.title, seen=None)
        yield Arrival(place, report=complete(told.report, defaults), notes=told.notes)


def from_archive(where: str, path: Path, max_chars: int, defaults: Defaults | None) -> Iterator[Arrival]:
    """The articles of a web archive. What is no article (lists, pictures, errors) is counted in a note.

    Raises MissingExtra where fastwarc is not installed.
    """
    without_article = 0
    for record in read_records(path):
        if isinstance(record, Close):
            yield from _damages(where, record.damages)
            notes = (
                (record.other, "records that are no pages, passed over"),
                (without_article, "pages without an article, passed over"),
            )
            if said := tuple(f"{what}: {count:,}" for count, what in notes if count):
                yield Arrival(where, notes=said)
            continue
        arrival = _from_record(where, record, max_chars, defaults)
        without_article += isinstance(arrival.error, EmptyText)
        if not isinstance(arrival.error, EmptyText):
            yield arrival


def _damages(where: str, damages: list[tuple[int, str]]) -> Iterator[Arrival]:
    hint = "what is whole before and after is read; fetch the archive again for the rest"
    for offset, what in damages:
        said = f"the archive is damaged behind byte {offset:,} ({what}): it is read in part"
        yield Arrival(where, error=MalformedInput(said, where=where, hint=hint))


def _from_record(where: str, record: Record, max_chars: int, defaults: Defaults | None) -> Arrival:
    place = f"{where}: {record.url[:200] or f'byte {record.offset:,}'}"
    try:
        if record.problem and not record.body:
            raise MalformedInput(record.problem)
        report, notes = _report(record.url, record.captured, record.content_type, record.body)
        if len(report.text) > max_chars:
            raise TextTooLong(f"the text is over the limit of {max_chars:,} characters")
    except InputError as error:
        return Arrival(place, error=error.at(place))
    notes += (record.problem,) if record.problem else ()
    return Arrival(place, report=complete(report, defaults), notes=notes)


@contextmanager
def as_path(name: str | None, stream: BinaryIO) -> Iterator[Path]:
    """The file that a stream comes from; a copy of it for what has no name."""
    if name is not None:
        yield Path(name)
        return
    with tempfile.NamedTemporaryFile(prefix="rashomon-") as copy:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        yield Path(copy.name)


def _report(url: str, captured: str | None, content_type: str, body: bytes) -> tuple[Report, tuple[str, ...]]:
    if content_type == "text/plain":
        text, notes = decode(body)
        if not text.strip():
            raise EmptyText("there is no text")
        page = html.Page(text=text)
    else:
        page, notes = html.extract(body)
        wall = wall_of(page, body, "")
        if wall is not None and wall.shut:
            raise EmptyText(wall.note)
        notes += (wall.note,) if wall is not None else ()
    published = page.published
    if published and captured and datetime.fromisoformat(published).date() > (
        datetime.fromisoformat(captured).date() + _AHEAD
    ):  # fmt: skip
        notes += (f"the page's date {published} is after its capture: left out",)
        published = None
    link = plain_link(url) if url else page.url
    known = profile(link) if link else None
    report = Report(
        text=page.text,
        title=page.title,
        published=published,
        publisher=known.name if known else page.publisher,
        url=link,
    )
    return report, notes


__all__ = ["as_path", "from_archive", "from_feed"]
