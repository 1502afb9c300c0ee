"""UNER English-PUD: mentions of persons, places and organisations in news and encyclopaedia sentences (test
only)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from rashomon.errors import InstallationError, MalformedInput
from rashomon.evaluation.outputs import ReaderLike
from rashomon.evaluation.results import Result, retrieval
from rashomon.evaluation.spans import offsets

LABELS = ("PER", "LOC", "ORG")
Mention = tuple[int, int, str]


class Document(msgspec.Struct):
    """The sentences of one document, each with its mentions (start, end, label)."""

    id: str
    sentences: list[tuple[str, frozenset[Mention]]]


def load(path: Path) -> list[Document]:
    """The documents of an IOB2 file with `# newdoc id` and `# text` lines.

    Raises:
        MalformedInput: a word does not stand in its sentence's text, or a sentence has no text.
    """
    documents: list[Document] = []
    text, rows = None, []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate([*lines, ""], start=1):
        if line.startswith("# newdoc"):
            documents.append(Document(line.rpartition("=")[2].strip(), []))
        elif line.startswith("# text ="):
            text = line.partition("=")[2].strip()
        elif line and not line.startswith("#"):
            rows.append(line.split("\t"))
        elif not line and rows:
            if text is None:
                raise MalformedInput("a sentence without its text", where=f"{path}:{number}")
            if not documents:
                documents.append(Document(path.stem, []))
            documents[-1].sentences.append((text, _mentions(text, rows, f"{path}:{number}")))
            text, rows = None, []
    return documents


def _mentions(text: str, rows: Sequence[Sequence[str]], where: str) -> frozenset[Mention]:
    at = 0
    found: list[Mention] = []
    for row in rows:
        word, label = row[1], row[2]
        start = text.find(word, at)
        if start < 0:
            raise MalformedInput(f"the word {word!r} is not in its sentence", where=where)
        at = start + len(word)
        if label.startswith("B-"):
            found.append((start, at, label[2:]))
        elif label.startswith("I-") and found:
            found[-1] = (found[-1][0], at, found[-1][2])
    return frozenset(each for each in found if each[2] in LABELS)


def evaluate(documents: Sequence[Document], reader: ReaderLike) -> Result:
    """Exact-span F1 of mentions, all and label by label.

    Raises:
        InstallationError: the reader offers no `mentions`.
    """
    find = getattr(reader, "mentions", None)
    if find is None:
        raise InstallationError("the reader offers no `mentions`")
    counts: dict[str, list[list[int]]] = {label: [] for label in ("mention", *LABELS)}
    for document in documents:
        sums = {label: [0, 0, 0] for label in counts}
        for text, gold in document.sentences:
            told = frozenset((*offsets(span), label) for span, label in find(text) if label in LABELS)
            for label in counts:
                mine, theirs = ({m for m in side if label in ("mention", m[2])} for side in (gold, told))
                for column, more in enumerate((len(mine & theirs), len(theirs), len(mine))):
                    sums[label][column] += more
        for label, row in sums.items():
            counts[label].append(row)
    sentences = sum(len(document.sentences) for document in documents)
    return Result(
        "uner",
        "UNER English-PUD: mentions",
        f"{sentences} sentences of {len(documents)} documents; exact span and label, intervals over "
        "documents.",
        tuple(m for label, rows in counts.items() for m in retrieval(label, rows)),
        ("mention F1", "PER F1", "LOC F1", "ORG F1"),
    )
