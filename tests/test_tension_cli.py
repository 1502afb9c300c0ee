"""The command `tension`, with a reader that needs no model: "shelled" is Serbia against Kosovo."""

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
from rashomon.model import Date, Party, Reading, Report


class Reader(FakeReader):
    def read(self, report: Report) -> Reading:
        reading = super().read(report)
        sides = [Party(name, 0, 1, name, f"{code} GOV", code, "GOV")
                 for name, code in (("Serbia", "SRB"), ("Kosovo", "XKX"))]  # fmt: skip
        day = report.published[:10] if report.published else None
        claims = tuple(
            msgspec.structs.replace(
                claim, actors=(sides[0],), recipients=(sides[1],), date=Date(day, day, "day") if day else None
            )
            for claim in reading.claims
        )
        return Reading(report, claims)


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(api, "load_reader", Reader)
    monkeypatch.setenv("COLUMNS", "120")
    yield


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    rows = [
        {"text": "Guards arrested ten men near the river on the border.", "publisher": publisher,
         "published": day, "story": day}
        for publisher, day in (("Tanjug", "2021-03-02"), ("Hill Courier", "2021-03-04"))
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["tension", *(str(argument) for argument in arguments)])


def test_lines_by_default_with_a_note_on_who_could_not_be_placed(reports: Path) -> None:
    result = run(reports)
    assert result.exit_code == 0
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["first"], row["told_by"], row["score"]) for row in told] == [
        ("2021-03-02", "all", -7.0), ("2021-03-02", "SRB", -7.0),
        ("2021-03-04", "all", -7.0), ("2021-03-04", "unplaced", -7.0),
    ]  # fmt: skip
    assert "not placed" in result.stderr and "Hill Courier (1 claim)" in result.stderr


def test_an_outlet_can_be_placed_by_name_or_code(reports: Path) -> None:
    for country in ("Kosovo", "XKX", "xkx"):
        result = run(reports, "--outlet", f"hill  courier={country}")
        assert '"told_by":"XKX"' in result.stdout and "not placed" not in result.stderr


@pytest.mark.parametrize("dyad", ["SRB-XKX", "Kosovo-Serbia", "xkx-srb"])
def test_a_dyad_by_code_or_name(reports: Path, dyad: str) -> None:
    assert len(run(reports, "--dyad", dyad).stdout.splitlines()) == 4


def test_names_with_hyphens_are_understood_and_an_empty_answer_is_explained(reports: Path) -> None:
    result = run(reports, "--dyad", "Guinea-Bissau-Senegal")
    assert result.exit_code == 0 and result.stdout == ""
    assert "nothing was found that took place between Guinea-Bissau and Senegal" in result.stderr


@pytest.mark.parametrize("words", [("--dyad", "SRB"), ("--dyad", "SRB-SRB"), ("--dyad", "Foo-\x1b[31m"),
                                   ("--outlet", "Kosovo"), ("--outlet", "=XKX"), ("--outlet", "A=Nowhere"),
                                   ("--by", "year"), ("--top", "0")])  # fmt: skip
def test_what_is_not_understood_is_refused(reports: Path, words: tuple[str, str]) -> None:
    result = run(reports, *words)
    assert result.exit_code == 2 and words[0] in result.stderr and "\x1b[31m" not in result.stderr


def test_by_month_both_days_are_one(reports: Path) -> None:
    row = json.loads(run(reports, "--by", "month").stdout.splitlines()[0])
    assert (row["first"], row["last"], row["score"], row["incidents"]) == (
        "2021-03-01",
        "2021-03-31",
        -14.0,
        2,
    )


@pytest.mark.parametrize(("name", "start"), [("t.csv", b"dyad,by,"), ("t.html", b"<!doctype html>"),
                                             ("t.jsonl", b'{"dyad"')])  # fmt: skip
def test_the_name_of_the_output_says_the_format(
    reports: Path, tmp_path: Path, name: str, start: bytes
) -> None:
    assert run(reports, "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_table_for_people(reports: Path) -> None:
    result = run(reports, "--format", "table")
    assert "Serbia and Kosovo" in result.stdout and "Serbian voices" in result.stdout


def test_what_is_refused_is_named_and_the_rest_is_summed(reports: Path, tmp_path: Path) -> None:
    result = run(reports, tmp_path / "none.txt")
    assert result.exit_code == 1 and len(result.stdout.splitlines()) == 4 and "none.txt" in result.stderr
