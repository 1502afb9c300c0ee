"""One run of `read` or `compare`: input, messages and output, held together."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from rashomon._terminal import Messages, ProgressBar, at_terminal, output

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from rashomon.errors import RashomonError
    from rashomon.model import Reading, Report

REFUSED = 1
_TWICE = "the id {id} was there before; this report is called {ref} here"


class Run:
    """One run of `read` or `compare`: its input, its messages, its output."""

    def __init__(
        self,
        files: list[str],
        published: str | None,
        publisher: str | None,
        title: str | None,
        max_chars: int | None,
        to: Path | None,
        quiet: bool,
        columns: str | None = None,
    ) -> None:
        from rashomon.reading.intake import limit_of
        from rashomon.sources import Defaults
        from rashomon.sources.columns import parse_map

        self._files = files
        self._defaults = Defaults(published=published, publisher=publisher, title=title)
        self._columns = parse_map(columns) if columns is not None else None
        self._max_chars = limit_of(max_chars)
        self._progress = ProgressBar(len(files), enabled=at_terminal())
        self._messages = Messages(quiet=quiet, progress=self._progress)
        self._to_file = to is not None
        self._output = output(to)

    def __enter__(self) -> Run:
        self._sink = self._output.__enter__()
        self._progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.__exit__(kind, value, trace)
        self._output.__exit__(kind, value, trace)
        self._messages.finish()
        if kind is None and self._messages.refused:
            raise typer.Exit(REFUSED)

    def readings(self, files: list[str] | None = None, *, distinct: bool = False) -> Iterator[Reading]:
        """Every report that can be read; the others, and all notes, go to standard error.

        Args:
            files: some of those that the run was given; None stands for all.
            distinct: reports are set against each other, so one with an id that was there before gets its
                own; otherwise nothing is held of those that have been read.
        """
        from rashomon.api import stream
        from rashomon.sources import arrivals

        taken: dict[str, int] = {}

        def reports() -> Iterator[tuple[str | None, Report]]:
            for arrival in arrivals(
                self._files if files is None else files,
                max_chars=self._max_chars,
                defaults=self._defaults,
                columns=self._columns,
                on_file=self._progress.file,
            ):
                if arrival.error is not None:
                    self._messages.refuse(arrival.error)
                for note in arrival.notes:
                    self._messages.note(arrival.where, note)
                if arrival.report is not None:
                    report = arrival.report
                    if distinct and (ref := _own_id(report.id, taken)) != report.id:
                        self._messages.note(arrival.where, _TWICE.format(id=report.id, ref=ref))
                        report = msgspec.structs.replace(report, id=ref)
                    yield arrival.where, report

        for where, reading in stream(reports(), self._messages.refuse, max_chars=self._max_chars):
            self._progress.report()
            for note in reading.notes:
                self._messages.note(where, note)
            yield reading

    def lines(self, readings: Iterator[Reading]) -> None:
        """A line of JSON for each reading, as it comes."""
        from rashomon.exports.jsonl import line

        for reading in readings:
            self.write(line(reading) + b"\n")

    def table(self, readings: Iterator[Reading]) -> None:
        """Tables for people. The notes have gone to standard error already."""
        from rashomon.exports.table import print_readings

        self.draw(
            lambda console: print_readings(
                (msgspec.structs.replace(reading, notes=()) for reading in self._making_room(readings)),
                console,
            )
        )

    def refuse(self, error: RashomonError) -> None:
        """Say that something was not taken; the status of the run is then 1."""
        self._messages.refuse(error)

    def note(self, note: str) -> None:
        """A note on the run as a whole."""
        self._messages.note(None, note)

    def write(self, data: bytes) -> None:
        """Bytes to the output, at once where somebody may be waiting for them."""
        if not self._to_file:
            self._progress.hide()
        self._sink.write(data)
        if not self._to_file:
            self._sink.flush()

    def _making_room(self, readings: Iterator[Reading]) -> Iterator[Reading]:
        for reading in readings:
            if not self._to_file:
                self._progress.hide()
            yield reading

    def draw(self, draw: Callable[[Console], None]) -> None:
        """What rich prints: on the terminal, or 120 columns wide into the file."""
        from rich.console import Console

        if not self._to_file:
            draw(Console())
            return
        page = io.StringIO()
        draw(Console(file=page, width=120))
        self.write(page.getvalue().encode("utf-8", "replace"))


def _own_id(ref: str, taken: dict[str, int]) -> str:
    """The id, or where it is taken the first of "id~2", "id~3" that is not; it is taken from then on.
    `taken` holds for each id how often it was asked for, so that many of one id cost no more than one."""
    own = ref
    while own in taken:
        taken[ref] += 1
        own = f"{ref}~{taken[ref]}"
    taken[own] = 1
    return own
