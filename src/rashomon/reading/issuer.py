"""Who issued a document that an outlet reproduces: a communique, a press release, a police log.

Such a text names its author once, in a heading ("High Commission, press release of 3 May"), a formula ("The
Ministry of the Interior informs public opinion:") or a signature, and then tells everything without "said".
An outlet's own bulletin has no issuer: it is the publisher's word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from rashomon.model import Claim, Voice
from rashomon.reading import phrases
from rashomon.reading.phrases import DASHES, kind_words
from rashomon.reading.tables import of_kind
from rashomon.reading.words import Words

LONGEST = 30  # words of a heading or a formula
SIGNATURE = 14  # words of a signature
NUMBERS = 6  # words between "communique" and "of" ("Communique No. 9 of the")
OPENING = 4  # words of a heading before "communique" ("Text of the second")
PARAGRAPH = 3  # see `words.BREAKS`
AUTHORED = frozenset({"of", "by", "from"})
CLOSERS = frozenset({".", "!", "?", '"', "”", "»"})
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
    """The noun phrases that may name the issuer, in the order in which they are to be believed.

    `starts` are the first words of the sentences, `body` the offset where the text begins behind its
    dateline. Nothing is found in a text that opens like a report. Who reads must still see whether the words
    name a party, and one that is not the outlet.
    """
    first = int(words.starts.searchsorted(body))
    while first < len(words) and not words.lower[first][0].isalnum():
        first += 1
    for found in _signatures(words, first + SIGNATURE):
        yield Issuer(*found, found[1], signed=True)
    ends = [*(start for start in starts if start > first), len(words)]
    if first >= len(words):
        return
    colon = next((i + 1 for i in range(first, ends[0]) if words.lower[i] == ":"), ends[0])
    if colon - first > LONGEST:
        return
    for found in _Head(words, first, colon, ends[1] if len(ends) > 1 else ends[0]).issuers():
        yield Issuer(*found, colon, signed=False)


def with_issuer(claims: Iterable[Claim], voice: Voice, end: int, signed: bool) -> Iterator[Claim]:
    """The claims in their order, the publisher's laid in the mouth of the issuer: all before its signature,
    or all behind its heading until somebody else speaks, for from there on the outlet may have the word.

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

    def _documents(self, first: int, last: int) -> list[int]:
        return [i for i in range(first, last) if self.lower[i] in _kind("document")]

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
                if self.lower[i] in AUTHORED | DASHES | {":", "-"}:
                    return self._phrase(i + 1, self.last)
        return None

    def _headed(self) -> tuple[int, int] | None:
        """ "High Commission, press release of 3 May", "Harbour police. Summary for Tuesday"."""
        if not _verbless(self.words, self.first, self.last):
            return None
        party = self._phrase(self.first, self.last)
        if party is None or self._documents(*party):
            return None
        if self.lower[min(party[1], self.last - 1)] not in {",", ":", ".", "-"} | DASHES:
            return None
        if self._documents(party[1], min(party[1] + OPENING + 1, self.last)):
            return party
        behind = self.following - self.last
        told = 0 < behind <= LONGEST // 2 and _verbless(self.words, self.last, self.following)
        return party if told and self._documents(self.last, self.last + min(behind, 3)) else None

    def _from(self) -> tuple[int, int] | None:
        """ "From the coalition's headquarters.", "From the log of the harbour police"."""
        if self.lower[self.first] != "from" or not _verbless(self.words, self.first, self.last):
            return None
        party = self._phrase(self.first + 1, self.last)
        if party is None or self._documents(*party):
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
            if self.lower[i] in _kind("opener"):
                addressed = self.ends_open or not _kind("addressee").isdisjoint(self.lower[i : self.last])
                return self._phrase(self.first, i) if addressed else None
            if documents and self.lower[i] in {"said", "says", "reported", "reports", "gave", "gives"}:
                return self._phrase(self.first, i)
        return None

    def _release(self) -> tuple[int, int] | None:
        """ "The mission, in its evening release, had this for Tuesday."""
        party = self._phrase(self.first, self.last)
        if party is None or self.lower[min(party[1], self.last - 1)] != "," or self.last - self.first > 20:
            return None
        i = party[1] + 1
        if self.lower[min(i, self.last - 1)] not in {"in", "by"} or "this" not in self.lower[i : self.last]:
            return None
        close = next((j for j in range(i, self.last) if self.lower[j] == ","), self.last)
        return party if self._documents(i, close) else None


