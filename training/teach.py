"""Self-training: a larger reader labels running news text, and a smaller one learns from what it says.

`python -m training.teach WEIGHTS --to soft.pt` reads the newswire text of `shared/train/GMB_kaggle` (the
words only: its own labels are not used), with `--stories` also the corpus, and keeps the teacher's
probabilities, after Hinton et al. (2015); with `--agree` the mean of those that another teacher gave and its
own. Kept are the tags of all words, and for each likely trigger what the heads and the pointers say there.
`python -m training.train --soft soft.pt` then mixes these windows in.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import importlib
import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from rashomon.reading.windows import cut_windows
from rashomon.reading.words import split_words
from training import corpus
from training.batching import batches, collate
from training.losses import INPUTS
from training.network import Geometry, Reader
from training.sources import detokenise
from training.stories import Example

EVERYWHERE = ("event", "mention")
AT_TRIGGERS = ("reach", "mode", "status", "frame")
AT_NAMES = ("extent", "sector")
LIKELY = 0.15  # words with at least this probability of an event are triggers
POINTED = 0.3  # words with at least this share of a pointer are names
PASSAGE = 12  # sentences shown together at most


@dataclass
class Soft:
    """What a teacher says of a window: for each head its words and probabilities [words, labels]; the
    triggers, and of each where it points [triggers, roles, nulls + words]."""

    tags: dict[str, tuple[np.ndarray, np.ndarray]]
    triggers: np.ndarray
    roles: np.ndarray


def newswire(path: Path, tokenizer: Tokenizer, rng: random.Random) -> Iterator[Example]:
    """Windows of the Groningen Meaning Bank's newswire, in runs of sentences as they stand there."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        rows = csv.reader(io.TextIOWrapper(file, encoding="latin-1", newline=""))
        next(rows)
        passage: list[list[tuple[str, str]]] = []
        limit = rng.randint(3, PASSAGE)
        for row in rows:
            if row[0]:
                if len(passage) >= limit:
                    yield from _windows(passage, tokenizer)
                    passage, limit = [], rng.randint(3, PASSAGE)
                passage.append([])
            passage[-1].append((row[1], "O"))
        if passage:
            yield from _windows(passage, tokenizer)


def _windows(passage: list[list[tuple[str, str]]], tokenizer: Tokenizer) -> Iterator[Example]:
    text, _, _ = detokenise(passage)
    words = split_words(text, tokenizer)
    for window in cut_windows(words, None):
        yield Example.of("newswire", window, words, {})


@torch.no_grad()
def label(teacher: Reader, examples: list[Example], pieces: int) -> Iterator[Example]:
    """The examples with the teacher's labels."""
    for chosen in batches(examples, pieces, random.Random(0)):
        batch = collate(chosen)
        with torch.autocast("cpu", torch.bfloat16):
            words = teacher.word_states(*(batch[name] for name in INPUTS))
            tags = {
                name: torch.softmax(teacher.tags[name](words).float(), -1)
                for name in (*EVERYWHERE, *AT_TRIGGERS, *AT_NAMES)
            }
        for row, example in enumerate(chosen):
            count = len(example.firsts)
            yield dataclasses.replace(
                example,
                soft=_soft(
                    teacher,
                    words[row : row + 1, :count].float(),
                    example,
                    {n: t[row, :count] for n, t in tags.items()},
                ),
            )


@torch.no_grad()
def agreed(teacher: Reader, examples: list[Example], share: float, pieces: int) -> Iterator[Example]:
    """Examples that another teacher labelled, with the mean of both teachers' labels where that one gave
    some; `share` is what this one counts. ValueError for an example without labels."""
    for chosen in batches(examples, pieces, random.Random(0)):
        batch = collate(chosen)
        with torch.autocast("cpu", torch.bfloat16):
            words = teacher.word_states(*(batch[name] for name in INPUTS))
        for row, example in enumerate(chosen):
            if example.soft is None:
                raise ValueError(f"a window of {example.source} has no labels yet")
            own = words[row : row + 1, : len(example.firsts)].float()
            triggers = torch.from_numpy(example.soft.triggers)
            yield dataclasses.replace(
                example,
                soft=Soft(
                    {
                        name: (at, _mean(said, torch.softmax(teacher.tags[name](own[0, at]), -1), share))
                        for name, (at, said) in example.soft.tags.items()
                    },
                    example.soft.triggers,
                    _mean(example.soft.roles, _pointers(teacher, own, example, triggers), share),
                ),
            )


