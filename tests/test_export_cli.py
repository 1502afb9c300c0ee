"""The command `export`, with a reader that needs no model, and on lines that `read` and `compare` printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from fake_reader import FakeReader
from typer.testing import CliRunner, Result

from rashomon import api
from rashomon.cli import app
from rashomon.exports.formats import FORMATS
from rashomon.exports.plain import from_csv, from_parquet
from rashomon.model import Claim, Reading, Report
from rashomon.reconcile.incidents import Incident


class Counting(FakeReader):
    """Counts what it reads."""

    read_so_far: ClassVar[list[str]] = []

    def read(self, report: Report) -> Reading:
        self.read_so_far.append(report.id)
        return super().read(report)


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    Counting.read_so_far.clear()
    monkeypatch.setattr(api, "load_reader", Counting)
    monkeypatch.setenv("COLUMNS", "200")
    yield


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    given = [
        {"id": f"r-{number}", "text": "Guards arrested ten men near the river on the border.",
         "publisher": publisher, "published": f"2021-03-0{number}", "story": "s"}
        for number, publisher in ((1, "Hill Courier"), (2, "=Valley Post"))
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in given), "utf-8")
    return path


def run(*arguments: str | Path, command: str = "export", stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [command, *(str(argument) for argument in arguments)], input=stdin)


@pytest.fixture
def lines(reports: Path, tmp_path: Path) -> Path:
    path = tmp_path / "compared.jsonl"
    assert run(reports, "-f", "jsonl", "-o", path, command="compare").exit_code == 0
    Counting.read_so_far.clear()
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_reports_and_what_compare_printed_give_the_same(
    name: str, reports: Path, lines: Path, tmp_path: Path
) -> None:
    out = [tmp_path / "a", tmp_path / "b"]
    for source, to in zip((reports, lines), out, strict=True):
        Counting.read_so_far.clear()
        assert run(source, "--to", name, "-o", to).exit_code == 0
        assert bool(Counting.read_so_far) == (source == reports)  # what was read is not read again
    # the lines do not say in which language a report is
    first = out[0].read_bytes().replace(b'"language":"en"', b'"language":null')
    assert first == out[1].read_bytes() != b""


def test_our_own_tables_read_back_as_the_claims(lines: Path, tmp_path: Path) -> None:
    claims = [
        claim
        for line in lines.read_text("utf-8").splitlines()
        for claim in json.loads(line).get("claims", ())
    ]
    table, columns = tmp_path / "claims.csv", tmp_path / "claims.parquet"
    assert run(lines, "-o", table).exit_code == run(lines, "-o", columns).exit_code == 0
    back = from_csv(table.read_bytes(), Claim)
    assert [claim.id for claim in back] == [claim["id"] for claim in claims] and len(back) == 2
    assert from_parquet(columns, Claim) == back
    assert b'"\'=Valley Post"' in table.read_bytes()
    assert run(lines, "--what", "incidents", "-o", table).exit_code == 0
    (story,) = [json.loads(line) for line in lines.read_text("utf-8").splitlines() if '"incidents"' in line]
    assert [each.id for each in from_csv(table.read_bytes(), Incident)] == [
        each["id"] for each in story["incidents"]
    ]


def test_standard_input_and_no_header(lines: Path) -> None:
    result = run("-", "--to", "gdelt", "--no-header", "--what", "claims", stdin=lines.read_bytes())
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert len(rows) == 2 and all(len(row.split("\t")) == 61 for row in rows)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"report":{"id":"x"},"claims":[{"id":1}]}', "a field is not as it should be"),
        ('{"report":{"id":"x"},"claims":[', "the JSON is cut short"),
        ('{"text":"A report."}', "neither a report with its claims nor a story"),
        ('{"story":null,"incidents":[],"matrix":{}}', "a matrix, which holds no claims"),
        ("[" * 100_000, "Expected `object`"),
        ("\x00\x01", "not valid JSON"),
    ],
)
def test_a_malformed_line_is_named_and_the_others_are_taken(line: str, said: str, lines: Path) -> None:
    lines.write_text(lines.read_text("utf-8") + line + "\n", "utf-8")
    result = run(lines, "--to", "plover")
    assert result.exit_code == 1 and len(result.stdout.splitlines()) == 2
    assert f"{lines}:4: " in result.stderr and said in result.stderr


def test_types_modes_and_codes_that_are_none_are_refused(lines: Path) -> None:
    text = lines.read_text("utf-8")
    for old, new, said in (
        ('"type":"COERCE"', '"type":"=EVIL"', "no event type '=EVIL'"),
        ('"mode":"arrest"', '"mode":"tickle"', "COERCE has no mode 'tickle'"),
        ('"cameo":"173"', '"cameo":"x"', "'x' is no CAMEO code"),
        ('"report":"r-1"', '"report":"r-9"', "is of another report"),
    ):
        lines.write_text(text.replace(old, new, 1), "utf-8")
        result = run(lines, "--to", "gdelt")
        assert result.exit_code == 1 and said in result.stderr and f"{lines}:1: " in result.stderr


def test_claims_that_the_incidents_of_a_file_leave_out_are_reconciled_anew(
    lines: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more.jsonl"
    row = {"id": "r-3", "text": "Police arrested one man.", "publisher": "Third", "published": "2021-03-05",
           "story": "s"}  # fmt: skip
    more.write_text(json.dumps(row) + "\n", "utf-8")
    result = run(lines, more, "--to", "plover", "--what", "incidents")
    assert result.exit_code == 0 and Counting.read_so_far == ["r-3"]
    told = [ref for line in result.stdout.splitlines() for ref in json.loads(line)["claims"]]
    assert len(told) == len(set(told)) == 3


def test_a_report_that_comes_twice_is_exported_once(lines: Path) -> None:
    assert len(run(lines, lines, "--to", "plover").stdout.splitlines()) == 2


def test_what_is_left_out_is_counted(lines: Path) -> None:
    result = run(lines, "--to", "acled")
    assert result.exit_code == 0 and len(result.stdout.splitlines()) == 1
    assert "incidents are left out: acled has no place for them" in result.stderr


def test_mistakes_are_explained(lines: Path, tmp_path: Path) -> None:
    for arguments, said in (
        ([lines], "name a format"),
        (["--to", "csv"], "name a file"),
        ([lines, "--to", "acled", "--what", "claims"], "acled has no rows of claims"),
        ([lines, "--to", "excel"], "excel"),
        ([lines, "-o", tmp_path / "x.docx"], "name a format"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2 and said in result.stderr
    missing = run(tmp_path / "none.jsonl", "--to", "csv")
    assert missing.exit_code == 1 and "no such file" in missing.stderr


def test_the_list_says_what_is_lost() -> None:
    result = run("--list")
    assert result.exit_code == 0
    for name, form in FORMATS.items():
        assert f"{name}: {form.title}" in result.stdout
    assert "voice" in run("--list", "--to", "icews").stdout
