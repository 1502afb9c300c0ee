"""Two processes against one: reports a second on the wall clock, and CPU seconds a report, in one run.

Where other work keeps the cores busy, the wall clock tells of that work. Then the CPU seconds tell whether
two processes get into each other's way: where a report costs the same beside another as alone, two idle cores
read twice as many.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import archives
from rashomon.bulk import Options, run
from rashomon.bulk.pool import Pool

ROUNDS = 2  # each number of processes is tried so often, in turns
_TICK = os.sysconf("SC_CLK_TCK")


class CountedPool(Pool):
    """A pool that says what its processes took."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.cpu_seconds = 0.0

    def close(self) -> None:
        """End all processes, and count."""
        self.cpu_seconds += sum(cpu_seconds(pid) for pid in self.processes)
        super().close()


class Scaling(NamedTuple):
    """Wall and CPU seconds by the number of processes, and the number of reports."""

    wall: dict[int, float]
    cpu: dict[int, float]
    reports: int
    load: float


def cpu_seconds(pid: int) -> float:
    """What a process took so far, in its own code and the system's; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


def scaling(folder: Path, given: list[dict[str, Any]], max_chars: int) -> Scaling:
    """Read the same archive with one process and with two, in turns. Looking at it and starting the first
    process count for neither."""
    path = archives.write(folder / "all.jsonl", given)
    options = Options(max_chars=max_chars, shard_bytes=20_000, incidents=False)
    run([str(path)], folder / "warm", options, lambda: Pool(2))
    wall, cpu = {1: 0.0, 2: 0.0}, {1: 0.0, 2: 0.0}
    load = os.getloadavg()[0]
    for turn in range(ROUNDS):
        for workers in (1, 2) if turn % 2 == 0 else (2, 1):
            made: list[CountedPool] = []

            def pool(workers: int = workers, made: list[CountedPool] = made) -> Pool:
                made.append(CountedPool(workers))
                return made[-1]

            done = run([str(path)], folder / f"out-{turn}-{workers}", options, pool)
            wall[workers] += done.seconds
            cpu[workers] += sum(each.cpu_seconds for each in made)
    return Scaling(wall, cpu, ROUNDS * len(given), load)
