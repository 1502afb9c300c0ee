"""A store of an older form is brought along with what is in it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rashomon.store import migrations
from rashomon.store.desk import Desk
from rashomon.store.engine import open_engine
from rashomon.store.fulltext import day_row
from rashomon.store.schema import (
    claim,
    incident,
    incident_dyad,
    incident_text,
    metadata,
    publisher,
    report,
    report_text,
)

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from desk_store import fill


def first_form(target: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    """A store as the first migration made it, with rows in it."""
    from alembic import command
    from alembic.config import Config

    def work(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "rashomon.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table in metadata.sorted_tables:
            if kept := rows.get(table.name):
                connection.execute(sa.insert(table), kept)

    store = open_engine(target)
    store.write(work)
    store.close()


def test_a_store_of_the_first_form_answers_as_a_new_one(tmp_path: Path, target: str) -> None:
    made = str(tmp_path / "made.db")
    fill(made, 120, seed=3)
    asked: list[dict[str, Any]] = [{}, {"words": "killed"}, {"words": "army market"}, {"country": "UKR"},
                                   {"actor": "army", "type": "ASSAULT"}]  # fmt: skip
    with Desk(made) as desk, desk.store.reading() as connection:
        rows = {
            table.name: [
                {name: value for name, value in row._mapping.items() if name != "day_row"}
                for row in connection.execute(sa.select(table))
            ]
            for table in metadata.sorted_tables
        }
        rows["setting"] = [row for row in rows["setting"] if row["key"] != "dyads"]
        between = rows.pop("incident_dyad")  # the first form did not have them
        wanted = [[each.id for each in desk.incidents(limit=1000, **one)] for one in asked]
        hits = [hit.report.id for hit in desk.search("killed", limit=1000)]
    first_form(target, rows)
    with Desk(target) as desk:
        assert [[each.id for each in desk.incidents(limit=1000, **one)] for one in asked] == wanted
        assert [hit.report.id for hit in desk.search("killed", limit=1000)] == hits and len(hits) > 20
        # claims of a constructed store are filed nowhere
        assert all(each.state != "broken" for each in desk.examine() if each.part != "filings")
        with desk.store.reading() as connection:
            for words, of, day in ((report_text, report, "day"), (incident_text, incident, "last_day")):
                query = sa.select(words.c.day_row, of.c[day], of.c.num).join(of, of.c.num == words.c.num)
                for row in connection.execute(query):
                    assert row[0] == day_row(row[1], row[2])
            made_anew = [dict(row._mapping) for row in connection.execute(sa.select(incident_dyad))]
            assert sorted(map(str, made_anew)) == sorted(map(str, between)) and len(between) > 10


def test_a_large_store_is_brought_along_with_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, target = str(tmp_path / "made.db"), str(tmp_path / "desk.db")
    fill(made, 60, seed=3)
    with Desk(made) as desk, desk.store.reading() as connection:
        rows = {
            "publisher": [dict(row._mapping) for row in connection.execute(sa.select(publisher))],
            "report": [dict(row._mapping) for row in connection.execute(sa.select(report))],
            "claim": [dict(row._mapping) for row in connection.execute(sa.select(claim))],
        }
    first_form(target, rows)
    said: list[str] = []
    with Desk(target, say=said.append):
        assert not said  # a small one is there in a moment
    Path(target).unlink()
    first_form(target, rows)
    monkeypatch.setattr(migrations, "_MANY", 10)
    with Desk(target, say=said.append):
        assert "bringing its 60 claims to the present form" in said[0] and len(said) > 3
