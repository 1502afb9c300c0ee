"""A simulation of a billion reports from rates that were measured: `python -m benchmarks.simulate`.

Nothing is read. Shards with sizes as in real archives (files of very unlike size, cut into shards of a
megabyte; what one shard costs varies, for texts and events do) are given to the processes of a cluster in the
order in which `schedule` gives them out, and a clock is kept for each process. Processes die at random and
their shards go on elsewhere where their spools end. What is printed for each number of cores: hours, the
share of the time that cores are at work, and what the last shards cost.

The rates are options, to be taken from `python -m benchmarks.bulk` on the machine in question. Joining claims
into incidents has no part in this: `python -m benchmarks.reconcile` measures it.
"""

from __future__ import annotations

import argparse
import heapq
import math
from typing import NamedTuple

import numpy as np

SHARD_BYTES = 1 << 20
_STARTING = 4.0  # seconds that a process takes to load model and tables where it cannot be copied


class Rates(NamedTuple):
    """What was measured: seconds of one core a report that is read, bytes a report, the share of reports that
    are copies, seconds a million of rows to write, and deaths of a process an hour."""

    report: float
    bytes: float
    copies: float
    writing: float
    deaths: float


class Run(NamedTuple):
    """Hours on the wall, the share of core hours at work, hours of the tail (from the first idle core on),
    and how many shards were started again."""

    hours: float
    busy: float
    tail: float
    again: int


def shards(reports: int, rates: Rates, packed: bool, seed: int) -> np.ndarray:
    """Seconds of one core for each shard, float32.

    Files have sizes after a log-normal law (median 4 MB, sigma 2); what a shard costs for its bytes varies
    after one with sigma 0.35. A `packed` file (gzip) cannot be cut and is one shard.
    """
    chance = np.random.default_rng(seed)
    wanted = reports * rates.bytes
    sizes: list[np.ndarray] = []
    total = 0.0
    while total < wanted:
        files = chance.lognormal(math.log(4e6), 2.0, 10_000)
        total += float(files.sum())
        if packed:
            sizes.append(files.astype(np.float32))
            continue
        whole = (files // SHARD_BYTES).astype(np.int64)
        rest = files - whole * SHARD_BYTES
        sizes += [np.full(int(whole.sum()), SHARD_BYTES, np.float32), rest.astype(np.float32)]
    size = np.concatenate(sizes)
    chance.shuffle(size)
    size = size[: int(np.searchsorted(np.cumsum(size, dtype=np.float64), wanted)) + 1]
    cost = size / rates.bytes * rates.report * (1 - rates.copies)
    cost = cost * chance.lognormal(-(0.35**2) / 2, 0.35, len(size)).astype(np.float32)
    return np.asarray(cost, np.float32)


def play(costs: np.ndarray, cores: int, rates: Rates, seed: int) -> Run:
    """Give the shards out in the order of the input, each to the process that is free first."""
    chance = np.random.default_rng(seed)
    free = [_STARTING] * cores
    heapq.heapify(free)
    dies = chance.exponential(3600 / rates.deaths, len(costs)) if rates.deaths else None
    again = 0
    for number, cost in enumerate(costs.tolist()):
        begin = heapq.heappop(free)
        if dies is not None and dies[number] < cost:  # the report at hand is read again, the rest is kept
            cost += _STARTING + rates.report
            again += 1
        heapq.heappush(free, begin + cost)
    ends = sorted(free)
    first_idle, last = ends[0], ends[-1]
    work = float(costs.sum(dtype=np.float64))
    return Run(last / 3600, work / (last * cores), (last - first_idle) / 3600, again)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=1_000_000_000)
    parser.add_argument("--ms", type=float, required=True, help="CPU milliseconds a report that is read")
    parser.add_argument("--bytes", type=float, default=2500.0, help="a report in its file")
    parser.add_argument("--copies", type=float, default=0.4, help="share of the reports")
    parser.add_argument("--write-s", type=float, default=0.0, help="seconds to write the tables of a million")
    parser.add_argument("--deaths", type=float, default=0.05, help="of a process, an hour")
    parser.add_argument("--cores", type=int, nargs="*", default=[2, 16, 128, 1024, 8192])
    parser.add_argument("--packed", action="store_true", help="files are packed: each is one shard")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    rates = Rates(options.ms / 1000, options.bytes, options.copies, options.write_s, options.deaths)
    costs = shards(options.reports, rates, options.packed, options.seed)
    print(
        f"{options.reports:,} reports of {options.bytes:,.0f} bytes in {len(costs):,} shards; "
        f"{costs.sum(dtype=np.float64) / 3600:,.0f} core hours; "
        f"the longest shard {costs.max():,.0f} s, the median {np.median(costs):,.0f} s"
    )
    print("  cores        hours   at work    tail, hours   started again")
    for cores in options.cores:
        run = play(costs, cores, rates, options.seed)
        print(f"{cores:7,} {run.hours:12,.1f} {100 * run.busy:8.1f}% {run.tail:14.2f} {run.again:15,}")
    if rates.writing:
        print(f"then one process writes the tables: {rates.writing * options.reports / 3.6e9:,.1f} hours")


if __name__ == "__main__":
    main()
