"""The first look's weights: `python -m training.first_look`.

Sentences of the corpus, true where a claim's trigger stands in them; sentences of other text in
`shared/train` (news, encyclopaedia, web, novels and more), true where the reading model sees a trigger there
with at least LIKELY. A logistic regression over hashed pieces and pairs (`rashomon.reading.first_look`); a
part of the corpus' training stories is kept back to end the training. The threshold is the highest with which
RECALL of the claims of the held-out stories are still read when each passage of PASSAGE sentences is looked
at by itself.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from rashomon.reading.encoder import Encoder, model_folder
from rashomon.reading.first_look import PAIRS, FirstLook, rows_of, sentence_bounds
from rashomon.reading.words import IntArray, Words, split_words
from training import corpus
from training.export import write_manifest
from training.network import VOCABULARY
from training.running_text import other_texts
from training.stories import load_story, spans_of

LIKELY = 0.3
RECALL = 0.998
PASSAGE = 15


class Text(NamedTuple):
    """The words of a text, and of each of its sentences (`sentence_bounds`) how many claims it has."""

    words: Words
    claims: IntArray
    source: str


def story_texts(stories: Path, held_out: bool) -> Iterator[Text]:
    """The reports of the corpus."""
    tokenizer = corpus.tokenizer()
    for path in corpus.story_files(stories):
        if corpus.is_held_out(path) != held_out:
            continue
        story = load_story(path)
        for report in story["reports"]:
            words = split_words(report["text"], tokenizer)
            claims = [c for c in story["claims"] if c["report"] == report["id"]]
            spans = [spans[1] for c in claims if (spans := spans_of(c, words.text)) is not None]
            yield Text(words, _counted(words, [words.covering(*span)[0] for span in spans]), "corpus")


def _counted(words: Words, firsts: list[int]) -> IntArray:
    bounds = sentence_bounds(words)
    counts = np.zeros(len(bounds), np.int32)
    np.add.at(counts, bounds.searchsorted(words.piece_starts[np.asarray(firsts, int)], side="right") - 1, 1)
    return counts


def seen_texts(documents: Iterator[tuple[str, str]], encoder: Encoder) -> Iterator[Text]:
    """Other texts (source, text), with what the model sees in them."""
    for source, text in documents:
        [signals] = encoder.run([(text, None)])
        if not len(signals.words):
            continue
        firsts = np.flatnonzero(1 - signals.tags["event"][:, 0] >= LIKELY)
        yield Text(signals.words, _counted(signals.words, firsts.tolist()), source)


def train(texts: list[Text], epochs: int, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Weights of pieces and of pairs, and what is added."""
    torch.manual_seed(seed)
    rows, marks = [], []
    for text in texts:
        bounds = sentence_bounds(text.words)
        single, pair = rows_of(text.words.pieces)
        for start, end, claims in zip(bounds, [*bounds[1:], len(single)], text.claims, strict=True):
            rows.append(np.concatenate([single[start:end], VOCABULARY + pair[start + 1 : end]]))
            marks.append(float(claims > 0))
    weights = torch.nn.EmbeddingBag(VOCABULARY + PAIRS, 1, mode="sum", sparse=False)
    torch.nn.init.zeros_(weights.weight)
    bias = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([*weights.parameters(), bias], lr=0.02)
    order = list(range(len(rows)))
    chance = random.Random(seed)
    for epoch in range(epochs):
        chance.shuffle(order)
        total = 0.0
        for at in range(0, len(order), 512):
            chosen = order[at : at + 512]
            flat = torch.from_numpy(np.concatenate([rows[i] for i in chosen]).astype(np.int64))
            offsets = torch.from_numpy(np.cumsum([0, *(len(rows[i]) for i in chosen[:-1])]))
            wanted = torch.tensor([marks[i] for i in chosen])
            scores = weights(flat, offsets)[:, 0] + bias
            loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, wanted)
            loss = loss + 2e-5 * weights.weight.square().sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach()) * len(chosen)
        print(f"epoch {epoch + 1}: loss {total / len(order):.4f}", flush=True)
    learnt = weights.weight.detach().numpy()[:, 0]
    return learnt[:VOCABULARY], learnt[VOCABULARY:], float(bias.detach())


def passage_scores(look: FirstLook, texts: list[Text], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Of all passages of so many sentences the highest score, and the claims."""
    scores, claims = [], []
    for text in texts:
        own = look.scores(text.words)
        for at in range(0, len(own), size):
            scores.append(own[at : at + size].max())
            claims.append(text.claims[at : at + size].sum())
    return np.asarray(scores), np.asarray(claims)


def threshold_of(look: FirstLook, texts: list[Text]) -> float:
    """The highest threshold with which RECALL of the claims stand in passages that are read."""
    scores, claims = passage_scores(look, texts, PASSAGE)
    order = np.argsort(scores)
    lost = np.cumsum(claims[order]) / claims.sum()
    return float(scores[order][np.searchsorted(lost, 1 - RECALL, side="right")])


def tell(look: FirstLook, texts: list[Text], name: str) -> None:
    """What is read of texts, and what it costs, by the size of what is looked at."""
    for size in (1, 5, PASSAGE):
        scores, claims = passage_scores(look, texts, size)
        read = scores >= look.threshold
        recall = claims[read].sum() / max(claims.sum(), 1)
        print(
            f"{name:10} {size:2} sentences: skipped {100 * (1 - read.mean()):5.1f}%, "
            f"recall of claims {recall:.4f} of {claims.sum():,}, {len(read):,} passages"
        )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, default=Path("src/rashomon/reading/model/first_look.npz"))
    parser.add_argument("--stories", type=Path, default=Path("training/corpus"))
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--words", type=int, default=14_000, help="of each other source")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)
    encoder = Encoder(model_folder(), threads=1)
    learnt, kept = (
        list(seen_texts(other_texts(options.shared / "train", words, held_out), encoder))
        for words, held_out in ((options.words, False), (options.words // 4, True))
    )
    held = list(story_texts(options.stories, held_out=True))
    single, pair, bias = train(
        [*story_texts(options.stories, held_out=False), *learnt], options.epochs, options.seed
    )
    scale = 127 / max(np.abs(single).max(), np.abs(pair).max())
    single, pair = (np.round(part * scale).astype(np.int8) for part in (single, pair))
    bias *= float(scale) / 127
    look = FirstLook(single.astype(np.float32) / 127, pair.astype(np.float32) / 127, bias, 0.0)
    wire = [text for text in kept if text.source == "GMB"]
    look.threshold = min(threshold_of(look, held), threshold_of(look, wire))
    np.savez_compressed(
        options.to, single=single, pair=pair, bias=np.float32(bias), threshold=np.float32(look.threshold)
    )
    if (options.to.parent / "reader.onnx").is_file():
        write_manifest(options.to.parent)
    print(f"{options.to}: {options.to.stat().st_size / 1e3:.0f} kB, threshold {look.threshold:.3f}")
    tell(look, held, "held out")
    for source in sorted({text.source for text in kept}):
        tell(look, [text for text in kept if text.source == source], source)


if __name__ == "__main__":
    main()
