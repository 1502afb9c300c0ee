"""What an evaluation hands back: measures with counts and intervals, and tables that explain them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rashomon.evaluation.bootstrap import Counts, Estimate, Metric, estimate, f1, precision, ratio, recall


class Measure(msgspec.Struct, frozen=True):
    """One figure: its value with a 95% interval, and the counts it is made of (`hits` of `total`).

    `unit` is empty for shares between 0 and 1, else what the figure counts ("km", "days").
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    hits: float | None = None
    total: int | None = None
    unit: str = ""


class Table(msgspec.Struct, frozen=True):
    """A table to print under the measures."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Picture(msgspec.Struct, frozen=True):
    """A picture for the page: the name of its file, what it shows in words, and the SVG itself."""

    file: str
    words: str
    svg: str


class Result(msgspec.Struct, frozen=True):
    """All that one set says: `headline` names the measures that stand for it in the overview."""

    name: str
    title: str
    about: str
    measures: tuple[Measure, ...]
    headline: tuple[str, ...]
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def __getitem__(self, name: str) -> Measure:
        """The measure of that name (KeyError where there is none)."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(name)


Rows = Sequence[Sequence[float]] | Counts


def measure(name: str, counts: Rows, metric: Metric, hits: float | None = None, total: float | None = None,
            unit: str = "") -> Measure:  # fmt: skip
    """A measure from one row of counts a document."""
    found = estimate(counts, metric)
    whole = None if total is None else int(total)
    return Measure(name, found.value, found.low, found.high, hits, whole, unit)


def plain(name: str, found: Estimate, total: int | None = None, unit: str = "") -> Measure:
    """A measure from an estimate that was made elsewhere."""
    return Measure(name, found.value, found.low, found.high, None, total, unit)


def share(name: str, counts: Rows) -> Measure:
    """A share, from rows of (hits, total)."""
    hits, total = (sum(row[i] for row in counts) for i in (0, 1))
    return measure(name, counts, ratio, hits, total)


def retrieval(name: str, counts: Rows) -> list[Measure]:
    """Precision, recall and F1, from rows of (hits, found, wanted)."""
    hits, found, wanted = (sum(row[i] for row in counts) for i in (0, 1, 2))
    return [
        measure(f"{name} P", counts, precision, hits, found),
        measure(f"{name} R", counts, recall, hits, wanted),
        measure(f"{name} F1", counts, f1, hits, wanted),
    ]
