"""Ray on a cluster of two nodes, one of which is killed while it reads: `python -m benchmarks.clusters`.

The nodes are processes of this machine (`ray.cluster_utils.Cluster`): a head that takes no work, so that the
master lives, and two that do. A round reads an archive of short reports, kills the raylet of one of the two
and with it all its workers, and puts a new node in its place. Looked at after each round: whether the tables
are those of an undisturbed reading, byte for byte, and how many reports were read twice.

Reading is a stand-in that takes `--ms` a report and finds one claim; the model has no part in what is tried
here. The status is 1 where tables differ, or where more was read again than the shards in flight held.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import archives
from benchmarks.bulk import fingerprint
from rashomon.bulk import Options, run
from rashomon.bulk.ray_engine import RayEngine

CORES = 2  # of each node: as many shards are in flight on it
_MAX_CHARS = 100_000


class Round(NamedTuple):
    """What came of a kill: whether the tables are the same, how many reports were read again, and whether the
    node died while there was something to read."""

    same: bool
    again: int
    in_time: bool


def rounds(count: int, kills: int, milliseconds: float, folder: Path) -> tuple[list[Round], int]:
    """Kill a node in each of so many readings; the rounds, and the most reports that a shard holds."""
    for name, wait in (("raylet_start_wait_time_s", "300"), ("agent_register_timeout_ms", "300000")):
        os.environ.setdefault(f"RAY_{name}", wait)  # a busy machine takes its time
    import ray
    from ray.cluster_utils import Cluster

    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # for the processes of the nodes
    seen = folder / "seen"
    given = archives.short(count, url=f"{seen}?{milliseconds}")
    path = archives.write(folder / "all.jsonl", given)
    shard = path.stat().st_size // 40
    options = Options(
        max_chars=_MAX_CHARS, shard_bytes=shard, incidents=False, reader="benchmarks.stand_in:reader"
    )
    chance = random.Random(3)
    small = {"object_store_memory": 80 << 20, "include_dashboard": False}  # nothing large passes through it
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0} | small)
    nodes = [cluster.add_node(num_cpus=CORES, **small) for _ in range(2)]
    found = []
    try:
        calm, _ = _reading(path, folder / "calm", options, seen, lambda: RayEngine(cluster.address))
        wanted = fingerprint(folder / "calm")
        for number in range(kills):
            over = threading.Event()
            killed: list[bool] = []

            def kill(wait: float, over: threading.Event = over, killed: list[bool] = killed) -> None:
                if not over.wait(wait):
                    cluster.remove_node(nodes.pop(chance.randrange(2)), allow_graceful=False)
                    killed.append(not over.is_set())
                    nodes.append(cluster.add_node(num_cpus=CORES, **small))

            thread = threading.Thread(target=kill, args=(calm * chance.uniform(0.2, 0.8),))
            thread.start()
            out = folder / f"out-{number}"
            _, counts = _reading(path, out, options, seen, lambda: RayEngine(cluster.address))
            over.set()
            thread.join()
            again = sum(counts.values()) - len(counts)
            found.append(Round(fingerprint(out) == wanted, again, bool(killed and killed[0])))
            told = "the same tables" if found[-1].same else "OTHER TABLES"
            late = "" if found[-1].in_time else " (nothing was left to read)"
            print(f"kill {number + 1}: {told}, {again} of {count} reports read again{late}", flush=True)
    finally:
        ray.shutdown()
        cluster.shutdown()
    return found, -(-count // 40) + 1


def _reading(path: Path, out: Path, options: Options, seen: Path, engine: Any) -> tuple[float, Counter[str]]:
    """Seconds, and how often each report was read."""
    seen.mkdir(exist_ok=True)
    for each in seen.iterdir():
        each.unlink()
    begun = time.monotonic()
    run([str(path)], out, options, engine)
    counts = Counter(line for each in seen.iterdir() for line in each.read_text().split())
    return time.monotonic() - begun, counts


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--count", type=int, default=800, help="reports in the archive")
    parser.add_argument("--ms", type=float, default=20.0, help="milliseconds that a report takes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, shard = rounds(options.count, options.kills, options.ms, Path(folder))
    hits = [each for each in found if each.in_time]
    most = max((each.again for each in hits), default=0)
    same = sum(each.same for each in found)
    print(
        f"{len(hits)} of {len(found)} kills while it read; {same} times the same tables; at most {most} "
        f"reports read again, {CORES} shards in flight on a node hold {CORES * shard}"
    )
    sys.exit(0 if same == len(found) and most <= CORES * shard else 1)


if __name__ == "__main__":
    main()
