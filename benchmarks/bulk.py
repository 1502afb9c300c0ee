"""How fast bulk reading is, as ratios within one run: `python -m benchmarks.bulk [NAME...]`.

    share     words a second of bulk reading, one core, as a share of the bare encoder's
    spacy     the same against spaCy's pipeline (tok2vec, tagger, parser, names; untrained)
    roberta   the same against an encoder of RoBERTa-base's shape (int8, untrained)
    look      time with everything shown to the model, against that with a first look before it
    copies    time a report of an archive with 40% copies, against the same archive without them
    processes reports a second of two processes against one (wall clock: needs two idle cores), and CPU
    memory    resident memory of a process as it reads, its growth and its peak
    flat      the same over 500 times as many short reports, without the model's pass
    kills     100 processes killed at random over 1,000 shards with poison: the same tables as undisturbed

The first four are measured on two archives: "dense", the stories of the corpus, three to a report, where
every window holds events; and "mixed", documents of `shared/train` (newswire, encyclopaedia, web, novels and
more, in equal parts), of which many hold none. The others are measured on the dense one.

Except for `processes`, times are CPU seconds of one thread, and both sides take turns on the same texts, so
that what else the machine does weighs on both alike. The status is 1 where a ratio is under its floor.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1"))

from benchmarks import archives, peers
from benchmarks.processes import scaling
from rashomon.bulk import Options, run
from rashomon.bulk.options import LOOKING_READER, READER
from rashomon.bulk.plan import plan
from rashomon.bulk.pool import Pool
from rashomon.bulk.reading import ReadTask, read_shard, reader_of
from rashomon.bulk.running import Progress

FLOORS = {"share": 0.55, "spacy": 0.8, "roberta": 5.0, "copies": 1.5, "processes": 1.8}
DENSE, MIXED = "dense", "mixed"
ON_BOTH = ("share", "spacy", "roberta", "look")
_CHUNK = 10
_MAX_CHARS = 300_000

Reports = list[dict[str, Any]]


class Measured(NamedTuple):
    """A ratio, and how it came about."""

    name: str
    ratio: float
    told: str


def read_in_bulk(folder: Path, given: Sequence[dict[str, object]], reader: str = LOOKING_READER) -> None:
    """What a process of the pool does with one shard, in this process."""
    path = archives.write(folder / "shard.jsonl", list(given))
    [shard], _ = plan([str(path)], 1 << 40)
    out = folder / "out.shard"
    options = Options(max_chars=_MAX_CHARS, reader=reader)
    read_shard(ReadTask(shard, options, str(out), os.devnull, [-1] * len(given)))
    out.unlink()


def against(name: str, other: Callable[[Sequence[str]], None], given: Reports, folder: Path) -> Measured:
    """Words a second of bulk reading through those of a peer, chunk by chunk."""
    read_in_bulk(folder, given[:3])
    other([report["text"] for report in given[:3]])
    ours = theirs = 0.0
    for at in range(0, len(given), _CHUNK):
        chunk = given[at : at + _CHUNK]
        begun = time.process_time()
        read_in_bulk(folder, chunk)
        between = time.process_time()
        other([report["text"] for report in chunk])
        ours, theirs = ours + between - begun, theirs + time.process_time() - between
    words = sum(len(report["text"].split()) for report in given)
    told = f"{words / ours:,.0f} words per CPU second, {words / theirs:,.0f} of the other ({words:,} words)"
    return Measured(name, theirs / ours, told)


def share(given: Reports, folder: Path, _: Path) -> Measured:
    """Against the encoder alone."""
    encoder = reader_of(Options(max_chars=_MAX_CHARS).reader).encoder  # type: ignore[attr-defined]
    texts = [report["text"] for report in given]
    return against("share", peers.bare_encoder(encoder, texts), given, folder)


def spacy(given: Reports, folder: Path, _: Path) -> Measured:
    """Against spaCy."""
    return against("spacy", peers.spacy_pipeline(), given, folder)


def roberta(given: Reports, folder: Path, cache: Path) -> Measured:
    """Against the larger encoder."""
    texts = [report["text"] for report in given]
    return against("roberta", peers.roberta_base(cache, peers.shipped(), texts), given, folder)


def look(given: Reports, folder: Path, _: Path) -> Measured:
    """Time with everything read through that with a first look, chunk by chunk."""
    seconds = {READER: 0.0, LOOKING_READER: 0.0}
    for reader in seconds:
        read_in_bulk(folder, given[:3], reader)
    for at in range(0, len(given), _CHUNK):
        for reader in seconds:
            begun = time.process_time()
            read_in_bulk(folder, given[at : at + _CHUNK], reader)
            seconds[reader] += time.process_time() - begun
    encoder = reader_of(LOOKING_READER).encoder  # type: ignore[attr-defined]
    seen = [encoder.run([(report["text"], None)])[0] for report in given]
    windows, unseen = sum(len(each.windows) for each in seen), sum(each.unseen for each in seen)
    told = f"{unseen} of {windows} windows were not shown to the model ({len(given)} reports)"
    return Measured("look", seconds[READER] / seconds[LOOKING_READER], told)


def copies(given: Reports, folder: Path, _: Path) -> Measured:
    """Time a report without copies through that with 40% of them. All is one shard, as by default."""
    plain = given
    mixed = archives.with_copies(plain, 0.4)
    read_in_bulk(folder, plain[:3])
    begun = time.process_time()
    read_in_bulk(folder, plain)
    between = time.process_time()
    read_in_bulk(folder, mixed)
    alone, together = (between - begun) / len(plain), (time.process_time() - between) / len(mixed)
    told = f"{1000 * alone:.0f} ms a report, {1000 * together:.0f} ms with copies ({len(mixed):,} reports)"
    return Measured("copies", alone / together, told)


def processes(given: Reports, folder: Path, _: Path) -> Measured:
    """Two processes against one, on the wall clock, and what a report costs the CPU in each."""
    found = scaling(folder, given, _MAX_CHARS)
    one, two = (1000 * found.cpu[n] / found.reports for n in (1, 2))
    told = (
        f"{found.wall[1]:.1f} s with one, {found.wall[2]:.1f} s with two, load before {found.load:.1f}; "
        f"CPU a report {one:.0f} ms with one, {two:.0f} ms with two: {2 * one / two:.2f} on idle cores"
    )
    return Measured("processes", found.wall[1] / found.wall[2], told)


def memory(given: Reports, folder: Path, _: Path) -> Measured:
    """Memory of one reading process after a tenth of the archive and at its end; the ratio is its growth."""
    thrice = [r | {"id": f"{r['id']}-{n}", "text": f"{r['text']}\n\n{n}."} for n in range(3) for r in given]
    return _growth("memory", thrice, folder, Options(max_chars=_MAX_CHARS, incidents=False))


def flat(given: Reports, folder: Path, _: Path) -> Measured:
    """The same over many short reports, with a made-up session in the place of the model's pass."""
    reader = "benchmarks.stand_in:without_model"
    options = Options(max_chars=_MAX_CHARS, incidents=False, reader=reader)
    return _growth("flat", archives.short(500 * len(given)), folder, options)


