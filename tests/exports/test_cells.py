"""Cells that no spreadsheet runs, and that read back as they were."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rashomon.exports.cells import csv_lines, guarded, tab_lines, unguarded
from rashomon.exports.phrases import valid

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
ATTACKS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\x00=1+1", "\ufeff=1+1",
    "\u200b=1+1", "\u00a0=1+1", "\u202e=1+1", "'=1+1", "''\t@x", "=HYPERLINK(\"http://x.invalid\",\"y\")",
    "=cmd|' /C calc'!A0", "\uff1d1+1", "-2+3+cmd|' /C calc'!A0", '"=1+1', ";=1+1", ",=1+1",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_begins_as_a_formula(attack: str) -> None:
    cell = guarded(attack)
    unseen = "\x00 \t\r\n\ufeff\u200b\u00a0\u202e"
    assert cell.lstrip(unseen)[0] not in SIGNS
    assert unguarded(cell) == attack
    (line,) = csv_lines(["a"], [[attack]], head=False)
    assert line.startswith(b'"') and line.endswith(b'"\r\n')  # separators of other tongues stay inside


@given(st.text())
@example("")
@example("'")
@example("'''")
@example("'\n")
@example("a\ud800b")
def test_every_text_reads_back(text: str) -> None:
    assert unguarded(guarded(text)) == valid(text)


@given(st.lists(st.one_of(st.none(), st.text(), st.integers(), st.floats()), min_size=2, max_size=5))
def test_a_csv_row_has_its_cells(row: list[str | int | float | None]) -> None:
    data = b"".join(csv_lines(["x"] * len(row), [row]))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    assert len(rows) == 2 and len(rows[1]) == len(row)
    for cell, value in zip(rows[1], row, strict=True):
        if isinstance(value, str):
            assert unguarded(cell) == valid(value)
        elif value is None:
            assert cell == ""


@given(st.lists(st.text(), min_size=2, max_size=4))
def test_a_tab_line_is_one_line_of_its_cells(row: list[str]) -> None:
    (line,) = tab_lines(["x"] * len(row), [row], head=False)
    text = line.decode("utf-8")
    assert text.count("\t") == len(row) - 1 and len(text.splitlines()) == 1 and text.endswith("\n")


def test_numbers_are_bare_and_what_is_no_number_is_nothing() -> None:
    (line,) = csv_lines(["a"] * 4, [[-7.0, float("nan"), True, None]], head=False)
    assert line == b"-7.0,,true,\r\n"


def test_a_huge_cell_is_written_and_read() -> None:
    text = "=" + "x" * 2_000_000
    (line,) = csv_lines(["a"], [[text]], head=False)
    assert unguarded(line.decode()[1:-3]) == text
