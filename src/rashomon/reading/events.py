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
    anchors = sorted(likely)
    triggers = []
    for number, anchor in enumerate(anchors):
        _, sentence_end = sentence_of(anchor, starts, len(scores))
        following = anchors[number + 1] if number + 1 < len(anchors) else len(scores)
        reach = int(signals.tags["reach"][anchor].argmax()) + 1
        last = min(anchor + reach, sentence_end, following)
        triggers.append(_trigger(signals, anchor, last, likely[anchor]))
    return triggers


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
    return found


def _trigger(signals: Signals, anchor: int, last: int, likely: float) -> Trigger:
    scores = signals.tags["event"][anchor]
    type_ = signals.labels.event[int(scores[1:].argmax()) + 1]
    modes = signals.tags["mode"][anchor]
    label = signals.labels.mode[int(np.argmax(np.where(signals.labels.modes_of[type_], modes, -1)))]
    return Trigger(
        first=anchor,
        last=last,
        type=type_,
        mode=label.partition(" ")[2] or None,
        probability=min(likely, 1.0),
        status=signals.tags["status"][anchor],
        frame=signals.tags["frame"][anchor],
        pointing=signals.pointing(anchor),
    )