class _Sizes:
    """Resident memory in MB of the process that reads and of the one that sees to it, by the share of the
    reports that are read."""

    def __init__(self) -> None:
        self.share: float | None = None  # None: not reading yet, or no more
        self.reading: list[tuple[float, float]] = []
        self.seeing: list[tuple[float, float]] = []

    def follow(self, progress: Progress) -> None:
        """Called as reading goes on."""
        self.share = progress.done / max(progress.total, 1) if progress.stage == "reading" else None

    def take(self, pids: Sequence[int]) -> None:
        """Look at the sizes."""
        if self.share is not None:
            self.reading += [(self.share, _resident(pid)) for pid in pids]
            self.seeing.append((self.share, _resident(os.getpid())))

    def told(self) -> tuple[float, str]:
        """The growth of the process that reads, from the first tenth to the last; and all in words."""
        words = []
        for who, sizes in (("reading", self.reading), ("seeing to it", self.seeing)):
            early = max(size for share, size in sizes if share <= max(0.1, sizes[0][0]))
            late = max(size for share, size in sizes if share >= min(0.9, sizes[-1][0]))
            first, most = sizes[0][1], max(size for _, size in sizes)
            words.append(
                f"{who}: {first:.0f} MB at the start, {early:.0f} in the first tenth, "
                f"{late:.0f} in the last, {most:.0f} at most"
            )
            if who == "reading":
                growth = late / early
        return growth, "; ".join(words)


