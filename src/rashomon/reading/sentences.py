"""Where sentences begin and end."""

from __future__ import annotations

import numpy as np

from rashomon.reading.encoder import Signals
from rashomon.reading.words import IntArray

THRESHOLD = 0.5
# What may stand before a sentence within a paragraph; after anything else the head is not believed.
TERMINALS = frozenset(
    {".", "!", "?", "…", ":", ";", '"', "”", "“", "»", "'", "’", ")", "]", "-", "–", "—", "*", "•"}
)
PARAGRAPH, LINE, SPACE = 3, 2, 1


def sentence_starts(signals: Signals) -> IntArray:
    """The first words of the sentences, ascending; the first is 0 where there are words at all.

    A paragraph's first word always begins a sentence; a word joined to the one before it (no white space)
    never does.
    """
    words = signals.words
    if not len(words):
        return np.zeros(0, np.int32)
    begins = (signals.tags["sentence"][:, 0] > THRESHOLD) & (words.breaks >= SPACE)
    ended = np.fromiter((word in TERMINALS for word in words.lower[:-1]), bool, len(words) - 1)
    begins[1:] &= ended | (words.breaks[1:] >= LINE)
    begins |= words.breaks >= PARAGRAPH
    begins[0] = True
    return np.flatnonzero(begins).astype(np.int32)


def sentence_of(word: int, starts: IntArray, count: int) -> tuple[int, int]:
    """First word and one past the last of the sentence that holds a word; `count` is the number of words."""
    index = int(np.searchsorted(starts, word, side="right")) - 1
    end = int(starts[index + 1]) if index + 1 < len(starts) else count
    return int(starts[index]), end
