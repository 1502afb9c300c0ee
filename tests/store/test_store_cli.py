from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_reader import FakeReader
from typer.main import get_group
from typer.testing import CliRunner

from rashomon import api
from rashomon.cli import app
from rashomon.options import DEFAULT_STORE

runner = CliRunner()


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "load_reader", FakeReader)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    file = tmp_path / "reports.jsonl"
    lines = [
        {"text": "Guards arrested twelve men in Vrelo.", "published": "2024-05-05", "publisher": "Courier",
         "id": "one"},
        {"text": "Nobody was arrested, refuse me."},
        {"text": "A girl was arrested on the bridge.", "published": "2024-05-06", "publisher": "Dol Radio"},
    ]  # fmt: skip
    file.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return file


def run(*words: str, code: int = 0) -> str:
    done = runner.invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output


def test_adding_listing_and_forgetting(reports: Path, tmp_path: Path) -> None:
    store = str(tmp_path / "desk.db")
    said = run("add", str(reports), "--store", store, code=1)
    assert "2 reports added with 2 claims" in said and "1 refused" in said and "reports.jsonl:2" in said
    said = run("add", str(reports), "--store", store, "--quiet", code=1)
    assert "0 reports added with 0 claims, 2 were there already, 1 refused" in said
    lines = [json.loads(line) for line in run("incidents", "--store", store).splitlines()]
    assert [(line["last_day"], line["n_reports"]) for line in lines] == [("2024-05-05", 2)]
    assert lines[0]["incident"]["accounts"][0]["voice"]["kind"] == "publisher"
    table = run("incidents", "--store", store, "--format", "table", "--since", "2024-05-05")
    assert "1 of 1 incidents" in table and "COERCE arrest" in table
    run("forget", "--store", store, "--report", "one", code=2)  # nobody to ask
    said = run("forget", "--store", store, "--report", "one", "--yes", "--by", "Ana")
    assert "1 reports deleted with 1 claims" in said
    assert "1 were forgotten on request" in run("add", str(reports), "--store", store, code=1)
    said = run("doctor", "--store", store)
    assert "1 reports, 2 publishers, 1 claims" in " ".join(said.split()) and "store is whole" in said


def test_reading_again(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = str(tmp_path / "desk.db")
    run("add", str(reports), "--store", store, code=1)
    assert "present reader already" in run("reread", "--store", store)
    assert "2 reports read again, 0 of them differ" in run("reread", "--store", store, "--all")


def test_a_store_can_be_named_once(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASHOMON_STORE", str(tmp_path / "desk.db"))
    run("add", str(reports), code=1)
    assert "2024-05-05" in run("incidents")


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    store = str(tmp_path / "none.db")
    for command in (("incidents",), ("reread",), ("forget", "--report", "x", "--yes"), ("doctor",)):
        done = runner.invoke(app, [*command, "--store", store])
        assert done.exit_code != 0 and "no store here" in str(done.exception), command
    assert not Path(store).exists()
    assert "one of --report" in run("forget", "--store", store, code=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--country", "Atlantis"), "'Atlantis' is no country"), (("--type", "KISS"), "no type of event"),
     (("--since", "2024-31-12"), "is no day"), (("--status", "perhaps"), "one of happened"),
     (("--since", "2024-05-06", "--until", "2024-05-05"), "before the first day")],
)  # fmt: skip
def test_filters_that_make_no_sense_are_named(
    reports: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    store = str(tmp_path / "desk.db")
    run("add", str(reports), "--store", store, code=1)
    done = runner.invoke(app, ["incidents", "--store", store, *words])
    assert done.exit_code == 1 and said in str(done.exception)


def test_every_command_of_a_store_takes_the_same_one_unless_told(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RASHOMON_STORE", raising=False)
    assert DEFAULT_STORE in run("add", str(reports), code=1)
    assert "2024-05-05" in run("incidents") and (tmp_path / DEFAULT_STORE).is_file()
    assert "No watch yet" in run("alert", "list") and "Nobody has an account" in run("person", "list")

    def stores(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from stores(command, f"{path} {name}")
            for parameter in command.params:
                if "--store" in parameter.opts:
                    yield f"{path} {name}".strip(), parameter

    found = dict(stores(get_group(app)))
    assert {"add", "incidents", "forget", "desk", "alert run", "person add", "token revoke"} <= set(found)
    for name, parameter in found.items():
        if name != "doctor":  # without --store it looks at the installation
            assert callable(parameter.default) and parameter.default() == DEFAULT_STORE, name
            assert parameter.envvar == "RASHOMON_STORE" and DEFAULT_STORE in parameter.help, name