def _growth(name: str, given: Iterable[dict[str, Any]], folder: Path, options: Options) -> Measured:
    path = archives.write(folder / "all.jsonl", given)
    del given  # the size of this process is looked at too
    with path.open("rb") as lines:
        count = sum(1 for _ in lines)
    pools: list[Pool] = []
    sizes = _Sizes()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.25):
            sizes.take(pools[-1].processes if pools else ())

    def pool() -> Pool:
        pools.append(Pool(1))
        return pools[-1]

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        run([str(path)], folder / "out", options, pool, sizes.follow)
    finally:
        over.set()
        thread.join()
    growth, told = sizes.told()
    return Measured(name, growth, f"{told} ({count:,} reports)")


def _resident(pid: int) -> float:
    """Resident memory of a process in MB; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def kills(given: Reports, folder: Path, _: Path) -> Measured:
    """Processes killed at random; the ratio is 1 where the tables are the same, byte for byte."""
    count = len(given)
    short = [text.split("\n\n")[0][:300] for text in archives.texts()]  # many reports, little to read in each
    given = [
        {
            "id": f"k{n}",
            "text": f"{short[n % len(short)]} {n}.",
            "published": "2021-03-04",
            "publisher": f"O{n}",
        }
        for n in range(2 * count)
    ]
    for n in range(0, len(given), len(given) // 7):
        given[n]["text"] += " kill me."
    path = archives.write(folder / "all.jsonl", given)
    size = path.stat().st_size // count
    options = Options(
        max_chars=_MAX_CHARS, shard_bytes=size, incidents=False, reader="benchmarks.poison:reader"
    )
    run([str(path)], folder / "calm", options, lambda: Pool(2))
    pools: list[Pool] = []
    over, done, chance = threading.Event(), 0, random.Random(5)

    def pool() -> Pool:
        pools.append(Pool(2))
        return pools[-1]

    def killer() -> None:
        nonlocal done
        while done < 100 and not over.wait(chance.uniform(0.0, 2 * _spacing(folder / "calm"))):
            alive = pools[-1].processes if pools else []
            if alive:
                with contextlib.suppress(ProcessLookupError):  # dead already
                    os.kill(chance.choice(alive), signal.SIGKILL)
                    done += 1

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        summary = run([str(path)], folder / "wild", options, pool)
    finally:
        over.set()
        thread.join()
    same = fingerprint(folder / "calm") == fingerprint(folder / "wild")
    counts = summary.manifest.counts
    told = f"{done} kills, {len(summary.manifest.shards):,} shards, {counts.reports:,} reports"
    return Measured("kills", float(same), f"{told}, set aside: {counts.refusals}")


def _spacing(calm: Path) -> float:
    """Seconds between kills so that a hundred fit into a run as long as the calm one."""
    files = sorted(calm.glob("work/shards/*.shard"), key=lambda path: path.stat().st_mtime)
    return (files[-1].stat().st_mtime - files[0].stat().st_mtime) / 110


def fingerprint(out: Path) -> str:
    """All tables and the manifest, byte for byte."""
    digest = hashlib.sha256()
    for path in sorted(out.rglob("*")):
        if path.is_file() and "work" not in path.relative_to(out).parts:
            digest.update(str(path.relative_to(out)).encode() + path.read_bytes())
    return digest.hexdigest()


MEASURES = {m.__name__: m for m in (share, spacy, roberta, look, copies, processes, memory, flat, kills)}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[[], *MEASURES], help="what to measure; all by default")
    parser.add_argument(
        "--count", type=int, default=200, help="articles (shards, for kills; for flat 500 short reports each)"
    )
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()), help="for the larger encoder"
    )
    parser.add_argument("--archive", choices=[DENSE, MIXED], help="only on one of the two")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="for the mixed archive")
    options = parser.parse_args()
    failed = False
    for name in options.names or MEASURES:
        for archive in (DENSE, MIXED) if name in ON_BOTH else (DENSE,):
            if options.archive not in (None, archive):
                continue
            made = archives.articles if archive == DENSE else partial(archives.mixed, options.shared)
            with tempfile.TemporaryDirectory() as folder:
                # these make short reports themselves: the corpus has fewer articles than may be asked for
                given = [{}] * options.count if name in ("kills", "flat") else made(options.count)
                found = MEASURES[name](given, Path(folder), options.cache)
            floor = FLOORS.get(name, 1.0 if name == "kills" else None)
            under = floor is not None and found.ratio < floor
            failed |= under
            told = f"  (floor {floor:g}{', NOT REACHED' if under else ''})" if floor is not None else ""
            print(f"{name:9} {archive:5} {found.ratio:.2f}{told}  {found.told}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
