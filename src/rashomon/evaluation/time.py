"""WikiWars: the value of every time expression in narratives of war (TIMEX value F1).

No reading model takes part: this measures the date room alone, on text whose dates lean on the narrative.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

import msgspec

from rashomon.errors import MalformedInput, SourceMissing
from rashomon.evaluation.results import Result, Table, retrieval
from rashomon.evaluation.spans import one_to_one
from rashomon.reading.dates import find_timexes, timex_value

_CALENDAR = re.compile(r"\d{4}(-\d\d(-\d\d)?)?$")


class Timex(msgspec.Struct, frozen=True):
    """One expression: where it stands and its TIMEX3 value."""

    start: int
    end: int
    value: str


class Document(msgspec.Struct, frozen=True):
    """One narrative: its text, the day it was written, its expressions."""

    id: str
    text: str
    written: str | None
    timexes: tuple[Timex, ...]


def load(folder: Path) -> list[Document]:
    """The `.tml` files of a folder, sorted.

    Raises:
        SourceMissing: there are none.
        MalformedInput: one is no TimeML.
    """
    paths = sorted(path for path in folder.rglob("*.tml") if not path.name.startswith("."))
    if not paths:
        raise SourceMissing("no .tml files", where=str(folder))
    return [parse(path) for path in paths]


def parse(path: Path) -> Document:
    """One TimeML file.

    Raises:
        MalformedInput: it is no XML, or has no TEXT.
    """
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError as error:
        raise MalformedInput(f"no XML: {error}", where=str(path)) from error
    body = root.find("TEXT")
    if body is None:
        raise MalformedInput("no TEXT in it", where=str(path))
    written = root.find("DCT/TIMEX3")
    text, timexes = "", []
    # iterating in document order, text and tails make up the whole
    text = body.text or ""
    for element in body:
        start = len(text)
        text += "".join(element.itertext())
        if element.tag == "TIMEX3":
            timexes.append(Timex(start, len(text), element.get("value") or "null"))
        text += element.tail or ""
    return Document(path.stem, text, written.get("value") if written is not None else None, tuple(timexes))


def evaluate(documents: Sequence[Document]) -> Result:
    """P, R and F1 of values, of calendar values alone, and of extents."""
    rows: dict[str, list[tuple[int, int, int]]] = {"value": [], "calendar value": [], "extent": []}
    missed: dict[str, int] = {}
    for document in documents:
        told = [Timex(m.start, m.end, timex_value(m)) for m in find_timexes(document.text, document.written)]
        pairs = align(document.timexes, told)
        right = [(i, j) for i, j in pairs if document.timexes[i].value == told[j].value]
        rows["value"].append((len(right), len(told), len(document.timexes)))
        rows["extent"].append((len(pairs), len(told), len(document.timexes)))
        rows["calendar value"].append(
            (
                sum(is_calendar(document.timexes[i]) for i, _ in right),
                sum(map(is_calendar, told)),
                sum(map(is_calendar, document.timexes)),
            )
        )
        for i in set(range(len(document.timexes))) - {i for i, _ in right}:
            shape = re.sub(r"\d", "9", document.timexes[i].value)
            missed[shape] = missed.get(shape, 0) + 1
    wanted = sum(len(document.timexes) for document in documents)
    commonest = sorted(missed.items(), key=lambda item: (-item[1], item[0]))[:10]
    return Result(
        "time",
        "WikiWars: time expressions",
        f"{len(documents)} narratives, {wanted} expressions. `value`: overlapping expressions with one "
        "TIMEX3 value; `calendar value`: years, months and days alone; `extent`: overlapping at all. "
        "Intervals over narratives.",
        tuple(m for name, counts in rows.items() for m in retrieval(name, counts)),
        ("value F1", "calendar value F1"),
        (),
        (
            Table(
                "Values that are not found, by form",
                ("form", "times"),
                tuple((k, str(n)) for k, n in commonest),
            ),
        ),
    )


def is_calendar(timex: Timex) -> bool:
    """Whether the value is a year, a month or a day of the common era."""
    return _CALENDAR.match(timex.value) is not None


def align(gold: Sequence[Timex], told: Sequence[Timex]) -> list[tuple[int, int]]:
    """Pairs of overlapping expressions, one to one; of several the one of equal value, then the longer
    overlap."""
    pairs: list[tuple[int, int]] = []
    # expressions overlap only within a cluster of neighbours: solving each alone keeps long narratives quick
    for rows, columns in _clusters(gold, told):
        found = one_to_one(rows, columns, lambda i, j: _likeness(gold[i], told[j]))
        pairs += [(rows[i], columns[j]) for i, j in found]
    return pairs


def _likeness(one: Timex, other: Timex) -> float:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 0.0 if shared <= 0 else shared + 1_000 * (one.value == other.value)


def _clusters(gold: Sequence[Timex], told: Sequence[Timex]) -> list[tuple[list[int], list[int]]]:
    entries = sorted(
        [(t.start, t.end, 0, i) for i, t in enumerate(gold)]
        + [(t.start, t.end, 1, j) for j, t in enumerate(told)]
    )
    clusters: list[tuple[list[int], list[int]]] = []
    reach = -1
    for start, end, side, index in entries:
        if start >= reach:
            clusters.append(([], []))
        clusters[-1][side].append(index)
        reach = max(reach, end)
    return clusters
