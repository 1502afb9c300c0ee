"""When, where and how many: which of the dates, places and quantities of a report belong to a claim.

The grammars (`dates.py`, `figures.py`) say what stands in the text and what it means; the model's pointers
say which of it belongs to a trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rashomon.model import Date, Figure
from rashomon.reading.dates import DateMention, how_resolved
from rashomon.reading.encoder import FloatArray, Signals
from rashomon.reading.events import Trigger
from rashomon.reading.figure_words import nouns
from rashomon.reading.figures import Quantity
from rashomon.reading.trace import Option, Trace, named
from rashomon.reading.words import IntArray, Words

FIGURE_WEIGHT = 0.25
FAR_FIGURE = 0.4  # of its weight is what a number counts outside the event's sentence, as with roles
NO_FIGURES = 0.5  # a claim has no figures where more than this of the pointer's weight is on nothing
SEEN = 0.02  # `explain` leaves out what has less of a pointer's weight
# A demand, a charge, a refusal in today's news was made today, unless the report says otherwise; the corpus
# leaves the date of many open, so the model's pointer to the day of publication is too weak there
# (docs/experiments.md).
SPEECH_ACTS = frozenset({"REQUEST", "ACCUSE", "REJECT", "THREATEN", "SUPPORT", "AGREE", "CONCEDE", "CONSULT"})
TODAY_OF_SPEECH = 6.0
# The corpus leaves the date of one claim in two open where a careful reader would infer it from the report's
# other dates; what happens now is therefore open only where nothing else is likely at all.
OPEN_NOW = 0.2
# Figures that only an event of these types can have; a figure head that says otherwise is overruled.
_DEAD = frozenset(("body", "bodies", "corpse", "corpses"))
KINDS_OF_TYPE = {
    "PROTEST": {"protesters", "injured", "killed", "arrested", "damage"},
    "MOBILIZE": {"troops", "damage"},
}


_NONE = np.zeros(0, np.float32)
_ROUNDING = 1e-3  # of a pointer's weights, which sum to one


class _Spanned(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


T = TypeVar("T", bound=_Spanned)


@dataclass(frozen=True)
class Candidates(Generic[T]):
    """What the grammars found in a text, with the words of each: `firsts[i]` to one before `lasts[i]`."""

    items: Sequence[T]
    firsts: IntArray
    lasts: IntArray
    within: dict[int, tuple[IntArray, NDArray[np.intp], NDArray[np.intp]]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Sequence[T], words: Words) -> Candidates[T]:
        """Place the items on the words; done once a report, for triggers times candidates are many."""
        covered = [words.covering(item.start, item.end) for item in items]
        bounds = np.asarray(covered, np.int32).reshape(-1, 2)
        return cls(items, bounds[:, 0], bounds[:, 1])

    def weights(self, signals: Signals, trigger: Trigger, role: str) -> FloatArray:
        """The pointer's weight on each candidate."""
        pointed = trigger.pointing.words
        scores = trigger.pointing.scores[signals.labels.roles.index(role)]
        known = self.within.get(id(pointed))  # the words of one window, which its triggers have in common
        if known is None:
            known = self.within[id(pointed)] = (
                pointed, pointed.searchsorted(self.firsts), pointed.searchsorted(self.lasts)
            )  # fmt: skip
        _, begin, end = known
        sums = np.zeros(len(scores) + 1)
        sums[1:] = scores.cumsum()
        return np.asarray(sums[end] - sums[begin], np.float32)


def date_of(
    signals: Signals,
    trigger: Trigger,
    mentions: Candidates[DateMention],
    published: str | None,
    is_current: bool,
    trace: Trace | None = None,
) -> Date | None:
    """The date of a claim: an expression of the text, the day of publication where the model reads the event
    as the day's news, or None. An expression that cannot be resolved leaves the date open."""
    nothing, today = trigger.pointing.nulls[signals.labels.roles.index("date")].tolist()
    left = 1.0 - nothing - today
    nothing *= OPEN_NOW if is_current else 1.0
    told, best, weights = False, -1, _NONE
    if left > max(nothing, today) - _ROUNDING or trace is not None:
        weights = mentions.weights(signals, trigger, "date")
        best = int(weights.argmax()) if len(weights) else -1
        told = best >= 0 and bool(weights[best] >= max(nothing, today))
    weight = TODAY_OF_SPEECH if trigger.type in SPEECH_ACTS and is_current else 1.0
    current = not told and today * weight > nothing and bool(published)
    if trace is not None:
        _trace_date(trace, mentions, weights, best if told else -1, published)
        trace.option("date", Option("the day of publication", current, today, _times(weight)))
        trace.option("date", Option("no date", not told and not current, nothing))
    if told:
        mention = mentions.items[best]
        if mention.first is None or mention.last is None:
            return None
        return Date(mention.first, mention.last, mention.precision, mention.text, mention.start, mention.end)
    if current and published:
        return Date(published[:10], published[:10], "day")
    return None


