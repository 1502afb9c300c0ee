"""The tables of this room, read on first use."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import msgspec

from rashomon.errors import InstallationError

BIAS = "(before anything is known)"
ALL = "(all reports)"
_DAYS = frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
     "january", "february", "march", "april", "june", "july", "august", "september", "october", "november",
     "december"]
)  # fmt: skip


class Weights(msgspec.Struct, frozen=True):
    """Log odds that a sign adds to two claims' being of one happening: in one report, and across reports."""

    within: dict[str, float]
    across: dict[str, float]


@cache
def weights() -> Weights:
    """The table of `fit`.

    Raises:
        InstallationError: it is missing or damaged.
    """
    rows = _rows("weights.csv")
    try:
        return Weights(
            {row["sign"]: float(row["within"]) for row in rows if row["within"]},
            {row["sign"]: float(row["across"]) for row in rows if row["across"]},
        )
    except (KeyError, ValueError) as damage:
        raise InstallationError("the table weights.csv is damaged", hint="reinstall rashomon") from damage


@cache
def dispute_weights() -> dict[str, dict[str, float]]:
    """Log odds that a sign adds to a dispute, for each question: "figure", "denial", "cleared", "actor" ...

    Raises:
        InstallationError: the table is missing or damaged.
    """
    weight: dict[str, dict[str, float]] = {}
    try:
        for row in _rows("dispute_weights.csv"):
            weight.setdefault(row["question"], {})[row["sign"]] = float(row["weight"])
    except (KeyError, ValueError) as damage:
        raise InstallationError(
            "the table dispute_weights.csv is damaged", hint="reinstall rashomon"
        ) from damage
    return weight


@cache
def empty_words() -> frozenset[str]:
    """Words that say nothing about which happening is meant: function words, days, "people", "said"."""
    return frozenset(row["word"] for row in _rows("empty_words.csv"))


@cache
def cues() -> tuple[tuple[str, str], ...]:
    """What words of a quote say of a figure or a deed: (sign, words in lower case)."""
    return tuple((row["sign"], row["words"]) for row in _rows("dispute_cues.csv"))


@cache
def purpose_cues() -> tuple[tuple[str, str], ...]:
    """Words behind which stands what a deed was or was for: (label, purpose or cause; the cue)."""
    return tuple((row["kind"], row["cue"]) for row in _rows("purpose_cues.csv"))


@cache
def telling_nothing() -> frozenset[str]:
    """The same, but for days and months: they may well tell one report's happening from another's."""
    return empty_words() - _DAYS


@cache
def report_counts() -> tuple[int, dict[str, int]]:
    """Reports of newswire at large, and how many of them have each stem (`training.report_words`).

    Raises:
        InstallationError: the table is missing or damaged.
    """
    rows = _rows("report_words.csv")
    try:
        counts = {row["stem"]: int(row["reports"]) for row in rows}
        return counts.pop(ALL), counts
    except (KeyError, ValueError) as damage:
        raise InstallationError(
            "the table report_words.csv is damaged", hint="reinstall rashomon"
        ) from damage


def _rows(name: str) -> list[dict[str, str]]:
    try:
        text = (resources.files("rashomon.reconcile") / name).read_text(encoding="utf-8")
    except OSError as error:
        raise InstallationError(f"the table {name} is missing", hint="reinstall rashomon") from error
    return list(csv.DictReader(text.splitlines()))
