"""Mentions: who and what is named where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rashomon.reading.encoder import Signals
from rashomon.reading.words import CAPITALS, Words

PARAGRAPH = 3
MAX_WORDS = 12
# Kinds written with a capital. The tagger saw too few facilities labelled to be believed without one.
NAMED = frozenset({"person", "place", "organisation", "facility"})

QUOTES = frozenset({"'", "’"})
PREPOSITIONS = frozenset({"in", "of", "at", "from", "for", "on", "to"})
ENDS = frozenset({".", "!", "?", ";", '"', "“", "”", "(", ")"})
OPENINGS = frozenset({"(", "[", '"', "“", "«", "‘", "—", "–", "/", ".", ","})


@dataclass(frozen=True)
class Mention:
    """A named stretch of words, `first` to one before `last`, and what it is: person, organisation, place,
    group, facility, office, figure or date."""

    first: int
    last: int
    kind: str
    probability: float


def find_mentions(signals: Signals) -> list[Mention]:
    """The mentions that the model tags, in order, none overlapping another."""
    scores = signals.tags["mention"]
    labels = signals.labels.mention
    if not len(scores):
        return []
    best = scores.argmax(axis=-1)
    capitals = np.isin(signals.words.shapes, CAPITALS)
    if not capitals.any():  # a text without capitals: they tell nothing
        capitals[:] = True
    mentions: list[Mention] = []
    open_kind, first = "", 0
    for i in range(len(best) + 1):
        prefix, _, kind = labels[int(best[i])].partition("-") if i < len(best) else ("O", "", "")
        if open_kind and (prefix != "I" or kind != open_kind):
            if open_kind not in NAMED or capitals[first:i].any():
                mentions.append(Mention(first, i, open_kind, float(scores[first:i].max(axis=-1).mean())))
            open_kind = ""
        if prefix == "B" or (prefix == "I" and not open_kind):
            open_kind, first = kind, i
    return mentions


def name_ending_at(signals: Signals, word: int) -> tuple[int, int]:
    """The words of the name whose last word is `word`, by the model's extent head.

    A name does not reach over a sentence's end or a paragraph's, and does not begin in the middle of what is
    written together ("NATO-led force", "Pristina's police").
    """
    length = signals.extents[word]
    first = max(0, word - length + 1)
    words = signals.words
    for i in range(word, first, -1):
        if words.breaks[i] >= PARAGRAPH or words.word(i - 1) in ENDS:
            first = i
            break
    while first > word - MAX_WORDS and first > 0 and _is_glued(words, first):
        first -= 1
    if words.lower[first] in PREPOSITIONS and first < word and first > 0 and words.breaks[first] < PARAGRAPH:
        first -= 1  # "in southern Peru": the noun before it belongs to the name
    return first, word + 1


def _is_glued(words: Words, word: int) -> bool:
    """Whether a word is written together with the one before it as parts of one name are."""
    before = words.word(word - 1)
    if words.breaks[word] != 0 or before in OPENINGS or before in ENDS:
        return False
    return not (before in QUOTES and words.breaks[word - 1] != 0)  # 'Murderers: the mark opens a quotation
