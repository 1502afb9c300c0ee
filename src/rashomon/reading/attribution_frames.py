"""The frames of attributions: each cue of a sentence with its source, by the grammar around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rashomon.reading import phrases
from rashomon.reading.phrases import DASHES, MARKS, STOPS, kind_words
from rashomon.reading.tables import rows
from rashomon.reading.words import Words

ADJUNCT = 12  # words of time, place or listener behind a cue ("told reporters in Oslo on Friday")
AUXILIARIES = 6  # words between a subject and its verb
BY = 8  # words between a passive and its "by"
NAME = 6  # words of a speaker's name before a colon
APOSTROPHES = frozenset("'’")


@dataclass(frozen=True)
class Cue:
    first: int
    last: int
    kinds: tuple[tuple[str, str], ...]  # (verb, noun, adjective or preposition; complement)

    def complement(self, kind: str) -> str | None:
        return next((need for name, need in self.kinds if name == kind), None)


@dataclass(frozen=True)
class Frame:
    """A cue with its source, words `first` to one before `last`. `shape`: "forward" (the content follows),
    "around" (the content is the clause that it stands in)."""

    cue: Cue
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


def trimmed(words: Words, first: int, last: int) -> int:
    """The end without the marks that close a sentence, quotation marks kept."""
    while last > first and words.lower[last - 1] in {".", ",", ";", ":", "—", "–", "-"}:
        last -= 1
    return last


class Frames:
    """One sentence, or several that a quotation joins: words `first` to one before `last`."""

    def __init__(self, words: Words, first: int, last: int, quoted: list[bool]) -> None:
        self.words, self.lower, self.quoted = words, words.lower, quoted
        self.first, self.last = first, last
        self.end = trimmed(words, first, last)

    def frames(self) -> list[Frame]:
        """The frames of the cues outside quotation marks, in order, none within another."""
        script = self._script()
        frames = [script] if script is not None else []
        for cue in self._cues():
            frame = self._frame(cue, frames[-1] if frames else None)
            if frame is not None and (not frames or frame.cue.first >= frames[-1].cue.last):
                frames.append(frame)
        return frames

    def _cues(self) -> list[Cue]:
        table, found, i = _table(), [], self.first
        while i < self.last:
            options = {} if self.quoted[i] else table.get(self.lower[i], {})
            matches = [p for p in options if tuple(self.lower[i : min(i + len(p), self.last)]) == p]
            if matches:
                longest = max(matches, key=len)
                found.append(Cue(i, i + len(longest), options[longest]))
                i += len(longest)
            else:
                i += 1
        return found

    def _word(self, i: int) -> str:
        return self.lower[i] if self.first <= i < self.last else ""

    def _stops(self, i: int) -> bool:
        """Whether a sentence ends with word `i`."""
        return self._word(i) in STOPS and not phrases.is_abbreviation(self.words, i)

    def _frame(self, cue: Cue, previous: Frame | None) -> Frame | None:
        if cue.complement("preposition"):
            return self._prepositional(cue)
        if cue.complement("adjective"):
            return self._adjective(cue)
        if cue.complement("verb") and not (cue.complement("noun") and self._looks_like_noun(cue)):
            return self._verbal(cue, previous)
        return self._nominal(cue) if cue.complement("noun") else None

    def _looks_like_noun(self, cue: Cue) -> bool:
        """Whether a form that is verb and noun ("claim", "hopes") stands as a noun, by the word before it."""
        i = cue.first - 1
        before = self._word(i)
        if before in {"to", "who", "which"} or before in kind_words("auxiliary") - {"s"}:
            return False
        if phrases.is_adverb(before):
            return False
        if before in kind_words("subject") and before not in kind_words("determiner"):
            return False
        if before in kind_words("determiner") | kind_words("possessive") | kind_words("preposition"):
            return True
        if before in APOSTROPHES or (before == "s" and self._word(i - 1) in APOSTROPHES):
            return True
        form = self.lower[cue.first]
        if form.endswith("s"):  # he claims: a name before it makes a verb of it, an adjective does not
            return not before or self.words.shapes[i] not in phrases.TITLE_SHAPES
        return not before.endswith("s")

    def _script(self) -> Frame | None:
        """A speaker's name and a colon, as in the record of a debate."""
        for i in range(self.first + 1, min(self.first + NAME, self.last - 2)):
            if self.lower[i] == ":" and not self.quoted[i]:
                return Frame(Cue(i, i + 1, ()), (self.first, i), self.first, i + 1, "forward")
            if self.words.shapes[i - 1] not in phrases.TITLE_SHAPES and self.lower[i - 1] != ".":
                break
        return None

    def _prepositional(self, cue: Cue) -> Frame | None:
        source = phrases.after(self.words, cue.last, self.last)
        if source is None:
            return None
        source = self._with_apposition_after(source)
        return Frame(cue, source, cue.first, source[1], "around")

    def _with_apposition_after(self, source: tuple[int, int]) -> tuple[int, int]:
        """With an apposition behind a comma ("Ana Ruiz, the mayor of Vinces"), to the next comma or end."""
        comma = source[1]
        opens = self._word(comma + 1)
        named = self.words.shapes[source[1] - 1] in phrases.TITLE_SHAPES
        if self._word(comma) != "," or self.quoted[comma] or not named or opens in MARKS or not opens:
            return source
        determined = opens in kind_words("determiner") - {"that", "this"}
        barred = kind_words("conjunction") | kind_words("subject") | kind_words("adjunct")
        if not determined and (opens in barred or opens.endswith("ing") or phrases.is_adverb(opens)):
            return source
        for i in range(comma + 2, min(comma + phrases.APPOSITION, self.end) + 1):
            word = self._word(i)
            if word in kind_words("be") | kind_words("auxiliary") - {"s", "d", "t"} or word in MARKS:
                return source
            if i >= self.end or not word or word == "," or self._stops(i):
                return source[0], i
        return source

    def _adjective(self, cue: Cue) -> Frame | None:
        i = cue.first - 1
        while self._word(i) and (phrases.is_adverb(self._word(i)) or self._word(i) in {"very", "quite"}):
            i -= 1
        if self._word(i) not in kind_words("be") | {"feel", "feels", "felt", "remains", "remained", "seemed"}:
            return None
        clause = self._word(cue.last) in kind_words("clause") | {"to"}
        if cue.complement("adjective") == "clause" and not clause:
            return None
        source = self._subject(i - 1)
        return Frame(cue, source, source[0], cue.last, "forward") if source else None

    def _nominal(self, cue: Cue) -> Frame | None:
        """A noun with its possessor or author and a complement ("the mayor's promise to")."""
        follows = self._word(cue.last)
        if follows in {"by", "from"}:
            author = phrases.after(self.words, cue.last + 1, self.last)
            if author and self._word(author[1]) in {"that", "to", "of", "about", "on"}:
                return Frame(cue, author, cue.first, author[1], "forward")
            return None
        if follows not in {"that", "to", "of", "about", "for", "on", "over", "against", "regarding"}:
            return None
        i = cue.first - 1
        for _ in range(3):  # adjectives between
            word = self._word(i)
            if word in kind_words("possessive") and self.words.breaks[i]:
                return Frame(cue, (i, i + 1), i, cue.last, "forward")
            if word in {"s", "'", "’"} and self.words.breaks[i] == 0:
                owner = i - 1 if word == "s" else i
                if self._word(owner) in APOSTROPHES:
                    source = phrases.before(self.words, owner - 1, self.first)
                    return Frame(cue, source, source[0], cue.last, "forward") if source else None
            if not word.isalpha() or word in kind_words("determiner") | kind_words("preposition"):
                return None
            i -= 1
        return None

    def _verbal(self, cue: Cue, previous: Frame | None) -> Frame | None:
        need, form = cue.complement("verb"), self.lower[cue.first]
        i, passive, infinitive = cue.first - 1, False, False
        for _ in range(AUXILIARIES):
            word = self._word(i)
            short = word in APOSTROPHES and not self.words.breaks[i]
            if short and self._word(i + 1) in kind_words("auxiliary"):
                i -= 1
            elif word == "s" and self._word(i - 1) in APOSTROPHES and not form.endswith(("s", "ed")):
                i -= 2
            elif word in kind_words("be"):
                passive = passive or not form.endswith("ing")
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
            return self._elided(cue, i, previous)
        before = self._word(i)
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

    def _complemented(self, cue: Cue, need: str) -> bool:
        """Whether what follows is what the cue needs: a clause, an infinitive, anything."""
        if need == "any":
            return True
        follows = self._word(cue.last)
        clause = "clause" in need and (
            follows in kind_words("clause")
            or (follows in {",", ":"} and self._word(cue.last + 1) in MARKS)
            or self._bare_clause(cue.last)
        )
        return clause or ("infinitive" in need and follows == "to")

    def _bare_clause(self, i: int) -> bool:
        """Whether a noun phrase with a finite verb begins at word `i`: a clause without "that"."""
        subject = phrases.after(self.words, i, self.last)
        return subject is not None and self._word(subject[1]) in kind_words("verb")

    def _after_speech(self, i: int) -> bool:
        """Whether speech may end with word `i`: a comma, or a closing quotation mark."""
        word = self._word(i)
        return word == "," or (word in MARKS and not self.quoted[i]) or word in {"!", "?"} or word in DASHES

    def _inverted(self, cue: Cue) -> Frame | None:
        """A subject behind its verb (", said the mayor")."""
        source = phrases.after(self.words, cue.last, self.last)
        if source is None or self._word(cue.last) in kind_words("clause"):
            return None
        source = self._with_apposition_after(source)
        if self._word(cue.first - 1) == ",":
            if phrases.with_apposition(self.words, cue.first - 1, self.first, self.quoted):
                return None
            follows = self._word(source[1])
            if follows and follows not in {",", "."} | kind_words("adjunct") and follows not in MARKS:
                return None
        return Frame(cue, source, cue.first, self._tail(source[1]) or source[1], "around")

    def _passive(self, cue: Cue) -> Frame | None:
        for i in range(cue.last, min(cue.last + BY, self.end)):
            if self.lower[i] == "by":
                source = phrases.after(self.words, i + 1, self.last)
                if source and (i > cue.last or source[1] < self.end):
                    return Frame(cue, source, cue.first, source[1] if i == cue.last else cue.last, "forward")
                if source:  # nothing follows: what is said stands before
                    return Frame(cue, source, cue.first, source[1], "around")
            if self.lower[i] in {"that", ","}:
                break
        return Frame(cue, None, cue.first, cue.last, "forward")

    def _elided(self, cue: Cue, i: int, previous: Frame | None) -> Frame | None:
        """A verb without a subject of its own ("..., adding that"): that of the frame or clause before."""
        if previous is not None:
            source = previous.source
        else:
            source = phrases.after(self.words, self.first, self.last)
            if source and self._word(source[0]) in kind_words("clause") - kind_words("subject"):
                source = None
            source = self._with_apposition_after(source) if source else None
        if source is None:
            return None
        return Frame(cue, source, max(i, self.first), cue.last, "forward", joined=True)

    def _subject(self, i: int) -> tuple[int, int] | None:
        """The subject whose last word, comma or bracket is word `i`."""
        if self._word(i) == ",":
            found = phrases.with_apposition(self.words, i, self.first, self.quoted)
            return found or phrases.before(self.words, i - 1, self.first)
        return phrases.before(self.words, i, self.first)

    def _placed(self, cue: Cue, source: tuple[int, int]) -> Frame:
        """A frame with the subject before its verb, ahead of the content or behind it."""
        tail = self._tail(cue.last)
        behind = source[0] > self.first + 1 and self._after_speech(source[0] - 1)
        if behind and tail is not None:
            return Frame(cue, source, source[0], tail, "around")
        return Frame(cue, source, source[0], cue.last, "forward")

    def _tail(self, i: int) -> int | None:
        """Where a frame ends that is put behind speech or into it, None where the cue's content follows.

        It ends at a stop or comma, with listener, time and place before it.
        """
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
            if self._stops(j):
                return j
        return None
