"""How long, and in how much memory, claims are reconciled: constructed ones, with duplicates.

    python -m benchmarks.reconcile --sizes 10000 100000 1000000 --workers 2
    python -m benchmarks.reconcile --sizes 20000 --one-day
    python -m benchmarks.reconcile --sizes 10000 100000 --joining 100

Each size is measured in a process of its own, which reads the claims from a file as it goes; making them is
not counted. CPU seconds are user and system time of that process and its workers. Memory is the greatest sum,
over the processes, of what each holds alone and its part of what they share (PSS, sampled; without /proc the
peak of the largest process). With `--joining` all but so many reports are reconciled at once, and those join
one by one: what is printed is the CPU time that a report takes to join, in milliseconds. `--json FILE` writes
the same figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import msgspec

from benchmarks.constructed import constructed
from rashomon.model import Claim, Report

_COLUMNS = ("claims", "reports", "incidents", "with_disputes", "seconds", "cpu_seconds", "peak_mb")
_JOINING = ("claims", "joined", "median_ms", "90th_ms", "slowest_ms", "changed")
Figures = dict[str, float]
Thing = TypeVar("Thing", Claim, Report)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="claims")
    parser.add_argument("--workers", type=int, default=1, help="processes that compare claims")
    parser.add_argument("--one-day", action="store_true", help="all claims of one country on one day")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file that the figures are written to as well")
    parser.add_argument("--joining", type=int, metavar="REPORTS", help="measure reports that join instead")
    asked = parser.parse_args(arguments)
    found: list[Figures] = []
    columns = _JOINING if asked.joining else (*_COLUMNS, "ms_a_claim")
    print("  ".join(f"{name:>13}" for name in columns))
    for size in asked.sizes:
        with TemporaryDirectory() as folder:
            _in_a_child(_make, Path(folder), size, asked.seed, asked.one_day)
            if asked.joining:
                found.append(_in_a_child(_measure_joining, Path(folder), asked.joining))
            else:
                found.append(_in_a_child(_measure, Path(folder), asked.workers))
                found[-1]["ms_a_claim"] = round(1000 * found[-1]["cpu_seconds"] / found[-1]["claims"], 3)
        print("  ".join(f"{found[-1][name]:>13,}" for name in columns), flush=True)
    for before, after in pairwise([] if asked.joining else found):
        more = after["claims"] / before["claims"]
        cost = after["cpu_seconds"] / before["cpu_seconds"]
        print(f"{more:.1f} times the claims: {cost:.1f} times the CPU seconds")
    result = {"workers": asked.workers, "one_day": asked.one_day, "seed": asked.seed, "sizes": found}
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result))


def _make(folder: Path, size: int, seed: int, one_day: bool) -> Figures:
    encode = msgspec.msgpack.Encoder().encode
    with (folder / "claims").open("wb") as claims, (folder / "reports").open("wb") as reports:
        for report, its in constructed(size, seed, one_day=one_day):
            for file, things in ((reports, [report]), (claims, its)):
                for thing in things:
                    data = encode(thing)
                    file.write(len(data).to_bytes(4, "big") + data)
    return {}


def _read(path: Path, kind: type[Thing]) -> Iterator[Thing]:
    decode = msgspec.msgpack.Decoder(kind).decode
    with path.open("rb") as file:
        while head := file.read(4):
            yield decode(file.read(int.from_bytes(head, "big")))


def _measure(folder: Path, workers: int) -> Figures:
    from rashomon.reconcile.building import stream

    watch = _Memory()
    start = time.perf_counter()
    incidents = disputed = 0
    reports = {"count": 0}

    def published() -> Iterator[Report]:
        for report in _read(folder / "reports", Report):
            reports["count"] += 1
            yield report

    claims = _read(folder / "claims", Claim)
    told = 0
    for incident in stream(claims, published(), workers=workers):
        incidents += 1
        told += len(incident.claims)
        disputed += bool(incident.disputes)
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "claims": told,
        "reports": reports["count"],
        "incidents": incidents,
        "with_disputes": disputed,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(sum(each.ru_utime + each.ru_stime for each in used), 1),
        "peak_mb": round(max(watch.stop(), used[0].ru_maxrss / 1024 if workers == 1 else 0)),
    }


def _measure_joining(folder: Path, count: int) -> Figures:
    from rashomon.reconcile.ledger import Ledger

    reports = list(_read(folder / "reports", Report))
    told: dict[str, list[Claim]] = {report.id: [] for report in reports}
    for claim in _read(folder / "claims", Claim):
        told[claim.report].append(claim)
    here, new = reports[:-count], reports[-count:]
    ledger = Ledger.of((claim for report in here for claim in told[report.id]), here)
    claims = len(ledger)
    taken, changed = [], []
    for report in new:
        start = time.process_time()
        change = ledger.add(told[report.id], [report])
        taken.append(1000 * (time.process_time() - start))
        changed.append(len(change.incidents))
    taken.sort()
    return {
        "claims": claims,
        "joined": len(new),
        "median_ms": round(taken[len(new) // 2], 1),
        "90th_ms": round(taken[len(new) * 9 // 10], 1),
        "slowest_ms": round(taken[-1], 1),
        "changed": round(sum(changed) / len(new), 1),
    }


class _Memory:
    """The greatest memory, in MB, that this process and its children have held at one time."""

    def __init__(self) -> None:
        self._most = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._end.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._end.wait(0.5):
            own = os.getpid()
            children = Path(f"/proc/{own}/task/{own}/children")
            if not children.exists():
                self._most = max(self._most, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
                continue
            everyone = [own, *map(int, children.read_text().split())]
            self._most = max(self._most, sum(map(_share, everyone)))


def _share(process: int) -> float:
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:  # it has just ended
        pass
    return 0.0


def _in_a_child(task: object, *arguments: object) -> Figures:
    """What a function gives in a fresh process."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(there, task, arguments))
    child.start()
    there.close()
    try:
        found: Figures = here.recv()
    except EOFError:
        sys.exit(f"the measured process ended with {child.exitcode}")
    child.join()
    return found


def _answer(out: Connection, task: object, arguments: tuple[object, ...]) -> None:
    assert callable(task)
    out.send(task(*arguments))


if __name__ == "__main__":
    main()
