"""One shard, read: every record becomes a row of its spool.

A report that cannot be read is a row with the cause. A report that ended the process that read it, or kept
it too long, comes back in `deaths`: it is tried again, alone in a fresh process, and at the third death set
aside.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import json
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from rashomon.bulk.copies import Copies
from rashomon.bulk.options import READER, Options
from rashomon.bulk.plan import Shard
from rashomon.bulk.records import records
from rashomon.bulk.scanning import LEFT_OUT, OWN, REPEAT
from rashomon.bulk.spool import Journal, Refusal, ReportRow, Row, Spool
from rashomon.errors import InputError, InstallationError, RashomonError
from rashomon.model import Reading, Report
from rashomon.reading.intake import Checked, check

_FAULTS = (
    RashomonError, ArithmeticError, AttributeError, LookupError, RecursionError, RuntimeError, TypeError,
    ValueError, MemoryError,
)  # fmt: skip
_OBJECTS = 50_000  # new objects after which cycles are looked for
DEATHS = 3
"""How often a report may end its process before it is set aside."""


class ReadsReports(Protocol):
    """What is needed of a reader."""

    def read_checked(self, checked: Checked) -> Reading:
        """The claims of a report that was let through."""


class ReadTask(msgspec.Struct, frozen=True):
    """One shard to read. `fates` are those of its records (see `scanning`); `deaths` counts, by the number of
    the record, the processes that ended over it."""

    shard: Shard
    options: Options
    path: str
    log: str
    fates: list[int]
    first_line: int = 0
    deaths: dict[int, int] = {}
    hung: tuple[int, ...] = ()


def load_reader() -> ReadsReports:
    """The reader with what ships, on one thread."""
    from rashomon.reading.encoder import Encoder, model_folder
    from rashomon.reading.reader import Reader

    return Reader(Encoder(model_folder(), threads=1))


def load_looking_reader() -> ReadsReports:
    """The same, with a first look: the model is shown only what can hold a political event."""
    from rashomon.reading.first_look import FirstLook
    from rashomon.reading.reader import Reader

    encoder = copy.copy(cast(Reader, reader_of(READER)).encoder)  # one model in a process, not two
    encoder.look = FirstLook.load()
    return Reader(encoder)


def reader_of(name: str) -> ReadsReports:
    """The reader that `Options.reader` names, made once in a process."""
    if name not in _READERS:
        module, _, function = name.partition(":")
        check(Report(text="The mayor of the town opened the bridge on Monday."))  # loads what tells languages
        _READERS[name] = getattr(import_module(module), function)()
    return _READERS[name]


_READERS: dict[str, ReadsReports] = {}


def read_shard(task: ReadTask) -> None:
    """Read a shard; what an earlier attempt finished is kept.

    Raises:
        OSError: the file cannot be read, or the output cannot be written.
        InstallationError: the model or a table is missing or damaged.
    """
    with _rarely_collected():
        _read_shard(task, reader_of(task.options.reader))


@contextlib.contextmanager
def _rarely_collected() -> Iterator[None]:
    """Leave tables and model out of the search for cycles of dead objects, and let it come less often.

    Reading makes hardly any such cycles, and the search took a twentieth of the time beside the encoder.
    """
    threshold, mine = gc.get_threshold(), not gc.get_freeze_count()  # not those of `preload`
    if mine:
        gc.freeze()
    gc.set_threshold(_OBJECTS, *threshold[1:])
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        if mine:
            gc.unfreeze()


def _read_shard(task: ReadTask, reader: ReadsReports) -> None:
    path = Path(task.path)
    journal = Journal(path.with_suffix(".at"))
    copies = Copies()
    with Spool(path) as spool, Path(task.log).open("a", encoding="utf-8") as log:
        earlier = {row.number: row for row in spool.earlier()}
        number = -1
        for arrival, sha256 in records(task.shard, task.options):
            if sha256:
                continue
            number += 1
            if number >= len(task.fates):
                raise OSError(f"{task.shard.name} has changed since it was looked at; start again")
            fate, report = task.fates[number], arrival.report
            if fate in (LEFT_OUT, REPEAT):
                continue
            row = earlier.get(number)
            if row is not None:
                if row.report is not None and not (row.waiting or row.copy_of or row.refusal):
                    copies.add(check(cast(Report, report), task.options.max_chars).report, row.claims)
                journal.end(row.report.words if row.report is not None else 0)
                continue
            where = _where(arrival.where, task)
            journal.begin(number)
            begun = time.perf_counter()
            row = _row(task, number, fate, where, arrival, reader, copies)
            spool.append(row)
            journal.end(row.report.words if row.report is not None else 0)
            _log(log, row, time.perf_counter() - begun)
        spool.finish()
    journal.close()
    path.with_suffix(".at").unlink(missing_ok=True)


def _row(
    task: ReadTask, number: int, fate: int, where: str, arrival: Any, reader: ReadsReports, copies: Copies
) -> Row:
    report, error = arrival.report, arrival.error
    if report is None:
        return Row(number, where, refusal=_refusal(error))
    deaths = task.deaths.get(number, 0)
    if deaths >= DEATHS:
        took = f"took more than {task.options.patience:g} seconds" if number in task.hung else "ended"
        what = f"the report was set aside: {deaths} times the process that read it {took}"
        return Row(number, where, _about(report), refusal=Refusal("Poison", what))
    try:
        checked = check(report, task.options.max_chars)
        if fate != OWN:
            return Row(number, where, _about(checked.report), notes=_notes(arrival, checked), waiting=True)
        found = copies.claims_of(checked.report)
        if found is not None:
            source, claims = found
            return Row(
                number, where, _about(checked.report), claims, _notes(arrival, checked), copy_of=source
            )
        reading = reader.read_checked(checked)
    except InstallationError:
        raise
    except InputError as refused:
        return Row(number, where, _about(report), refusal=_refusal(refused))
    except _FAULTS as fault:
        # A fault of ours that one report brings to light: the others are read, and the cause is on record.
        return Row(
            number, where, _about(report), refusal=Refusal("Fault", f"{type(fault).__name__}: {fault}")
        )
    copies.add(checked.report, reading.claims)
    notes = tuple(note for note in arrival.notes if note not in reading.notes) + reading.notes
    return Row(number, where, _about(reading.report), reading.claims, notes)


def _notes(arrival: Any, checked: Checked) -> tuple[str, ...]:
    return tuple(note for note in arrival.notes if note not in checked.notes) + checked.notes


def _refusal(error: RashomonError) -> Refusal:
    hint = f" ({error.hint})" if error.hint else ""
    return Refusal(type(error).__name__, f"{error.what}{hint}".encode("utf-8", "replace").decode())


def _about(report: Report) -> ReportRow:
    fields = {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name in ("id", "published", "publisher", "title", "url", "story", "language")
        for value in [getattr(report, name)]
    }
    return ReportRow(
        sha256=report.sha256, dateline=report.dateline, characters=len(report.text),
        words=len(report.text.split()), **cast(dict[str, Any], fields),
    )  # fmt: skip


def _where(where: str, task: ReadTask) -> str:
    if not where.isdigit():
        return where
    return f"{'row' if task.shard.form == 'parquet' else 'line'} {int(where) + task.first_line}"


def _log(log: Any, row: Row, seconds: float) -> None:
    if not row.notes and row.refusal is None:
        return
    said: dict[str, Any] = {"where": row.where, "report": row.report.id if row.report else None}
    said |= {"refused": row.refusal.cause, "what": row.refusal.what} if row.refusal else {}
    said |= {"notes": row.notes, "ms": round(1000 * seconds)}
    log.write(json.dumps(said) + "\n")
    log.flush()


__all__ = ["DEATHS", "ReadTask", "load_looking_reader", "load_reader", "read_shard", "reader_of"]
