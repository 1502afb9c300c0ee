"""The folder of the output: whose it is, and what is no part of the input in it."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bulk_fakes import fingerprint, reports, write_lines

from rashomon.bulk import Options, Summary, run
from rashomon.bulk.engines import Job, Outcome
from rashomon.bulk.pool import Pool
from rashomon.errors import InputError

Bulk = Callable[..., Summary]


def test_a_folder_that_happens_to_hold_work_is_left_alone(bulk: Bulk, tmp_path: Path) -> None:
    for name in ("work/thesis.txt", "reports/annual.txt"):
        (tmp_path / "out" / name).parent.mkdir(parents=True)
        (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(InputError, match="holds other things"):
        bulk(write_lines(tmp_path / "a.jsonl", reports(2)))
    assert (tmp_path / "out/reports/annual.txt").read_text() == "mine"
    assert not (tmp_path / "out/work/lock").exists()


def test_when_work_is_deleted_everything_is_read_again(bulk: Bulk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(6))
    bulk(path)
    before = fingerprint(tmp_path / "out")
    shutil.rmtree(tmp_path / "out/work")
    assert bulk(path).shards_read
    assert fingerprint(tmp_path / "out") == before


def test_an_empty_folder_of_a_run_that_never_began_is_taken(bulk: Bulk, tmp_path: Path) -> None:
    (tmp_path / "out/work").mkdir(parents=True)
    assert bulk(write_lines(tmp_path / "a.jsonl", reports(2))).manifest.counts.reports == 2


def test_the_output_is_no_input(bulk: Bulk, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    write_lines(tmp_path / "archive" / "a.jsonl", reports(4))
    for _ in range(2):
        done = bulk(tmp_path / "archive", out="archive/tables")
        assert done.manifest.not_read == []
        assert done.manifest.counts.reports == 4


class FullDisk:
    """An engine whose jobs all find the disk full; it counts them."""

    slots = 1
    tried = 0

    def submit(self, number: int, job: Job) -> None:
        self.tried += 1
        self._number = number

    def wait(self, seconds: float) -> list[Outcome]:
        return [Outcome(self._number, "error", OSError(errno.ENOSPC, "No space left on device"))]

    def kill(self, number: int) -> None:
        raise AssertionError

    def close(self) -> None:
        pass


def test_a_full_disk_ends_the_run_at_once_and_it_goes_on(tmp_path: Path) -> None:
    path, full = write_lines(tmp_path / "a.jsonl", reports(12)), FullDisk()
    options = Options(max_chars=10_000, shard_bytes=900, reader="bulk_fakes:dangerous")
    with pytest.raises(InputError, match="no room left on the disk") as told:
        run([str(path)], tmp_path / "out", options, lambda: full)
    assert "same command" in str(told.value)
    assert full.tried == 1
    done = run([str(path)], tmp_path / "out", options, lambda: Pool(1))
    assert done.manifest.counts.reports == 12
    assert json.loads((tmp_path / "out/manifest.json").read_text())["not_read"] == []


def test_tables_of_another_run_within_the_input_are_no_input(bulk: Bulk, tmp_path: Path) -> None:
    given = tmp_path / "archive"
    (given / "work").mkdir(parents=True)
    write_lines(given / "a.jsonl", reports(5))
    write_lines(given / "work" / "b.jsonl", reports(8)[5:])  # called as ours, and none of ours
    first = bulk(given, out="archive/tables")
    again = bulk(given, out="other")
    assert [summary.manifest.counts.reports for summary in (first, again)] == [8, 8]
    assert again.manifest.not_read == []
