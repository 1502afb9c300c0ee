"""CASE 2021 task 2: one ACLED-like type a snippet, measured after a mapping to PLOVER types and modes.

The mapping is `tables/case2021.csv`, written for this project: a type of `NONE` marks the disasters, where
saying nothing is right; labels without a type have no one counterpart in PLOVER and are left out.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np

from rashomon.errors import MalformedInput
from rashomon.evaluation.bootstrap import Counts, macro_f1
from rashomon.evaluation.outputs import ReaderLike, readings, unread
from rashomon.evaluation.results import Measure, Result, Table, measure, share
from rashomon.model import Claim, Report

NONE = "NONE"
_ASSERTED = ("happened", "ongoing")


class Snippet(msgspec.Struct, frozen=True):
    """One row: its number, its text, its label and what the mapping makes of it ("ASSAULT aerial")."""

    id: str
    text: str
    label: str
    wanted: str


def mapping() -> dict[str, str]:
    """Label to "TYPE mode", "TYPE" or "NONE"; labels that have no counterpart are left out."""
    table = resources.files("rashomon.evaluation") / "tables" / "case2021.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {row["label"]: f"{row['type']} {row['mode']}".strip() for row in rows if row["type"]}


def load(path: Path) -> tuple[list[Snippet], int]:
    """The snippets that the mapping covers, and how many it leaves out.

    Raises:
        MalformedInput: a row has not three columns.
    """
    wanted = mapping()
    kept: list[Snippet] = []
    left = 0
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if not row:
                continue
            if len(row) != 3:
                raise MalformedInput("a row has three columns: id, text, label", where=f"{path}:{number}")
            label = row[2].strip()
            if label in wanted:
                kept.append(Snippet(f"case-{row[0]}", row[1], label, wanted[label]))
            else:
                left += 1
    return kept, left


def chosen(claims: Sequence[Claim]) -> Claim | None:
    """The claim that stands for a snippet: what is asserted before what is not, the present before the
    past, the gravest before the milder; of equals the first."""
    return min(
        claims,
        key=lambda c: (c.status not in _ASSERTED, c.frame != "current", -c.quad, c.score, c.trigger.start),
        default=None,
    )


def evaluate(snippets: Sequence[Snippet], left: int, reader: ReaderLike) -> Result:
    """Macro-F1 over types with modes, and over types; whether the class is told at all; silence on
    disasters."""
    read = list(readings(reader, (Report(text=s.text, id=s.id) for s in snippets)))
    top = [chosen(reading.claims) for reading in read]
    classes = sorted({s.wanted for s in snippets})
    told = [_nearest(claim, classes) for claim in top]
    kinds = [s.wanted.partition(" ")[0] for s in snippets]
    told_kinds = [claim.type if claim else NONE for claim in top]
    events = [(s, r) for s, r in zip(snippets, read, strict=True) if s.wanted != NONE]
    disasters = [(s, r) for s, r in zip(snippets, read, strict=True) if s.wanted == NONE]
    typed = [(int(any(c.type == s.wanted.partition(" ")[0] for c in r.claims)), 1) for s, r in events]
    exact = [(int(any(_nearest(c, classes) == s.wanted for c in r.claims)), 1) for s, r in events]
    silent = [(int(not any(c.quad == 4 for c in r.claims)), 1) for _, r in disasters]
    measures = (
        _macro("type and mode: macro-F1", [s.wanted for s in snippets], told),
        _macro("type: macro-F1", kinds, told_kinds),
        share("type among the claims", typed),
        share("type and mode among the claims", exact),
        share("disasters without a claim of conflict", silent),
    )
    rows = tuple(sorted((label, wanted) for label, wanted in mapping().items()))
    return Result(
        "case2021",
        "CASE 2021 task 2: types of snippets",
        f"{len(snippets)} snippets in {len(classes)} classes after the mapping below; {left} snippets of "
        "labels without a counterpart are left out. One claim stands for a snippet: asserted before not, "
        "present before past, the gravest, the first. Intervals over snippets.",
        measures,
        ("type and mode: macro-F1", "type: macro-F1", "disasters without a claim of conflict"),
        tuple(unread(read)),
        (Table("The mapping", ("label", "PLOVER"), rows),),
    )


def _nearest(claim: Claim | None, classes: Sequence[str]) -> str:
    """A claim's class: its type with its mode, or its type alone where the set has that as a class."""
    if claim is None:
        return NONE
    whole = f"{claim.type} {claim.mode}" if claim.mode else claim.type
    return whole if whole in classes or claim.type not in classes else claim.type


def _macro(name: str, wanted: Sequence[str], told: Sequence[str]) -> Measure:
    classes = sorted(set(wanted))
    counts: Counts = np.zeros((len(wanted), len(classes), 3))
    for row, gold, guess in zip(counts, wanted, told, strict=True):
        row[classes.index(gold), 2] += 1
        if guess in classes:
            row[classes.index(guess), 1] += 1
            row[classes.index(guess), 0] += gold == guess
    return measure(name, counts.reshape(len(wanted), -1), macro_f1, None, len(wanted))
