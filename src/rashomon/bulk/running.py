"""One bulk reading, from the inputs to the manifest.

Everything that is finished lies in `work/` under names made of what it depends on, so a run that follows does
only what is missing: new and changed shards are read, the rest is taken as it is.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from rashomon.bulk import manifest as manifests
from rashomon.bulk import scanning, spool
from rashomon.bulk.assembly import Writer, write_refused
from rashomon.bulk.copies import renamed
from rashomon.bulk.engines import Engine, Job, ScanTask
from rashomon.bulk.files import digest
from rashomon.bulk.folder import at_work
from rashomon.bulk.manifest import Counts, Manifest, ShardEntry
from rashomon.bulk.options import Options, Recipe, key_of, recipe
from rashomon.bulk.plan import Shard, plan
from rashomon.bulk.reading import ReadTask
from rashomon.bulk.schedule import run_jobs
from rashomon.bulk.spool import Row, State
from rashomon.bulk.tables import claim_records, incident_record, report_record, tables
from rashomon.errors import InputError
from rashomon.model import Claim, Report

if TYPE_CHECKING:
    from rashomon.reconcile.incidents import Incident


class Progress(NamedTuple):
    """How far it is.

    `stage` is "looking", "reading", "writing", "comparing" or "joining"; counts are of this stage's reports
    (looking: shards; comparing: claims; joining: incidents). `words` are those read in this run, over
    `seconds`; `left` is in seconds, None while nobody knows.
    """

    stage: str
    done: int
    total: int
    words: int
    seconds: float
    copies: int
    refused: int
    left: float | None


OnProgress = Callable[[Progress], None]


class Summary(NamedTuple):
    """What came of a run: the manifest, how many shards were read now, and whether anything was to do."""

    manifest: Manifest
    shards_read: int
    words_read: int
    seconds: float


class Surveyed(NamedTuple):
    """An archive that was looked at: its shards, what each holds, and what becomes of each record."""

    shards: list[Shard]
    scans: list[scanning.Scan]
    fates: list[scanning.Counts]
    not_read: list[str]

    def count(self, fate: int) -> int:
        """How many records have a fate (0: are copies)."""
        return sum(int((f >= 0).sum() if fate == 0 else (f == fate).sum()) for f in self.fates)

    def words_to_read(self) -> list[int]:
        """Words of the reports that are read, by shard."""
        return [int(s.words[f == scanning.OWN].sum()) for s, f in zip(self.scans, self.fates, strict=True)]


def run(
    inputs: list[str],
    out: Path,
    options: Options,
    engine: Callable[[], Engine],
    on_progress: OnProgress = lambda _: None,
    joiners: int = 1,
) -> Summary:
    """Read an archive into tables. What an earlier run over the same input finished is not done again.

    Args:
        inputs: files, folders, patterns or addresses.
        out: the folder of the output; made where it is not there.
        options: the settings.
        engine: makes what runs the jobs; called once there is something to run.
        on_progress: called about twice a second.
        joiners: processes of this machine that compare claims for the incidents; any number gives the same.

    Raises:
        InputError: `out` holds other things, another run is at it, or its disk is full; or there is nothing
            to read.
        InstallationError: the model or a table is missing or damaged.
        MissingExtra: a package is needed.
        OSError: the output cannot be written.
    """
    tables()  # raises before anything is done where pyarrow is missing
    with at_work(out), _lazily(engine) as started:
        surveyed = survey(inputs, out, out / "work", options, started, on_progress)
        return _Run(surveyed, out, options, on_progress, joiners).run(started)


def survey(
    inputs: list[str],
    out: Path,
    work: Path,
    options: Options,
    engine: Callable[[], Engine],
    on_progress: OnProgress,
) -> Surveyed:
    """Look at an archive without reading it. What was looked at before is not looked at again; what lies in
    `out`, the folder of the output, is no part of the archive.

    Raises:
        InputError: there is nothing to read.
    """
    shards, errors = plan(inputs, options.shard_bytes, options.fields, out)
    not_read = [str(error) for error in errors]
    if not shards:
        if len(errors) == 1:
            raise errors[0]
        raise InputError("; ".join(["there is nothing to read", *not_read]))
    (work / "scans").mkdir(parents=True, exist_ok=True)
    paths = [work / "scans" / f"{scanning.scan_key(shard, options)}.npz" for shard in shards]
    jobs: dict[int, Job] = {
        number: ScanTask(shard, options, str(path))
        for number, (shard, path) in enumerate(zip(shards, paths, strict=True))
        if not path.is_file()
    }
    begun, failed = time.monotonic(), set()
    endings = run_jobs(engine(), jobs, options.patience, lambda _: None) if jobs else iter(())
    for done, ended in enumerate(endings, 1):
        if ended.error is not None:
            failed.add(ended.number)
            not_read.append(f"{shards[ended.number].name}: {ended.error}")
        seconds = time.monotonic() - begun
        left = seconds / done * (len(jobs) - done)
        on_progress(Progress("looking", done, len(jobs), 0, seconds, 0, 0, left))
    kept = [number for number in range(len(shards)) if number not in failed]
    scans = [scanning.load(paths[number]) for number in kept]
    return Surveyed([shards[n] for n in kept], scans, scanning.fates(scans, options.sample), not_read)


class _Run:
    """The reading of an archive that was surveyed."""

    def __init__(
        self, surveyed: Surveyed, out: Path, options: Options, on_progress: OnProgress, joiners: int
    ) -> None:
        self.surveyed, self.out, self.options, self.on_progress = surveyed, out, options, on_progress
        self.joiners = joiners
        self.recipe: Recipe = recipe(options)
        self.not_read = list(surveyed.not_read)
        for name in ("shards", "logs"):
            (out / "work" / name).mkdir(parents=True, exist_ok=True)
        self.first = [0]
        for each in surveyed.scans:
            self.first.append(self.first[-1] + len(each.texts))
        told = msgspec.json.encode(self.recipe).decode()
        self.ids = [
            key_of(shard.url, f"{shard.group}:{shard.start}", each.sha256, told, _told(fate))
            for shard, each, fate in zip(surveyed.shards, surveyed.scans, surveyed.fates, strict=True)
        ]
        self.paths = [out / "work" / "shards" / f"{name}.shard" for name in self.ids]
        self.failed: set[int] = set()
        self._offsets = lru_cache(maxsize=64)(spool.offsets)

    def run(self, engine: Callable[[], Engine]) -> Summary:
        """Read what is missing, then make the tables where anything has changed."""
        begun = time.monotonic()
        missing = [n for n, path in enumerate(self.paths) if not spool.is_whole(path)]
        words = self._read(missing, engine) if missing else 0
        reading = time.monotonic() - begun
        before = manifests.load(self.out)
        shards = [self._entry(n) for n in range(len(self.paths)) if n not in self.failed]
        settings = {"sample": self.options.sample, "incidents": self.options.incidents}
        if (
            before is not None
            and (before.shards, before.recipe, before.settings) == (shards, self.recipe, settings)
            and before.not_read == self.not_read
            and manifests.tables_are_there(before, self.out)
        ):
            return Summary(before, len(missing), words, reading)
        (self.out / manifests.NAME).unlink(missing_ok=True)
        made, counts = self._tables(shards)
        manifest = Manifest(manifests.FORMAT, self.recipe, settings, counts, shards, made, self.not_read)
        manifests.save(manifest, self.out)
        return Summary(manifest, len(missing), words, reading)

    def _read(self, missing: list[int], engine: Callable[[], Engine]) -> int:
        surveyed = self.surveyed
        lines = _first_lines(surveyed)
        jobs: dict[int, Job] = {
            number: ReadTask(
                surveyed.shards[number], self.options, str(self.paths[number]),
                str(self.out / "work" / "logs" / f"{self.ids[number]}.jsonl"),
                surveyed.fates[number].tolist(), lines[number],
            )
            for number in missing
        }  # fmt: skip
        meter = _Meter(surveyed, missing, self.on_progress)
        for number in missing:
            self.paths[number].with_suffix(".at").unlink(missing_ok=True)
        for ended in run_jobs(engine(), jobs, self.options.patience, meter.tick):
            if ended.error is None:
                meter.add(ended.number, self.paths[ended.number])
            else:
                self.failed.add(ended.number)
                self.not_read.append(f"{surveyed.shards[ended.number].name}: {ended.error}")
        self.not_read.sort()
        return meter.words

    def _entry(self, number: int) -> ShardEntry:
        shard, scan = self.surveyed.shards[number], self.surveyed.scans[number]
        fate = self.surveyed.fates[number]
        read = copies = refused = claims = 0
        for row in spool.rows(self.paths[number]):
            refused += row.refusal is not None
            copies += row.copy_of is not None or row.waiting
            read += row.refusal is None and row.copy_of is None and not row.waiting
            claims += len(row.claims)
        return ShardEntry(
            self.ids[number], shard.url, shard.start, shard.end, shard.group, scan.sha256,
            digest(self.paths[number]), len(fate), read, copies, int((fate == scanning.REPEAT).sum()),
            int((fate == scanning.LEFT_OUT).sum()), refused, claims,
        )  # fmt: skip

    def rows(self) -> Iterator[tuple[Shard, Row]]:
        """The rows of all shards in the order of the input; copies with the claims of what they copy."""
        for number, path in enumerate(self.paths):
            if number in self.failed:
                continue
            for row in spool.rows(path):
                yield self.surveyed.shards[number], self._filled(number, row) if row.waiting else row

    def _filled(self, shard: int, row: Row) -> Row:
        """A copy with the claims of its source, wherever that was read."""
        fate = int(self.surveyed.fates[shard][row.number])
        number = bisect_right(self.first, fate) - 1
        record = fate - self.first[number]
        if number in self.failed:
            refusal = spool.Refusal("SourceMissing", "the report of which it is a copy was not read")
            return msgspec.structs.replace(row, refusal=refusal)
        source = self._row(number, record)
        if source is None or source.report is None or source.refusal is not None:
            lost = spool.Refusal("Fault", "the report of which it is a copy is lost")
            return msgspec.structs.replace(row, refusal=(source and source.refusal) or lost)
        about = row.report
        assert about is not None
        claims = tuple(renamed(claim, about.id, about.sha256) for claim in source.claims)
        about = msgspec.structs.replace(about, dateline=source.report.dateline)
        return msgspec.structs.replace(row, report=about, claims=claims, copy_of=source.report.id)

    def _row(self, number: int, record: int) -> Row | None:
        """A row of a finished shard by the number of its record: rows are as many as the records that were
        looked at, in their order."""
        fate = self.surveyed.fates[number]
        skipped = int(((fate[:record] == scanning.LEFT_OUT) | (fate[:record] == scanning.REPEAT)).sum())
        at = self._offsets(self.paths[number])[record - skipped]
        row = spool.row_at(self.paths[number], at)
        return row if row.number == record else None

    def _tables(self, shards: list[ShardEntry]) -> tuple[dict[str, dict[str, object]], Counts]:
        writers = {name: Writer(table, self.out) for name, table in tables().items()}
        refused, causes, totals = [], Counter[str](), Counter[str]()
        expected = sum(entry.records for entry in shards)
        begun = time.monotonic()
        for done, (shard, row) in enumerate(self.rows()):
            if done % 2000 == 0:
                seconds = time.monotonic() - begun
                left = seconds / done * (expected - done) if done else None
                self.on_progress(Progress("writing", done, expected, 0, seconds, 0, 0, left))
            if row.refusal is not None:
                causes[row.refusal.cause] += 1
                about = row.report.id if row.report is not None else None
                refused.append({"file": shard.url, "where": row.where, "report": about,
                                "cause": row.refusal.cause, "what": row.refusal.what})  # fmt: skip
                continue
            assert row.report is not None
            writers["reports"].add(report_record(row, shard.url))
            for record in claim_records(row):
                writers["claims"].add(record)
            totals["reports"] += 1
            totals["copies"] += row.copy_of is not None
            totals["claims"] += len(row.claims)
            totals["words"] += row.report.words
        made = writers["reports"].finish() | writers["claims"].finish()
        begun = time.monotonic()
        for number, incident in enumerate(self._incidents(), 1):
            if number % 500 == 0:
                self.on_progress(Progress("joining", number, 0, 0, time.monotonic() - begun, 0, 0, None))
            writers["incidents"].add(incident_record(incident))
            totals["incidents"] += 1
        made |= writers["incidents"].finish() | write_refused(refused, self.out)
        return made, Counts(
            totals["reports"], totals["reports"] - totals["copies"], totals["copies"],
            sum(entry.repeats for entry in shards), sum(entry.left_out for entry in shards), len(refused),
            totals["claims"], totals["incidents"], totals["words"], dict(sorted(causes.items())),
        )  # fmt: skip

    def _incidents(self) -> Iterator[Incident]:
        if not self.options.incidents:
            return
        from rashomon.reconcile import building  # the processes that read have no use for it

        def claims() -> Iterator[Claim]:
            for _, row in self.rows():
                if row.refusal is None:
                    yield from row.claims

        def reports() -> Iterator[Report]:
            for _, row in self.rows():
                if row.refusal is None and row.report is not None and row.claims:
                    about = row.report
                    yield Report(text="", published=about.published, publisher=about.publisher, id=about.id)

        begun = time.monotonic()

        def compared(done: int, total: int) -> None:
            seconds = time.monotonic() - begun
            left = seconds / done * (total - done) if done else None
            self.on_progress(Progress("comparing", done, total, 0, seconds, 0, 0, left))

        yield from building.stream(claims(), reports(), workers=self.joiners, on_compared=compared)


class _Meter:
    """How far the reading is, from the journals of the shards at hand and the rows of those that are done."""

    def __init__(self, surveyed: Surveyed, missing: list[int], on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._records = sum(
            int(((surveyed.fates[n] != scanning.LEFT_OUT) & (surveyed.fates[n] != scanning.REPEAT)).sum())
            for n in missing
        )
        words = surveyed.words_to_read()
        self._total_words = sum(words[n] for n in missing)
        self._begun = time.monotonic()
        self._done = self._copies = self._refused = self.words = self._passed = 0

    def add(self, number: int, path: Path) -> None:
        """A shard is done."""
        for row in spool.rows(path):
            self._done += 1
            self._refused += row.refusal is not None
            copy = row.copy_of is not None or row.waiting
            self._copies += copy
            count = row.report.words if row.report is not None else 0
            self.words += 0 if copy or row.refusal is not None else count
            self._passed += 0 if row.waiting else count

    def tick(self, at: list[State]) -> None:
        """Say where it is."""
        seconds = time.monotonic() - self._begun
        done, passed = self._done + sum(s.done for s in at), self._passed + sum(s.words for s in at)
        left = seconds / passed * max(self._total_words - passed, 0) if passed else None
        words = self.words + sum(s.words for s in at)
        self._on_progress(
            Progress("reading", done, self._records, words, seconds, self._copies, self._refused, left)
        )


def _told(fates: scanning.Counts) -> str:
    """What the rows of a shard depend on in the fates of its records: not where the sources of copies are,
    which changes as files come and go."""
    letters = {scanning.OWN: "o", scanning.REPEAT: "r", scanning.LEFT_OUT: "l"}
    return "".join(letters.get(fate, "c") for fate in fates.tolist())


def _first_lines(surveyed: Surveyed) -> list[int]:
    """How many lines of its file stand before each shard."""
    before: Counter[str] = Counter()
    found = []
    for shard, scan in zip(surveyed.shards, surveyed.scans, strict=True):
        found.append(before[shard.url] if shard.form != "parquet" else 0)
        before[shard.url] += scan.lines
    return found


@contextmanager
def _lazily(make: Callable[[], Engine]) -> Iterator[Callable[[], Engine]]:
    """An engine that is made when it is first asked for, and closed in the end."""
    made: list[Engine] = []

    def engine() -> Engine:
        if not made:
            made.append(make())
        return made[0]

    try:
        yield engine
    finally:
        for each in made:
            each.close()


__all__ = ["OnProgress", "Progress", "Summary", "Surveyed", "run", "survey"]
