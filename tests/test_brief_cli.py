"""The command `brief`, with a reader that needs no model: every "arrested" is a claim of its publisher."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from fake_reader import FakeReader
from typer.testing import CliRunner, Result

from rashomon import api
from rashomon.cli import app
from rashomon.model import Date, Place, Reading, Report, span_of


class Reader(FakeReader):
    """The claims of a report are of the town that its title names, on its day of publication."""

    def read(self, report: Report) -> Reading:
        reading = super().read(report)
        town, day = report.title or "Vrelo", (report.published or "2021-03-02")[:10]
        claims = tuple(
            msgspec.structs.replace(
                claim,
                date=Date(day, day, "day"),
                place=Place(town, 0, 1, town, None, "SRB"),
                quote=span_of(report.text, 0, len(report.text)),
            )
            for claim in reading.claims
        )
        return Reading(report, claims)


WORDS = {
    "Hill Courier": "Guards arrested ten herders beside the old mill when the market was over.",
    "Valley Post": "In a sweep along the river the border police arrested some whom they took for smugglers.",
}


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(api, "load_reader", Reader)
    monkeypatch.setenv("COLUMNS", "120")
    yield


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    told = (("Hill Courier", "Vrelo", "2021-03-02", "a"), ("Valley Post", "Vrelo", "2021-03-02", "a"),
            ("Valley Post", "Brod", "2021-03-09", "b"))  # fmt: skip
    rows = [
        {"text": WORDS[publisher], "publisher": publisher,
         "title": town, "published": day, "story": story}
        for publisher, town, day, story in told
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["brief", *(str(argument) for argument in arguments)])


def test_the_incident_that_most_voices_tell_comes_first_and_a_note_names_the_others(reports: Path) -> None:
    result = run(reports)
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "# Arrests · Vrelo, Serbia · 2 Mar 2021\n\n2 voices · 2 outlets · 2 claims"
    )
    assert "According to Hill Courier and Valley Post, people were arrested. [^1] [^2]" in result.stdout
    assert "of 2; --list lists them" in result.stderr


def test_the_list_gives_the_ids_that_choose(reports: Path) -> None:
    rows = [line.split() for line in run(reports, "--list").stdout.splitlines() if " · " in line]
    assert [(row[2], row[4]) for row in rows] == [("·", "Serbia"), ("·", "Serbia")]
    chosen = run(reports, "--incident", rows[1][0][:6])
    assert chosen.stdout.startswith("# Arrests · Brod, Serbia · 9 Mar 2021") and chosen.stderr == ""
    assert rows[1][0] in chosen.stdout


def test_an_unknown_or_ambiguous_id_is_refused(reports: Path) -> None:
    for wanted, words in (("i-none\x1b[31m", "no incident has the id"), ("i-", "2 incidents begin with")):
        result = run(reports, "--incident", wanted)
        assert result.exit_code == 1 and result.stdout == ""
        assert (
            words in result.stderr
            and "--list lists them" in result.stderr
            and "\x1b[31m" not in result.stderr
        )


def test_html_by_option_or_by_the_name_of_the_file(reports: Path, tmp_path: Path) -> None:
    assert run(reports, "--format", "html").stdout.startswith("<!doctype html>")
    assert run(reports, "-o", tmp_path / "b.html").exit_code == 0
    assert (tmp_path / "b.html").read_bytes().startswith(b"<!doctype html>")
    assert run(reports, "-o", tmp_path / "b.md").exit_code == 0
    assert (tmp_path / "b.md").read_bytes().startswith(b"# Arrests")


def test_nothing_told_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "quiet.txt"
    path.write_text("It rained on the hills all day, and the river rose by a hand until the evening came.")
    result = run(path, "-o", tmp_path / "b.md")
    assert result.exit_code == 1 and "no incident was found" in result.stderr
    assert not (tmp_path / "b.md").exists()
