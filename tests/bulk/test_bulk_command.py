"""The command `rashomon bulk`, as somebody at a terminal meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bulk_fakes import FakeOptions, reports, write_lines
from typer.testing import CliRunner

from rashomon.bulk_cli import _progress_line, _span
from rashomon.cli import app

RUN = CliRunner()


@pytest.fixture(autouse=True)
def _fake_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rashomon.bulk.options.Options", FakeOptions)
    for name in ("READER", "LOOKING_READER"):
        monkeypatch.setattr(f"rashomon.bulk.options.{name}", "bulk_fakes:dangerous")


def test_it_says_what_was_done_and_where_it_lies(tmp_path: Path) -> None:
    given = reports(12)
    given[3]["text"] = " "
    given[9] |= {"text": given[2]["text"], "published": given[2]["published"]}
    path, out = write_lines(tmp_path / "a.jsonl", given), tmp_path / "out"
    done = RUN.invoke(app, ["bulk", str(path), "--out", str(out), "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert "11 reports (1 of them copies, read once), 11 claims, " in done.output
    assert "1 record not read, see the table `refused`: 1 EmptyText" in done.output
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["counts"]["refusals"] == {"EmptyText": 1}
    again = RUN.invoke(app, ["bulk", str(path), "--out", str(out), "--workers", "1"])
    assert "Nothing was left to read" in again.output


def test_a_dry_run_writes_nothing_and_says_how_long(tmp_path: Path) -> None:
    path, out = write_lines(tmp_path / "a.jsonl", reports(12)), tmp_path / "out"
    seen = RUN.invoke(app, ["bulk", str(path), "--out", str(out), "--workers", "1", "--dry-run"])
    assert seen.exit_code == 0, seen.output
    assert "1 file in 1 shard: 12 records, of which 12 reports would be read" in seen.output
    assert "words a second in one process" in seen.output
    assert not out.exists()


def test_what_cannot_be_read_gives_status_1_and_its_name(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(2))
    (tmp_path / "b.jsonl").write_bytes(b"")
    done = RUN.invoke(app, ["bulk", str(tmp_path), "--out", str(tmp_path / "out"), "--workers", "1"])
    assert done.exit_code == 1
    assert f"{tmp_path / 'b.jsonl'}: the file is empty" in done.output
    assert path.name not in done.output
    wrong = RUN.invoke(app, ["bulk", str(path), "--out", str(tmp_path / "out"), "--field", "text"])
    assert wrong.exit_code == 2
    assert "--field text=COLUMN" in wrong.output


def test_where_no_report_could_be_read_the_first_cause_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"body": "Police arrested a man in Vrelo."}\n' * 2)
    done = RUN.invoke(app, ["bulk", str(path), "--out", str(tmp_path / "out"), "--workers", "1"])
    assert done.exit_code == 1
    assert f"no report could be read; the first: {path}, line 1: there is no field `text`" in done.output


def test_a_folder_of_another_version_is_told_before_all_is_read_again(tmp_path: Path) -> None:
    path, out = write_lines(tmp_path / "a.jsonl", reports(2)), tmp_path / "out"
    command = ["bulk", str(path), "--out", str(out), "--workers", "1"]
    assert "read again" not in RUN.invoke(app, command).output
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["recipe"]["rashomon"] = "0.0.1"
    (out / "manifest.json").write_text(json.dumps(manifest))
    again = RUN.invoke(app, [*command, "--max-chars", "5000"])
    assert "made with another version of Rashomon, another --max-chars, so all is read again" in again.output


def test_progress_in_words() -> None:
    from rashomon.bulk.running import Progress

    line = _progress_line(Progress("reading", 1234, 10_000, 400_000, 100.0, 308, 14, 723.0))
    assert line == (
        "reading: 1,234 of 10,000 reports, 12.3 a second (4,000 words), "
        "25% copies, 14 refused, 12 min 03 s left"
    )
    loading = Progress("reading", 0, 10_000, 0, 4.0, 0, 0, None)
    assert _progress_line(loading) == "reading: 0 of 10,000 reports, model and tables are loaded"
    comparing = loading._replace(stage="comparing", done=4_000, left=90.0)
    assert _progress_line(comparing) == f"comparing: 4,000 of 10,000 claims, {_span(90.0)} left"
    joining = loading._replace(stage="joining", done=500, total=0)
    assert _progress_line(joining) == "joining: 500 incidents"
    assert _span(7500) == "2 h 05 min"
