"""Noun phrases around a word, by closed word lists alone: who speaks, with title and apposition.

No part of speech is known here. A phrase ends at what cannot stand in one (auxiliaries, pronouns,
conjunctions, finite verbs of common use); every search is bounded, so that a text is read in linear time.
"""

from __future__ import annotations

from functools import cache

from rashomon.reading.tables import of_kind
from rashomon.reading.words import Words

REACH = 16  # words of one simple phrase
APPOSITION = 30  # words between the commas of an apposition
JOINTS = 3  # prepositional phrases within one noun phrase
PAIRS = {")": "(", "]": "["}
OPEN_MARKS, CLOSE_MARKS = frozenset("“«„‟"), frozenset("”»")
MARKS = OPEN_MARKS | CLOSE_MARKS | {'"'}
STOPS = frozenset(".!?;")
DASHES = frozenset("—–")
NOT_ADVERBS = frozenset(
    ["family", "ally", "early", "july", "italy", "assembly", "rally", "bully", "elderly", "only"]
)
SHORT = frozenset(["sen", "rep", "gov", "jr", "sr", "lt", "st", "no", "inc", "corp", "co"])
TITLE_SHAPES = (2, 3, 4)
BEFORE_MONTHS = frozenset(
    ["in", "of", "since", "by", "until", "till", "last", "next", "early", "late", "mid"]
)


@cache  # asked for at every word
def kind_words(kind: str) -> frozenset[str]:
    """The closed words of one kind. Raises InstallationError where the table is missing."""
    return of_kind("attribution_words.csv", kind)


@cache
def _abbreviations() -> frozenset[str]:
    return of_kind("closed_words.csv", "abbreviation")


@cache
def _outside() -> frozenset[str]:
    """Words that no simple noun phrase holds."""
    kinds = ("be", "auxiliary", "preposition", "conjunction", "verb", "time")
    pronouns = kind_words("subject") - kind_words("determiner")
    adverbs = kind_words("adverb") - {"all", "both", "more", "most", "first"}
    found = frozenset[str]().union(*(kind_words(kind) for kind in kinds)) | pronouns | adverbs
    return found - {"s", "like", "past", "march", "may", "t", "d", "m", "n", "re", "ll", "ve", "that"}


@cache
def _openers() -> frozenset[str]:
    """Words that begin a noun phrase."""
    return kind_words("determiner") | kind_words("possessive")


def is_adverb(word: str) -> bool:
    """Whether a word may stand between a subject and its verb."""
    return word in kind_words("adverb") or (len(word) > 4 and word.endswith("ly") and word not in NOT_ADVERBS)


def is_month(words: Words, may: int) -> bool:
    """Whether the word "may" at `may` is the month: by its capital, where capitals tell, or by a number or a
    preposition beside it."""
    beside = [words.lower[i] for i in (may - 1, may + 1) if 0 <= i < len(words)]
    if any(word[0].isdigit() for word in beside):
        return True
    before = words.lower[may - 1] if may else ""
    return words.word(may) == "May" or before in BEFORE_MONTHS


def is_abbreviation(words: Words, dot: int) -> bool:
    """Whether a full stop belongs to a title or an initial ("Sen.", "J.", "U.S.")."""
    if dot == 0 or words.breaks[dot]:
        return False
    before = words.word(dot - 1)
    return (len(before) == 1 and before.isupper()) or before.lower() in _abbreviations() | SHORT


def inner(words: Words, i: int) -> bool:
    """Whether word `i` may stand within a simple noun phrase."""
    word = words.lower[i]
    if word in {"-", "'", "’", "&", "/", "#", "@", "%", "$"}:
        return True
    if word == ".":
        return is_abbreviation(words, i)
    if not word[0].isalnum():
        return False
    if word in _outside():
        return word == "us" and words.shapes[i] == 3
    return not is_adverb(word)


