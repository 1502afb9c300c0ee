"""How the exports put a matrix in words: states, marks of rows, what a cell says, what an operation is."""

from __future__ import annotations

from rashomon.comparison import Picture
from rashomon.exports import phrases
from rashomon.reconcile.facts import State
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.matrix import Cell, Column, Fact, Matrix
from rashomon.reconcile.sides import Side

MARKS: dict[State, str] = {"asserted": "✓", "denied": "✗", "hedged": "~", "silent": "·"}
MEANINGS: dict[State, str] = {
    "asserted": "says so",
    "denied": "denies it",
    "hedged": "hedges: possible, planned, asked for",
    "silent": "says nothing of it",
}
DISPUTED, UPDATED, ONE_SIDED = "≠", "↻", "1"
ROW_MEANINGS = {
    DISPUTED: "disputed: not all can be right",
    UPDATED: "a voice revised its own number",
    ONE_SIDED: "one voice alone tells it",
}


def row_marks(fact: Fact) -> str:
    """The marks of a row, weightiest first; empty where it is plain."""
    marks = ((fact.disputed, DISPUTED), (fact.updated, UPDATED), (fact.one_sided, ONE_SIDED))
    return "".join(mark for holds, mark in marks if holds)


def row_name(fact: Fact) -> str:
    """What a row is called."""
    return phrases.one_line(fact.label)


def cell_value(fact: Fact, cell: Cell) -> str:
    """What a cell says beyond its mark: its value unless the row's name says it already, what it was before,
    and how firmly it is told where that is not plain."""
    value = phrases.one_line(cell.value or "")
    if row_name(fact).endswith(f": {value}"):
        value = ""
    unlike = [status for status in cell.statuses if cell.state == "hedged"]
    parts = [value, f"({', '.join(phrases.one_line(each) for each in unlike)})" if unlike else ""]
    if cell.earlier:
        parts.append(f"(before: {phrases.one_line(', '.join(cell.earlier))})")
    if cell.also:
        parts.append(f"(also {' and '.join(cell.also)})")
    return " ".join(part for part in parts if part)


def carriers(column: Column) -> str:
    """Which outlets carry a voice: "in Hill Agency and 2 copies"; empty where the voice is the outlet."""
    outlets = [phrases.one_line(outlet) for outlet in column.publishers]
    own = column.kind == "publisher"
    if own:
        outlets = [outlet for outlet in outlets if outlet != phrases.one_line(column.voice)]
    told = ("also in " if own else "in ") + ", ".join(outlets) if outlets else ""
    copies = (
        f"{column.copies} cop{'y' if column.copies == 1 else 'ies'} counted once" if column.copies else ""
    )
    return ", ".join(part for part in (told, copies) if part)


def title(picture: Picture) -> str:
    """What a picture shows: its acts, place and day."""
    acts = list(dict.fromkeys(act for part in picture.parts for act in _acts(part)))
    acts = [act for act in acts if not any(other.startswith(f"{act}: ") for other in acts)]
    shown = acts[:4] + (["…"] if len(acts) > 4 else [])
    where = picture.whole.place
    when = picture.whole.date
    about = (
        ", ".join(shown),
        phrases.place_words(where) if where is not None else "",
        phrases.date_words(when) if when is not None else "",
    )
    return " · ".join(part for part in about if part)


def part_name(part: Incident) -> str:
    """One incident of an operation: its acts, and how many claims tell of it."""
    count = len(part.claims)
    return f"{', '.join(_acts(part))} ({count} claim{'s' * (count != 1)})"


def summary(matrix: Matrix) -> str:
    """How many voices and outlets there are, and how many facts are disputed, revised, one-sided."""
    voices, outlets = len(matrix.columns), {each for column in matrix.columns for each in column.publishers}
    parts = [f"{voices} voice{'s' * (voices != 1)}"]
    if outlets:
        parts[0] += f" in {len(outlets)} outlet{'s' * (len(outlets) != 1)}"
    disputed = sum(fact.disputed for fact in matrix.facts)
    if disputed:
        parts.append(f"{disputed} fact{'s' * (disputed != 1)} disputed")
    for count, words in (
        (sum(fact.updated for fact in matrix.facts), "revised"),
        (sum(fact.one_sided for fact in matrix.facts), "told by one voice alone"),
    ):
        if count:
            parts.append(f"{count} {words}")
    return " · ".join(parts)


def side_of(matrix: Matrix, side: Side) -> str:
    """A side in words."""
    return phrases.one_line(dict(matrix.sides).get(side, side))


def _acts(incident: Incident) -> list[str]:
    name = phrases.one_line(incident.type).lower()
    return [f"{name}: {phrases.one_line(mode)}" for mode in incident.modes] or [name]


__all__ = ["DISPUTED", "MARKS", "MEANINGS", "ONE_SIDED", "ROW_MEANINGS", "UPDATED", "carriers", "cell_value",
           "part_name", "row_marks", "row_name", "side_of", "summary", "title"]  # fmt: skip
