"""The words of a text: where they are, their pieces for the encoder, and what lower-casing would lose.

A word is what BERT's pre-tokenizer makes of the text (runs of letters and digits, single punctuation marks);
all reading is done over words, and a word knows its character offsets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rashomon.reading.characters import readable

IntArray = NDArray[np.int32]

SHAPES = ("punctuation", "lower", "title", "upper", "mixed", "digit")
CAPITALS = [SHAPES.index(name) for name in ("title", "upper", "mixed")]
_IS_CAPITAL = np.array([name in ("title", "upper", "mixed") for name in SHAPES])
BREAKS = ("none", "space", "line", "paragraph")


@dataclass(frozen=True)
class Words:
    """The words of `text`, as parallel arrays of one length.

    `starts`, `ends` are character offsets; `shapes` indexes `SHAPES`; `breaks` indexes `BREAKS` (what stands
    before the word); `pieces` holds the subword ids of all words, those of word i at
    `pieces[piece_starts[i]:piece_starts[i+1]]`.
    """

    text: str
    starts: IntArray
    ends: IntArray
    shapes: IntArray
    breaks: IntArray
    pieces: IntArray
    piece_starts: IntArray

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, index: int) -> str:
        """The characters of one word."""
        return self.text[self.starts[index] : self.ends[index]]

    @cached_property
    def lower(self) -> list[str]:
        """All words in lower case, for look-ups in cue tables."""
        return [self.text[a:b].lower() for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]

    @cached_property
    def capitals(self) -> NDArray[np.bool_]:
        """Of each word whether it is written with a capital."""
        return _IS_CAPITAL[self.shapes]

    @cached_property
    def piece_counts(self) -> IntArray:
        """How many subwords each word has."""
        return np.diff(self.piece_starts)

    def covering(self, start: int, end: int) -> tuple[int, int]:
        """First word and one past the last word that overlap the characters `start:end`."""
        first = int(self.ends.searchsorted(start, side="right"))
        last = int(self.starts.searchsorted(end, side="left"))
        return first, max(first, last)


# What most reports are written in: ASCII, Latin letters with accents, quotation marks and dashes. In these
# the tokenizer's words are runs of letters and digits, and single marks, and the pieces of a word depend on
# nothing around it.
_LETTERS = "0-9A-Za-zÀ-ÖØ-öø-ſ"
_PLAIN = re.compile(rf"[\x20-\x7e\t\n\r\xa0“”‘’–—…«»{_LETTERS}]*")
_WORD = re.compile(rf"[{_LETTERS}]+|[^\s{_LETTERS}]")


_LONGEST = 100


def split_words(text: str, tokenizer: Tokenizer) -> Words:
    """Split a text into words, as the tokenizer does."""
    found = list(_WORD.finditer(text)) if _PLAIN.fullmatch(text) else []
    return _of_known(text, found, tokenizer) if found else _of_encoded(text, tokenizer)


def _of_known(text: str, found: list[re.Match[str]], tokenizer: Tokenizer) -> Words:
    """The words of a plain text, with the pieces of words met before."""
    # A word too long for the tokenizer (a pasted key) is one piece, and not kept.
    known = [
        (_pieces_of if match.end() - match.start() <= _LONGEST else _pieces_of.__wrapped__)(
            tokenizer, match[0]
        )
        for match in found
    ]
    starts = np.array([match.start() for match in found], np.int32)
    ends = np.array([match.end() for match in found], np.int32)
    return Words(
        text=text,
        starts=starts,
        ends=ends,
        shapes=np.array([shape for _, shape in known], np.int32),
        breaks=_breaks(text, starts, ends),
        pieces=np.array(list(chain.from_iterable(pieces for pieces, _ in known)), np.int32),
        piece_starts=np.cumsum([0, *(len(pieces) for pieces, _ in known)], dtype=np.int32),
    )


@lru_cache(maxsize=1 << 15)
def _pieces_of(tokenizer: Tokenizer, word: str) -> tuple[tuple[int, ...], int]:
    """The pieces of a word, and its shape."""
    return tuple(tokenizer.encode(word, add_special_tokens=False).ids), _shape(word)


def _of_encoded(text: str, tokenizer: Tokenizer) -> Words:
    """The words of any text; one tokenizer call for all of it."""
    encoding = tokenizer.encode(readable(text), add_special_tokens=False)
    if not encoding.ids:
        empty = np.zeros(0, np.int32)
        return Words(text, empty, empty, empty, empty, empty, np.zeros(1, np.int32))
    offsets = np.asarray(encoding.offsets, np.int32)
    word_ids = np.asarray(encoding.word_ids, np.int32)
    firsts = np.flatnonzero(np.diff(word_ids, prepend=-1)).astype(np.int32)
    lasts = np.append(firsts[1:], len(word_ids)) - 1
    starts, ends = offsets[firsts, 0], offsets[lasts, 1]
    return Words(
        text=text,
        starts=starts,
        ends=ends,
        shapes=_shapes(text, starts, ends),
        breaks=_breaks(text, starts, ends),
        pieces=np.asarray(encoding.ids, np.int32),
        piece_starts=np.append(firsts, len(word_ids)).astype(np.int32),
    )


def _shapes(text: str, starts: IntArray, ends: IntArray) -> IntArray:
    return np.fromiter(
        (_shape(text[a:b]) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)),
        np.int32,
        len(starts),
    )


@lru_cache(maxsize=1 << 14)
def _shape(word: str) -> int:
    if word.islower():
        return 1
    if word.isdigit() or word[0].isdigit():
        return 5
    if word.istitle():
        return 2
    if word.isupper():
        return 3
    return 4 if word.isalnum() else 0


def _breaks(text: str, starts: IntArray, ends: IntArray) -> IntArray:
    breaks = np.zeros(len(starts), np.int32)
    if not len(starts):
        return breaks
    gaps = np.flatnonzero(starts[1:] > ends[:-1]) + 1
    breaks[gaps] = 1
    breaks[0] = 3
    if "\n" not in text and "\r" not in text:
        return breaks
    spaces = zip(gaps.tolist(), ends[gaps - 1].tolist(), starts[gaps].tolist(), strict=True)
    for i, end, start in spaces:
        gap = text[end:start]
        if gap != " " and (lines := gap.count("\n") or gap.count("\r")):
            breaks[i] = 1 + min(lines, 2)
    return breaks
