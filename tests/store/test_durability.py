from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fake_reader import FakeReader
from store_builders import attack, many

from rashomon.errors import (
    InputError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreTooNew,
)
from rashomon.model import Report
from rashomon.store import engine as opening
from rashomon.store.desk import Desk

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))


def sound(desk: Desk) -> bool:
    return all(finding.state != "broken" for finding in desk.examine())


def contents(desk: Desk) -> tuple[int, int, int]:
    return len(desk.reports(limit=1000)), len(desk.claims(limit=1000)), desk.count()


def test_a_killed_process_leaves_no_half_report(tmp_path: Path) -> None:
    import kills

    seen = kills.run(str(tmp_path / "desk.db"), rounds=4, seed=2)
    assert seen["rounds"] == 4 and seen["acknowledged"] > 0


class Failing:
    """Lets the nth statement of a store fail, as a disk or a server would."""

    def __init__(self, desk: Desk, nth: int) -> None:
        self.left = nth
        self.engine = desk.store.engine
        sa.event.listen(self.engine, "before_cursor_execute", self)

    def __call__(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(5, "the disk is gone")

    def stop(self) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self)


def test_whatever_write_fails_the_report_is_whole_or_not_there(desk: Desk) -> None:
    desk.add([attack(1, outlet="Vrelo Courier"), attack(2, outlet="Dol Radio")])
    before = contents(desk)
    nth, tried = 1, 0
    new = attack(3, outlet="The Lipnik Post")
    while True:
        fault = Failing(desk, nth)
        try:
            desk.add(new)
        except OSError:
            fault.stop()
            assert contents(desk) == before, nth
        else:
            fault.stop()
            break
        tried += 1
        nth += 1 if nth < 12 else 3
    assert tried > 15
    assert contents(desk)[0] == 3
    assert desk.add(new)[0].state == "known"
    assert sound(desk)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    with Desk(tmp_path / "desk.db", reader=FakeReader()) as desk:  # type: ignore[arg-type]
        desk.add(many(6))
        kept = contents(desk)

        def room(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA max_page_count=1")  # no more pages than there are

        sa.event.listen(desk.store.engine, "connect", room)
        desk.store.engine.dispose()
        long = Report(text="He was arrested. " + "The crowd went on to the next town. " * 5000)
        with pytest.raises(StoreFull, match=r"disk is full \(free some room"):
            desk.add(long)
        assert contents(desk) == kept
        sa.event.remove(desk.store.engine, "connect", room)
        desk.store.engine.dispose()
        assert desk.add(long)[0].state == "added"
        assert sound(desk)


def add_some(store: str, first: int) -> None:
    with Desk(store, reader=FakeReader()) as desk:  # type: ignore[arg-type]
        for reading in many(12, first):
            desk.add(reading)


def test_several_processes_write_into_one_store(target: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    # the first to come makes the store; two of them add the same reports
    writers = [spawn.Process(target=add_some, args=(target, first)) for first in (0, 12, 0)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    with Desk(target) as desk:
        assert contents(desk)[0] == 24
        assert sound(desk)


def test_a_reading_sees_the_store_of_one_moment(desk: Desk) -> None:
    """A page is put together by several statements: what others write between must not show in half of it."""
    held = sa.text("SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM incident)")
    desk.add(attack(1))
    with desk.store.reading() as connection:
        before = tuple(connection.execute(held).one())
        desk.add([attack(2, town="Lipnik"), attack(3, town="Hrid")])
        assert tuple(connection.execute(held).one()) == before
    with desk.store.reading() as connection:
        assert connection.execute(held).one()[0] == 3
    if not desk.store.sqlite:  # a writer that has waited for another has to see what that one wrote
        level = sa.text("SHOW transaction_isolation")
        assert desk.store.write(lambda connection: connection.execute(level).scalar()) == "read committed"


def test_a_list_is_whole_while_its_incidents_go(desk: Desk) -> None:
    desk.add([attack(1), attack(2, town="Hrid", when="2024-05-02")])
    refs = [record.id for record in desk.incidents()]
    assert len(refs) == 2
    merged: list[int] = []

    def between(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT incident") and not merged:
            merged.append(1)
            desk.corrections.merge(refs, by="Ana")

    sa.event.listen(desk.store.engine, "after_cursor_execute", between)
    try:
        assert [record.id for record in desk.incidents()] == refs
    finally:
        sa.event.remove(desk.store.engine, "after_cursor_execute", between)
    assert merged and desk.count() == 1


def test_a_store_that_is_held_is_busy_not_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(opening, "TRIES", 2)
    with Desk(tmp_path / "desk.db") as one, Desk(tmp_path / "desk.db") as other:
        one.add(attack(1))
        with one.store._writer(), pytest.raises(StoreBusy) as caught:
            other.add(attack(2))
        assert caught.value.retryable
        assert len(other.reports()) == 1  # readers do not wait
        other.add(attack(2))
        assert len(one.reports()) == 2


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("These are notes, and no store at all.", encoding="utf-8")
    before = other.read_bytes()
    with pytest.raises(StoreDamaged, match="no store"):
        Desk(other)
    assert other.read_bytes() == before
    import sqlite3

    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreDamaged, match="something else"):
        Desk(foreign)
    with pytest.raises(StoreMissing, match="folder"):
        Desk(tmp_path)
    with pytest.raises(StoreMissing, match="its folder"):
        Desk(tmp_path / "no" / "desk.db")
    with pytest.raises(StoreMissing, match="no store here"):
        Desk(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()
    for name in ("", "mysql://x/y", "a\0b", "postgresql://[::1", "sqlite://"):
        with pytest.raises(InputError):
            Desk(name)


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreBusy) as caught:
        Desk(f"postgresql://ana:s3cret@/desk?host={tmp_path}")
    assert "s3cret" not in str(caught.value) and "ana" in str(caught.value)


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    target = tmp_path / "desk.db"
    with Desk(target) as desk:
        desk.add(many(30))
    data = bytearray(target.read_bytes())
    for at in range(4096 * 3, len(data) - 4096, 4096):
        data[at : at + 2000] = b"\xff" * 2000
    target.write_bytes(data)
    with pytest.raises(StoreError), Desk(target) as desk:
        states = {finding.part: finding.state for finding in desk.examine()}
        assert "broken" in states.values()
        desk.add(many(30, 100))


def test_a_later_store_is_not_touched(target: str) -> None:
    with Desk(target) as desk:
        desk.store.write(
            lambda connection: connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        )
    with pytest.raises(StoreTooNew, match="pip install --upgrade"):
        Desk(target)


def test_the_migrations_make_the_tables_of_the_schema(target: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from rashomon.store import migrations
    from rashomon.store.fulltext import INDEXED
    from rashomon.store.schema import metadata

    def ours(thing: Any, name: str | None, kind: str, reflected: bool, _: Any) -> bool:
        index = str(name).startswith(tuple(f"{table}_index" for table in INDEXED))
        made = str(name) in {"indexed", *(f"ix_{table}_indexed" for table in INDEXED)}
        return not (reflected and (index or made))

    with Desk(target) as desk, desk.store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, metadata) == []
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_heads() == [migrations.HEAD]
    assert {step.revision for step in script.walk_revisions()} == set(migrations.KNOWN)
