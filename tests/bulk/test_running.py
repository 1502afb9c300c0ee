"""Bulk reading as a whole: what is written, what a second run does, what dies on the way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bulk_fakes import Reports, fingerprint, reports, write_lines

from rashomon.bulk import Options, Summary, run
from rashomon.bulk.pool import Pool
from rashomon.bulk.running import Progress
from rashomon.errors import InputError

Bulk = Callable[..., Summary]
Table = Callable[..., Reports]


ALONE = f"""
import sys
from pathlib import Path
sys.path[:0] = {[str(folder) for folder in Path(__file__).parents[:2]]}
from rashomon.bulk import Options, run
from rashomon.bulk.pool import Pool
if __name__ == "__main__":
    options = Options(max_chars=10_000, shard_bytes=3000, reader="bulk_fakes:slow")
    run([sys.argv[1]], Path(sys.argv[2]), options, lambda: Pool(1))
"""


class Reads:
    """A folder where the fake reader writes down what it reads; reports bring it along as their address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def of(self, given: Reports) -> Reports:
        """The reports, to be counted."""
        return [report | {"url": str(self.folder)} for report in given]

    def __call__(self) -> Counter[str]:
        """How often each report was read, over all processes."""
        return Counter(line for path in self.folder.iterdir() for line in path.read_text().split())


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Counts what is read."""
    return Reads(tmp_path / "reads")


def test_tables_hold_every_report_and_claim_month_by_month(bulk: Bulk, table: Table, tmp_path: Path) -> None:
    summary = bulk(write_lines(tmp_path / "a.jsonl", reports(30)))
    assert summary.manifest.counts.reports == 30
    assert len(summary.manifest.shards) > 3
    found = table("reports")
    assert {row["id"] for row in found} == {f"r{n}" for n in range(30)}
    assert sorted(path.name for path in (tmp_path / "out/claims").iterdir()) == [
        "month=2021-04", "month=2021-05", "month=2021-06"
    ]  # fmt: skip
    claims = table("claims")
    assert len(claims) == summary.manifest.counts.claims == 30
    keys = [(claim["published"], claim["report"]) for claim in claims]
    assert keys == sorted(keys)
    where = {row["id"]: row["where"] for row in found}
    assert where["r29"] == f"{tmp_path / 'a.jsonl'}, line 30"
    incidents = table("incidents")
    assert {ref for incident in incidents for ref in incident["claims"]} == {claim["id"] for claim in claims}


def test_claims_are_those_that_reading_gives(bulk: Bulk, table: Table, tmp_path: Path) -> None:
    from fake_reader import FakeReader

    from rashomon.model import Claim, Report

    given = reports(5)
    bulk(write_lines(tmp_path / "a.jsonl", given))
    read = [claim for each in given for claim in FakeReader().read(Report(**each)).claims]
    names = set(Claim.__struct_fields__)
    back = [msgspec.convert({k: v for k, v in row.items() if k in names}, Claim) for row in table("claims")]
    assert sorted(back, key=lambda c: c.id) == sorted(read, key=lambda c: c.id)


def test_a_second_run_reads_nothing(bulk: Bulk, reads: Reads, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reads.of(reports(20)))
    bulk(path)
    before, manifest = reads(), (tmp_path / "out/manifest.json").stat().st_mtime_ns
    assert len(before) == 20
    again = bulk(path)
    assert (reads(), again.shards_read) == (before, 0)
    assert (tmp_path / "out/manifest.json").stat().st_mtime_ns == manifest


def test_what_is_added_is_all_that_is_read(bulk: Bulk, reads: Reads, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reads.of(reports(20)))
    bulk(path)
    write_lines(tmp_path / "a.jsonl", reads.of(reports(26)))
    few = reports(3, publisher="The Valley Echo", text="Three were arrested, all told.")
    write_lines(tmp_path / "0.jsonl", few)
    bulk(tmp_path / "0.jsonl", path)
    counts = reads()
    assert counts["r5"] == 1  # of a shard in the middle
    assert set(counts) == {f"r{n}" for n in range(26)}
    whole = bulk(tmp_path / "0.jsonl", path, out="fresh")
    assert fingerprint(tmp_path / "fresh") == fingerprint(tmp_path / "out")
    assert whole.manifest.counts.reports == 29


def test_a_table_that_was_tampered_with_is_made_again(bulk: Bulk, table: Table, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(10))
    bulk(path)
    before = fingerprint(tmp_path / "out")
    next((tmp_path / "out/claims").rglob("*.parquet")).write_bytes(b"gone")
    bulk(path)
    assert fingerprint(tmp_path / "out") == before


def test_poison_is_set_aside_and_stops_nothing(bulk: Bulk, table: Table, tmp_path: Path) -> None:
    given = reports(20)
    given[7]["text"] = "kill me: the police arrested a man in the square of the town."
    given[8]["text"] = "kill me: the police arrested a woman in the square of the town."
    given[13]["text"] = "hang me: the police arrested a man in the square of the town."
    given[16]["text"] = "break me: the police arrested a man in the square of the town."
    given[18]["text"] = " "
    summary = bulk(write_lines(tmp_path / "a.jsonl", given), patience=4.0)
    sound = set(range(20)) - {7, 8, 13, 16, 18}
    assert {row["id"] for row in table("reports")} == {f"r{n}" for n in sound}
    refused = {row["report"]: row for row in table("refused")}
    assert {name: row["cause"] for name, row in refused.items()} == {
        "r7": "Poison", "r8": "Poison", "r13": "Poison", "r16": "Fault", "r18": "EmptyText"
    }  # fmt: skip
    assert "3 times the process that read it took more than 4 seconds" in refused["r13"]["what"]
    assert "ended" in refused["r7"]["what"]
    assert refused["r16"]["where"] == "line 17"
    assert summary.manifest.counts.refusals == {"EmptyText": 1, "Fault": 1, "Poison": 3}
    assert summary.manifest.not_read == []


def test_broken_lines_are_refused_by_their_number(bulk: Bulk, table: Table, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(12))
    lines = path.read_bytes().splitlines(keepends=True)
    lines[10] = b'{"id": "x", "text": \n'
    path.write_bytes(b"".join(lines))
    bulk(path)
    assert [(row["where"], row["cause"]) for row in table("refused")] == [("line 11", "MalformedInput")]
    assert len(table("reports")) == 11


@pytest.mark.slow
def test_random_kills_change_nothing(tmp_path: Path) -> None:
    given = reports(150)
    given[40]["text"] = "kill me: the police arrested a man in the square of the town."
    path = write_lines(tmp_path / "a.jsonl", given)
    options = Options(max_chars=10_000, shard_bytes=900, reader="bulk_fakes:slow")
    run([str(path)], tmp_path / "calm", options, lambda: Pool(2))
    pools: list[Pool] = []

    def pool() -> Pool:
        pools.append(Pool(2))
        return pools[-1]

    chance, over, kills, read = random.Random(3), threading.Event(), 0, 0

    def follow(at: Progress) -> None:
        nonlocal read
        read = at.done if at.stage == "reading" else read

    def killer() -> None:
        nonlocal kills
        before = -12
        while not over.wait(chance.uniform(0.05, 0.5)):
            # kills could meet one report three times, which then is poison: a shard has some ten
            if read - before < 12:
                continue
            before = read
            for pid in chance.sample(pools[-1].processes, 1) if pools and pools[-1].processes else ():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                kills += 1

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        run([str(path)], tmp_path / "wild", options, pool, follow)
    finally:
        over.set()
        thread.join()
    assert kills  # how many depends on how fast the machine is
    assert fingerprint(tmp_path / "wild") == fingerprint(tmp_path / "calm")


def test_a_run_that_was_killed_goes_on(tmp_path: Path, reads: Reads) -> None:
    path = write_lines(tmp_path / "a.jsonl", reads.of(reports(120)))
    options = Options(max_chars=10_000, shard_bytes=3000, reader="bulk_fakes:slow")
    child = subprocess.Popen([sys.executable, "-c", ALONE, str(path), str(tmp_path / "out")])
    deadline = time.monotonic() + 60
    while len(reads()) < 40 and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.wait()
    done = len(reads())
    assert 40 <= done < 120
    run([str(path)], tmp_path / "out", options, lambda: Pool(1))
    counts = reads()
    assert set(counts) == {f"r{n}" for n in range(120)}
    assert sum(counts.values()) <= 120 + 1  # at most the one at hand was read twice
    run([str(path)], tmp_path / "fresh", options, lambda: Pool(2))
    assert fingerprint(tmp_path / "out") == fingerprint(tmp_path / "fresh")


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[Progress] = []
    path = write_lines(tmp_path / "a.jsonl", reports(150))
    options = Options(max_chars=10_000, shard_bytes=3000, reader="bulk_fakes:slow")
    run([str(path)], tmp_path / "out", options, lambda: Pool(2), seen.append)
    reading = [at for at in seen if at.stage == "reading"]
    assert all(at.total == 150 for at in reading)
    assert any(0 < at.done < 150 and at.words > 0 and at.left is not None for at in reading)
    assert [at.done for at in reading] == sorted(at.done for at in reading)


def test_a_folder_with_other_things_is_left_alone(bulk: Bulk, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other things"):
        bulk(write_lines(tmp_path / "a.jsonl", reports(2)))
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


def test_nothing_to_read_is_said(bulk: Bulk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        bulk(tmp_path / "none.jsonl")


def test_a_file_that_cannot_be_read_stops_nothing(bulk: Bulk, tmp_path: Path) -> None:
    bad: Any = tmp_path / "b.parquet"
    bad.write_bytes(b"no parquet")
    summary = bulk(write_lines(tmp_path / "a.jsonl", reports(2)), bad)
    assert summary.manifest.counts.reports == 2
    assert len(summary.manifest.not_read) == 1
    assert "b.parquet" in summary.manifest.not_read[0]


def test_a_sample_is_spread_and_the_same_again(bulk: Bulk, table: Table, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(60))
    first = bulk(path, sample=12)
    assert first.manifest.counts.reports == 12
    assert first.manifest.counts.left_out == 48
    ids = {row["id"] for row in table("reports")}
    assert max(int(name[1:]) for name in ids) > 30 > min(int(name[1:]) for name in ids)
    bulk(path, sample=12, out="again")
    assert {row["id"] for row in table("reports", "again")} == ids


def test_incidents_are_the_same_whatever_the_number_of_processes_that_join(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(60))
    options = Options(max_chars=10_000, shard_bytes=3000, reader="bulk_fakes:dangerous")
    for joiners in (1, 3):
        run([str(path)], tmp_path / f"{joiners}", options, lambda: Pool(1), joiners=joiners)
    assert fingerprint(tmp_path / "1") == fingerprint(tmp_path / "3")
    assert (tmp_path / "1" / "incidents").is_dir()