def _mean(first: np.ndarray, second: Tensor, share: float) -> np.ndarray:
    return ((1 - share) * first.astype(np.float32) + share * second.numpy()).astype(np.float16)


def _pointers(teacher: Reader, words: Tensor, example: Example, triggers: Tensor) -> Tensor:
    """Where the triggers of a window point [triggers, roles, nulls + words]; `words` [1, words, width]."""
    places = torch.from_numpy(np.asarray(example.places, np.int64))
    distances = (places[None, :] - places[triggers][:, None])[None]
    padding = torch.zeros((1, words.shape[1]), dtype=torch.bool)
    return torch.softmax(teacher.role_scores(words, words[:, triggers], distances, padding), -1)[0]


def _soft(teacher: Reader, words: Tensor, example: Example, tags: dict[str, Tensor]) -> Soft:
    triggers = torch.nonzero(1 - tags["event"][:, 0] > LIKELY)[:, 0]
    roles = _pointers(teacher, words, example, triggers)
    nulls = roles.shape[-1] - words.shape[1]
    names = (
        torch.nonzero((roles[..., nulls:] > POINTED).flatten(0, 1).any(0))[:, 0]
        if len(triggers)
        else triggers
    )
    where = dict.fromkeys(AT_TRIGGERS, triggers) | dict.fromkeys(AT_NAMES, names)
    everything = torch.arange(words.shape[1])
    return Soft(
        {
            name: (at.numpy(), tags[name][at].numpy().astype(np.float16))
            for name, at in ((n, where.get(n, everything)) for n in tags)
        },
        triggers.numpy(),
        roles.numpy().astype(np.float16),
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--pieces", type=int, default=600_000, help="how much newswire to label")
    parser.add_argument("--skip", type=int, default=0, help="pieces of it to leave out at the start")
    parser.add_argument(
        "--stories", type=Path, help="a corpus whose stories to label too (not those held out)"
    )
    parser.add_argument(
        "--agree",
        type=Path,
        nargs="+",
        help="labels of another teacher, in place of text: the mean of both is kept",
    )
    parser.add_argument("--share", type=float, default=0.5, help="what this teacher counts in that mean")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    state = torch.load(options.weights, weights_only=True)
    teacher = Reader(Geometry.of(state))
    teacher.load_state_dict(state)
    teacher.eval()
    if options.agree:
        labelled = [example for path in options.agree for example in torch.load(path, weights_only=False)]
        torch.save(list(agreed(teacher, labelled, options.share, 6000)), options.to)
        print(f"{len(labelled)} windows")
        return
    rng = random.Random(17)
    path = options.shared / "train" / "GMB_kaggle" / "ner_dataset.csv.zip"
    examples = list(newswire(path, corpus.tokenizer(), rng))
    rng.shuffle(examples)
    chosen = corpus.stories(options.stories)[0] if options.stories else []
    total = 0
    for example in examples:
        if total >= options.skip + options.pieces:
            break
        if total >= options.skip:
            chosen.append(example)
        total += len(example.pieces)
    torch.save(list(label(teacher, chosen, 3000)), options.to)
    print(f"{len(chosen)} windows, {sum(len(example.pieces) for example in chosen)} pieces")


if __name__ == "__main__":
    # Under its own name: the labels are pickled `Soft`s, and `__main__.Soft` could not be read again.
    importlib.import_module("training.teach").main()
