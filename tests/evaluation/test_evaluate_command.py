"""`rashomon evaluate` from the outside: what it prints, what it writes, how it fails."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from eval_fakes import FakeReader, ferry_claims
from typer.testing import CliRunner

from rashomon.errors import InstallationError, MissingExtra, SourceMissing
from rashomon.evaluation import cli, floors, render, sets
from rashomon.evaluation.extras import need
from rashomon.evaluation.gold import folder
from rashomon.evaluation.results import Measure

run = CliRunner().invoke


@pytest.fixture
def data(tmp_path: Path, story_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Accounts and reference: the ferry story as both; a reader that knows it."""
    for place in ("accounts/dev", "reference"):
        target = tmp_path / "gold" / place / story_file.name
        target.parent.mkdir(parents=True)
        target.write_bytes(story_file.read_bytes())
    for room in (cli, floors):
        monkeypatch.setattr(room, "load_reader", lambda: FakeReader(ferry_claims))
    return tmp_path / "gold"


def test_accounts_as_page_and_as_json(data: Path) -> None:
    page = run(cli.app, ["accounts", "--data", str(data)])
    assert page.exit_code == 0, page.output
    assert "| claim F1" in page.output and "0.857 [" in page.output and "3 of 3" in page.output
    told = json.loads(run(cli.app, ["accounts", "--data", str(data / "accounts"), "--json"]).stdout)
    assert told["claim"]["f1"] == 0.8571
    assert {"name", "value", "low", "high"} <= set(told["measures"][0])


def test_accounts_from_a_kept_output(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "out.jsonl"
    first = run(cli.app, ["accounts", "--data", str(data), "--keep", str(kept), "--json"])
    again = run(
        cli.app, ["accounts", "--stories", str(data / "accounts/dev/*.yaml"), "--from", str(kept), "--json"]
    )
    assert json.loads(first.stdout)["claim"] == json.loads(again.stdout)["claim"]


def test_errors_of_one_field(data: Path) -> None:
    shown = run(cli.app, ["accounts", "--data", str(data), "--errors", "9", "--field", "voice"])
    assert "ferry-toll/r1  VOICE" in shown.output and "1 of 1 errors" in shown.output
    assert "FIGURES" not in shown.output
    wrong = run(cli.app, ["accounts", "--data", str(data), "--errors", "9", "--field", "colour"])
    assert wrong.exit_code == 1 and "one of: missed, spurious, type" in wrong.output


def test_reference_names_what_is_lacking(data: Path) -> None:
    shown = run(cli.app, ["reference", "--data", str(data)])
    assert "2 of 3" in shown.output and "voice: publisher, not cook (IRL LAB)" in shown.output


def test_all_writes_what_it_prints(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    shown = run(cli.app, ["all", "--data", str(data), "--write", str(page)])
    assert shown.exit_code == 0, shown.output
    text = page.read_text(encoding="utf-8")
    assert text in shown.stdout.replace("\r", "")
    assert "# Evaluation" in text and "## The reference report" in text
    assert "| plv " in text and "no bench/plv here" in text
    assert str(tmp_path) not in text, "a page names no path of the machine"
    assert run(cli.app, ["all", "--data", str(data), "--limit", "1", "--write", str(page)]).exit_code == 1


def test_floors_are_written_and_held(data: Path, tmp_path: Path) -> None:
    table = tmp_path / "floors.json"
    written = run(cli.app, ["floors", "--data", str(data), "--write", "--file", str(table)])
    assert written.exit_code == 0, written.output
    assert floors.load(table)["reference"].floors["required claims right"] == 0.656
    assert run(cli.app, ["floors", "--data", str(data), "--file", str(table)]).exit_code == 0
    table.write_text(table.read_text(encoding="utf-8").replace("0.656", "0.9"), encoding="utf-8")
    held = run(cli.app, ["floors", "--data", str(data), "--file", str(table)])
    assert held.exit_code == 1 and "its floor is 0.9" in held.output


def test_nothing_there_is_said_in_one_line(tmp_path: Path) -> None:
    for command in ("accounts", "plv"):
        shown = run(cli.app, [command, "--data", str(tmp_path)])
        assert shown.exit_code == 1 and "point --data at the folder" in shown.output
        assert "Traceback" not in shown.output


def test_a_build_without_a_reader_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rashomon.reading.reader", None)
    from rashomon.evaluation.outputs import load_reader

    with pytest.raises(InstallationError, match="no reader"):
        load_reader()


def test_a_missing_extra_names_the_command() -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'rashomon\[evaluate\]'"):
        need("a_package_that_is_not_there")


def test_every_set_has_a_place_a_pattern_and_a_command() -> None:
    names = set(sets.SETS)
    assert names == set(sets.PLACES) == set(sets.PATTERNS) == set(sets.HELP)
    commands = {
        command.name or command.callback.__name__
        for command in cli.app.registered_commands
        if command.callback
    }
    assert names | {"all", "floors"} == commands


def test_data_may_be_the_whole_or_the_set(tmp_path: Path) -> None:
    target = tmp_path / "bench" / "plv"
    target.mkdir(parents=True)
    for data in (tmp_path, tmp_path / "bench", target):
        assert folder(data, "bench/plv").resolve() == target.resolve()
    with pytest.raises(SourceMissing):
        folder(tmp_path, "bench/gone")


def test_pages_are_markdown_whatever_a_cell_holds() -> None:
    lines = render.table(("a",), [("x|y\nz",)]).splitlines()
    assert lines == ["| a      |", "|--------|", "| x\\|y z |"]
    assert render.cell(Measure("m", None)) == "-"
    assert render.cell(Measure("m", 12.34, 10.0, float("inf"), None, 5, "km")) == "12.3 [10.0, none] km"
