"""Is it told as having happened, as a plan, as a threat, as untrue; as today's news or as its background; how
sure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from rashomon.model import Frame, Status
from rashomon.reading.encoder import Signals
from rashomon.reading.events import Trigger
from rashomon.reading.tables import of_kind
from rashomon.reading.words import Words

REACH = 6  # words between a hedge and the event word
ASSERTED = frozenset({"happened", "ongoing", "planned"})
UNHEDGED = frozenset({"THREATEN"})  # "we might close the tap" threatens all the same


def status_of(signals: Signals, trigger: Trigger) -> Status:
    """The likeliest status; what the text itself hedges at the event word is not asserted."""
    likeliest = signals.labels.status[int(trigger.status.argmax())]
    if likeliest in ASSERTED and trigger.type not in UNHEDGED and is_hedged(signals.words, trigger.first):
        return "possible"
    return cast(Status, likeliest)


def is_hedged(words: Words, word: int) -> bool:
    """Whether a word has a hedge before it: "may have been", "reportedly", "are believed to have"."""
    for i in range(word - 1, max(word - 1 - REACH, -1), -1):
        before = words.lower[i]
        if before in _kind("hedge") or (before in _kind("modal") and words.word(i) != "May"):
            return True
        if words.lower[i + 1] in {"to", "of"} and before in _kind("rumour"):
            return True
        if before not in _kind("between") and not before.endswith("ly"):
            return False
    return False


def _kind(kind: str) -> frozenset[str]:
    return of_kind("status_words.csv", kind)


def frame_of(signals: Signals, trigger: Trigger) -> Frame:
    """Current news or background."""
    return cast(Frame, signals.labels.frame[int(trigger.frame.argmax())])


def confidence_of(trigger: Trigger, calibration: Mapping[str, float]) -> float:
    """The share of claims as sure as this one that are right, 0 to 1: the trigger's probability on the
    calibrated curve (Platt 1999; fitted in `training/calibrate.py`)."""
    probability = min(max(trigger.probability, 1e-4), 1 - 1e-4)
    logit = math.log(probability / (1 - probability))
    return round(1 / (1 + math.exp(-(calibration["slope"] * logit + calibration["intercept"]))), 4)
