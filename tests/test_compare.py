"""`rashomon compare` and `rashomon explain --incident`, with the model that ships, on one sample."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rashomon.cli import app

CABRA = str(Path(__file__).parents[1] / "samples" / "cabra.jsonl")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def stories() -> list[dict[str, object]]:
    out = run("compare", CABRA, "--format", "jsonl").stdout.splitlines()
    return [json.loads(line) for line in out]


def test_the_table_ends_with_the_matrix_of_three_outlets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    out = run("compare", CABRA, "--format", "table", "--top", "1").stdout
    matrix = out[out.index(" voices in ") :]
    for outlet in ("Prishtina Ledger", "Sava Broadcasting", "Meridian News"):
        assert outlet in matrix
    assert "✓" in matrix and "✗" in matrix and "≠" in matrix


def test_a_page_is_written_for_a_file_so_named(tmp_path: Path) -> None:
    target = tmp_path / "cabra.html"
    assert run("compare", CABRA, "-o", str(target)).exit_code == 0
    page = target.read_text("utf-8")
    assert page.count("<table") >= 1 and 'href="#w-0-' in page and 'id="r2"' in page


def test_a_file_whose_name_tells_no_form_is_not_written(tmp_path: Path) -> None:
    target = tmp_path / "cabra.csv"
    refused = run("compare", CABRA, "-o", str(target))
    assert refused.exit_code == 2 and "rashomon export" in " ".join(refused.stderr.split())
    assert not target.exists()


def test_an_outlet_stands_where_the_reader_puts_it() -> None:
    def sides(*more: str) -> dict[str, str]:
        lines = run("compare", CABRA, "-f", "matrix", "--apart", *more).stdout.splitlines()
        columns = [column for line in lines for column in json.loads(line)["matrix"]["columns"]]
        return {column["voice"]: column["side"] for column in columns if column["kind"] == "publisher"}

    before, after = sides(), sides("--outlet", "Meridian News Agency=Serbia")
    assert before["Meridian News Agency"] == "unknown" != after["Meridian News Agency"]
    assert before["Prishtina Ledger"] == after["Prishtina Ledger"]


def test_matrices_as_lines_hold_every_incident_once(stories: list[dict[str, object]]) -> None:
    every = [incident["id"] for incident in stories[-1]["incidents"]]  # type: ignore[attr-defined]
    told = [json.loads(line) for line in run("compare", CABRA, "-f", "matrix").stdout.splitlines()]
    assert sorted(ref for line in told for ref in line["incidents"]) == sorted(every)
    apart = run("compare", CABRA, "-f", "matrix", "--apart").stdout.splitlines()
    assert sorted(json.loads(line)["matrix"]["incident"] for line in apart) == sorted(every)
    assert len(apart) == len(every) > len(told)


def test_an_incident_is_explained(stories: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    largest = max(stories[-1]["incidents"], key=lambda each: len(each["claims"]))  # type: ignore[attr-defined, call-overload]
    page = run("explain", CABRA, "--incident", largest["id"])
    assert page.exit_code == 0
    for words in ("what held its claims together", "same day", "near by, and kept out", "is needed"):
        assert words in page.stdout
    told = json.loads(run("explain", CABRA, "-i", largest["id"][:8], "--json").stdout)
    assert told["incident"] == largest
    assert [member["claim"] for member in told["members"]] == largest["claims"]
    assert all(each["reason"] for each in told["kept_out"])
    assert set(largest["claims"]) <= set(told["numbers"])


@pytest.mark.parametrize("which", ["i-ffffffff", "7", "", "o-ffff", "\x1b[31m", "i-"])
def test_an_unknown_incident_is_told_with_those_there_are(
    which: str, stories: list[dict[str, object]]
) -> None:
    result = run("explain", CABRA, "--incident", which)
    assert result.exit_code == 1 and "\x1b" not in result.stderr
    for incident in stories[-1]["incidents"]:  # type: ignore[attr-defined]
        assert incident["id"] in result.stderr


def test_explain_takes_several_files_and_a_number(tmp_path: Path) -> None:
    second = tmp_path / "gao.txt"
    second.write_text("GAO, Mali - Soldiers arrested twelve traders in Gao on Tuesday, the army said.\n")
    told = run("explain", CABRA, str(second), "4.1", "--json")
    assert json.loads(told.stdout)["number"] == 1
    missing = run("explain", CABRA, str(tmp_path / "none.txt"))
    assert missing.exit_code == 1 and "there is no such file" in missing.stderr


def test_read_numbers_claims_as_explain_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    table = run("read", CABRA, "--format", "table").stdout
    claim = json.loads(run("explain", CABRA, "2.3", "--json").stdout)["claim"]
    [line] = [line for line in table.splitlines() if line.split()[:1] == ["2.3"]]
    assert claim["type"].lower() in line


def test_an_operation_is_told_by_the_incidents_it_is_put_together_of() -> None:
    whole = next(line for line in run("brief", CABRA, "--list").stdout.splitlines() if "o-" in line).split()[
        0
    ]
    page = run("explain", CABRA, "--incident", whole[:12])
    assert page.exit_code == 1
    told = [line.split()[0] for line in page.stderr.splitlines() if line.startswith("  i-")]
    every = run("explain", CABRA, "--incident", "i-ffffffffffffffff").stderr
    assert 1 < len(told) < every.count("  i-") and all(ref in every for ref in told)


def test_reports_of_one_id_are_told_apart(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "publisher": "Hill Courier", "text": "Guards arrested ten herders, the mayor said."},
        {"id": "a", "publisher": "Valley Post", "text": "Rebels burned the mill, the miller said."},
    ]  # fmt: skip
    path = tmp_path / "twice.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = run("compare", str(path), "--format", "jsonl")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["report"]["id"] for line in lines[:2]] == ["a", "a~2"]
    assert "called a~2 here" in done.stderr
    read = run("read", str(path), "-f", "jsonl").stdout.splitlines()
    assert [json.loads(line)["report"]["id"] for line in read] == ["a", "a"]


def test_no_claims_are_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "sky.jsonl"
    path.write_text(json.dumps({"text": "The sky was blue over the hills. A cat slept."}) + "\n", "utf-8")
    assert "Nothing is claimed in the reports" in run("compare", str(path), "--format", "table").stdout
    listing = run("brief", str(path), "--list")
    assert listing.exit_code == 1 and "no incident was found" in listing.stderr
