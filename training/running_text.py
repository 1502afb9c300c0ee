"""Documents of `shared/train` as running text, without labels: news, encyclopaedia, web, novels and more."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from training.sources import detokenise

HELD_OUT = 5  # one document in so many is kept from learning
_MAX_CHARS = 12_000
_REPORT = 12  # sentences


def other_texts(folder: Path, words: int, held_out: bool) -> Iterator[tuple[str, str]]:
    """Source and text of documents below `shared/train`, up to so many words of each source, either of those
    to learn from or of those held out."""
    readers = {
        "GMB": _newswire(folder / "GMB_kaggle" / "ner_dataset.csv.zip"),
        "GUM": _universal(folder / "GUM_open" / "gum_open.train.conllu"),
        "EWT": _universal(folder / "UD_English-EWT" / "en_ewt-ud-train.conllu"),
        "wikigold": _columns(folder / "wikigold" / "wikigold.conll.txt"),
        "LitBank": _novels(folder / "LitBank"),
    }
    for source, texts in readers.items():
        left = words
        for number, text in enumerate(texts):
            if left <= 0:
                break
            if (number % HELD_OUT == 0) != held_out:
                continue
            left -= len(text.split())
            yield source, text[:_MAX_CHARS]


def _newswire(path: Path) -> Iterator[str]:
    """Its sentences stand there without their reports: as many as a report has are put together."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        rows = csv.reader(io.TextIOWrapper(file, encoding="latin-1", newline=""))
        next(rows)
        passage: list[list[tuple[str, str]]] = []
        for row in rows:
            if row[0]:
                if len(passage) == _REPORT:
                    yield detokenise(passage)[0]
                    passage = []
                passage.append([])
            passage[-1].append((row[1], "O"))


def _universal(path: Path) -> Iterator[str]:
    """The documents of a CoNLL-U file, from its comments."""
    sentences: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# newdoc") and sentences:
            yield " ".join(sentences)
            sentences = []
        elif line.startswith("# newpar") and sentences:
            sentences.append("\n\n")
        elif line.startswith("# text = "):
            sentences.append(line[9:])
    yield " ".join(sentences)


def _columns(path: Path) -> Iterator[str]:
    passage: list[list[tuple[str, str]]] = [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-DOCSTART-"):
            if text := detokenise([s for s in passage if s])[0]:
                yield text
            passage = [[]]
        elif line.strip():
            passage[-1].append((line.split()[0], "O"))
        else:
            passage.append([])
    if text := detokenise([s for s in passage if s])[0]:
        yield text


def _novels(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "entities" / "tsv").glob("*.tsv")):
        yield from _columns(path)
