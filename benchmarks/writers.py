"""Several processes write into one store at once, for a while; then everything is counted.

    python benchmarks/writers.py --seconds 300                            8 writers, one SQLite file
    python benchmarks/writers.py --seconds 300 --writers 2 --postgresql   two desks, a server of its own

Every writer adds invented reports, one after the other (each is given by two writers), and corrects a claim
of every third of its own. It notes what was acknowledged. At the end every report and every correction that
was acknowledged has to be there once, every part of the store has to be whole, what was corrected has to say
so, and the incidents have to be those that reconciling all claims at once gives. A writer that fails or waits
for ever is a fault. Meanwhile a reader lists incidents; the longest that it waited is printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / part) for part in ("store", "reconcile", "")]


class Fault(Exception):
    """What must not be."""


def writer(store: str, number: int, writers: int, seconds: float, acked: str) -> None:
    """Add and correct until the time is over; what was acknowledged goes into a file."""
    from store_builders import attack

    from rashomon.store.desk import Desk

    until = time.monotonic() + seconds
    towns = ("Vrelo", "Kamenjar", "Dubrava Dol", "Lipnik", "Suvi Brod", "Hrid")
    with Desk(store) as desk, Path(acked).open("w", encoding="utf-8") as told:
        at = 0
        while time.monotonic() < until:
            # report k is of writers k and k + 1
            name = (at // 2) * writers + (number - at % 2) % writers
            town, day = towns[name // 3 % len(towns)], f"2024-{1 + name // 90 % 9:02}-{1 + name // 3 % 28:02}"
            reading = attack(name, outlet=f"Outlet {name % 4}", killed=2 + name % 3, town=town, when=day)
            (added,) = desk.add(reading)
            told.write(f"report {added.report} {added.state}\n")
            if at % 6 == 0:
                note = f"{number}-{at}"
                desk.corrections.fix(reading.claims[0].id, "status", "planned", by="Ana", note=note)
                told.write(f"correction {note} {reading.claims[0].id}\n")
            told.flush()
            at += 1


def reader(store: str, stop: Any, longest: Any) -> None:
    """List incidents until told to stop; how long the slowest list took."""
    from rashomon.store.desk import Desk

    with Desk(store) as desk:
        while not stop.is_set():
            begun = time.monotonic()
            desk.incidents(limit=50)
            longest.value = max(longest.value, time.monotonic() - begun)
            time.sleep(0.05)


def run(store: str, writers: int, seconds: float) -> dict[str, float]:
    """What was seen. Raises Fault."""
    from rashomon import reconcile
    from rashomon.store.desk import Desk

    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["store_kills_preload"])
    with tempfile.TemporaryDirectory() as folder:
        acked = [str(Path(folder) / str(number)) for number in range(writers)]
        stop, longest = context.Event(), context.Value("d", 0.0)
        looking = context.Process(target=reader, args=(store, stop, longest))
        others = [
            context.Process(target=writer, args=(store, number, writers, seconds, acked[number]))
            for number in range(writers)
        ]
        for each in (*others, looking):
            each.start()
        until = time.monotonic() + seconds + 240
        for each in others:
            each.join(max(0.0, until - time.monotonic()))
        stop.set()
        looking.join(60)
        failed = [each.exitcode for each in (*others, looking) if each.exitcode != 0]
        for each in (*others, looking):
            each.kill()
        if failed:
            raise Fault(f"writers failed, or never came back: {failed}")
        lines = [line.split() for each in acked for line in Path(each).read_text("utf-8").splitlines()]
    with Desk(store) as desk:
        broken = [finding for finding in desk.examine() if finding.state == "broken"]
        if broken:
            raise Fault(str(broken))
        reports, claims = [], []
        cursor, more = None, True
        while more:
            page = desk.reports(cursor=cursor, limit=1000)
            kept = [desk.report(entry.id) for entry in page]
            reports += [one.report for one in kept if one is not None]
            claims += [claim for one in kept if one is not None for claim in one.claims]
            cursor, more = page.cursor, page.cursor is not None
        stored: list[frozenset[str]] = []
        cursor, more = None, True
        while more:
            found = desk.incidents(cursor=cursor, limit=1000)
            stored += [frozenset(record.incident.claims) for record in found]
            cursor, more = found.cursor, found.cursor is not None
        made = [each.note for each in desk.corrections.all()]
    new = [line[1] for line in lines if line[0] == "report" and line[2] == "added"]
    given = {line[1] for line in lines if line[0] == "report"}
    corrected = {line[1]: line[2] for line in lines if line[0] == "correction"}
    ids = [report.id for report in reports]
    status = {claim.id: claim.status for claim in claims}
    if lost := given - set(ids):
        raise Fault(f"{len(lost)} reports were acknowledged, and are lost")
    if sorted(new) != sorted(ids) or len(set(ids)) != len(ids):
        raise Fault("a report was taken twice, or without a word")
    if sorted(made) != sorted(corrected) or any(status[ref] != "planned" for ref in corrected.values()):
        raise Fault("a correction was lost, or does not hold")
    if sorted(map(sorted, stored)) != sorted(sorted(one.claims) for one in reconcile(claims, reports)):
        raise Fault("the incidents are not those that reconciling all claims at once gives")
    return {
        "writers": writers, "reports": len(ids), "given twice": len(lines) - len(corrected) - len(new),
        "corrections": len(made), "incidents": len(stored),
        "longest wait of a reader, ms": round(longest.value * 1000),
    }  # fmt: skip


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        if given.postgresql:
            from postgres_server import server

            store = stack.enter_context(server()).create("writers")
        else:
            store = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "desk.db")
        try:
            seen = run(store, given.writers, given.seconds)
        except Fault as fault:
            raise SystemExit(f"FAULT: {fault}") from None
    print(", ".join(f"{name}: {count:,}" for name, count in seen.items()))
    print("nothing lost, nothing twice, every correction holds, the incidents are those of one batch")


if __name__ == "__main__":
    main()
