"""Find the figures of a report: how many, between which bounds, and of whom.

Every number is found and told apart by what it counts; only those of kind "count" are figures of people and
things. Bounds are those of the accounts set: "dozens" is 24 or more, "at least five" 5 or more, "nearly 20"
up to 20, "about 50" 45 to 55, "no" and "none" nought. A lone "a policeman" counts one where the noun is in
the table of counted nouns (people, and what is damaged); plain plurals count nothing.

Thousands may be set off by a comma, a space or nothing; "1.200" is 1,200 only before a counted noun,
otherwise it is a decimal and no count.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from rashomon.knowledge.tries import trie
from rashomon.model import Span, span_of

from .date_grammar import scan
from .date_words import GAP
from .figure_units import BETWEEN_WORDS, ORDINAL_AFTER, TOKEN, QuantityKind, head_after, unit_of_number
from .figure_words import (
    Bounds,
    about,
    bound_words,
    nouns,
    number_pattern,
    number_value,
    number_words,
    vague_words,
)


class Quantity(msgspec.Struct, frozen=True):
    """A number of a text. `start`..`end` spans the words of the number with what bounds it ("at least five").

    `low` and `high` are its bounds, None where open; both None where it is not a whole number. `whom` is
    the head of what is counted ("officers"), where it follows. `unit` says what the number measures: use
    "count" for figures.
    """

    text: str
    start: int
    end: int
    low: int | None
    high: int | None
    whom: Span | None
    unit: QuantityKind


_PARTICLE = re.compile(
    r"\b(?:hand|hands|handed|handing|turn|turned|turning|take|taken|took|taking)[ ]\Z", re.IGNORECASE
)
_FROM = re.compile(r"(?<!ranging)(?<!anything)[ ]from[ ]\Z")


@cache
def _begins() -> str:
    """What must stand where a quantity begins: a digit, or the first word of a number or of what bounds one.
    A look ahead that most places fail at once."""
    numbers = [*number_words("cardinal"), *number_words("tens"), "a", "half"]
    words = [*bound_words(), *vague_words(), *numbers, "the"]
    firsts = trie({re.split(r"[\s-]", word)[0].lower() for word in words})
    return rf"(?=[\d~]|{firsts})"


@cache
def _quantity() -> re.Pattern[str]:
    number = number_pattern()
    modifier = "|".join(
        re.escape(m).replace(r"\ ", GAP) for m in sorted(bound_words(), key=lambda word: (-len(word), word))
    )
    vague = "|".join(
        re.escape(v).replace(r"\ ", GAP) for v in sorted(vague_words(), key=lambda w: (-len(w), w))
    )
    return re.compile(
        rf"(?<![\w.,/$€£]){_begins()}"
        rf"(?:(?P<mod>(?:{modifier}))(?:{GAP}|~)|(?P<tilde>~)[ ]?)?(?:the{GAP}(?=\d))?"
        rf"(?:(?P<vague>{vague})(?![\w-])|(?P<one>{number})"
        rf"(?:(?P<link>[-–—]|{GAP}[–]{GAP}|{GAP}(?:to|or|and){GAP}(?:(?:about|some){GAP})?)(?P<two>{number}))?)"
        rf"(?P<after>{GAP}or{GAP}(?:more|so|fewer|less)\b|{GAP}at{GAP}(?:the{GAP})?(?:most|least)\b"
        r"|\+|[- ]odd\b|[- ]plus\b|[- ]strong\b)?",
        re.IGNORECASE | re.ASCII,
    )


@cache
def _lone() -> re.Pattern[str]:
    """ "a policeman", "no one", "no Serb soldier", "none": one, or nought, without a number."""
    return re.compile(
        rf"(?<![\w'’-])(?:(?P<zero>nobody|no{GAP}one|no-one|none|not{GAP}one|not{GAP}a{GAP}single|not{GAP}a|zero|no|nil)|"
        rf"(?P<any>anyone|anybody|any(?:{GAP}other)?)|(?P<one>an|a|another|one|a{GAP}single))(?![\w'’-])",
        re.IGNORECASE | re.ASCII,
    )


def find_figures(text: str) -> list[Quantity]:
    """Numbers of `text` in order, none overlapping, each with its bounds and what it counts.

    Numbers that belong to a date expression are left to `dates`. Never raises; linear in the length of the
    text.
    """
    taken = [(e.start, e.end) for e in scan(text)]
    found: list[Quantity] = []
    place = 0
    for match in _quantity().finditer(text):
        while place < len(taken) and taken[place][1] <= match.start():
            place += 1
        if place < len(taken) and taken[place][0] <= match.start() and match.end() <= taken[place][1]:
            continue  # a number of a date, whatever it counts
        found.extend(_numbers(text, match))
    for match in _lone().finditer(text):
        quantity = _lone_quantity(text, match)
        if quantity is not None:
            found.append(quantity)
    return _disjoint(sorted(found, key=lambda q: (q.start, -q.end)), taken)


def _disjoint(found: list[Quantity], taken: list[tuple[int, int]]) -> list[Quantity]:
    """The quantities that neither overlap an earlier one nor lie in a date expression."""
    kept: list[Quantity] = []
    place = 0
    for quantity in found:
        if kept and quantity.start < kept[-1].end:
            continue
        while place < len(taken) and taken[place][1] <= quantity.start:
            place += 1
        if place < len(taken) and taken[place][0] < quantity.end:
            continue
        kept.append(quantity)
    return kept


# ---- numbers ----


def _numbers(text: str, match: re.Match[str]) -> list[Quantity]:
    start, end = match.start(), match.end()
    if (text[end : end + 1].isalpha() and not ORDINAL_AFTER.match(text, end)) or (
        match["one"] and text[end : end + 1].isdigit()
    ):
        return []
    modifier = " ".join((match["mod"] or "").lower().split())
    if modifier == "over" and _PARTICLE.search(text[max(0, start - 16) : start]):  # "handed over nine men"
        modifier = ""
        start = match.start("vague") if match["vague"] else match.start("one")
    if match["vague"]:
        bounds: Bounds = vague_words()[" ".join(match["vague"].lower().split())]
        how = _after(match["after"]) or bound_words().get(modifier, "")
        return [_made(text, start, end, _bounded(bounds, how), "count")]
    unit = unit_of_number(text, match)
    if match["two"] and not _is_range(text, match, modifier):
        first = (match.start(), match.end("one"), _value(text, match["one"], match.end("one")))
        second = (match.start("two"), match.end("two"), _value(text, match["two"], match.end("two")))
        how = bound_words().get(modifier, "")
        return [
            _made(text, first[0], first[1], _bounded((first[2], first[2]), how), unit),
            _made(text, second[0], second[1], (second[2], second[2]), unit),
        ]
    one = _value(text, match["one"], match.end("one"))
    if match["two"]:
        two = _value(text, match["two"], match.end("two"))
        if (
            one is not None
            and two is not None
            and one < 100 <= 1000 <= two
            and one * 1000 <= two
            and "-" in (match["link"] or "")
        ):
            one *= 1000  # "2-3,000"
        bounds = (one, two) if one is not None and two is not None and one < two else (one, one)
        if one is not None and two is not None and one >= two and unit == "count":
            unit = "measure"  # a score: "3-1"
        return [_made(text, start, end, bounds, unit)]
    how = _after(match["after"]) or ("about" if match["tilde"] else bound_words().get(modifier, ""))
    return [_made(text, start, end, _bounded((one, one), how), unit)]


def _value(text: str, words: str, end: int) -> int | None:
    if re.fullmatch(r"\d{1,3}\.\d{3}", words, re.ASCII) and head_after(text, end) is not None:
        return int(words.replace(".", ""))
    return number_value(words)


def _after(words: str | None) -> str:
    if not words:
        return ""
    word = words.lower().split()[-1].lstrip("-")
    return {
        "more": "low",
        "+": "low",
        "plus": "low",
        "least": "low",
        "most": "high",
        "so": "about",
        "odd": "about",
        "fewer": "high",
        "less": "high",
    }.get(word, "exact")


def _bounded(bounds: Bounds, how: str) -> Bounds:
    low, high = bounds
    if how == "low":
        return low, None
    if how == "high":
        return None, high if high is not None else low
    if how == "about" and low is not None and low == high and low > 1:
        return about(low)
    return bounds


def _is_range(text: str, match: re.Match[str], modifier: str) -> bool:
    """Whether two linked numbers bound one figure; "five and three" do only after "between".

    A toll raised "from 11 to 15" is two figures.
    """
    word = match["link"].strip().lower().split()[:1]
    if word == ["to"] and _FROM.search(text[max(0, match.start() - 16) : match.start()]):
        return False
    return modifier == "between" if word == ["and"] else True


def _made(text: str, start: int, end: int, bounds: Bounds, unit: QuantityKind) -> Quantity:
    head = head_after(text, end) if unit == "count" else None
    if unit == "count" and bounds == (None, None):
        unit = "measure"
    return Quantity(text[start:end], start, end, bounds[0], bounds[1], head, unit)


# ---- one and none, without a number ----

_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|no|not|never|nor|without|neither)\b[^.!?;\n]{0,90}\Z|n['’]t\b[^.!?;\n]{0,90}\Z"
)


def _lone_quantity(text: str, match: re.Match[str]) -> Quantity | None:
    start, end = match.start(), match.end()
    zero = match["zero"]
    if zero:
        word = " ".join(zero.lower().split())
        if word in ("nobody", "no one", "no-one", "none", "nil"):
            return Quantity(text[start:end], start, end, 0, 0, None, "count")
        head = _lone_head(text, end, plural=True)
        return Quantity(text[start:end], start, end, 0, 0, head, "count") if head else None
    if match["any"]:
        if not _DENIED.search(text[max(0, start - 90) : start]):
            return None
        alone = match["any"].lower() in ("anyone", "anybody")
        head = None if alone else _lone_head(text, end, plural=True)
        return Quantity(text[start:end], start, end, 0, 0, head, "count") if head or alone else None
    head = _lone_head(text, end, plural=False)
    if head is None:
        return None
    both = _pair(text, head)
    number = 2 if both else 1
    return Quantity(text[start:end], start, end, number, number, both or head, "count")


_AND_ONE = re.compile(r"[ ]and[ ]([a-z]{3,14})(?![\w'’-])", re.ASCII)


def _pair(text: str, head: Span) -> Span | None:
    """ "a brother and sister" are two; "a teacher and trade unionist" is one."""
    second = _AND_ONE.match(text, head.end)
    if second is None or not {head.text.lower(), second[1]} <= nouns("pair", plural=False):
        return None
    return span_of(text, head.start, second.end(1))


def _lone_head(text: str, end: int, *, plural: bool) -> Span | None:
    """The counted noun within four words after "a" or "no", unless it is part of a longer name of another
    thing.
    """
    known = nouns("person", "damage", "casualty", "force", plural=plural)
    position, best = end, None
    for _ in range(4):
        gap = BETWEEN_WORDS.match(text, position)
        word = TOKEN.match(text, gap.end()) if gap else None
        if word is None:
            break
        lower = word[0].lower()
        if lower in known:
            best = span_of(text, word.start(), word.end())
        elif best is not None:
            return None if lower in nouns("tail", plural=False) else best
        elif lower in nouns("stop"):
            break
        position = word.end()
    if best is not None and text[best.end : best.end + 2] in ("'s", "’s", "s'", "s’"):
        return None
    return best


__all__ = ["Quantity", "QuantityKind", "find_figures"]
