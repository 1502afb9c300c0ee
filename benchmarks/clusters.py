"""Ray on a cluster of two nodes, one of which is killed while it reads: `python -m benchmarks.clusters`.

The nodes are processes of this machine (`ray.cluster_utils.Cluster`): a head that takes no work, so that the
master lives, and two that do. A round reads an archive of short reports. When some share of them is read
(drawn from a fifth to four fifths), the raylet of one of the two is killed, and with it all its workers; a
new node is started in its place. Looked at after each round: whether the tables are those of an undisturbed
reading, byte for byte, and how many reports were read twice. All rounds are tasks of one driver.

Reading is a stand-in that takes `--ms` a report and finds one claim; the model has no part in what is tried
here. The status is 1 where tables differ, or where more was read again than the shards in flight held.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
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
    seconds: float


def ports(count: int) -> list[int]:
    """Ports that nothing listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("", 0))
    found = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return found


def start_node(cluster: Any, cores: int) -> Any:
    """A node of a cluster, tried three times: a port may be taken meanwhile.

    A raylet that is not told where its agents listen waits 15 seconds until they have started, and dies
    (ray-project/ray#65983). Their imports alone take longer where the cores are busy.
    """
    for attempt in range(3):
        metrics, dashboard, environments, export = ports(4)
        try:
            return cluster.add_node(
                num_cpus=cores, object_store_memory=80 << 20, include_dashboard=False,
                metrics_agent_port=metrics, dashboard_agent_listen_port=dashboard,
                runtime_env_agent_port=environments, metrics_export_port=export,
            )  # fmt: skip
        except Exception as error:  # ray raises nothing more precise
            if attempt == 2:
                raise
            print(f"a node did not start, once more: {error}", file=sys.stderr, flush=True)
    raise AssertionError


def rounds(count: int, kills: int, milliseconds: float, folder: Path) -> tuple[list[Round], int]:
    """Kill a node in each of so many readings; the rounds, and the most reports that a shard holds."""
    os.environ.setdefault("RAY_worker_register_timeout_seconds", "300")  # a busy machine takes its time
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
    cluster = Cluster()
    start_node(cluster, 0)
    nodes = [start_node(cluster, CORES) for _ in range(2)]
    found = []
    engine = _Kept(cluster.address)
    try:
        _forget(seen)
        run([str(path)], folder / "calm", options, lambda: engine)
        wanted = fingerprint(folder / "calm")
        for number in range(kills):
            begun, after, out = time.monotonic(), count * chance.uniform(0.2, 0.8), folder / f"out-{number}"
            _forget(seen)
            with ThreadPoolExecutor(1) as other:  # ray starts nodes from the main thread only
                reading = other.submit(run, [str(path)], out, options, lambda: engine)
                while not reading.done() and sum(_counted(seen).values()) < after:
                    time.sleep(0.02)
                in_time = not reading.done()
                cluster.remove_node(nodes.pop(chance.randrange(2)), allow_graceful=False)
                nodes.append(start_node(cluster, CORES))
                reading.result()
            counts = _counted(seen)
            again, seconds = sum(counts.values()) - len(counts), time.monotonic() - begun
            found.append(Round(fingerprint(out) == wanted, again, in_time, seconds))
            shutil.rmtree(out)
            told = "the same tables" if found[-1].same else "OTHER TABLES"
            late = "" if found[-1].in_time else " (nothing was left to read)"
            print(
                f"kill {number + 1}: {told}, {again} of {count} reports read again{late}, {seconds:.0f} s",
                flush=True,
            )
    finally:
        ray.shutdown()
        cluster.shutdown()
    return found, -(-count // 40) + 1


class _Kept(RayEngine):
    """Stays in the cluster after a reading, for the next."""

    def close(self) -> None:
        """Nothing."""


def _forget(seen: Path) -> None:
    """Forget what was read."""
    shutil.rmtree(seen, ignore_errors=True)
    seen.mkdir()


def _counted(seen: Path) -> Counter[str]:
    """How often each report was read so far."""
    return Counter(line for each in seen.iterdir() for line in each.read_text().split())


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
