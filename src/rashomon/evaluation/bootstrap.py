"""Percentile bootstrap over documents, from one vector of counts a document.

A figure such as F1 is a function of sums (hits, found, wanted). So a resample needs no second scoring: it
is a weighted sum of the documents' count vectors, and two thousand of them are one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
Metric = Callable[[Counts], Counts]

RESAMPLES = 2_000
SEED = 20190528


class Estimate(msgspec.Struct, frozen=True):
    """A figure with its 95% interval; all None where there is nothing to measure."""

    value: float | None
    low: float | None = None
    high: float | None = None


@lru_cache(maxsize=4)  # the figures of one set are drawn over the same units
def multiplicities(units: int, resamples: int = RESAMPLES, seed: int = SEED) -> Counts:
    """How often each unit is drawn in each resample: shape (resamples, units), rows summing to `units`."""
    draws = np.random.default_rng(seed).multinomial(units, np.full(units, 1.0 / units), size=resamples)
    counts: Counts = draws.astype(np.float64)
    counts.flags.writeable = False
    return counts


def estimate(
    counts: Sequence[Sequence[float]] | Counts, metric: Metric, resamples: int = RESAMPLES
) -> Estimate:
    """A figure and its 95% interval over resampled units.

    `counts` has shape (units, columns); `metric` maps sums over units, shape (..., columns), to figures,
    shape (...,), with NaN where a resample leaves the figure undefined.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or not len(table):
        return Estimate(None)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(metric(table.sum(axis=0)))
        if np.isnan(value):
            return Estimate(None)
        drawn = metric(multiplicities(len(table), resamples) @ table)
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def resampled(
    units: int, figure: Callable[[NDArray[np.intp]], float], resamples: int = RESAMPLES
) -> Estimate:
    """The same for a figure that is no function of sums (a median): `figure` gets the indices drawn."""
    if not units:
        return Estimate(None)
    random = np.random.default_rng(SEED)
    drawn = [figure(random.integers(0, units, units)) for _ in range(resamples)]
    value = figure(np.arange(units))
    if np.isnan(value):
        return Estimate(None)
    # no interpolation: a figure may be infinite
    low, high = np.nanpercentile(drawn, [2.5, 97.5], method="nearest")
    return Estimate(float(value), float(low), float(high))


def ratio(sums: Counts) -> Counts:
    """hits / total, from the columns (hits, total)."""
    return _quotient(sums[..., 0], sums[..., 1])


def precision(sums: Counts) -> Counts:
    """hits / found, from the columns (hits, found, wanted); 0 where nothing was found."""
    return np.nan_to_num(_quotient(sums[..., 0], sums[..., 1]))


def recall(sums: Counts) -> Counts:
    """hits / wanted, from the columns (hits, found, wanted); 0 where nothing was wanted."""
    return np.nan_to_num(_quotient(sums[..., 0], sums[..., 2]))


def f1(sums: Counts) -> Counts:
    """Harmonic mean of precision and recall, from the columns (hits, found, wanted)."""
    return harmonic(precision(sums), recall(sums))


def harmonic(p: Counts, r: Counts) -> Counts:
    """2pr / (p + r); 0 where both are 0."""
    return np.nan_to_num(_quotient(2 * p * r, p + r))


def macro_f1(sums: Counts) -> Counts:
    """Mean F1 over classes, from the columns (hits, found, wanted) of each class side by side."""
    classes = sums.reshape(*sums.shape[:-1], -1, 3)
    mean: Counts = f1(classes).mean(axis=-1)
    return mean


def _quotient(above: Counts, below: Counts) -> Counts:
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    out: Counts = np.full_like(above, np.nan)
    np.divide(above, below, out=out, where=below != 0)
    return out
