"""From a stream of reports to stored ones: read, wait a moment for others, store together.

Reading takes most of the time and holds no lock; several processes may add to one store. What was read when a
stream breaks off is stored before the error goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from rashomon import api
from rashomon.errors import InputError, MalformedInput, RashomonError
from rashomon.model import Reading, Report
from rashomon.patience import Patience
from rashomon.reading.intake import check
from rashomon.reading.version import reader_version
from rashomon.store import identity, intake, rereading, shelves
from rashomon.store.engine import Connection, Store, Write
from rashomon.store.intake import Added
from rashomon.store.rereading import Reread, Tally

if TYPE_CHECKING:
    from rashomon.reading.reader import Reader

T = TypeVar("T")
Given: TypeAlias = "api.ReportLike | Reading"
Refuse: TypeAlias = Callable[[RashomonError], None]
Waiting: TypeAlias = list[tuple[str, intake.Prepared | Added]]

BATCH = 64
"""Reports that are stored at once, at most."""
BATCH_SECONDS = 1.0
"""How long a report that was read waits for others before it is stored."""
ELSEWHERE = "elsewhere"
"""Stands for the reader of a `Reading` that came without one."""


class Adder:
    """Reads reports and stores them, for one desk."""

    def __init__(
        self, store: Store, write: Write, reader: Reader | None, patience: Patience | None = None
    ) -> None:
        self._store = store
        self._patience = patience or Patience(0.0)
        self._plain_write = write
        self._given_reader = reader

    def placed(
        self, reports: Iterable[tuple[str, Given]], refuse: Refuse, read_by: str, max_chars: int | None
    ) -> Iterator[tuple[str, Added]]:
        """What became of each report, with the place that it came from, once it is on the disk."""
        waiting: Waiting = []
        since = time.monotonic()
        try:
            for where, given in reports:
                try:
                    waiting.append((where, self._prepared(given, read_by, max_chars, waiting)))
                except InputError as error:
                    yield from self._stored(waiting, refuse)
                    waiting = []
                    refuse(error.at(where))
                if len(waiting) >= BATCH or time.monotonic() - since > BATCH_SECONDS:
                    yield from self._stored(waiting, refuse)
                    waiting, since = [], time.monotonic()
        except (Exception, KeyboardInterrupt):
            # the stream broke off, or somebody stopped it: what was read is not thrown away; but where it was
            # the store that failed, trying once more would only make people wait
            if not self._patience.stuck:
                for _ in self._stored(waiting, lambda _error: None):
                    pass
            raise
        yield from self._stored(waiting, refuse)

    def reread(self, everything: bool, on_report: Callable[[Reread, int], None] | None) -> Tally:
        """Read stored reports again, and store what changed."""
        reader = self._reader()
        version = version_of(reader)
        tally = Tally()
        total = self._ask(partial(rereading.count_outdated, reader=version, everything=everything))
        after = 0

        def some(connection: Connection) -> list[tuple[int, Report]]:
            nums = rereading.outdated(connection, version, after, BATCH, everything)
            return [(num, shelves.report_of(connection, num)) for num in nums]

        while True:
            kept = self._ask(some)
            if not kept:
                return tally
            for num, report in kept:
                after = num
                limit = max(len(report.text), 1)  # it was let in once
                reading = reader.read_checked(check(report, limit))
                one = self._write(partial(rereading.renew, num=num, reading=reading, reader=version))
                if one is None:  # deleted meanwhile
                    continue
                tally.count(one)
                if on_report is not None:
                    on_report(one, total)

    def _reader(self) -> Reader:
        self._given_reader = self._given_reader or api.load_reader()
        return self._given_reader

    def _prepared(
        self, given: Given, read_by: str, max_chars: int | None, waiting: Waiting
    ) -> intake.Prepared | Added:
        """A report that was read and is ready to be stored; or what the store knows of it already."""
        if isinstance(given, Reading):
            if (known := self._known(given.report)) is not None:
                return known
            return intake.prepared(given, read_by)
        report, notes = api.as_report(given)
        report = identity.tidy(report)
        if (known := self._known(report)) is not None:
            return known
        taken = {each.reading.report.id for _, each in waiting if isinstance(each, intake.Prepared)}
        report = self._ask(partial(intake.named, given=report, waiting=taken))
        checked = check(report, max_chars)
        reader = self._reader()
        reading = api.with_notes(reader.read_checked(checked), notes)
        return intake.prepared(reading, version_of(reader), report)

    def _known(self, report: Report) -> Added | None:
        return self._ask(partial(intake.seen, given=report))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        def asked() -> T:
            with self._store.reading() as connection:
                return question(connection)

        return self._patience(asked)

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self._patience(lambda: self._plain_write(work))

    def _stored(self, waiting: Waiting, refuse: Refuse) -> Iterator[tuple[str, Added]]:
        """Store what was read, at once; where one report is in the way, each for itself."""
        batch = [entry for _, entry in waiting if isinstance(entry, intake.Prepared)]
        results: list[Added | None]
        try:
            taken = iter(self._write(partial(intake.take, batch=batch)).added if batch else ())
            results = [entry if isinstance(entry, Added) else next(taken) for _, entry in waiting]
        except MalformedInput:
            results = [self._alone(where, entry, refuse) for where, entry in waiting]
        for (where, _), result in zip(waiting, results, strict=True):
            if result is not None:
                yield where, result

    def _alone(self, where: str, entry: intake.Prepared | Added, refuse: Refuse) -> Added | None:
        if isinstance(entry, Added):
            return entry
        try:
            return self._write(partial(intake.take, batch=[entry])).added[0]
        except MalformedInput as error:
            refuse(error.at(where))
            return None


def version_of(reader: object) -> str:
    """What is stored beside what a reader has read."""
    from rashomon.reading.reader import Reader

    return reader_version() if isinstance(reader, Reader) else type(reader).__name__


__all__ = ["BATCH", "BATCH_SECONDS", "ELSEWHERE", "Adder", "Given", "version_of"]
