"""`rashomon export`: claims or incidents in the forms of other data sets, and as tables.

Takes reports, which are read first, and the JSON Lines that `read` and `compare` print, which are not.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rashomon._run import Run
from rashomon.errors import InputError, RashomonError, SourceMissing
from rashomon.options import MaxChars, Output, Published, Publisher, Quiet, Title

if TYPE_CHECKING:
    from rashomon.exports.events import What
    from rashomon.exports.formats import Format
    from rashomon.model import Claim, Reading, Report
    from rashomon.reconcile.incidents import Incident, Story

_HEAD_BYTES = 65_536


class Target(StrEnum):
    """The formats."""

    plover = "plover"
    icews = "icews"
    gdelt = "gdelt"
    acled = "acled"
    geojson = "geojson"
    csv = "csv"
    parquet = "parquet"
    atom = "atom"


class Rows(StrEnum):
    """What a row is."""

    claims = "claims"
    incidents = "incidents"


def export(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Reports, as for read; or the JSON Lines that read and compare print; - for standard input.",
        ),
    ] = None,
    target: Annotated[
        Target | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            show_default=False,
            help="plover, icews, gdelt, acled, geojson, csv, parquet or atom. "
            "Default: by the name of -o FILE.",
        ),
    ] = None,
    what: Annotated[
        Rows | None,
        typer.Option(
            show_default=False,
            help="What a row is. Default: incidents for acled, atom, gdelt and geojson, else claims.",
        ),
    ] = None,
    header: Annotated[
        bool,
        typer.Option("--header/--no-header", help="The line of column names; GDELT's own files have none."),
    ] = True,
    listing: Annotated[
        bool, typer.Option("--list", help="Say what each format, or the one of --to, keeps and loses.")
    ] = False,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Export claims or incidents: as PLOVER, ICEWS, GDELT or ACLED have them, as a table, map or feed.

    What a format cannot hold is lost: --list says what. Status 1 if anything was refused.
    """
    from rashomon.exports.formats import FORMATS, format_of

    if listing:
        _list([target.value] if target is not None else list(FORMATS))
        return
    if not files:
        raise typer.BadParameter("name a file, or - for standard input", param_hint="FILE")
    form = format_of(target.value) if target is not None else _by_suffix(to)
    kind: What = form.rows_of[0] if what is None else "claims" if what is Rows.claims else "incidents"
    if kind not in form.rows_of:
        raise typer.BadParameter(f"{form.name} has no rows of {kind}", param_hint="--what")
    if form.binary and to is None and sys.stdout.isatty():
        raise typer.BadParameter(f"{form.name} is not for a terminal; name a file with -o", param_hint="--to")
    with Run(files, published, publisher, title, max_chars, to, quiet) as run:
        told = _Told(run, files)
        _write(run, told, form, kind, header)


def _write(run: Run, told: _Told, form: Format, kind: What, header: bool) -> None:
    from rashomon.exports.formats import write

    given = left = 0

    def count(_: object) -> None:
        nonlocal left
        left += 1

    if kind == "claims" and form.in_parts:  # a reading at a time: nothing is held
        head = header
        for reading in told.readings():
            given += len(reading.claims)
            one = [reading.report]
            for part in write(form.name, (), reading.claims, one, what=kind, head=head, on_left_out=count):
                run.write(part)
            head = False
        if head:  # nothing came: a file without rows still has its columns
            for part in write(form.name, (), (), (), what=kind):
                run.write(part)
    else:
        incidents, claims, reports = told.gathered(with_incidents=kind == "incidents")
        given = len(incidents if kind == "incidents" else claims)
        for part in write(form.name, incidents, claims, reports, what=kind, head=header, on_left_out=count):
            run.write(part)
    if left:
        run.note(
            f"{left:,} of {given:,} {kind} are left out: {form.name} has no place for them "
            f"(rashomon export --list --to {form.name})"
        )


