"""Every attribution of a text, with an event or without: who says or thinks what.

Cues (tables `reporting_cues.csv`, `attribution_cues.csv`) are looked for outside quotation marks, in units: a
sentence, or those that one quotation joins. Each cue takes its source from the grammar around it and its
content from what it governs: what follows it, or - where the frame is put after or into what is said - the
clause around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rashomon.model import Manner
from rashomon.reading import phrases
from rashomon.reading.attribution_frames import ADJUNCT, Frame, Frames, trimmed
from rashomon.reading.encoder import Signals
from rashomon.reading.phrases import DASHES, MARKS, STOPS, kind_words
from rashomon.reading.words import IntArray, Words

PARAGRAPH = 3
SHORTEST, LONGEST = 3, 60  # words of a content before the narrator may go on
CUTS = frozenset(["but", "while", "although", "though", "whereas", "which", "who"])


@dataclass(frozen=True)
class Attribution:
    """Who says or thinks what. All spans are characters of the text, (start, end); `source` is None where
    the text names nobody ("is said to"), `cue` is None where a quotation goes on without one. `nested`: it
    stands within the content of another."""

    source: tuple[int, int] | None
    cue: tuple[int, int] | None
    content: tuple[int, int]
    manner: Manner
    nested: bool = False


def find_attributions(
    signals: Signals, starts: IntArray | Sequence[int], quoted: list[bool]
) -> list[Attribution]:
    """The attributions of a text, in its order.

    `starts` are the first words of its sentences (`sentences.sentence_starts`), `quoted` says of each word
    whether it stands within quotation marks (`voices.quoted_words`).
    """
    words = signals.words
    found: list[Attribution] = []
    speaking: int | None = None  # which attribution a quotation without a frame continues
    for first, last in _units(words, [int(start) for start in starts], quoted):
        if words.breaks[first] >= PARAGRAPH:
            speaking = None
        own = _Unit(words, first, last, quoted).attributions()
        if own:
            outer = [k for k, each in enumerate(own, start=len(found)) if not each.nested]
            found += own
            speaking = outer[-1] if outer else None
        elif speaking is not None and _wholly_quoted(words, first, last, quoted):
            content = _characters(words, first, trimmed(words, first, last))
            speaking = _continued(found, speaking, content)
    return found


Content = tuple[tuple[int, int], Frame]
"""What a frame attributes, first word and one past the last, and the frame."""


def contents_of(words: Words, sentence: tuple[int, int], quoted: list[bool]) -> list[Content]:
    """The frames of a sentence (its first word and one past the last) that have a content."""
    return _Unit(words, *sentence, quoted).contents()


def innermost(contents: Sequence[Content], word: int) -> Frame | None:
    """The frame with a source in whose shortest content a word stands; None where there is none, or the word
    is part of the frame itself."""
    best: tuple[int, Frame] | None = None
    for span, frame in contents:
        outside = not span[0] <= word < span[1] or frame.cue.first <= word < frame.cue.last
        if outside or (frame.source and frame.source[0] <= word < frame.source[1]):
            continue
        if frame.source and (best is None or span[1] - span[0] < best[0]):
            best = span[1] - span[0], frame
    return best[1] if best else None


def _continued(found: list[Attribution], speaking: int, content: tuple[int, int]) -> int:
    """A sentence of quotation alone: the quotation before it goes on, or its speaker is quoted anew.

    Gives the place of the attribution that it went to.
    """
    before = found[speaking]
    if before.manner == "direct":
        found[speaking] = replace(before, content=(before.content[0], content[1]))
        return speaking
    found.append(Attribution(before.source, None, content, "direct"))
    return len(found) - 1


def _units(words: Words, starts: list[int], quoted: list[bool]) -> list[tuple[int, int]]:
    """Sentences; those that one quotation of a paragraph reaches over are one."""
    units: list[tuple[int, int]] = []
    bounds = [*starts, len(words)]
    for first, last in pairwise(bounds):
        goes_on = first > 0 and words.breaks[first] < PARAGRAPH and quoted[first - 1]
        if units and goes_on and words.lower[first] not in phrases.OPEN_MARKS:
            units[-1] = (units[-1][0], last)
        elif first < last:
            units.append((first, last))
    return units


def _wholly_quoted(words: Words, first: int, last: int, quoted: list[bool]) -> bool:
    end = trimmed(words, first, last)
    return end > first and quoted[first] and (quoted[end - 1] or words.lower[end - 1] in MARKS)


def _characters(words: Words, first: int, last: int) -> tuple[int, int]:
    return int(words.starts[first]), int(words.ends[last - 1])


class _Unit(Frames):
    """Frames with what is said in them."""

    def attributions(self) -> list[Attribution]:
        """Those of the unit, what lies in the content of another marked as nested."""
        frames = self.frames()
        spans = self._contents(frames)
        found = []
        reach: tuple[int, int] | None = None
        around = [(span, f) for span, f in zip(spans, frames, strict=True) if span and f.shape == "around"]
        k = 0
        for span, frame in zip(spans, frames, strict=True):
            if span is None:
                continue
            while k < len(around) and around[k][0][1] <= frame.first:
                k += 1
            nested = reach is not None and reach[0] <= frame.first < reach[1]
            nested = nested or any(
                a <= frame.first < b and other is not frame for (a, b), other in around[k : k + 2]
            )
            if not nested:
                reach = span
            found.append(self._attribution(frame, span, nested))
        return found

    def contents(self) -> list[Content]:
        """The frames that have a content, with it: first word and one past the last."""
        frames = self.frames()
        return [(span, f) for span, f in zip(self._contents(frames), frames, strict=True) if span]

    def _attribution(self, frame: Frame, span: tuple[int, int], nested: bool) -> Attribution:
        first, last = span
        opens = self.lower[first] in MARKS or self.quoted[first]
        closes = self.quoted[last - 1] or self.lower[last - 1] in MARKS
        return Attribution(
            _characters(self.words, *frame.source) if frame.source else None,
            _characters(self.words, frame.cue.first, frame.cue.last),
            _characters(self.words, first, last),
            "direct" if opens and closes else "indirect",
            nested,
        )

    def _contents(self, frames: list[Frame]) -> list[tuple[int, int] | None]:
        """The content of each frame, first word and one past the last."""
        spans: list[tuple[int, int] | None] = []
        floor = self.first
        for number, frame in enumerate(frames):
            limit = next((f.first for f in frames[number + 1 : number + 6] if self._begins_anew(f)), self.end)
            if frame.shape == "around":
                span = self._around(frame, floor, limit)
            else:
                span = self._forward(frame, limit)
            spans.append(span)
            if frame.shape == "around" or self._begins_anew(frame):
                floor = max(floor, frame.last)
        return spans

    def _begins_anew(self, frame: Frame) -> bool:
        """Whether a frame is coordinated with what stands before it, and no part of it."""
        if frame.joined:
            return self._word(frame.first) in kind_words("coordinator") | {","}
        before = self._word(frame.first - 1)
        if before in {";"} | DASHES:
            return True
        return before in kind_words("coordinator") and self._word(frame.first - 2) in {","} | MARKS

    def _around(self, frame: Frame, floor: int, limit: int) -> tuple[int, int] | None:
        first, last = floor, self._stripped(floor, frame.first)
        while first < last and self.lower[first] in kind_words("coordinator") | {",", ";"}:
            first += 1
        behind = frame.last
        while behind < limit and self.lower[behind] in {",", ";"} | DASHES:
            behind += 1
        limit = self._stripped(behind, limit)
        if last - first < 2:
            return (behind, limit) if behind < limit else None
        if limit - behind >= 2 and self._word(frame.last) not in STOPS:
            return first, limit
        return first, last

    def _forward(self, frame: Frame, limit: int) -> tuple[int, int] | None:
        first = frame.last
        for i in range(first, min(first + ADJUNCT, limit)):
            word = self.lower[i]
            if word in {"that", ":"} or (word == "," and self._word(i + 1) in MARKS):
                first = i if word == "that" else i + 1
                break
            if word in MARKS or word in kind_words("verb") or word in kind_words("auxiliary"):
                break
        if first == frame.last and self.lower[frame.last - 1] in kind_words("address"):
            listener = phrases.after(self.words, first, limit)
            if self._word(first) in {"me", "him", "them", "us", "her", "you"}:
                first += 1
            elif listener and self._word(listener[1]) in kind_words("clause") | {"to"}:
                first = listener[1]
        while first < limit and self.lower[first] in {",", ":", ";"}:
            first += 1
        limit = self._stripped(first, self._clause_end(first, limit))
        return (first, limit) if first < limit else None

    def _clause_end(self, first: int, limit: int) -> int:
        """Where the narrator goes on outside quotation marks: at a stop, or a comma with a conjunction or
        relative."""
        for i in range(first + SHORTEST, min(limit, first + LONGEST)):
            if self.quoted[i]:
                continue
            if self._stops(i):
                return i
            if self.lower[i] == "," and self._word(i + 1) in CUTS:
                return i
        return limit

    def _stripped(self, first: int, last: int) -> int:
        """The end without commas and conjunctions that lead on."""
        last = trimmed(self.words, first, last)
        while last > first and self.lower[last - 1] in kind_words("coordinator") | {","}:
            last -= 1
        return last
