"""Pieces of claims in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rashomon.exports.phrases import bounds, date_words, figure_words, one_line, valid
from rashomon.model import Date, Figure


@pytest.mark.parametrize(
    ("low", "high", "whom", "words"),
    [
        (2, 2, "Serbs", "2 injured (Serbs)"),
        (24, None, None, "24 or more injured"),
        (None, 5, None, "at most 5 injured"),
        (45, 55, None, "45–55 injured"),
        (0, 0, None, "no injured"),
        (1200, 1200, None, "1,200 injured"),
        (None, None, None, "some injured"),
    ],
)
def test_figures(low: int | None, high: int | None, whom: str | None, words: str) -> None:
    assert figure_words(Figure("injured", low, high, whom, 0, 1)) == words


@pytest.mark.parametrize(
    ("first", "last", "precision", "words"),
    [
        ("2019-05-28", "2019-05-28", "day", "28 May 2019"),
        ("2019-05-01", "2019-05-31", "month", "May 2019"),
        ("2019-01-01", "2019-12-31", "year", "2019"),
        ("1998-01-01", "1999-12-31", "range", "1998–1999"),
        ("2019-05-27", "2019-06-02", "week", "27 May 2019 – 2 Jun 2019"),
        ("soon", "soon", "day", "soon"),
    ],
)
def test_dates(first: str, last: str, precision: str, words: str) -> None:
    assert date_words(Date(first, last, precision)) == words  # type: ignore[arg-type]


@given(st.text(st.characters(codec=None)))
def test_one_line_is_one_line_that_can_be_encoded(text: str) -> None:
    flat = one_line(text)
    assert len(flat.splitlines()) <= 1
    flat.encode("utf-8")


def test_lone_surrogates_are_replaced_one_for_one() -> None:
    assert valid("a\ud800b\udfff") == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [(0, 3, (0, 3)), (-2, 3, (0, 3)), (8, 99, (8, 10)), (10, 12, None), (None, None, None)],
)
def test_bounds(start: int | None, end: int | None, span: tuple[int, int] | None) -> None:
    assert bounds(start, end, 10) == span
