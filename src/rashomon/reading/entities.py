"""Named entities of a text, in the bounds that entity corpora give them: bare names, without titles and
common nouns, and no adjectives of nations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rashomon.knowledge import countries
from rashomon.knowledge.names import fold
from rashomon.knowledge.roles import closed
from rashomon.reading.encoder import Signals
from rashomon.reading.names import Mention, find_mentions
from rashomon.reading.words import BREAKS, CAPITALS, Words

ONE_SPACE = BREAKS.index("space")
CLASSES = {"person": "PER", "place": "LOC", "organisation": "ORG"}


def named_entities(signals: Signals) -> list[Mention]:
    """The persons, places and organisations that a text names, in its order."""
    words = signals.words
    found = [mention for mention in find_mentions(signals) if mention.kind in CLASSES]
    capitals = np.isin(words.shapes, CAPITALS)
    if capitals.any():
        found = _whole(words, [_bare(signals, mention, capitals) for mention in found])
    adjectives = {(m.start, m.end) for m in countries.mentions(words.text) if m.kind == "demonym"}
    peoples = closed("people")
    return [
        mention
        for mention in found
        if (int(words.starts[mention.first]), int(words.ends[mention.last - 1])) not in adjectives
        and not (mention.last - mention.first == 1 and fold(words.word(mention.first)) in peoples)
    ]


def _whole(words: Words, found: list[Mention]) -> list[Mention]:
    """Names of which the tagger made several, one beside the other, as one: of the kind that their last word
    has, which is the head of an English name ("Moscone North" and "Convention Centre")."""
    whole: list[Mention] = []
    for mention in found:
        before = whole[-1] if whole else None
        if before is not None and before.last == mention.first and words.breaks[mention.first] <= ONE_SPACE:
            likely = min(before.probability, mention.probability)
            whole[-1] = replace(mention, first=before.first, probability=likely)
        else:
            whole.append(mention)
    return whole


def _bare(signals: Signals, mention: Mention, capitals: np.ndarray) -> Mention:
    """The mention from its first to its last word with a capital, in persons without the title in front."""
    first, last = mention.first, mention.last
    while last - first > 1 and _is_noun(signals, last - 1, capitals):
        last -= 1
    while last - first > 1 and (
        _is_noun(signals, first, capitals)
        or (mention.kind == "person" and fold(signals.words.word(first)) in closed("honorific"))
    ):
        first += 1
    return replace(mention, first=first, last=last)


def _is_noun(signals: Signals, word: int, capitals: np.ndarray) -> bool:
    """Whether a word at the edge of a name is a common one: in small letters, and longer than the particles
    of names ("al", "van")."""
    return not capitals[word] and len(signals.words.lower[word]) > 3 and signals.words.lower[word].isalpha()
