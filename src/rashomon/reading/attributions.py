"""Every attribution of a text, with an event or without: who says or thinks what.

Cues (tables `reporting_cues.csv`, `attribution_cues.csv`) are looked for outside quotation marks, in units: a
sentence, or those that one quotation joins. Each cue takes its source from the grammar around it and its
content from what it governs: what follows it, or - where the frame is put after or into what is said - the
clause around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from rashomon.model import Manner
from rashomon.reading import phrases
from rashomon.reading.encoder import Signals
from rashomon.reading.phrases import CLOSE_MARKS, DASHES, MARKS, STOPS, kind_words
from rashomon.reading.tables import rows
from rashomon.reading.words import IntArray, Words

PARAGRAPH = 3
ADJUNCT = 12  # words of time, place or listener behind a cue ("told reporters in Oslo on Friday")
AUXILIARIES = 6  # words between a subject and its verb
BY = 8  # words between a passive and its "by"
COPULA = ("be", "auxiliary")


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


@dataclass(frozen=True)
class _Cue:
    first: int
    last: int
    kinds: tuple[tuple[str, str], ...]  # (verb, noun, adjective or preposition; complement)

    def complement(self, kind: str) -> str | None:
        return next((need for name, need in self.kinds if name == kind), None)


@dataclass(frozen=True)
class _Frame:
    """A cue with its source, words `first` to one before `last`. `shape`: "forward" (the content follows),
    "around" (the content is the clause that it stands in)."""

    cue: _Cue
    source: tuple[int, int] | None
    first: int
    last: int
    shape: str
    joined: bool = False  # goes on with the subject of the frame before it


@cache
def _table() -> dict[str, dict[tuple[str, ...], tuple[tuple[str, str], ...]]]:
    """Cues by their first word; what a form may be, with the complement that it needs."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows("reporting_cues.csv"):
        found.setdefault(tuple(row["cue"].split()), {})[row["kind"]] = "any"
    for row in rows("attribution_cues.csv"):
        found.setdefault(tuple(row["cue"].split()), {})[row["kind"]] = row["complement"]
    table: dict[str, dict[tuple[str, ...], tuple[tuple[str, str], ...]]] = {}
    for parts, kinds in found.items():
        table.setdefault(parts[0], {})[parts] = tuple(kinds.items())
    return table


def find_attributions(
    signals: Signals, starts: IntArray | Sequence[int], quoted: list[bool]
) -> list[Attribution]:
    """The attributions of a text, in its order.

    `starts` are the first words of its sentences (`sentences.sentence_starts`), `quoted` says of each word
    whether it stands within quotation marks (`voices.quoted_words`).
    """
    words = signals.words
    found: list[Attribution] = []
    speaking: Attribution | None = None  # whom a quotation without a frame continues
    for first, last in _units(words, [int(start) for start in starts], quoted):
        if words.breaks[first] >= PARAGRAPH:
            speaking = None
        own = _Unit(words, first, last, quoted).attributions()
        if own:
            found += own
            speaking = next((a for a in reversed(own) if not a.nested), None)
        elif speaking is not None and _wholly_quoted(words, first, last, quoted):
            speaking = _continued(found, speaking, words, first, last)
    return found


def _continued(
    found: list[Attribution], speaking: Attribution, words: Words, first: int, last: int
) -> Attribution:
    """A sentence of quotation alone: the quotation before it goes on, or its speaker is quoted anew."""
    content = _characters(words, first, _trimmed(words, first, last))
    if speaking.manner == "direct":
        longer = replace(speaking, content=(speaking.content[0], content[1]))
        found[found.index(speaking, max(len(found) - 8, 0))] = longer
        return longer
    found.append(Attribution(speaking.source, None, content, "direct"))
    return found[-1]


def _units(words: Words, starts: list[int], quoted: list[bool]) -> list[tuple[int, int]]:
    """Sentences; those that one quotation of a paragraph reaches over are one."""
    units: list[tuple[int, int]] = []
    bounds = [*starts, len(words)]
    for first, last in zip(bounds, bounds[1:], strict=False):
        goes_on = first > 0 and words.breaks[first] < PARAGRAPH and quoted[first - 1]
        if units and goes_on and words.lower[first] not in phrases.OPEN_MARKS:
            units[-1] = (units[-1][0], last)
        elif first < last:
            units.append((first, last))
    return units


def _wholly_quoted(words: Words, first: int, last: int, quoted: list[bool]) -> bool:
    end = _trimmed(words, first, last)
    return end > first and quoted[first] and (quoted[end - 1] or words.lower[end - 1] in MARKS)


