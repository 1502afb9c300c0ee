"""How the table of common words is made: in how many reports of newswire at large each stem stands.

    python -m training.report_words ner_dataset.csv.zip

reads the sentences of the Groningen Meaning Bank (its texts are in the public domain; most are of the Voice
of America) in the form of the Kaggle extract, which has no marks of documents: ten sentences on end are taken
for one report. It writes `report_words.csv` of `src/rashomon/reconcile`; only counts are kept, no text.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from rashomon.knowledge.names import fold
from rashomon.reconcile.tables import ALL
from rashomon.reconcile.traits import stem

TABLE = Path("src/rashomon/reconcile/report_words.csv")
SENTENCES = 10
"""Sentences that are taken for one report."""
RARE = 3
"""Reports that must have a stem for it to be listed: a rarer one may as well be unknown."""


def sentences(path: Path) -> Iterator[list[str]]:
    """The words of each sentence of the zipped table."""
    with zipfile.ZipFile(path) as packed, packed.open(packed.namelist()[0]) as file:
        rows = csv.reader(io.TextIOWrapper(file, "latin-1", newline=""))
        next(rows)
        words: list[str] = []
        for row in rows:
            if row[0].startswith("Sentence:") and words:
                yield words
                words = []
            words.append(row[1])
        yield words


def counted(told: Iterable[list[str]]) -> tuple[int, Counter[str]]:
    """How many reports there are, and how many of them have each stem."""
    total, often = 0, Counter[str]()
    waiting = iter(told)
    while report := list(islice(waiting, SENTENCES)):
        total += 1
        often.update({stem(key) for words in report for word in words if (key := fold(word))})
    return total, often


def write(total: int, often: Counter[str], path: Path = TABLE) -> None:
    """The table, stems in order; the first row has the number of all reports."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("stem", "reports"))
        out.writerow((ALL, total))
        out.writerows((root, count) for root, count in sorted(often.items()) if count >= RARE)


if __name__ == "__main__":
    write(*counted(sentences(Path(sys.argv[1]))))
