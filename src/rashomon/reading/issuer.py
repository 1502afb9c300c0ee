"""Who issued a document that an outlet reproduces: a communique, a press release, a police log.

Such a text names its author once, in a heading ("High Commission, press release of 3 May"), a formula ("The
Ministry of the Interior informs public opinion:") or a signature, and then tells everything without "said".
An outlet's own bulletin has no issuer: it is the publisher's word.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np

from rashomon.knowledge.names import fold
from rashomon.model import Claim, Voice
from rashomon.reading import phrases
from rashomon.reading.phrases import DASHES, kind_words
from rashomon.reading.sentences import PARAGRAPH
from rashomon.reading.tables import column, of_kind
from rashomon.reading.voices import quoted_words
from rashomon.reading.words import Words

LONGEST = 30  # words of a heading or a formula
SIGNATURE = 14  # words of a signature
NUMBERS = 6  # words between "communique" and "of" ("Communique No. 9 of the")
OPENING = 4  # words of a heading before "communique" ("Text of the second")
ADDRESSED = 5  # words between "informs" and "public"
AUTHORED = frozenset({"of", "by", "from"})
HYPHENS = DASHES | {"-"}
CLOSERS = frozenset({".", "!", "?"})
FIRST_PERSON = frozenset({"we", "our", "ours", "us"})
# What the issuer does by the document itself is told by the outlet that reproduces it.
OWN_ACTS = frozenset({"ACCUSE", "REQUEST", "REJECT", "THREATEN", "SUPPORT"})


class Issuer(NamedTuple):
    """The words that name it, `first` to one before `last`, and one past the heading or signature that they
    stand in (`end`); `signed`: behind the document, not ahead."""

    first: int
    last: int
    end: int
    signed: bool


def _kind(kind: str) -> frozenset[str]:
    return of_kind("document_words.csv", kind)


def find_issuer(words: Words, starts: Sequence[int], body: int) -> Iterator[Issuer]:
    """The noun phrases that may name the issuer, in the order in which they are to be believed: signatures
    of texts that say "we", then what the first sentence names, if it is a heading or a formula.

    `starts` are the first words of the sentences, `body` the offset where the text begins behind its
    dateline. Who reads must still see whether the words name a body, and one that is not the outlet.
    """
    first = int(words.starts.searchsorted(body))
    while first < len(words) and not words.lower[first][0].isalnum():
        first += 1
    for found in _signatures(words, first):
        yield Issuer(*found, found[1], signed=True)
    if first >= len(words):
        return
    after = bisect_right(starts, first)
    ends = [*starts[after : after + 2], len(words), len(words)]
    colon = next((i + 1 for i in range(first, ends[0]) if words.lower[i] == ":"), ends[0])
    if colon - first > LONGEST:
        return
    for found in _Head(words, first, colon, ends[0] if colon < ends[0] else ends[1]).issuers():
        yield Issuer(*found, colon, signed=False)


def with_issuer(claims: Iterable[Claim], voice: Voice, end: int, signed: bool) -> Iterator[Claim]:
    """The claims in their order, the publisher's laid in the mouth of the issuer: all before its signature,
    or all behind its heading until somebody else speaks, for from there on the outlet may have the word.
    Demands, charges, threats, refusals and praise (OWN_ACTS) stay the publisher's.

    `end` is the offset where heading or signature ends; who is named in it (an office of the issuer's) is the
    issuer.
    """
    start, issuing = voice.start or 0, True
    for claim in claims:
        said = claim.voice
        if said.start is not None and start <= said.start < end:
            issuing = True
            claim = msgspec.structs.replace(
                claim, voice=msgspec.structs.replace(voice, cue=said.cue, manner=said.manner)
            )
        elif said.kind != "publisher":
            issuing = signed or said.name == voice.name
        elif issuing and (claim.trigger.start < start) == signed and claim.type not in OWN_ACTS:
            claim = msgspec.structs.replace(claim, voice=voice)
        yield claim


class _Head:
    """The first sentence, words `first` to one before `last`, and where the one behind it ends."""

    def __init__(self, words: Words, first: int, last: int, following: int) -> None:
        self.words, self.lower = words, words.lower
        self.first, self.last, self.following = first, last, following
        self.ends_open = words.lower[last - 1] == ":"

    def issuers(self) -> Iterator[tuple[int, int]]:
        """By the forms of headings and formulas, in turn."""
        for form in (self._authored, self._headed, self._from, self._possessed, self._formula, self._release):
            found = form()
            if found is not None:
                yield found

    def _documents(self, first: int, last: int, behind: bool = False) -> list[int]:
        """The words there that name a document; "note", "release" and the like only beside a day or a number
        of the heading (with `behind`: of the sentence after it), or as "press release"."""
        beside = range(self.last, self.following) if behind else range(self.first, self.last)
        dated = any(self._dates(i) for i in beside)
        return [
            i
            for i in range(first, last)
            if _is_document(self.words, i) or (dated and self.lower[i] in _kind("everyday"))
        ]

    def _dates(self, i: int) -> bool:
        may = self.lower[i] == "may" and phrases.is_month(self.words, i)
        return self.lower[i][0].isdigit() or self.lower[i] in _kind("time") or may

    def _phrase(self, first: int, high: int) -> tuple[int, int] | None:
        """A noun phrase from word `first` on, without its determiner."""
        found = phrases.after(self.words, first, high)
        return _bare_phrase(self.words, *found) if found else None

    def _authored(self) -> tuple[int, int] | None:
        """ "Communique No. 9 of the General Staff", "Statement by the union"."""
        if not _verbless(self.words, self.first, self.last):
            return None
        for document in self._documents(self.first, self.last):
            if document - self.first > OPENING and self.lower[document - 1] != "[":
                continue
            for i in range(document + 1, min(document + NUMBERS, self.last)):
                hyphen = self.lower[i] == "-" and self.words.breaks[i]
                if self.lower[i] in AUTHORED | DASHES | {":"} or hyphen:
                    return self._phrase(i + 1, self.last)
        return None

    def _headed(self) -> tuple[int, int] | None:
        """ "High Commission, press release of 3 May", "Harbour police. Summary for Tuesday"."""
        if not _verbless(self.words, self.first, self.last):
            return None
        party = self._phrase(self.first, self.last)
        if party is None or self._documents(*party):
            return None
        if self.lower[min(party[1], self.last - 1)] not in HYPHENS | {",", ":", "."}:
            return None
        if self._documents(party[1], min(party[1] + OPENING + 1, self.last)):
            return party
        behind = self.following - self.last
        told = 0 < behind <= LONGEST // 2 and _verbless(self.words, self.last, self.following)
        named = told and self._documents(self.last, self.last + min(behind, 3), behind=True)
        return party if named else None

    def _from(self) -> tuple[int, int] | None:
        """ "From the coalition's naval headquarters"."""
        if self.lower[self.first] != "from" or not _verbless(self.words, self.first, self.last):
            return None
        party = self._phrase(self.first + 1, self.last)
        if party is None or _kind("office").isdisjoint(self.lower[party[0] : party[1]]):
            return None
        return party if self.lower[min(party[1], self.last - 1)] in {".", ":"} else None

    def _possessed(self) -> tuple[int, int] | None:
        """ "From the presidency's note for Tuesday:", "The governor's morning sheet:"."""
        if not self.ends_open and not _verbless(self.words, self.first, self.last):
            return None
        for document in self._documents(self.first, self.last):
            if owner := _owner(self.words, document, self.first):
                return _bare_phrase(self.words, *owner)
        return None

    def _formula(self) -> tuple[int, int] | None:
        """ "The Ministry of the Interior informs public opinion that ...", "The union makes known:"."""
        documents = self.ends_open and bool(self._documents(self.first, self.last))
        for i in range(self.first + 1, min(self.first + LONGEST, self.last)):
            word = self.lower[i]
            if word in _kind("opener"):
                told = {*self.lower[i + 1 : min(i + 2 + ADDRESSED, self.last)]}
                return self._phrase(self.first, i) if self.ends_open or told & _kind("addressee") else None
            if word in _kind("announcer") or (documents and word in _kind("teller")):
                return self._phrase(self.first, i) if self.ends_open else None
        return None

    def _release(self) -> tuple[int, int] | None:
        """ "The mission, in its evening release, had this for Tuesday"."""
        party = self._phrase(self.first, self.last)
        if party is None or self.lower[min(party[1], self.last - 1)] != "," or self.last - self.first > 20:
            return None
        close = next((j for j in range(party[1] + 1, self.last) if self.lower[j] == ","), self.last)
        if self.lower[party[1] + 1 : party[1] + 2] != ["in"] or not self._documents(party[1], close):
            return None
        told = (j for j in range(close, self.last - 1) if self.lower[j] == "this")
        return party if any(self.lower[j + 1] in {"for", "to", ":", "."} for j in told) else None


def _is_document(words: Words, i: int) -> bool:
    """Whether a word names a document by itself ("communique"), or with the word before it ("press
    release")."""
    if words.lower[i] in _kind("document"):
        return True
    return words.lower[i] in _kind("everyday") and i > 0 and words.lower[i - 1] in _kind("qualifier")


def _signatures(words: Words, first: int) -> Iterator[tuple[int, int]]:
    """A dash and a body of several words at the end of a paragraph ("- Valley Bureau, Workers' Front"), in a
    text that begins with word `first` and says "we" before it: a credit ("- AFP") signs nothing."""
    quoted: list[bool] = []
    ends = np.flatnonzero(words.breaks[1:] >= PARAGRAPH) + 1
    for last in (*ends.tolist(), len(words)):
        for i in range(last - 1, max(last - SIGNATURE, first), -1):
            if words.lower[i] not in HYPHENS or not words.breaks[i]:
                continue
            found = phrases.after(words, i + 1, last) if words.lower[i - 1] in CLOSERS else None
            found = _bare_phrase(words, *found) if found is not None else None
            if found is not None and found[1] - found[0] > 1 and _is_closing(words, found, last):
                quoted = quoted or quoted_words(words)
                said = (words.lower[j] for j in range(first, i) if not quoted[j])
                if not FIRST_PERSON.isdisjoint(said):
                    yield found
            break


def _is_closing(words: Words, found: tuple[int, int], last: int) -> bool:
    """Whether a noun phrase in capitals ends a paragraph, at most with further names behind a comma."""
    named = bool(words.capitals[found[1] - 1]) and _verbless(words, found[0], last)
    return named and (found[1] >= last or words.lower[found[1]] in {",", "(", "."})


@cache
def _finite() -> frozenset[str]:
    return kind_words("verb") | kind_words("be") | kind_words("auxiliary") - {"s"}


def _verbless(words: Words, first: int, last: int) -> bool:
    """Whether no finite verb of common use stands there; "May" is a month."""
    found = (i for i in range(first, last) if words.lower[i] in _finite())
    return all(words.lower[i] == "may" and phrases.is_month(words, i) for i in found)


class Authors:
    """Who wrote the documents that a text names; what is found is kept, for a text may name one often."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._named: dict[str, list[tuple[int, tuple[int, int]]]] = {}

    def of(self, document: int) -> tuple[int, int] | None:
        """The author of the document that word `document` names ("the press release said"), where the text
        has told: at the word itself, or where the same noun last stood as "a press release of the army" or
        "the army's press release". None where it has not, or the word names no document."""
        if not _is_document(self.words, document):
            return None
        own = self._at(document)
        if own is not None:
            return own
        noun = self.words.lower[document]
        if noun not in self._named:
            places = (i for i, word in enumerate(self.words.lower) if word == noun)
            named = ((i, self._at(i)) for i in places if _is_document(self.words, i))
            self._named[noun] = [(i, author) for i, author in named if author is not None]
        before = bisect_left(self._named[noun], (document, (0, 0)))
        return self._named[noun][before - 1][1] if before else None

    def _at(self, document: int) -> tuple[int, int] | None:
        if self.words.lower[document + 1 : document + 2] and self.words.lower[document + 1] in AUTHORED:
            high = min(document + 2 + SIGNATURE, len(self.words))
            cues = column("reporting_cues.csv", "cue")
            high = next((i for i in range(document + 2, high) if self.words.lower[i] in cues), high)
            found = phrases.after(self.words, document + 2, high)
        else:
            found = _owner(self.words, document, max(document - SIGNATURE, 0))
        return _bare_phrase(self.words, *found) if found is not None else None


def _owner(words: Words, noun: int, low: int) -> tuple[int, int] | None:
    """The possessor of a noun, up to two words between them ("the governor's morning sheet")."""
    for i in range(noun - 1, max(noun - 4, low + 1), -1):
        if words.lower[i] == "s" and words.lower[i - 1] in {"'", "’"}:
            return phrases.before(words, i - 2, low)
        if words.lower[i] in {"'", "’"} and not words.breaks[i] and words.lower[i - 1].endswith("s"):
            return phrases.before(words, i - 1, low)
    return None


def _bare_phrase(words: Words, first: int, last: int) -> tuple[int, int] | None:
    """A noun phrase without its determiner; None of a pronoun, and of a number."""
    if words.lower[first] in kind_words("subject"):
        return None
    while first < last and words.lower[first] in kind_words("determiner"):
        first += 1
    return (first, last) if first < last and words.lower[first][0].isalpha() else None


def is_outlet(name: str, publisher: str) -> bool:
    """Whether all words of a name are words of the outlet's."""
    small = kind_words("preposition") | kind_words("determiner") | {"and"}
    own = {*fold(name).split()} - small
    return bool(own) and own <= {*fold(publisher).split()}


def issuer_of(
    words: Words,
    starts: Sequence[int],
    body: int,
    publisher: str,
    is_body: Callable[[int, int], bool],
) -> Issuer | None:
    """The issuer, or None: the first of `find_issuer` that is a body (`is_body`) and not the outlet."""
    for found in find_issuer(words, starts, body):
        name = words.text[int(words.starts[found.first]) : int(words.ends[found.last - 1])]
        if not is_outlet(name, publisher) and is_body(found.first, found.last):
            return found
    return None
