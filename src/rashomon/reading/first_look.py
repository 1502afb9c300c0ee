"""A cheap first look: which parts of a text can hold a political event at all.

Each sentence has a score, a sum of weights of its pieces and of its pairs of neighbouring pieces (hashed, as
in Vowpal Wabbit and fastText), learnt by `python -m training.first_look` from sentences with and without
claims. A part without a sentence over the threshold is not given to the encoder. The threshold is set for a
recall, and the weights carry it with them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rashomon.errors import InstallationError
from rashomon.reading.words import IntArray, Words

FloatArray = NDArray[np.float32]
PAIRS = 1 << 16  # rows of the weights of pairs
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_STOPS = (1012, 999, 1029)  # the pieces ".", "!" and "?"
LINE, SPACE = 2, 1


def sentence_bounds(words: Words) -> IntArray:
    """The first pieces of sentences, ascending, cut where stops and line breaks are: no model is asked."""
    if not len(words):
        return np.zeros(0, np.int32)
    begins = after_stops(words) | (words.breaks >= LINE)
    begins[0] = True
    return np.asarray(words.piece_starts[:-1][begins], np.int32)


def after_stops(words: Words) -> NDArray[np.bool_]:
    """Of each word whether a stop and white space stand before it."""
    flags = np.zeros(len(words), bool)
    flags[1:] = np.isin(words.pieces[words.piece_starts[1:-1] - 1], _STOPS)
    return flags & (words.breaks >= SPACE)


def rows_of(pieces: IntArray) -> tuple[IntArray, IntArray]:
    """For each piece the row of its weight, and that of the pair that it makes with the one before it."""
    before = np.concatenate([[0], pieces[:-1]]).astype(np.uint64)
    mixed = (before * np.uint64(30_522) + pieces.astype(np.uint64)) * _FACTOR
    return pieces, (mixed >> np.uint64(48)).astype(np.int32)


class FirstLook:
    """The weights: `single` [pieces], `pair` [PAIRS], all float32; what is added, and the threshold."""

    def __init__(self, single: FloatArray, pair: FloatArray, bias: float, threshold: float) -> None:
        self.single, self.pair = single, pair
        self.bias, self.threshold = bias, threshold

    @staticmethod
    @cache
    def load() -> FirstLook:
        """The weights that ship. Raises InstallationError where they are missing or damaged."""
        path = Path(str(files("rashomon.reading"))) / "model" / "first_look.npz"
        try:
            with np.load(path, allow_pickle=False) as kept:
                single, pair = kept["single"].astype(np.float32), kept["pair"].astype(np.float32)
                bias, threshold = float(kept["bias"]), float(kept["threshold"])
        except (OSError, ValueError, KeyError) as fault:
            raise InstallationError(
                f"the weights of the first look cannot be read: {fault}",
                where=path.name,
                hint="install rashomon again",
            ) from fault
        scale = np.float32(1 / 127)  # kept in eight bits, the largest as 127
        return FirstLook(single * scale, pair * scale, bias, threshold)

    def scores(self, words: Words) -> FloatArray:
        """The score of each sentence, in the order of `sentence_bounds`; logits."""
        bounds = sentence_bounds(words)
        if not len(bounds):
            return np.zeros(0, np.float32)
        single, pair = rows_of(words.pieces)
        weights = self.single[single]
        inner = np.ones(len(weights), bool)
        inner[bounds] = False  # no pair reaches over the end of a sentence
        weights += np.where(inner, self.pair[pair], np.float32(0))
        return np.asarray(np.add.reduceat(weights, bounds) + np.float32(self.bias), np.float32)

    def flags(self, words: Words) -> NDArray[np.bool_]:
        """Of each word whether its sentence can hold an event."""
        bounds = sentence_bounds(words)
        sizes = np.diff(words.piece_starts.searchsorted(bounds), append=len(words))
        return np.repeat(self.scores(words) >= self.threshold, sizes)
