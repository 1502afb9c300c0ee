"""What a teacher says of running text becomes examples that a pupil can learn from."""

import csv
import io
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rashomon.reading.encoder import Encoder

torch = pytest.importorskip("torch")

SENTENCES = (
    "Miners blocked the road to the port .",
    "Police fired tear gas , the mayor said .",
    "Nobody was hurt .",
    "Talks resume on Monday .",
)


def archive(tmp_path: Path) -> Path:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["Sentence #", "Word", "POS", "Tag"])
    for number, sentence in enumerate(SENTENCES, 1):
        for k, word in enumerate(sentence.split()):
            writer.writerow([f"Sentence: {number}" if k == 0 else "", word, "X", "O"])
    path = tmp_path / "wire.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("wire.csv", table.getvalue().encode("latin-1"))
    return path


def test_a_teachers_words_are_distributions_over_the_windows_words(tmp_path: Path) -> None:
    from training import losses, teach
    from training.batching import collate
    from training.network import Geometry, Reader

    tokenizer = Encoder.load().tokenizer
    examples = list(teach.newswire(archive(tmp_path), tokenizer, random.Random(1)))
    words = sum(len(example.firsts) for example in examples)
    assert words == sum(len(sentence.split()) for sentence in SENTENCES)
    torch.manual_seed(0)
    teacher = Reader(Geometry(48, 1, 4, 12, 64, 0)).eval()
    taught = list(teach.label(teacher, examples, 500))
    for example in taught:
        assert example.soft is not None
        at, told = example.soft.tags["event"]
        assert len(at) == len(example.firsts) and np.allclose(told.sum(-1), 1, atol=0.01)
        assert example.soft.roles.shape[-1] == len(example.firsts) + 2
        if len(example.soft.triggers):
            assert np.allclose(example.soft.roles.sum(-1), 1, atol=0.02)
    parts = losses.losses(Reader(Geometry(48, 1, 4, 12, 64, 0)), collate(taught))
    assert {"event", "mention", "actor"} <= set(parts) and all(
        bool(torch.isfinite(p)) for p in parts.values()
    )
