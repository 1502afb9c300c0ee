"""Kill a process that adds reports, over and over, and look whether anything acknowledged is lost or anything
is half there.

    python benchmarks/kills.py --rounds 300              SQLite, a file in a temporary folder
    python benchmarks/kills.py --rounds 300 --store URL  PostgreSQL, an empty database

Each round starts a child that adds made reports, one write each, prints the id of each report that was
acknowledged, and is killed (SIGKILL) at a random moment: while it opens the store, while it writes, between
writes. Then the store is opened, and

- every report that was acknowledged has to be there, with all its claims,
- every part of the store has to be whole (`Desk.examine`),
- at the end, the incidents have to be those that reconciling all claims at once gives.

Nothing here is timed. The reports are invented.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "store"), str(ROOT / "tests" / "reconcile"), str(ROOT / "tests")]

PATIENCE_SECONDS = 60.0


def child(store: str, first: int) -> None:
    """Add reports for ever, and say of each that it is stored."""
    from store_builders import attack, many

    from rashomon.store.desk import Desk

    with Desk(store) as desk:
        print("open", flush=True)
        number = first
        while True:
            batch = many(1, number) if number % 5 else [attack(number), *many(2, number + 10_000)]
            for added in desk.add(batch):
                print(added.report, added.claims, flush=True)
            number += 1


def killed(store: str, first: int, lines: int, wait: float) -> dict[str, int]:
    """Run a child and kill it some time after it has said so many lines; the reports it acknowledged, each
    with its number of claims."""
    command = [sys.executable, __file__, "--child", store, "--first", str(first)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None and process.stderr is not None
    said = b""
    until = time.monotonic() + PATIENCE_SECONDS
    while said.count(b"\n") < lines and process.poll() is None and time.monotonic() < until:
        if select.select([process.stdout], [], [], 0.05)[0]:
            said += os.read(process.stdout.fileno(), 65536)
    time.sleep(wait)
    alive = process.poll() is None
    process.kill()
    out, err = process.communicate()
    if not alive:
        raise SystemExit(f"the child ended by itself:\n{err.decode(errors='replace')}")
    whole = [line.split() for line in (said + out).decode().splitlines(keepends=True) if line.endswith("\n")]
    return {parts[0]: int(parts[1]) for parts in whole if len(parts) == 2}


def run(store: str, rounds: int, seed: int = 0) -> dict[str, int]:
    """Kill `rounds` children; counts of what was seen. Raises SystemExit where the store is not whole."""
    from rashomon import reconcile
    from rashomon.store.desk import Desk

    dice = random.Random(seed)
    acknowledged: dict[str, int] = {}
    seen = {
        "rounds": 0,
        "acknowledged": 0,
        "not acknowledged and stored": 0,
        "killed before a first report": 0,
    }
    for number in range(rounds):
        # now and then before it has opened the store, else after some reports
        lines = 0 if dice.random() < 0.15 else dice.randrange(1, 9)
        fresh = killed(store, number * 1000, lines, dice.uniform(0.0, 1.0 if lines == 0 else 0.15))
        acknowledged |= fresh
        seen["rounds"] += 1
        seen["killed before a first report"] += not fresh
        with Desk(store) as desk:
            broken = [finding for finding in desk.examine() if finding.state == "broken"]
            if broken:
                raise SystemExit(f"round {number}: {broken}")
            for ref, claims in fresh.items():
                kept = desk.report(ref)
                if kept is None or len(kept.claims) != claims:
                    raise SystemExit(f"round {number}: {ref} was acknowledged, and is not there whole")
    with Desk(store) as desk:
        reports, claims = [], []
        cursor = None
        while True:
            page = desk.reports(cursor=cursor, limit=1000)
            for entry in page:
                kept = desk.report(entry.id)
                assert kept is not None
                reports.append(kept.report)
                claims += kept.claims
            cursor = page.cursor
            if cursor is None:
                break
        stored, cursor = set(), None
        while True:
            found = desk.incidents(cursor=cursor, limit=1000)
            stored |= {frozenset(record.incident.claims) for record in found}
            cursor = found.cursor
            if cursor is None:
                break
    lost = set(acknowledged) - {report.id for report in reports}
    if lost:
        raise SystemExit(f"{len(lost)} reports were acknowledged and are lost")
    if stored != {frozenset(incident.claims) for incident in reconcile(claims, reports)}:
        raise SystemExit("the incidents are not those that reconciling all claims at once gives")
    seen["acknowledged"] = len(acknowledged)
    seen["not acknowledged and stored"] = len(reports) - len(acknowledged)
    return seen


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--store", help="default: a new file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.first)
        return
    with tempfile.TemporaryDirectory() as folder:
        seen = run(given.store or str(Path(folder) / "desk.db"), given.rounds, given.seed)
    print(
        ", ".join(f"{count:,} {what}" for what, count in seen.items()), "- nothing lost, nothing half there"
    )


if __name__ == "__main__":
    main()
