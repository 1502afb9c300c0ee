"""Where sentences begin and end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rashomon.reading.encoder import FloatArray, Signals
from rashomon.reading.words import IntArray, Words

THRESHOLD = 0.5
AFTER_STOP = 0.1  # the same after a stop and before a capital, where it is hardly ever wrong to begin anew
LONGEST = 150  # words
STOPS = frozenset({".", "!", "?"})

# What may stand before a sentence within a paragraph; after anything else the head is not believed.
TERMINALS = frozenset(
    {".", "!", "?", "…", ":", ";", '"', "”", "“", "»", "'", "’", ")", "]", "-", "–", "—", "*", "•"}
)
CLOSING = frozenset({'"', "”", "»", "'", "’"})  # behind a comma they end words quoted, and no sentence
PARAGRAPH, LINE, SPACE = 3, 2, 1


def sentence_starts(signals: Signals) -> IntArray:
    """The first words of the sentences, ascending; the first is 0 where there are words at all.

    A paragraph's first word always begins a sentence; a word joined to the one before it (no white space)
    never does.
    """
    words = signals.words
    if not len(words):
        return np.zeros(0, np.int32)
    likely = signals.tags["sentence"][:, 0]
    begins = ((likely > THRESHOLD) | (_after_stop(words) & (likely > AFTER_STOP))) & (words.breaks >= SPACE)
    ended = np.array([word in TERMINALS for word in words.lower[:-1]], bool)
    ended[1:] &= ~np.array([a == "," and b in CLOSING for a, b in pairwise(words.lower[:-1])], bool)
    begins[1:] &= ended | (words.breaks[1:] >= LINE)
    begins |= words.breaks >= PARAGRAPH
    begins[0] = True
    return _bounded(np.flatnonzero(begins).astype(np.int32), likely)


def _after_stop(words: Words) -> NDArray[np.bool_]:
    """Where a capital letter follows a stop that ends no initial ("J. Banda")."""
    flags, lower = np.zeros(len(words), bool), words.lower
    for i in np.flatnonzero(words.capitals).tolist():
        if i >= 2 and lower[i - 1] in STOPS and len(lower[i - 2]) > 3:
            flags[i] = True
    return flags


def _bounded(starts: IntArray, likely: FloatArray) -> IntArray:
    """The starts, with sentences over LONGEST words cut where a start is likeliest in their last part.

    Text without stops (captions, transcripts) must not become one sentence that every claim has as its quote.
    """
    out: list[int] = []
    for start, end in pairwise([*starts.tolist(), len(likely)]):
        out.append(start)
        while end - start > LONGEST:
            last_part = start + int(0.6 * LONGEST)
            start = last_part + int(likely[last_part : start + LONGEST].argmax())
            out.append(start)
    return np.asarray(out, np.int32)


def sentence_of(word: int, starts: IntArray, count: int) -> tuple[int, int]:
    """First word and one past the last of the sentence that holds a word; `count` is the number of words."""
    index = int(starts.searchsorted(word, side="right")) - 1
    end = int(starts[index + 1]) if index + 1 < len(starts) else count
    return int(starts[index]), end
