"""What lies beyond the usual range of a series of days: a robust detector of rises.

A day is set against the days before it. Their middle is the median, their spread 1.4826 times the median
absolute deviation (MAD), which is the standard deviation where values are normal; both hold although up to
half of the days are wild. A day is a rise where it lies more than `threshold` such deviations above the
median: the modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, ASQC 1993), with
their threshold of 3.5, over a moving window as in Hampel's identifier (Journal of the American Statistical
Association 69, 1974, for the MAD).

Where more than half of the days are equal the MAD is 0: then 1.2533 times the mean absolute deviation stands
for the spread, as Iglewicz and Hoaglin say, and in no case less than `floor`. Without a floor one incident
after quiet weeks would be a rise without bounds.

One rise is one alert: it begins on the first such day, and ends after `calm` days in a row that lie less than
half the threshold above the median. What comes before that end belongs to it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from statistics import fmean, median

import msgspec

_MAD = 1.4826  # standard deviations in a MAD, where values are normal
_MEAN = 1.2533  # the same for the mean absolute deviation


class Usual(msgspec.Struct, frozen=True):
    """What is usual: the median and the spread of so many days, and how the spread was found (`mad`, `mean`
    or `floor`)."""

    days: int
    median: float
    spread: float
    by: str

    def score(self, value: float) -> float:
        """How many spreads a value lies above the median."""
        return (value - self.median) / self.spread

    def limit(self, threshold: float) -> float:
        """The highest value that is usual."""
        return self.median + threshold * self.spread


class Rise(msgspec.Struct, frozen=True):
    """The first day of a rise: its value, and what had been usual."""

    day: str
    value: float
    usual: Usual
    score: float


def usual(values: Sequence[float], floor: float) -> Usual:
    """What is usual by some values, at least one."""
    middle = median(values)
    away = [abs(value - middle) for value in values]
    spread, by = _MAD * median(away), "mad"
    if spread == 0:
        spread, by = _MEAN * fmean(away), "mean"
    if spread < floor:
        spread, by = floor, "floor"
    return Usual(len(values), middle, spread, by)


def rises(
    values: Mapping[str, float],
    counts: Mapping[str, int],
    seen: Collection[str],
    first: str,
    last: str,
    *,
    days: int,
    history: int,
    threshold: float,
    floor: float,
    least: int,
    calm: int,
) -> list[Rise]:
    """The rises that begin between two days, both included, the earliest first.

    Args:
        values: of days (ISO) that have one; the others have 0.
        counts: incidents of those days.
        seen: days of which anything at all is known; a day without reports is not a quiet day.
        first, last: what is looked at; what comes before `first` is history only.
        days: how many days before a day are its history.
        history: the fewest of them that have to be seen.
        threshold, floor, least, calm: see above; `least` is the fewest incidents of a day that is a rise.
    """
    known = set(seen)
    found: list[Rise] = []
    quiet: int | None = None  # calm days in a row since a rise began; None where there is none
    day, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    while day <= end:
        name = day.isoformat()
        before = [(day - datetime.timedelta(days=back)).isoformat() for back in range(1, days + 1)]
        told = [values.get(each, 0.0) for each in before if each in known]
        day += datetime.timedelta(days=1)
        if name not in known or len(told) < history:
            continue
        value, base = values.get(name, 0.0), usual(told, floor)
        score = base.score(value)
        if quiet is None:
            if score > threshold and counts.get(name, 0) >= least:
                found.append(Rise(name, value, base, score))
                quiet = 0
            continue
        quiet = quiet + 1 if score < threshold / 2 else 0
        if quiet >= calm:
            quiet = None
    return found


__all__ = ["Rise", "Usual", "rises", "usual"]
