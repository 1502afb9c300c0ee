"""Lists of links: one address a line, or a table with a column of addresses such as GDELT's files.

A GDELT export is tab-separated without a header; which column holds the links is seen from the rows. A day in
the table is that on which the link was found, and stands for the day of publication where the page names
none.
"""

from __future__ import annotations

import asyncio
import codecs
import csv
import hashlib
import io
import itertools
import lzma
import re
import zipfile
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import msgspec

from rashomon.errors import (
    EmptyText,
    FetchFailed,
    InputError,
    MalformedInput,
    RashomonError,
    SourceMissing,
    TextTooLong,
)
from rashomon.model import Report
from rashomon.patience import Patience
from rashomon.sources import html
from rashomon.sources.articles import report_of_entry, wall_of
from rashomon.sources.columns import day_of
from rashomon.sources.feeds import Entry
from rashomon.sources.visit import Visitor

_NAMES = ("url", "link", "sourceurl", "documentidentifier", "mentionidentifier", "source_url", "address")
_DAYS = ("published", "date", "dateadded", "mentiontimedate", "seendate", "sqldate")
_LINE_CHARS = 1_000_000
_SAMPLE = 50
_LINK = re.compile(r"https?://[^\s\x00-\x1f]{3,4000}$", re.IGNORECASE)
_STAMP = re.compile(r"(?:19|20)\d{12}$")
_TOGETHER = 8
MAX_LINKS = 5_000_000


class Link(msgspec.Struct, frozen=True):
    """An address of a list. `found` is the ISO day that stands beside it, `where` the file and line."""

    url: str
    where: str
    found: str | None = None


class DoneLinks(Protocol):
    """Remembers which links of a list were dealt with."""

    def is_done(self, url: str) -> bool:
        """Whether that link was dealt with."""

    def finish(self, url: str) -> None:
        """It is; kept when this returns."""


def read_links(path: Path, on_note: Callable[[str, str], None] | None = None) -> Iterator[Link]:
    """The links of a file, each once, in its order; a .zip is taken for its one file.

    Args:
        path: text, comma- or tab-separated; UTF-8 or any UTF with a byte order mark.
        on_note: called with where and what was left out.

    Raises:
        SourceMissing: the file cannot be opened.
        MalformedInput: there is no column with links in it.
        EmptyText: it is empty.
    """
    try:
        with path.open("rb") as file:
            if path.suffix.lower() == ".zip":
                with zipfile.ZipFile(file) as archive:
                    inner = [info for info in archive.infolist() if not info.is_dir()]
                    if len(inner) != 1:
                        raise MalformedInput(
                            f"the archive holds {len(inner):,} files", where=str(path), hint="unpack it"
                        )
                    with archive.open(inner[0]) as stream:
                        yield from _links(stream, str(path), on_note)
            else:
                yield from _links(file, str(path), on_note)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        RuntimeError,
        EOFError,
    ) as error:
        raise MalformedInput(f"this is no whole zip archive: {error}", where=str(path)) from None
    except OSError as error:
        raise SourceMissing(error.strerror or str(error), where=str(path), hint="look at its name") from error


async def fetch_links(
    links: Iterable[Link],
    sink: Callable[[Report], Awaitable[None] | None],
    visitor: Visitor,
    done: DoneLinks,
    *,
    on_note: Callable[[str, str], None],
    on_error: Callable[[InputError], None],
    patience: Patience | None = None,
) -> int:
    """Fetch the pages of a list and hand over their reports; the number of reports.

    A link counts as dealt with when the sink has returned, or when it is refused for good; one that failed is
    asked again by the next run. `patience` is for a sink and a `done` that say `StoreFull` or `StoreBusy`.
    """
    waiting = iter(links)
    keeping = patience or Patience(0.0)
    count = 0
    turn = asyncio.Lock()

    async def work() -> None:
        nonlocal count
        for link in waiting:
            if done.is_done(link.url):
                continue
            try:
                report, notes = await _fetch(link, visitor)
            except InputError as error:
                on_error(error if error.where else error.at(link.where))  # type: ignore[arg-type]
                if not isinstance(error, FetchFailed):
                    await keeping.outlast(partial(done.finish, link.url))
                continue
            for note in notes:
                on_note(link.url, note)
            async with turn:
                await keeping.outlast(partial(sink, report))
                count += 1
                await keeping.outlast(partial(done.finish, link.url))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_TOGETHER):
                group.create_task(work())
    except* (RashomonError, OSError) as several:
        raise several.exceptions[0] from None
    finally:
        html.stop()
    return count