def _signatures(words: Words, low: int) -> Iterator[tuple[int, int]]:
    """A dash and a party that end a paragraph ("- Valley Bureau, Workers' Front"), from word `low` on."""
    ends = np.flatnonzero(words.breaks[1:] >= PARAGRAPH) + 1
    for last in (*ends.tolist(), len(words)):
        for i in range(last - 1, max(last - SIGNATURE, low), -1):
            if words.lower[i] in {"-", *DASHES} and words.breaks[i] and words.lower[i - 1] in CLOSERS:
                found = phrases.after(words, i + 1, last)
                if found is not None and bool(words.capitals[found[1] - 1]) and _verbless(words, i, last):
                    yield found
                break


def _verbless(words: Words, first: int, last: int) -> bool:
    """Whether no finite verb of common use stands there; "May" is a month."""
    finite = kind_words("verb") | kind_words("be") | kind_words("auxiliary") - {"s"}
    return all(words.word(i) == "May" for i in range(first, last) if words.lower[i] in finite)


class Authors:
    """Who wrote the documents that a text names; what is found is kept, for a text may name one often."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._named: dict[str, tuple[int, int] | None] = {}

    def of(self, document: int) -> tuple[int, int] | None:
        """The author of the document that word `document` names ("the press release said"), where the text
        tells: at the word itself, or where the same noun stands first as "a press release of the army" or
        "the army's press release". None where it does not, or the word names no document."""
        noun = self.words.lower[document]
        if noun not in _kind("document"):
            return None
        own = self._at(document)
        if own is None and noun not in self._named:
            found = (self._at(i) for i, word in enumerate(self.words.lower) if word == noun)
            self._named[noun] = next((author for author in found if author is not None), None)
        return own or self._named[noun]

    def _at(self, document: int) -> tuple[int, int] | None:
        if self.words.lower[document + 1 : document + 2] and self.words.lower[document + 1] in AUTHORED:
            high = min(document + 2 + SIGNATURE, len(self.words))
            found = phrases.after(self.words, document + 2, high)
        else:
            found = _owner(self.words, document, max(document - SIGNATURE, 0))
        return _bare_phrase(self.words, *found) if found is not None else None


def _owner(words: Words, noun: int, low: int) -> tuple[int, int] | None:
    """The possessor of a noun, up to two words between them ("the governor's morning sheet")."""
    for i in range(noun - 1, max(noun - 4, low + 1), -1):
        if words.lower[i] == "s" and words.lower[i - 1] in {"'", "’"}:
            return phrases.before(words, i - 2, low)
    return None


def _bare_phrase(words: Words, first: int, last: int) -> tuple[int, int] | None:
    """A noun phrase without its determiner; None of a pronoun, and of a number."""
    if words.lower[first] in kind_words("subject"):
        return None
    while first < last and words.lower[first] in kind_words("determiner"):
        first += 1
    return (first, last) if first < last and words.lower[first][0].isalpha() else None


def is_outlet(name: str, publisher: str) -> bool:
    """Whether a name shares most of its words with the outlet's: then the outlet is the issuer."""
    small = kind_words("preposition") | kind_words("determiner") | {"and", "s"}
    own = {*_bare(name)} - small
    return 2 * len(own & {*_bare(publisher)}) > len(own)


def _bare(name: str) -> list[str]:
    return name.casefold().replace("'", " ").replace("’", " ").replace(",", " ").replace("-", " ").split()


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
