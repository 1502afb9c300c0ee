"""`rashomon.Desk`: one store, opened. What it is asked it asks the rooms of the store.

with rashomon.Desk("desk.db") as desk:
    desk.add(report)
    for record in desk.incidents(country="XKX", since="2019-05-01"):
        print(record.title, [dispute.field for dispute in record.incident.disputes])
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from rashomon import api
from rashomon.doctor import Finding
from rashomon.errors import InputError, RashomonError
from rashomon.model import Reading, Report
from rashomon.patience import Patience
from rashomon.store import checking, publishers, queries, retention, shelves
from rashomon.store.adding import ELSEWHERE, Adder, Given
from rashomon.store.correcting import Corrections
from rashomon.store.dyads import tell_anew
from rashomon.store.engine import Connection, Store, open_engine
from rashomon.store.intake import Added
from rashomon.store.migrations import upgrade
from rashomon.store.neighbours import file_anew
from rashomon.store.persons import Persons
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
from rashomon.store.rereading import Reread, Tally
from rashomon.store.retention import Forgotten, Tombstone

if TYPE_CHECKING:
    from rashomon.reading.reader import Reader

T = TypeVar("T")


class Desk:
    """A store of reports, claims and incidents. It may be used from several threads."""

    def __init__(
        self,
        store: str | os.PathLike[str],
        *,
        create: bool = True,
        reader: Reader | None = None,
        patience: Patience | None = None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """Open a store; make it where it is not there, bring it to the present form where it is older.

        Args:
            store: a file, or a URL such as `postgresql://user@host/name`.
            create: whether a file that is not there is made.
            reader: what reads reports; the one that comes with Rashomon where it is None, loaded once there
                is something to read.
            patience: how long adding and reading again wait for a store that cannot be written for now; not
                at all by default.
            say: hears how far it is, where a large store of an older form is brought along.

        Raises:
            InputError: `store` is neither a file nor such a URL.
            StoreError: it cannot be opened; the kind of error says why.
            MissingExtra: a package is not installed.
        """
        self.store: Store = open_engine(store, create=create)
        self._lock = threading.Lock()
        self.corrections = Corrections(self._write, self.store)
        self.persons = Persons(self._write, self.store)
        self._adder = Adder(self.store, self._write, reader, patience)
        try:
            upgrade(self.store, say)
            file_anew(self.store, say)
            tell_anew(self.store, say)
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
        self,
        reports: Iterable[tuple[str, Given]],
        refuse: Callable[[RashomonError], None],
        *,
        read_by: str = ELSEWHERE,
        max_chars: int | None = None,
    ) -> Iterator[tuple[str, Added]]:
        """As `add_stream`, with the place that each report came from, for messages; `refuse` hears of every
        report that cannot be read or stored. `read_by` says which reader made the `Reading`s among them."""
        yield from self._adder.placed(reports, refuse, read_by, max_chars)

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

    def reread(
        self, *, everything: bool = False, on_report: Callable[[Reread, int], None] | None = None
    ) -> Tally:
        """Read every report again that another reader read, and store what changed, report by report.
        Stopped, it goes on from there when it is called again.

        Args:
            everything: read all reports again, those of the present reader too.
            on_report: called with what each report changed, and how many there are to read in all.

        Raises:
            StoreError: the store cannot be written; what was read again before stays.
        """
        return self._adder.reread(everything, on_report)

    def delete(
        self,
        *,
        report: str | None = None,
        publisher: str | None = None,
        before: str | None = None,
        by: str | None = None,
        reason: str | None = None,
    ) -> Forgotten:
        """Delete a report, all reports of a publisher, or those published before a day, with all that follows
        from them. They are not taken in again; of a publisher nothing more is.

        Raises:
            InputError: none or several of the three are given; or the store has no such report or publisher.
            StoreError: the store cannot be written. Given again, it goes on from there.
        """
        if sum(given is not None for given in (report, publisher, before)) != 1:
            raise InputError("say what to delete", hint="one of `report`, `publisher` and `before`")
        day = queries.day_of(before, "before")
        with self.store.reading() as connection:
            known = retention.rows_of(connection, ref=report, name=publisher, before=day)
            profile = publishers.profile_of(connection, publisher) if publisher is not None else None
            # one that was stopped behind its last report has still to be scrubbed
            begun = retention.is_forgotten(connection, ref=report, name=publisher)
        if before is None and not known and profile is None and not begun:
            raise InputError(f"the store has nothing of {report or publisher!r}", where=self.store.name)
        if publisher is not None:
            name = publisher
            self._write(lambda connection: retention.forget_publisher(connection, name, by, reason))
        done = Forgotten()

        def some(connection: Connection) -> Forgotten:
            nums = retention.rows_of(connection, ref=report, name=publisher, before=day)
            return retention.forget(connection, nums, by, reason) if nums else Forgotten()

        while (one := self._write(some)).reports:
            done += one
        if publisher is not None:
            self._write(lambda connection: retention.drop_profile(connection, name))
        retention.scrub(self.store)
        return done

    def tombstones(self) -> list[Tombstone]:
        """What was deleted, the last first: ids of reports and names of publishers, when, by whom, why."""
        with self.store.reading() as connection:
            return retention.tombstones(connection)

    def examine(self) -> list[Finding]:
        """Whether the store is whole: its file, its tables, what hangs together, what it counts."""
        return list(checking.examine(self.store))

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._lock:  # within one process writers need not fight over the file
            return self.store.write(work)


def _filter(kind: type[Any], asked: Mapping[str, Any]) -> Any:
    try:
        return kind(**asked)
    except TypeError as error:
        known = ", ".join(kind.__struct_fields__)
        raise InputError(f"no such filter: {', '.join(set(asked) - set(kind.__struct_fields__))}",
                         hint=f"there are {known}") from error  # fmt: skip


__all__ = ["Added", "Desk", "Page"]
