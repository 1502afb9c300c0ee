"""Intervals: they hold the value, shrink with more documents, and are the same on every run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rashomon.evaluation import bootstrap

small = st.integers(0, 5)
rows_of_counts = st.tuples(small, small, small).map(lambda row: (min(row), row[1], row[2]))
counts = st.lists(rows_of_counts, min_size=1, max_size=30)


@settings(max_examples=30, deadline=None)
@given(counts)
def test_f1_is_the_textbooks(rows: list[tuple[int, int, int]]) -> None:
    hits, found, wanted = (sum(column) for column in zip(*rows, strict=True))
    expected = 2 * hits / (found + wanted) if hits else 0.0
    got = bootstrap.estimate(rows, bootstrap.f1, resamples=50)
    assert got.value == pytest.approx(expected)
    assert got.low is not None and got.high is not None and 0 <= got.low <= got.high <= 1


def test_the_interval_is_that_of_a_binomial_share() -> None:
    rows = [(1, 1)] * 300 + [(0, 1)] * 700
    got = bootstrap.estimate(rows, bootstrap.ratio)
    spread = 1.96 * (0.3 * 0.7 / 1000) ** 0.5
    assert got.value == 0.3
    assert got.low == pytest.approx(0.3 - spread, abs=0.004)
    assert got.high == pytest.approx(0.3 + spread, abs=0.004)


def test_the_same_twice_and_nothing_from_nothing() -> None:
    rows = [(1, 2, 3), (0, 1, 1), (2, 2, 2)]
    assert bootstrap.estimate(rows, bootstrap.f1) == bootstrap.estimate(rows, bootstrap.f1)
    assert bootstrap.estimate([], bootstrap.f1) == bootstrap.Estimate(None)
    assert bootstrap.estimate([(0, 0)], bootstrap.ratio) == bootstrap.Estimate(None)


def test_macro_f1_averages_classes_not_documents() -> None:
    # one class always right, one never
    rows = np.array([[1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1]])
    assert bootstrap.estimate(rows, bootstrap.macro_f1).value == pytest.approx(0.5)


def test_a_median_is_resampled_by_document() -> None:
    values = np.arange(101.0)
    got = bootstrap.resampled(101, lambda drawn: float(np.median(values[drawn])), resamples=200)
    assert got.value == 50
    assert got.low is not None and got.high is not None and 25 < got.low < 50 < got.high < 75
