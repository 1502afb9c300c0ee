"""Texts cut into windows that the encoder takes in one pass.

Most reports fit into one window. A longer one is cut at paragraph ends into parts that are about as long,
and as few as can be; each further window opens with the lead of the report and the words just before its own
part, so that names and speakers met earlier can still be pointed to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rashomon.reading.words import IntArray, Words

MAX_PIECES = 384
TITLE_PIECES = 32
LEAD_PIECES = 32
LEFT_PIECES = 48
EVEN = 0.7, 1.3  # how far a part may be from the mean length, to end at a paragraph or a sentence
CLS, SEP = 101, 102


@dataclass(frozen=True)
class Window:
    """What the encoder sees at once.

    `words` are indices into the text's words, in order; of these, `words[core_start:core_end]` are the
    window's own part (each word of the text is in the own part of exactly one window). `pieces`, `segments`
    are the encoder's input (segment 1 is the title); `first_pieces[k]` is the position in `pieces` of the
    first piece of `words[k]`.
    """

    words: IntArray
    core_start: int
    core_end: int
    pieces: IntArray
    segments: IntArray
    first_pieces: IntArray


def cut_windows(words: Words, title: Words | None, max_pieces: int = MAX_PIECES) -> list[Window]:
    """The windows of a text, in order; together their own parts are the text."""
    if not len(words):
        return []
    title_end = _fit(title.piece_counts, 0, TITLE_PIECES) if title is not None and len(title) else 0
    title_pieces = (
        title.pieces[: title.piece_starts[title_end]] if title is not None else np.zeros(0, np.int32)
    )
    budget = max_pieces - len(title_pieces) - 3
    windows = []
    lead_end = _fit(words.piece_counts, 0, LEAD_PIECES)
    start = 0
    while start < len(words):
        if start == 0:
            context = np.zeros(0, np.int32)
        else:
            left = _fit_back(words.piece_counts, start, LEFT_PIECES)
            lead = np.arange(min(lead_end, left), dtype=np.int32)
            context = np.concatenate([lead, np.arange(max(left, 0), start, dtype=np.int32)])
        used = int(words.piece_counts[context].sum()) if len(context) else 0
        rest = int(words.piece_starts[-1] - words.piece_starts[start])
        further = max(1, budget - LEAD_PIECES - LEFT_PIECES)
        end = len(words) if rest <= budget - used else _cut(words, start, rest, budget - used, further)
        windows.append(_window(words, context, start, end, title_pieces))
        start = end
    return windows


def _fit(counts: IntArray, start: int, budget: int) -> int:
    """One past the last word so that words from `start` fit into `budget` pieces."""
    total = np.cumsum(counts[start : start + budget])
    return start + int(np.searchsorted(total, budget, side="right"))


def _fit_back(counts: IntArray, end: int, budget: int) -> int:
    """The first word so that the words up to `end` fit into `budget` pieces."""
    total = np.cumsum(counts[max(0, end - budget) : end][::-1])
    return end - int(np.searchsorted(total, budget, side="right"))


def _cut(words: Words, start: int, rest: int, budget: int, further: int) -> int:
    """Where a part ends that begins at `start`, of a text with `rest` pieces left: near the mean length of
    the parts still to come, at a paragraph's, line's or sentence's end where there is one. It has at most
    `budget` pieces, and leaves no more than as few parts as possible can hold, of `further` pieces each."""
    parts = 1 + max(1, -((budget - rest) // further))
    mean = rest / parts
    least = max(rest - (parts - 1) * further, int(EVEN[0] * mean))
    last = max(_fit(words.piece_counts, start, budget), start + 1)
    low = min(last, max(start + 1, _fit(words.piece_counts, start, least)))
    high = max(low, min(last, _fit(words.piece_counts, start, int(EVEN[1] * mean))))
    middle = min(high, max(low, _fit(words.piece_counts, start, int(mean))))
    for wanted in (3, 2):
        found = low + np.flatnonzero(words.breaks[low : high + 1] >= wanted)
        if len(found):
            return int(found[np.abs(found - middle).argmin()])
    lower = words.lower
    stops = [i for i in range(low, high + 1) if lower[i - 1] in {".", "!", "?"} and words.breaks[i] >= 1]
    return min(stops, key=lambda i: abs(i - middle), default=middle)


def _window(words: Words, context: IntArray, start: int, end: int, title_pieces: IntArray) -> Window:
    own = np.arange(start, end, dtype=np.int32)
    chosen = np.concatenate([context, own])
    # A word of hundreds of pieces (a pasted key, a URL) must not push the window over its length.
    counts = np.minimum(words.piece_counts[chosen], MAX_PIECES // 4)
    offsets = np.cumsum(counts) - counts
    at = np.repeat(words.piece_starts[chosen] - offsets, counts) + np.arange(int(counts.sum()))
    pieces = words.pieces[at]
    head = 1 + len(title_pieces) + (1 if len(title_pieces) else 0)
    prefix = [CLS, *title_pieces.tolist(), SEP] if len(title_pieces) else [CLS]
    everything = np.concatenate([np.asarray(prefix, np.int32), pieces, np.asarray([SEP], np.int32)])
    segments = np.zeros(len(everything), np.int32)
    if len(title_pieces):
        segments[1:head] = 1
    return Window(
        words=chosen,
        core_start=len(context),
        core_end=len(chosen),
        pieces=everything[:512],
        segments=segments[:512],
        first_pieces=np.minimum(head + offsets, 511).astype(np.int32),
    )