def _trace_date(
    trace: Trace,
    mentions: Candidates[DateMention],
    weights: FloatArray,
    taken: int,
    published: str | None,
) -> None:
    for index in np.flatnonzero(weights > SEEN).tolist() or ([taken] if taken >= 0 else []):
        mention = mentions.items[index]
        days = mention.first if mention.first == mention.last else f"{mention.first} to {mention.last}"
        value = f"{mention.text} = {days if mention.first else 'open'}"
        weight = float(weights[index])
        trace.option("date", Option(value, index == taken, weight, "", mention.start, mention.end))
    if taken >= 0:
        trace.say("date", how_resolved(mentions.items[taken], published))


def _times(weight: float) -> str:
    return f"counts {weight:g} times against no date, for words said in today's news" if weight != 1 else ""


def figures_of(
    signals: Signals,
    trigger: Trigger,
    found_in_text: Callable[[], Candidates[Quantity]],
    sentence: tuple[int, int],
    trace: Trace | None = None,
) -> tuple[Figure, ...]:
    """The figures of a claim, in the order of the text, of those `found_in_text`, which is asked only where
    the model points to any; `sentence` has the first word of the trigger's, and one past its last."""
    nothing = float(trigger.pointing.nulls[signals.labels.roles.index("figure"), 0])
    if nothing > NO_FIGURES and trace is None:
        return ()
    quantities = found_in_text()
    weights = quantities.weights(signals, trigger, "figure")
    outside = (quantities.firsts < sentence[0]) | (quantities.firsts >= sentence[1])
    weights = np.where(outside, np.float32(FAR_FIGURE) * weights, weights)
    if trace is not None:
        _trace_figures(trace, signals, trigger, quantities, weights, nothing)
        if nothing > NO_FIGURES:
            return ()
    found = []
    for index in np.flatnonzero(weights >= FIGURE_WEIGHT):
        quantity = quantities.items[int(index)]
        kind = _kind(signals, trigger, quantity)
        if kind is not None:
            whom = quantity.whom.text if quantity.whom is not None else None
            found.append(Figure(kind, quantity.low, quantity.high, whom, quantity.start, quantity.end))
    return tuple(found)


def _trace_figures(
    trace: Trace,
    signals: Signals,
    trigger: Trigger,
    quantities: Candidates[Quantity],
    weights: FloatArray,
    nothing: float,
) -> None:
    empty = nothing > NO_FIGURES
    limit = f"{'over' if empty else 'within'} the limit of {NO_FIGURES}"
    trace.say("figures", f"the model's pointer gives {nothing:.2f} to no figure, {limit}")
    trace.say("figures", f"numbers outside the sentence count {FAR_FIGURE} of their weight")
    for index in np.flatnonzero(weights > SEEN).tolist():
        quantity, weight = quantities.items[index], float(weights[index])
        kind = _kind(signals, trigger, quantity)
        taken = not empty and weight >= FIGURE_WEIGHT and kind is not None
        below = "" if weight >= FIGURE_WEIGHT else f"below {FIGURE_WEIGHT}"
        first, last = signals.words.covering(quantity.start, quantity.end)
        scores = signals.tags["quantity"][first:last].mean(axis=0) if first < last else ()
        kinds = named(signals.labels.quantity, scores) if first < last else {}
        whom = f" of {quantity.whom.text!r}" if quantity.whom else ""
        why = below or ("it is of no kind that this event can have" if kind is None else "")
        bounds = bounds_words(quantity.low, quantity.high)
        value = f"{quantity.text} = {bounds}{whom}{f', {kind}' if kind else ''}"
        best = dict(sorted(kinds.items(), key=lambda entry: -entry[1])[:3])
        trace.option("figures", Option(value, taken, weight, why, quantity.start, quantity.end, best))


def bounds_words(low: int | None, high: int | None) -> str:
    """Bounds in words: "5", "5 or more", "at most 5", "5 to 8"."""
    if low == high:
        return f"{low}"
    return f"{low} or more" if high is None else f"at most {high}" if low is None else f"{low} to {high}"


def _kind(signals: Signals, trigger: Trigger, quantity: Quantity) -> str | None:
    first, last = signals.words.covering(quantity.start, quantity.end)
    if first == last:
        return None
    scores = signals.tags["quantity"][first:last].mean(axis=0)
    allowed = KINDS_OF_TYPE.get(trigger.type)
    if quantity.whom is not None and quantity.whom.text.lower() in nouns("damage"):
        allowed = {"damage", "troops"}
    if quantity.whom is not None and quantity.whom.text.lower() in _DEAD and trigger.type == "ASSAULT":
        return "killed"  # whatever they are said to have: "three bodies with gunshot wounds"
    for index in np.argsort(-scores):
        kind = signals.labels.quantity[int(index)]
        if kind != "none" and (allowed is None or kind in allowed):
            return kind
    return None


def words_between(words: Words, first: int, last: int) -> tuple[int, int]:
    """Character offsets of the words `first` to one before `last`."""
    return int(words.starts[first]), int(words.ends[last - 1])
