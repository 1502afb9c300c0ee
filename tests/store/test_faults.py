"""Faults while reports are taken in: the disk is full or fails, the server goes away, the process is killed.
Intake stops and says so, reading goes on, intake goes on by itself; what is stored is as without faults."""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from postgres_server import Server
from store_builders import attack, many

from rashomon import patience
from rashomon.errors import StoreBusy, StoreError, StoreFull
from rashomon.model import Report
from rashomon.patience import Patience
from rashomon.sources.watch_state import ReportFile
from rashomon.store.desk import Desk

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "benchmarks"))


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder on a disk that takes no time, where there is one: what is tested is not its speed."""
    shared = Path("/dev/shm")
    usable = shared.is_dir() and os.access(shared, os.W_OK)
    with tempfile.TemporaryDirectory(prefix="rashomon-", dir=shared if usable else None) as folder:
        yield Path(folder)


def full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
    return error


class Failing:
    """Lets the nth statement or commit of a store fail, and all behind it for a while."""

    def __init__(self, desk: Desk, nth: int, times: int) -> None:
        self.nth, self.times = nth, times
        self.struck = 0
        self.engine = desk.store.engine
        sa.event.listen(self.engine, "before_cursor_execute", self._step)
        sa.event.listen(self.engine, "commit", self._step)

    def _step(self, *_: Any) -> None:
        self.nth -= 1
        if self.nth < 1 and self.times > 0:
            self.times -= 1
            self.struck += 1
            raise full()

    def stop(self) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._step)
        sa.event.remove(self.engine, "commit", self._step)


def test_whichever_statement_fails_intake_goes_on_by_itself(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store_kills import contents

    monkeypatch.setattr(patience, "_SHORTEST", 0.0)
    given = 0
    said: list[str] = []
    last = int(os.environ.get("FAULTY_STATEMENTS", "200"))
    with Desk(memory / "desk.db", patience=Patience(60.0, said.append)) as desk:
        for nth in range(1, last + 1):
            said.clear()
            fault = Failing(desk, nth, times=2)
            while fault.times:
                assert [added.state for added in desk.add(many(3, given))] == ["added"] * 3, nth
                given += 3
            fault.stop()
            assert "the disk is full" in said[0] and "waiting" in said[0], nth
            assert "going on" in said[-1] and len(said) <= 4, nth
    with Desk(memory / "clean.db") as desk:
        for first in range(0, given, 3):
            desk.add(many(3, first))
    assert contents(str(memory / "desk.db")) == contents(str(memory / "clean.db"))


@pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD is Linux's")
def test_a_disk_whose_nth_write_fails_loses_nothing(memory: Path, tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("A FAILING DISK IS NOT TESTED: no C compiler here")
    shim = tmp_path / "faulty_disk.so"
    words = [compiler, "-O1", "-shared", "-fPIC", "-o", str(shim), str(HERE / "faulty_disk.c"), "-ldl"]
    subprocess.run(words, check=True, timeout=60)
    nth = os.environ.get("FAULTY_WRITES", "10")
    done = subprocess.run(
        [sys.executable, str(HERE / "faulty_disk.py"), str(memory), "1", nth],
        env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    in_stores, in_files = map(int, done.stdout.split())
    assert in_stores == int(nth) and in_files > 20


def test_a_full_disk_stops_intake_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_LONGEST", 0.2)
    said: list[str] = []
    with (
        Desk(tmp_path / "desk.db", patience=Patience(60.0, said.append)) as desk,
        Desk(desk.store.name) as page,
    ):
        desk.add(many(3))

        def room(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA max_page_count=1")  # no more pages than there are

        sa.event.listen(desk.store.engine, "connect", room)
        desk.store.engine.dispose()
        adding = threading.Thread(target=desk.add, args=(many(40, 30),))
        adding.start()
        until = time.monotonic() + 60
        while not said and time.monotonic() < until:
            time.sleep(0.02)
        assert "the disk is full" in said[0]
        assert page.count() == desk.count() == 1 and adding.is_alive()
        sa.event.remove(desk.store.engine, "connect", room)
        desk.store.engine.dispose()
        adding.join(60)
        assert not adding.is_alive() and "going on" in said[1]
        assert len(page.reports(limit=100)) == 43


def test_patience_ends_and_is_not_for_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    now = iter(range(0, 10_000, 4))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(now)))
    said: list[str] = []

    def never(error: StoreError) -> None:
        raise error

    with pytest.raises(StoreFull):
        Patience(60.0, said.append)(lambda: never(StoreFull("the disk is full")))
    assert len(said) == 1 and 5 < len(slept) < 20 and max(slept) <= 15.0
    for error, seconds in ((StoreBusy("gone"), 0.0), (StoreError("may not be written"), math.inf)):
        with pytest.raises(type(error)):
            Patience(seconds, said.append)(lambda error=error: never(error))  # type: ignore[misc]
    assert len(said) == 1


def test_where_it_is_stopped_while_it_waits_nothing_is_tried_again(desk: Desk) -> None:
    tried = 0

    def stopped(line: str) -> None:
        raise KeyboardInterrupt

    def gone(_work: object) -> None:
        nonlocal tried
        tried += 1
        raise StoreBusy("the database cannot be reached")

    desk._adder._patience = Patience(60.0, stopped)
    desk._adder._plain_write = gone  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        desk.add(attack(1))
    assert tried == 1


def test_the_line_of_a_report_is_whole_or_not_there(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    out = tmp_path / "reports.jsonl"
    words = Report(text="The clerk wrote it down. " * 40)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with ReportFile(out) as sink:
        sink(words)
        whole = out.read_bytes()
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 100, hard[1]))  # room for a part of a line
        try:
            with pytest.raises(StoreFull, match=r"reports\.jsonl: the disk is full"):
                sink(words)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, hard)
        assert out.read_bytes() == whole
        sink(words)
    assert out.read_bytes() == whole * 2


def test_a_database_that_goes_away_stops_intake_until_it_is_back(postgres_server: Server) -> None:
    target = postgres_server.create("gone")
    away = float(os.environ.get("AWAY_SECONDS", "3"))
    said: list[str] = []
    with Desk(target, patience=Patience(300.0, said.append)) as desk:
        desk.add(many(3))
        postgres_server.stop()
        try:
            adding = threading.Thread(target=desk.add, args=(many(6, 30),))
            adding.start()
            begun = time.monotonic()
            with pytest.raises(StoreBusy, match="cannot be reached"):
                desk.count()
            time.sleep(max(0.0, away - (time.monotonic() - begun)))
        finally:
            postgres_server.start()
        adding.join(120)
        assert not adding.is_alive()
        assert "cannot be reached" in said[0] and "going on" in said[-1]
        assert len(desk.reports(limit=100)) == 9
        assert all(finding.state != "broken" for finding in desk.examine())


def test_commands_that_are_killed_end_as_if_they_had_not_been() -> None:
    import store_kills

    seen = store_kills.run(12, size=6, seed=3, only=["intake", "reconcile", "forget", "migrate"])
    assert sum(tally.kills for tally in seen.values()) >= 12
    assert all(tally.ended for tally in seen.values())


def test_kills_that_were_interrupted_go_on(tmp_path: Path) -> None:
    import store_kills

    results = tmp_path / "results.jsonl"
    (first,) = store_kills.run(2, size=6, only=["forget"], results=results).values()
    results.write_text(results.read_text("utf-8") + '["forget", {"kil', "utf-8")  # cut off
    said: list[str] = []
    (again,) = store_kills.run(2, size=6, only=["forget"], results=results, say=said.append).values()
    assert first.kills == 2 and again == first and not said


def test_lines_are_looked_for_before_there_is_a_store(tmp_path: Path) -> None:
    import store_kills

    bench = store_kills.Bench(tmp_path, 0, store_kills.Results(None))
    case = store_kills.Case("watch", store_kills.watch, lines=True)
    store, acked = str(tmp_path / "desk.db"), tmp_path / "acked"
    acked.write_text("line made-1\n", "utf-8")
    with pytest.raises(store_kills.Fault, match="1 lines were acknowledged"):
        bench.look(case, store, acked, "now", store_kills.Tally())
    (tmp_path / "desk.jsonl").write_text('{"id": "made-1"}\n', "utf-8")
    bench.look(case, store, acked, "now", store_kills.Tally())
    acked.write_text("line made-1\nreport made-1 2\n", "utf-8")
    with pytest.raises(store_kills.Fault, match="there is no store"):
        bench.look(case, store, acked, "now", store_kills.Tally())


@pytest.mark.parametrize("writers", [8, 2])
def test_writers_at_once_lose_nothing_and_come_back(
    writers: int, memory: Path, request: pytest.FixtureRequest
) -> None:
    import writers as bench

    if writers == 8:
        store = str(memory / "desk.db")
    else:
        store = request.getfixturevalue("postgres_server").create("two_desks")
    seen = bench.run(store, writers, float(os.environ.get("WRITER_SECONDS", "6")))
    assert seen["reports"] > writers and seen["corrections"] >= writers
