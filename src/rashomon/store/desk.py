"""`rashomon.Desk`: one store, opened. What it is asked it asks the rooms of the store.

with rashomon.Desk("desk.db") as desk:
    desk.add(report)
    for record in desk.incidents(country="XKX", since="2019-05-01"):
        print(record.title, [dispute.field for dispute in record.incident.disputes])
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from rashomon import api
from rashomon.errors import InputError, MalformedInput, RashomonError
from rashomon.model import Reading, Report
from rashomon.reading.intake import check
from rashomon.reading.version import reader_version
from rashomon.store import identity, intake, publishers, queries, shelves
from rashomon.store.engine import Connection, Store, open_engine
from rashomon.store.intake import Added
from rashomon.store.migrations import upgrade
from rashomon.store.publishers import Publisher
from rashomon.store.records import (
    Change,
    ClaimRecord,
    Hit,
    IncidentDetail,
    IncidentRecord,
    Page,
    ReportEntry,
    ReportRecord,
)

if TYPE_CHECKING:
    from rashomon.reading.reader import Reader

T = TypeVar("T")
Given: TypeAlias = "api.ReportLike | Reading"

BATCH = 64
"""Reports that are stored at once, at most."""
BATCH_SECONDS = 1.0
"""How long a report that was read waits for others before it is stored."""


class Desk:
    """A store of reports, claims and incidents. It may be used from several threads."""

    def __init__(
        self, store: str | os.PathLike[str], *, create: bool = True, reader: Reader | None = None
    ) -> None:
        """Open a store; make it where it is not there, bring it to the present form where it is older.

        Args:
            store: a file, or a URL such as `postgresql://user@host/name`.
            create: whether a file that is not there is made.
            reader: what reads reports; the one that comes with Rashomon where it is None, loaded once there
                is something to read.

        Raises:
            InputError: `store` is neither a file nor such a URL.
            StoreError: it cannot be opened; the kind of error says why.
            MissingExtra: a package is not installed.
        """
        self.store: Store = open_engine(store, create=create)
        self._reader = reader
        self._lock = threading.Lock()
        try:
            upgrade(self.store)
        except BaseException:
            self.store.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def add(self, reports: Given | Iterable[Given], *, on_error: api.OnError = "raise") -> list[Added]:
        """Read reports, reconcile them with what is there, and store them: each whole or not at all.

        Args:
            reports: one report or several; anything that `rashomon.read` takes, or a `Reading` that was made
                elsewhere.
            on_error: what to do about a report that cannot be read, as in `rashomon.read_many`.

        Returns:
            What became of each report, in their order; all of them are on the disk.

        Raises:
            InputError: a report cannot be read, and `on_error` is "raise"; those before it are stored.
            StoreError: the store cannot be written; what was returned or stored before is not lost.
        """
        if isinstance(reports, (str, Mapping, Report, Reading)):
            reports = [reports]
        return list(self.add_stream(reports, on_error=on_error))

    def add_stream(self, reports: Iterable[Given], *, on_error: api.OnError = "raise") -> Iterator[Added]:
        """As `add`, one by one as they are stored; the stream is read a little ahead."""
        if on_error not in ("raise", "skip") and not callable(on_error):
            raise InputError(f"`on_error` is {on_error!r}", hint='"raise", "skip" or a function')

        def refuse(error: RashomonError) -> None:
            if on_error == "raise":
                raise error
            if callable(on_error):
                on_error(error)

        numbered = ((f"report {number}", given) for number, given in enumerate(reports, 1))
        for _, added in self.add_placed(numbered, refuse):
            yield added

    def add_placed(
        self, reports: Iterable[tuple[str, Given]], refuse: Callable[[RashomonError], None]
    ) -> Iterator[tuple[str, Added]]:
        """As `add_stream`, with the place that each report came from, for messages; `refuse` hears of every
        report that cannot be read or stored."""
        waiting: list[tuple[str, intake.Prepared | Added]] = []
        since = time.monotonic()
        try:
            for where, given in reports:
                try:
                    waiting.append((where, self._prepared(given)))
                except InputError as error:
                    yield from self._stored(waiting, refuse)
                    waiting = []
                    refuse(error.at(where))
                if len(waiting) >= BATCH or time.monotonic() - since > BATCH_SECONDS:
                    yield from self._stored(waiting, refuse)
                    waiting, since = [], time.monotonic()
        except BaseException:
            # what was read before the stream broke is not thrown away
            for _ in self._stored(waiting, lambda _error: None):
                pass
            raise
        yield from self._stored(waiting, refuse)

    def incidents(
        self, *, sort: queries.Sort = "day", cursor: str | None = None, limit: int = 50, **asked: Any
    ) -> Page[IncidentRecord]:
        """A page of incidents, the latest first.

        Args:
            sort: "day" (the last day of the incident) or "changed" (when the store last changed it).
            cursor: where to go on, from the page before.
            limit: entries of the page, 1 to 1000.
            asked: country, since, until, type, mode, actor, voice, publisher, status, disputed, words, box,
                min_voices, dismissed; see `rashomon.store.queries.IncidentFilter`.

        Raises:
            InputError: a filter or the cursor cannot be understood.
        """
        wanted = _filter(queries.IncidentFilter, asked)
        with self.store.reading() as connection:
            return queries.incidents(connection, wanted, sort, cursor, limit)

    def count(self, **asked: Any) -> int:
        """How many incidents there are, with the filters of `incidents`; 10,001 stands for more."""
        wanted = _filter(queries.IncidentFilter, asked)
        with self.store.reading() as connection:
            return queries.count_incidents(connection, wanted)

    def incident(self, incident: str) -> IncidentDetail | None:
        """An incident with its claims and reports, by its id or one that it had; None where there is none."""
        with self.store.reading() as connection:
            return shelves.one_incident(connection, incident)

    def claims(self, *, cursor: str | None = None, limit: int = 50, **asked: Any) -> Page[ClaimRecord]:
        """A page of claims, the latest first; filters are report, incident, country, since, until, type,
        mode, actor, voice, status, frame.

        Raises:
            InputError: a filter or the cursor cannot be understood.
        """
        wanted = _filter(queries.ClaimFilter, asked)
        with self.store.reading() as connection:
            return queries.claims(connection, wanted, cursor, limit)

    def report(self, report: str) -> ReportRecord | None:
        """A report with its text and claims, by its id; None where there is none."""
        with self.store.reading() as connection:
            return shelves.one_report(connection, report)

    def reports(
        self,
        *,
        words: str | None = None,
        publisher: str | None = None,
        since: str | None = None,
        until: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[ReportEntry]:
        """A page of reports without their texts, the latest first.

        Raises:
            InputError: a filter or the cursor cannot be understood.
        """
        with self.store.reading() as connection:
            return shelves.reports(connection, words, publisher, since, until, cursor, limit)

    def search(self, words: str, *, cursor: str | None = None, limit: int = 20) -> Page[Hit]:
        """A page of the reports whose title or text has all of some words, the latest first: "a phrase" in
        double quotes, -word for what must be missing, word* for how it begins.

        Raises:
            InputError: there is no word in it, or the cursor cannot be understood.
        """
        with self.store.reading() as connection:
            return shelves.search(connection, words, cursor, limit)

    def changes(self, after: int = 0, limit: int = 100) -> list[tuple[int, Change]]:
        """What happened to incidents after change number `after`, the first first, each with its number."""
        with self.store.reading() as connection:
            return shelves.changes_since(connection, after, limit)

    def publisher(self, name: str) -> Publisher | None:
        """The profile of a publisher; None where the store has none of its reports."""
        with self.store.reading() as connection:
            return publishers.profile_of(connection, name)

    def set_publisher(
        self, name: str, *, country: str | None = None, owner: str | None = None, side: str | None = None
    ) -> Publisher:
        """Write the profile of a publisher: country (ISO 3166 alpha-3), owner, and whose side it speaks for -
        state, public, private, independent or party."""
        return self._write(
            lambda connection: publishers.set_profile(
                connection, name, country=country, owner=owner, side=side
            )
        )

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._lock:  # within one process writers need not fight over the file
            return self.store.write(work)

    def _prepared(self, given: Given) -> intake.Prepared | Added:
        """A report that was read and is ready to be stored; or what the store knows of it already."""
        if isinstance(given, Reading):
            with self.store.reading() as connection:
                known = intake.seen(connection, given.report)
            return known or intake.prepared(given, "elsewhere")
        report, notes = api.as_report(given)
        report = identity.tidy(report)
        with self.store.reading() as connection:
            known = intake.seen(connection, report)
            if known is not None:
                return known
            report = intake.named(connection, report)
        reader = self._reader = self._reader or api.load_reader()
        reading = api.with_notes(reader.read_checked(check(report)), notes)
        return intake.prepared(reading, _version_of(reader), report)

    def _stored(
        self, waiting: list[tuple[str, intake.Prepared | Added]], refuse: Callable[[RashomonError], None]
    ) -> Iterator[tuple[str, Added]]:
        """Store what was read, at once; where one report is in the way, each for itself."""
        batch = [entry for _, entry in waiting if isinstance(entry, intake.Prepared)]
        try:
            taken = iter(
                self._write(lambda connection: intake.take(connection, batch)).added if batch else ()
            )
            results: list[Added | None] = [
                entry if isinstance(entry, Added) else next(taken) for _, entry in waiting
            ]
        except MalformedInput:
            results = [self._alone(where, entry, refuse) for where, entry in waiting]
        for (where, _), result in zip(waiting, results, strict=True):
            if result is not None:
                yield where, result

    def _alone(
        self, where: str, entry: intake.Prepared | Added, refuse: Callable[[RashomonError], None]
    ) -> Added | None:
        if isinstance(entry, Added):
            return entry
        try:
            added: Added = self._write(lambda connection: intake.take(connection, [entry])).added[0]
        except MalformedInput as error:
            refuse(error.at(where))
            return None
        return added


def _filter(kind: type[Any], asked: Mapping[str, Any]) -> Any:
    try:
        return kind(**asked)
    except TypeError as error:
        known = ", ".join(kind.__struct_fields__)
        raise InputError(f"no such filter: {', '.join(set(asked) - set(kind.__struct_fields__))}",
                         hint=f"there are {known}") from error  # fmt: skip


def _version_of(reader: object) -> str:
    from rashomon.reading.reader import Reader

    return reader_version() if isinstance(reader, Reader) else type(reader).__name__


__all__ = ["BATCH", "Added", "Desk", "Page"]
