"""Is it told as having happened, as a plan, as a threat, as untrue; as today's news or as its background; how
sure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from rashomon.model import Frame, Status
from rashomon.reading.encoder import Signals
from rashomon.reading.events import Trigger
from rashomon.reading.phrases import is_adverb, is_month
from rashomon.reading.tables import of_kind
from rashomon.reading.words import Words

REACH = 6  # words between a hedge and the event word
ASSERTED = frozenset({"happened", "ongoing"})
UNHEDGED = frozenset({"THREATEN"})  # "we might close the tap" threatens all the same


def status_of(signals: Signals, trigger: Trigger) -> Status:
    """The likeliest status; what the text itself hedges at the event word is not asserted."""
    likeliest = signals.labels.status[int(trigger.status.argmax())]
    hedge = None if trigger.type in UNHEDGED else hedge_of(signals.words, trigger.first)
    # "they may meet" is no plan; "the talks will probably be held" is one
    if (hedge and likeliest in ASSERTED) or (hedge == "modal" and likeliest == "planned"):
        return "possible"
    return cast(Status, likeliest)


def hedge_of(words: Words, word: int) -> str | None:
    """What hedges a word that it stands before: a "modal" ("may have been"), a "hedge" ("reportedly"), a
    "rumour" ("are believed to have"); None where nothing does."""
    for i in range(word - 1, max(word - 1 - REACH, -1), -1):
        before = words.lower[i]
        if before in _kind("hedge"):
            return "hedge"
        if before in _kind("modal"):
            return None if is_month(words, i) else "modal"
        if words.lower[i + 1] in {"to", "of"} and before in _kind("rumour"):
            return "rumour"
        if before not in _kind("between") and not is_adverb(before):
            return None
    return None


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
