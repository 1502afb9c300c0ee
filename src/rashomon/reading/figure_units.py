"""What a number measures, and the head of what it counts.

Only a "count" is a figure of people or things; ages, hours, sums of money, percentages, lengths, road
numbers, calibres and scores are told apart here by the words beside the number.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from rashomon.model import Span, span_of

from .date_context import is_year
from .date_words import GAP
from .figure_words import nouns, number_value, units

QuantityKind = Literal[
    "count", "money", "percent", "age", "year", "ordinal", "measure", "duration", "distance", "time"
]

_NUMBERED = re.compile(
    r"(?i:\b(?:resolution|article|flight|route|highway|road|room|block|unit|number|no|nos|bulletin|page|chapter|"
    r"section|camp|gate|pier|post|platform|line|hill|point|sector|zone|ward|district|terminal|channel|class|grade|"
    r"protocol|law|decree|act|case|item|rule|clause|paragraph|annex|figure|table|berth|pit|shaft|bus|train|tower|"
    r"building|apartment|house|street|avenue|km|boulevard|squadron|brigade|battalion|division|regiment|group|phase|"
    r"stage|round|level|category|size|rocket|area|station|checkpoint|hall|well|dock|lane|"
    r"mile|pk))\.?[ \t\xa0]\Z"
)
ORDINAL_AFTER = re.compile(r"(?:st|nd|rd|th)\b", re.ASCII)
_METRES = re.compile(r"\d\s?m\Z", re.ASCII)
_CURRENCY = re.compile(r"(?:[$€£¥₹₽₺₴]|\b(?:USD|EUR|GBP|Rs|US\$|C\$|A\$|NZ\$|RM|CHF|KSh|Sh)\.?)[ \t]?\Z")
_TIME_AFTER = re.compile(r"[ \t]?(?:a\.?m\b|p\.?m\b|o['’]clock|GMT|UTC|hrs\b|h\b)", re.ASCII | re.IGNORECASE)
_AGE_AFTER = re.compile(r"[- ](?:year|month|week|day)s?[- ]old\b", re.ASCII | re.IGNORECASE)
_AGE_BEFORE = re.compile(r"(?:\baged|\bage|\bages|\baged between|\bage of)[ \t]\Z", re.IGNORECASE)
_NAME_COMMA = re.compile(
    r"(?:[A-Z][\w'’-]+|\b(?:son|daughter|man|woman|boy|girl|brother|sister|wife|husband)),[ ]\Z"
)
_CLOCK_AFTER = re.compile(r"[ ]in[ ]the[ ](?:morning|afternoon|evening)\b", re.ASCII)
_CLOCK_BEFORE = re.compile(r"\b(?:at|until|half past|quarter past|quarter to)[ ]\Z", re.ASCII | re.IGNORECASE)
_PUT_AT = re.compile(
    r"\b(?:put|puts|stood|stands|number|numbers|numbered|toll|estimated|estimates|set|dead|count|total)\b"
)
BETWEEN_WORDS = re.compile(r"[ \t\xa0]{1,3}(?:\r?\n[ \t]{0,3})?|\r?\n[ \t]{0,3}")
TOKEN = re.compile(r"[^\W\d_](?:[^\W_]|['’](?!s\b)|-(?=\w)|\.(?=\w)){0,30}")


def unit_of_number(text: str, match: re.Match[str]) -> QuantityKind:
    start, end = match.start("one"), match.end()
    before, after = text[max(0, start - 24) : start], text[end : end + 24]
    if before.endswith(("-", "#", "№", "/", "+", "°")) or before[-1:].isalnum():
        return "ordinal"  # "Su-27", "AK-47"
    if _CURRENCY.search(before):
        return "money"
    if after.startswith("%"):
        return "percent"
    digits = match["one"].isdigit()
    if (after[:1] in (":", "h") and after[1:3].isdigit()) or (
        before.endswith(":") and before[-2:-1].isdigit()
    ):
        return "time"
    if _TIME_AFTER.match(after) or _CLOCK_AFTER.match(after):
        return "time"
    if (
        _CLOCK_BEFORE.search(before)
        and (number_value(match["one"]) or 99) <= 12
        and head_after(text, end) is None
    ):
        at_a_figure = _PUT_AT.search(text, max(0, start - 70), start)
        return "count" if at_a_figure else "time"
    if (
        _AGE_AFTER.match(after)
        or re.match(r"[ ](?:year|month)s?[ ]of[ ]age", after)
        or _AGE_BEFORE.search(before)
    ):
        return "age"
    if digits and ORDINAL_AFTER.match(after):
        return "ordinal"
    if _METRES.search(match["one"]) and not _many(text, end):  # "a 3m fence", but "2m refugees"
        return "distance"
    if _NUMBERED.search(before) and not match["mod"] and head_after(text, end) is None:
        return "ordinal"
    # "John Doe, 34, said": an age; "in Omdurman, 3, ..." hardly ever is one
    aged = digits and 3 < int(match["one"]) < 120 and after.startswith((",", "."))
    if aged and _NAME_COMMA.search(before):
        return "age"
    if digits and len(match["one"]) == 4 and not match["mod"] and is_year(text, start, match.end("one")):
        return "year"
    if (digits and len(match["one"]) >= 9) or re.match(r"[-.]\d{3}", after):
        return "measure"  # a telephone number, an account
    line = before.rpartition("\n")[2]
    if (
        digits
        and not line.strip()
        and re.match(r"[.)][ \t]", after)
        and (start == len(line) or "\n" in before or start < 4)
    ):
        return "ordinal"  # the number of an item in a list
    return _by_noun(text, end)


_FILLER = re.compile(
    rf"(?P<hyphen>-)|(?:{GAP})(?:(?:or{GAP}so|more|extra|further|full|consecutive|straight|long|[A-Z][\w.]{{1,12}}){GAP})?"
)


def _many(text: str, end: int) -> bool:
    """Whether a plural of people or things is counted at `end`."""
    head = head_after(text, end)
    return head is not None and head.text.lower() in nouns(
        "person", "damage", "casualty", "force", singular=False
    )


def _by_noun(text: str, end: int) -> QuantityKind:
    """What the next word says that the number measures: "two days", "a 300-metre line", "2 billion US
    dollars".
    """
    gap = _FILLER.match(text, end)
    if not gap:
        return "count"
    rest = text[gap.end() : gap.end() + 32].lower()
    for pattern in (r"[a-z]+ [a-z]+", r"[a-z]+"):
        words = re.match(pattern, rest, re.ASCII)
        kind = units().get(words[0]) if words else None
        if words is None or kind is None:
            continue
        plural = words[0] in _plural_units()
        if kind == "ordinal":
            return "measure" if plural else "count"
        if plural or gap["hyphen"] or text[max(0, end - 8) : end].rstrip().lower().endswith(("one", "1")):
            return kind  # type: ignore[return-value]
    return "count"


@cache
def _plural_units() -> frozenset[str]:
    return nouns(*(f"unit:{kind}" for kind in set(units().values())), singular=False)


def head_after(text: str, end: int) -> Span | None:
    """The head of what is counted after a number: "officers" in "police officers", "the police officers"."""
    position = end
    lead = re.match(
        rf"{GAP}of{GAP}(?:(?:the|its|his|her|their|these|those|our){GAP})?|-(?=[a-z])", text[end : end + 24]
    )
    if lead:
        position = end + lead.end() - (1 if not lead[0].endswith("-") else 0)
    best: Span | None = None
    for step in range(5):
        gap = BETWEEN_WORDS.match(text, position)
        if gap:
            position = gap.end()
        elif step or not (lead and lead[0] == "-"):
            break
        word = TOKEN.match(text, position)
        if not word:
            break
        lower = word[0].lower()
        known = lower in _counted()
        if lower in nouns("stop") and not known:
            break
        if best is not None and lower in ("dead", "wounded", "injured", "missing"):
            break
        if known or (lower.endswith("s") and not lower.endswith(("ss", "us", "is")) and len(lower) > 3):
            best = span_of(text, word.start(), word.end())
        elif best is not None:
            break
        position = word.end()
    return best


@cache
def _counted() -> frozenset[str]:
    return nouns("person", "damage", "casualty", "group", "force", "event")
