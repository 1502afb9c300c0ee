"""Event triggers: the words that name an event, with its type and mode."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rashomon.reading.encoder import FloatArray, Pointing, Signals
from rashomon.reading.sentences import sentence_of
from rashomon.reading.words import IntArray

# An event is learnt at one word. Where two words could be that one, neither may be likely enough, though the
# event is: as only one of them names it, their probabilities add up. Values: best F1 on held-out stories.
SHARED = 0.6
SHARED_LEAST = 0.1
SHARED_WITHIN = 8  # words


@dataclass(frozen=True)
class Trigger:
    """Words `first` to one before `last` name an event of `type`; the rest is what the heads say at the
    first."""

    first: int
    last: int
    type: str
    mode: str | None
    probability: float
    status: FloatArray
    frame: FloatArray
    pointing: Pointing


def find_triggers(signals: Signals, starts: IntArray, threshold: float) -> list[Trigger]:
    """The triggers of a text in order: words more likely than `threshold` to name an event, each with the
    words after it that belong to it ("opened fire"). A trigger ends with its sentence, and before the next
    one. Of two near words that may both name one event ("a bomb killed seven") the likelier stands for it."""
    scores = signals.tags["event"]
    if not len(scores):
        return []
    likely = _anchors(scores, starts, threshold)
    if not likely:
        return []
    anchors = sorted(likely)
    sentence_ends = np.append(starts, len(scores))[starts.searchsorted(anchors, side="right")]
    ends = np.minimum(signals.rows("reach", anchors).argmax(axis=-1) + 1 + anchors, sentence_ends)
    lasts = np.minimum(ends, [*anchors[1:], len(scores)]).tolist()
    return _triggers(signals, anchors, lasts, [min(likely[anchor], 1.0) for anchor in anchors])


def _anchors(scores: FloatArray, starts: IntArray, threshold: float) -> dict[int, float]:
    """How likely an event is named at each word that names one by itself, and at the likelier of two that
    do so together."""
    likely = 1 - scores[:, 0]
    types = scores[:, 1:].argmax(1)
    alone = likely > threshold
    found = {word: float(likely[word]) for word in np.flatnonzero(alone).tolist()}
    for one, other in pairwise(np.flatnonzero(likely > SHARED_LEAST).tolist()):
        if (
            not (alone[one] or alone[other])
            and other - one <= SHARED_WITHIN
            and types[one] == types[other]
            and likely[one] + likely[other] > SHARED
            and other < sentence_of(one, starts, len(scores))[1]
        ):
            found[one if likely[one] > likely[other] else other] = float(likely[one] + likely[other])
    for one in sorted(found):  # two words side by side are hardly ever two events of one type
        if one in found and one + 1 in found and types[one] == types[one + 1]:
            del found[one if found[one] < found[one + 1] else one + 1]
    return found


def _triggers(
    signals: Signals, anchors: list[int], lasts: list[int], probabilities: list[float]
) -> list[Trigger]:
    scores, labels = signals.tags["event"][anchors], signals.labels
    types = [labels.event[number + 1] for number in scores[:, 1:].argmax(axis=-1).tolist()]
    own = np.stack([labels.modes_of[type_] for type_ in types])
    modes = np.where(own, signals.rows("mode", anchors), -1).argmax(axis=-1).tolist()
    return [
        Trigger(first, last, type_, labels.mode[mode].partition(" ")[2] or None, probability, *rest)
        for first, last, type_, mode, probability, *rest in zip(
            anchors,
            lasts,
            types,
            modes,
            probabilities,
            signals.rows("status", anchors),
            signals.rows("frame", anchors),
            signals.pointings(anchors),
            strict=True,
        )
    ]
