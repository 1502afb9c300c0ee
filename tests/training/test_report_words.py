"""The table of common words is counted, never copied."""

from __future__ import annotations

import zipfile
from pathlib import Path

from rashomon.reconcile.tables import ALL, report_counts, telling_nothing
from training.report_words import counted, sentences, write


def test_reports_are_counted_not_words(tmp_path: Path) -> None:
    path = tmp_path / "words.zip"
    rows = ["Sentence #,Word,POS,Tag"]
    for number in range(25):
        rows += [f"Sentence: {number},Mills,NNS,O", ",burned,VBD,O", ',"1,200",CD,O', ',",",PUNCT,O']
        rows += [",again,RB,O", ",mills,NNS,O"] if number < 10 else []
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("words.csv", "\n".join(rows))
    total, often = counted(sentences(path))
    assert total == 3 and often["mill"] == 3 and often["again"] == 1
    table = tmp_path / "table.csv"
    write(total, often, table)
    told = table.read_text(encoding="utf-8").splitlines()
    assert told[:2] == ["stem,reports", f"{ALL},3"]
    assert "mill,3" in told and not any(row.startswith("again") for row in told)


def test_the_table_that_ships() -> None:
    total, often = report_counts()
    assert total > 1_000 and max(often.values()) <= total
    assert often["militant"] > 100
    assert {"the", "said"} <= telling_nothing() and not {"monday", "october"} & telling_nothing()