def _characters(words: Words, first: int, last: int) -> tuple[int, int]:
    return int(words.starts[first]), int(words.ends[last - 1])


def _trimmed(words: Words, first: int, last: int) -> int:
    """The end without the marks that close a sentence, quotation marks kept."""
    while last > first and words.lower[last - 1] in {".", ",", ";", ":", "—", "–", "-"}:
        last -= 1
    return last


class _Unit:
    """One sentence, or several that a quotation joins."""

    def __init__(self, words: Words, first: int, last: int, quoted: list[bool]) -> None:
        self.words, self.lower, self.quoted = words, words.lower, quoted
        self.first, self.last = first, last
        self.end = _trimmed(words, first, last)

    def attributions(self) -> list[Attribution]:
        """Those of the unit, what lies in the content of another marked as nested."""
        frames: list[_Frame] = []
        for cue in self._cues():
            frame = self._frame(cue, frames[-1] if frames else None)
            if frame is not None and (not frames or frame.cue.first >= frames[-1].cue.last):
                frames.append(frame)
        spans = self._contents(frames)
        covered: list[tuple[int, int, _Frame]] = []
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
                covered.append((*span, frame))
            found.append(self._attribution(frame, span, nested))
        return found

    def _attribution(self, frame: _Frame, span: tuple[int, int], nested: bool) -> Attribution:
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

    # cues

    def _cues(self) -> list[_Cue]:
        table, found, i = _table(), [], self.first
        while i < self.last:
            options = {} if self.quoted[i] else table.get(self.lower[i], {})
            matches = [p for p in options if tuple(self.lower[i : i + len(p)]) == p and i + len(p) <= self.last]
            if matches:
                longest = max(matches, key=len)
                found.append(_Cue(i, i + len(longest), options[longest]))
                i += len(longest)
            else:
                i += 1
        return found

    def _word(self, i: int) -> str:
        return self.lower[i] if self.first <= i < self.last else ""

    def _frame(self, cue: _Cue, previous: _Frame | None) -> _Frame | None:
        if cue.complement("preposition"):
            return self._prepositional(cue)
        if cue.complement("adjective"):
            return self._adjective(cue)
        if cue.complement("verb") and not (cue.complement("noun") and self._looks_like_noun(cue)):
            return self._verbal(cue, previous)
        return self._nominal(cue) if cue.complement("noun") else None

    def _looks_like_noun(self, cue: _Cue) -> bool:
        """Whether a form that is verb and noun ("claim", "hopes") stands as a noun, by the word before it."""
        i = cue.first - 1
        before = self._word(i)
        if before in {"to", "who", "which"} or before in kind_words("auxiliary") - {"s"} or phrases.is_adverb(before):
            return False
        if before in kind_words("subject") and before not in kind_words("determiner"):
            return False
        if before in kind_words("determiner") | kind_words("possessive") | kind_words("preposition"):
            return True
        if before == "s" and self._word(i - 1) in {"'", "’"} or before in {"'", "’"}:
            return True
        form = self.lower[cue.first]
        if form.endswith("s"):  # he claims: a name before it makes a verb of it, an adjective does not
            return not (self.words.shapes[i] in phrases.TITLE_SHAPES) if before else True
        return not before.endswith("s")

    # frames

    def _prepositional(self, cue: _Cue) -> _Frame | None:
        source = phrases.after(self.words, cue.last, self.last)
        if source is None:
            return None
        source = self._with_apposition_after(source)
        return _Frame(cue, source, cue.first, source[1], "around")

    def _with_apposition_after(self, source: tuple[int, int]) -> tuple[int, int]:
        """With an apposition behind a comma ("Ana Ruiz, the mayor of Vinces")."""
        comma = source[1]
        opens = self._word(comma + 1)
        if self._word(comma) == "," and not self.quoted[comma]:
            named = self.words.shapes[source[1] - 1] in phrases.TITLE_SHAPES
            if named and opens in {"a", "an", "the", "one", "his", "her"}:
                phrase = phrases.after(self.words, comma + 1, self.last)
                if phrase and (self._word(phrase[1]) in {",", "."} or phrase[1] >= self.end):
                    return source[0], phrase[1]
        return source

    def _adjective(self, cue: _Cue) -> _Frame | None:
        i = cue.first - 1
        while self._word(i) and (phrases.is_adverb(self._word(i)) or self._word(i) in {"very", "quite"}):
            i -= 1
        if self._word(i) not in kind_words("be") | {"feel", "feels", "felt", "remains", "remained", "seemed"}:
            return None
        if cue.complement("adjective") == "clause" and self._word(cue.last) not in kind_words("clause") | {"to"}:
            return None
        source = self._subject(i - 1)
        return _Frame(cue, source, source[0], cue.last, "forward") if source else None

    def _nominal(self, cue: _Cue) -> _Frame | None:
        """A noun with its possessor or author and a complement ("the mayor's promise to")."""
        follows = self._word(cue.last)
        if follows in {"by", "from"}:
            author = phrases.after(self.words, cue.last + 1, self.last)
            if author and self._word(author[1]) in {"that", "to", "of", "about", "on"}:
                return _Frame(cue, author, cue.first, author[1], "forward")
            return None
        if follows not in {"that", "to", "of", "about", "for", "on", "over", "against", "regarding"}:
            return None
        i = cue.first - 1
        for _ in range(3):  # adjectives between
            word = self._word(i)
            if word in kind_words("possessive") and self.words.breaks[i]:
                return _Frame(cue, (i, i + 1), i, cue.last, "forward")
            if word in {"s", "'", "’"} and self.words.breaks[i] == 0:
                owner = i - 1 if word == "s" else i
                if self._word(owner) in {"'", "’"}:
                    source = phrases.before(self.words, owner - 1, self.first)
                    return _Frame(cue, source, source[0], cue.last, "forward") if source else None
            if not word.isalpha() or word in kind_words("determiner") | kind_words("preposition"):
                return None
            i -= 1
        return None

    def _verbal(self, cue: _Cue, previous: _Frame | None) -> _Frame | None:
        need = cue.complement("verb")
        i, passive, infinitive = cue.first - 1, False, False
        for _ in range(AUXILIARIES):
            word = self._word(i)
            if word in {"'", "’"} and not self.words.breaks[i] and self._word(i + 1) in kind_words("auxiliary"):
                i -= 1
            elif word == "s" and self._word(i - 1) in {"'", "’"} and not self.lower[cue.first].endswith(("s", "ed")):
                i -= 2
            elif word in kind_words("be"):
                passive = passive or not self.lower[cue.first].endswith("ing")
                i -= 1
            elif word == "to":
                infinitive = True
                break
            elif word in kind_words("auxiliary") or phrases.is_adverb(word):
                i -= 1
            else:
                break
        if not self._complemented(cue, need or "any"):
            return None
        if passive:
            return self._passive(cue)
        if infinitive:
            return None if previous is None else self._elided(cue, i, previous)
        before = self._word(i)
        form = self.lower[cue.first]
        if before in kind_words("coordinator") or (before == "," and form.endswith("ing")):
            return self._elided(cue, i, previous)
        if form.endswith("ing") and not before:
            return self._elided(cue, i, previous)
        if self._after_speech(i) and i == cue.first - 1:
            inverted = self._inverted(cue)
            if inverted is not None:
                return inverted
        if i < self.first:
            return None
        source = self._subject(i)
        if source is None:
            return self._elided(cue, i, previous) if form.endswith("ing") else None
        return self._placed(cue, source)

    def _complemented(self, cue: _Cue, need: str) -> bool:
        """Whether what follows is what the cue needs: a clause, an infinitive, anything."""
        if need == "any":
            return True
        follows = self._word(cue.last)
        clause = "clause" in need and (
            follows in kind_words("clause") or (follows in {",", ":"} and self._word(cue.last + 1) in MARKS)
            or (bool(follows) and self.words.shapes[cue.last] in phrases.TITLE_SHAPES
                and self._word(cue.last + 2) in kind_words("verb"))
        )  # fmt: skip
        return clause or ("infinitive" in need and follows == "to")

    def _after_speech(self, i: int) -> bool:
        """Whether speech may end with word `i`: a comma, or a closing quotation mark."""
        word = self._word(i)
        return word == "," or (word in MARKS and not self.quoted[i]) or word in {"!", "?"} or word in DASHES

    def _inverted(self, cue: _Cue) -> _Frame | None:
        """A subject behind its verb (", said the mayor")."""
        source = phrases.after(self.words, cue.last, self.last)
        if source is None or self._word(cue.last) in kind_words("clause"):
            return None
        source = self._with_apposition_after(source)
        if self._word(cue.first - 1) == ",":
            follows = self._word(source[1])
            if follows and follows not in {",", "."} | kind_words("adjunct") and follows not in MARKS:
                return None
        return _Frame(cue, source, cue.first, self._tail(source[1]) or source[1], "around")

    def _passive(self, cue: _Cue) -> _Frame | None:
        for i in range(cue.last, min(cue.last + BY, self.end)):
            if self.lower[i] == "by":
                source = phrases.after(self.words, i + 1, self.last)
                if source:
                    last = source[1] if i == cue.last else cue.last
                    return _Frame(cue, source, cue.first, last, "forward")
            if self.lower[i] in {"that", ","}:
                break
        return _Frame(cue, None, cue.first, cue.last, "forward")

    def _elided(self, cue: _Cue, i: int, previous: _Frame | None) -> _Frame | None:
        """A verb without a subject of its own ("..., adding that"): that of the frame or the clause before."""
        if previous is not None:
            source = previous.source
        else:
            source = phrases.after(self.words, self.first, self.last)
            if source and self._word(source[0]) in kind_words("clause") - kind_words("subject"):
                source = None
            source = self._with_apposition_after(source) if source else None
        if source is None:
            return None
        return _Frame(cue, source, max(i, self.first), cue.last, "forward", joined=True)

    def _subject(self, i: int) -> tuple[int, int] | None:
        """The subject whose last word, comma or bracket is word `i`."""
        if self._word(i) == ",":
            found = phrases.with_apposition(self.words, i, self.first, self.quoted)
            return found or phrases.before(self.words, i - 1, self.first)
        return phrases.before(self.words, i, self.first)

    def _placed(self, cue: _Cue, source: tuple[int, int]) -> _Frame:
        """A frame with the subject before its verb, ahead of the content or behind it."""
        tail = self._tail(cue.last)
        behind = source[0] > self.first + 1 and self._after_speech(source[0] - 1)
        if behind and tail is not None:
            return _Frame(cue, source, source[0], tail, "around")
        return _Frame(cue, source, source[0], cue.last, "forward")

    def _tail(self, i: int) -> int | None:
        """Where a frame ends that is put behind speech or into it: at a stop or comma, with listener, time and
        place before it; None where the cue's content follows."""
        word = self._word(i)
        if not word or i >= self.end or word in {",", ";"} | STOPS | DASHES:
            return i
        listener = word in {"me", "him", "her", "us", "them", "reporters", "supporters", "the", "a", "his"}
        told = self._word(i - 1) in kind_words("address")
        named = self.words.shapes[i] in phrases.TITLE_SHAPES and told
        if not (word in kind_words("adjunct") or phrases.is_adverb(word) or (told and listener) or named):
            return None
        for j in range(i + 1, min(i + ADJUNCT, self.end) + 1):
            word = self._word(j)
            if not word or j >= self.end or word in {",", ";"} | DASHES:
                return j
            if word in kind_words("clause") - {"there"} or word in {":"} or word in MARKS:
                return None
            if word in STOPS and not phrases.is_abbreviation(self.words, j):
                return j
        return None

    # contents

    def _contents(self, frames: list[_Frame]) -> list[tuple[int, int] | None]:
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

    def _begins_anew(self, frame: _Frame) -> bool:
        """Whether a frame is coordinated with what stands before it, and no part of it."""
        if frame.joined:
            return self._word(frame.first) in kind_words("coordinator") | {","}
        before = self._word(frame.first - 1)
        if before in {";"} | DASHES:
            return True
        return before in kind_words("coordinator") and self._word(frame.first - 2) in {","} | MARKS

    def _around(self, frame: _Frame, floor: int, limit: int) -> tuple[int, int] | None:
        first, last = floor, self._stripped(floor, frame.first)
        while first < last and (self.lower[first] in kind_words("coordinator") or self.lower[first] in {",", ";"}):
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

    def _forward(self, frame: _Frame, limit: int) -> tuple[int, int] | None:
        first = frame.last
        for i in range(first, min(first + ADJUNCT, limit)):
            word = self.lower[i]
            if word in {"that", ":"} or (word == "," and self._word(i + 1) in MARKS):
                first = i if word == "that" else i + 1
                break
            if word in MARKS or word in kind_words("verb") or word in kind_words("auxiliary"):
                break
        else:
            i = first
        if first == frame.last and self.lower[frame.last - 1] in kind_words("address"):
            listener = phrases.after(self.words, first, limit)
            if self._word(first) in {"me", "him", "them", "us", "her", "you"}:
                first += 1
            elif listener and self._word(listener[1]) in kind_words("clause") | {"to"}:
                first = listener[1]
        while first < limit and self.lower[first] in {",", ":", ";"}:
            first += 1
        limit = self._stripped(first, limit)
        return (first, limit) if first < limit else None

    def _stripped(self, first: int, last: int) -> int:
        """The end without commas and conjunctions that lead on."""
        last = _trimmed(self.words, first, last)
        while last > first and (self.lower[last - 1] in kind_words("coordinator") or self.lower[last - 1] == ","):
            last -= 1
        return last