class _Told:
    """What the files tell, in their order."""

    def __init__(self, run: Run, files: list[str]) -> None:
        self._run = run
        self._files = files
        self._stories: list[Story] = []

    def readings(self) -> Iterator[Reading]:
        """The readings of all files, each report once; stories with incidents are kept for `gathered`."""
        from rashomon.model import Reading

        seen: set[str] = set()
        for item in self._items():
            if not isinstance(item, Reading):
                self._stories.append(item)
            elif item.report.id not in seen:
                seen.add(item.report.id)
                yield item

    def gathered(self, *, with_incidents: bool) -> tuple[list[Incident], list[Claim], list[Report]]:
        """All incidents, claims and reports. Incidents that a file gives are taken as they are where they
        hold every claim of their story; else the story is reconciled anew."""
        from rashomon._stories import gather

        readings = list(self.readings())
        claims = [claim for reading in readings for claim in reading.claims]
        reports = [reading.report for reading in readings]
        if not with_incidents:
            return [], claims, reports
        own: dict[str | None, set[str]] = {}
        for reading in readings:
            own.setdefault(reading.report.story, set()).update(claim.id for claim in reading.claims)
        incidents = {}
        for story in self._stories:
            held = {ref for incident in story.incidents for ref in incident.claims}
            if held == own.get(story.story, set()):
                incidents.update({incident.id: incident for incident in story.incidents})
                own.pop(story.story, None)
        for gathered in gather(reading for reading in readings if reading.report.story in own):
            incidents.update({incident.id: incident for incident in gathered.incidents})
        return list(incidents.values()), claims, reports

    def _items(self) -> Iterator[Reading | Story]:
        from rashomon.exports.own_lines import is_own, read_own

        reports: list[str] = []  # files of reports that stand next to each other are read as one stream
        for name in self._files:
            if name == "-" or not is_own(_head(name)):
                if name == "-" and is_own(_peeked()):
                    yield from self._read(reports)
                    reports = []
                    yield from self._kept(read_own(sys.stdin.buffer, "<stdin>"))
                else:
                    reports.append(name)
                continue
            yield from self._read(reports)
            reports = []
            try:
                with Path(name).open("rb") as stream:
                    yield from self._kept(read_own(stream, name))
            except OSError as error:
                self._run.refuse(SourceMissing(f"it cannot be read: {error.strerror}", where=name))
        yield from self._read(reports)

    def _read(self, files: list[str]) -> Iterator[Reading]:
        if files:
            yield from self._run.readings(files)

    def _kept(self, items: Iterator[Reading | Story | InputError]) -> Iterator[Reading | Story]:
        for item in items:
            if isinstance(item, RashomonError):
                self._run.refuse(item)
            else:
                yield item


def _head(name: str) -> bytes:
    """The beginning of a file; nothing of what is no file, or cannot be opened: reading says why."""
    try:
        path = Path(name)
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return b""


def _peeked() -> bytes:
    """The beginning of standard input, which stays to be read."""
    stream = sys.stdin.buffer
    if isinstance(stream, io.BufferedReader):
        return stream.peek(_HEAD_BYTES)
    if not stream.seekable():
        return b""
    at = stream.tell()
    head = stream.read(_HEAD_BYTES)
    stream.seek(at)
    return head


def _by_suffix(to: Path | None) -> Format:
    from rashomon.exports.formats import FORMATS

    if to is not None:
        for form in FORMATS.values():
            if to.suffix.lower() in form.suffixes:
                return form
    raise typer.BadParameter(f"name a format: {', '.join(FORMATS)}", param_hint="--to")


def _list(names: list[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rashomon.exports.formats import fields, format_of

    styles = {"kept": "green", "partly": "yellow", "lost": "bold red"}
    console = Console()
    for name in names:
        form = format_of(name)
        heading = f"{form.name}: {form.title}; a row is of {' or '.join(form.rows_of)}"
        table = Table(box=None, pad_edge=False, title=Text(heading, style="bold"), title_justify="left")
        for column in ("", "what", "how"):
            table.add_column(column, overflow="fold")
        for entry in fields(name):
            table.add_row(
                Text(entry.fate, style=styles[entry.fate]),
                Text(entry.field.replace("`", "")),
                Text(entry.how.replace("`", "")),
            )
        console.print(table)
        console.print()


__all__ = ["export"]