async def _fetch(link: Link, visitor: Visitor) -> tuple[Report, tuple[str, ...]]:
    answer = await visitor.get(link.url)
    page, notes = await asyncio.to_thread(html.extract, answer.body)
    wall = wall_of(page, answer.body, "")
    if wall is not None and wall.shut:
        raise EmptyText(wall.note, where=link.url, hint="save the article's text and give that")
    entry = Entry(key="", id=link.url, link=link.url, title=page.title, published=page.published)
    told = report_of_entry(entry, page, feed_title=None, seen=datetime.now(UTC), url=answer.url)
    report, said = told.report, told.notes
    if page.published is None and link.found:
        report = msgspec.structs.replace(report, published=link.found, id="")
        said = ("the page names no day: that of the list stands for it",)
    more = () if wall is None else (wall.note,)
    return report, (*notes, *more, *said)


def _links(stream: IO[bytes], where: str, on_note: Callable[[str, str], None] | None) -> Iterator[Link]:
    start = stream.peek(4)[:4]  # type: ignore[attr-defined]
    utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = io.TextIOWrapper(stream, "utf-16" if utf16 else "utf-8-sig", errors="replace")
    lines = _lines(text)
    sample = list(itertools.islice(lines, _SAMPLE))
    if not sample:
        raise EmptyText("the list is empty", where=where)
    layout = _layout([line for _, line in sample], where)
    known: set[bytes] = set()
    bad = doubled = 0
    for number, line in itertools.chain(sample[layout.header :], lines):
        cells = _cells(line, layout.separator)
        url = cells[layout.link].strip() if layout.link < len(cells) else ""
        if not _LINK.match(url):
            bad += 1
            continue
        key = hashlib.sha256(url.encode("utf-8", "replace")).digest()[:12]
        if key in known:
            doubled += 1
            continue
        if len(known) >= MAX_LINKS:
            raise TextTooLong(
                f"the list holds more than {MAX_LINKS:,} links", where=where, hint="cut it into several files"
            )
        known.add(key)
        day = layout.day
        yield Link(
            url, f"{where}:{number}", day_of(cells[day]) if day is not None and day < len(cells) else None
        )
    if on_note and bad:
        on_note(
            where,
            f"{bad:,} lines without a link are left out" if bad > 1 else "a line without a link is left out",
        )
    if on_note and doubled:
        on_note(where, f"links that stood in it before, left out: {doubled:,}")


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Numbered lines; blank ones, remarks and what is far too long for a line are passed over."""
    number = 0
    while line := text.readline(_LINE_CHARS):
        number += 1
        if len(line) >= _LINE_CHARS and not line.endswith("\n"):
            while (rest := text.readline(_LINE_CHARS)) and not rest.endswith("\n"):
                pass
        elif line.strip() and not line.startswith("#"):
            yield number, line


class _Layout(NamedTuple):
    """How a list is laid out: what separates its cells (None: one a line), which cell is the link, which the
    day, and how many lines of header there are."""

    separator: str | None
    link: int
    day: int | None = None
    header: int = 0


def _layout(lines: list[str], where: str) -> _Layout:
    if sum(bool(_LINK.match(line.strip())) for line in lines) * 2 > len(lines):
        return _Layout(None, 0)
    separator = "\t" if sum("\t" in line for line in lines) * 2 > len(lines) else ","
    rows = [_cells(line, separator) for line in lines]
    names = ["".join(cell.lower().split()) for cell in rows[0]]
    link = next((names.index(name) for name in _NAMES if name in names), None)
    if link is not None:
        return _Layout(separator, link, next((names.index(name) for name in _DAYS if name in names), None), 1)
    width = max(map(len, rows))
    links = [_share(rows, at, _LINK) for at in range(width)]
    best = max(range(width), key=links.__getitem__)
    if links[best] <= 0.5:
        raise MalformedInput(
            "there is no column of links in this list",
            where=where,
            hint="one address a line, or a column called url",
        )
    days = [at for at in range(width) if _share(rows, at, _STAMP) > 0.5]
    return _Layout(separator, best, days[-1] if days else None)


def _share(rows: list[list[str]], at: int, pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.match(row[at].strip())) for row in rows if at < len(row)) / len(rows)


def _cells(line: str, comma: str | None) -> list[str]:
    if comma is None:
        return [line]
    if comma == "\t":
        return line.rstrip("\r\n").split("\t")
    try:
        return next(csv.reader([line.replace("\x00", " ")]), [])
    except csv.Error:
        return line.split(",")