def simple_before(words: Words, last: int, low: int) -> int | None:
    """Where the simple phrase begins whose last word is `last`; None where none ends there."""
    i = last
    while i >= low and last - i < REACH and inner(words, i):
        if words.lower[i] in _openers() and words.breaks[i]:
            i -= 1
            break
        i -= 1
    first = i + 1
    while first <= last and words.lower[first] in {"-", "'", "’", "s", "/", "."}:
        first += 1
    return first if first <= last else None


def is_boundary(words: Words, i: int, low: int) -> bool:
    """Whether a clause may begin at word `i`."""
    if i <= low:
        return True
    before = words.lower[i - 1]
    return not before[0].isalnum() or before in kind_words("conjunction")


def before(words: Words, last: int, low: int) -> tuple[int, int] | None:
    """The noun phrase that ends with word `last` (which may be a pronoun), from word `low` on."""
    if last < low:
        return None
    word = words.lower[last]
    if word in kind_words("subject"):
        return (last, last + 1) if word != "that" else None
    if word in PAIRS:
        opening = _opened(words, last, low)
        if opening is None or opening <= low or words.lower[opening - 1] in PAIRS:
            return None
        head = before(words, opening - 1, low)
        return (head[0], last + 1) if head else None
    first = simple_before(words, last, low)
    if first is None:
        return None
    settled = first
    for _ in range(JOINTS):
        if first - 2 < low:
            break
        joint = words.lower[first - 1]
        if joint not in kind_words("joining") and joint not in {"and", "or"}:
            break
        longer = simple_before(words, first - 2, low)
        if longer is None:
            break
        if joint == "of" or is_boundary(words, longer, low):
            settled = longer
        elif words.lower[longer - 1] not in kind_words("joining"):
            break
        first = longer
    return settled, last + 1


def _opened(words: Words, closing: int, low: int) -> int | None:
    mark = PAIRS[words.lower[closing]]
    for i in range(closing - 1, max(low, closing - REACH) - 1, -1):
        if words.lower[i] == mark:
            return i
    return None


def with_apposition(words: Words, comma: int, low: int, quoted: list[bool]) -> tuple[int, int] | None:
    """The noun phrase whose apposition or relative clause ends before the comma at `comma`
    ("Ana Ruiz, who led the strike,"). The apposition belongs to the phrase, a relative clause does not."""
    for i in range(comma - 1, max(low, comma - APPOSITION) - 1, -1):
        if words.lower[i] in STOPS and not is_abbreviation(words, i):
            return None
        if words.lower[i] == "," and not quoted[i]:
            head = before(words, i - 1, low)
            if head is None or not is_boundary(words, head[0], low):
                continue
            opens = words.lower[i + 1]
            if opens in kind_words("coordinator") or opens in kind_words("subject") - {"who", "which"}:
                return None
            relative = opens in {"who", "which", "whose"} or opens.endswith("ing")
            return head[0], i if relative else comma
    return None


def after(words: Words, first: int, high: int) -> tuple[int, int] | None:
    """The noun phrase that begins with word `first`, with its prepositional phrases, up to word `high`."""
    if first >= high:
        return None
    if words.lower[first] in kind_words("subject") and words.lower[first] not in kind_words("determiner"):
        return (first, first + 1)
    end = _simple_after(words, first, high)
    if end == first:
        return None
    for _ in range(JOINTS):
        if end >= high or words.lower[end] not in {"of", "for", "from", "at", "with", "and", "in"}:
            break
        joint = words.lower[end]
        following = _simple_after(words, end + 1, high)
        clause = joint == "and" and following < high and words.lower[following][0].isalnum()
        if following == end + 1 or clause:
            break
        if joint in {"in", "at"} and words.shapes[end + 1] not in TITLE_SHAPES:
            break
        end = following
    return first, end


def _simple_after(words: Words, first: int, high: int) -> int:
    i = first
    while i < high and i - first < REACH and inner(words, i):
        if i > first and words.breaks[i] and words.lower[i] in _openers():
            break
        i += 1
    return i
