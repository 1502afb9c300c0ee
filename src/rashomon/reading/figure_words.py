"""Number words and counted nouns, and the pattern of a number: what `figures` is made from."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from .date_words import GAP, table

Bounds = tuple[int | None, int | None]


@cache
def number_words(kind: str) -> dict[str, int]:
    """Number words of a kind (cardinal, tens, scale, scale_short, ordinal) and what they stand for."""
    return {row["word"]: int(row["low"]) for row in table("number_words.csv") if row["kind"] == kind}


@cache
def vague_words() -> dict[str, Bounds]:
    """ "several", "a dozen", "hundreds" and the like, with their bounds."""
    rows = [row for row in table("number_words.csv") if row["kind"] == "vague"]
    return {row["word"]: (int(row["low"]), int(row["high"]) if row["high"] else None) for row in rows}


@cache
def bound_words() -> dict[str, str]:
    """Words before a number that bound it: "at least" is low, "up to" high, "some" about, "exactly" exact."""
    return {
        row["word"]: row["kind"][6:] for row in table("number_words.csv") if row["kind"].startswith("bound:")
    }


@cache
def nouns(*kinds: str, singular: bool = True, plural: bool = True) -> frozenset[str]:
    """Counted nouns of some kinds (person, damage, casualty, group, force, event, tail), in lower case."""
    rows = [row for row in table("figure_nouns.csv") if row["kind"] in kinds]
    ones = {row["singular"] for row in rows if singular}
    return frozenset((ones | {row["plural"] for row in rows if plural}) - {""})


@cache
def units() -> dict[str, str]:
    """Nouns of measure and what they measure: money, percent, distance, measure, duration, ordinal
    (fractions).
    """
    rows = [row for row in table("figure_nouns.csv") if row["kind"].startswith("unit:")]
    return {row[form]: row["kind"][5:] for row in rows for form in ("singular", "plural") if row[form]}


def _any(words: object) -> str:
    ordered = sorted(map(str, words), key=lambda word: (-len(word), word))  # type: ignore[call-overload]
    return "|".join(re.escape(word).replace(r"\ ", GAP) for word in ordered)


DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?![\d])|\d{1,3}(?:[ \xa0\u202f\u2009]\d{3}){1,3}(?!\d)"
    r"|\d{1,15}(?:\.\d{1,6})?)(?![\d])"
)


@cache
def number_pattern() -> str:
    """One number, in figures or in words, without groups."""
    tens = rf"(?:(?:{_any(number_words('tens'))})(?:(?:-|{GAP})(?:{_any(list(number_words('cardinal'))[1:10])}))?|(?:{_any(number_words('cardinal'))}))(?![a-z])"  # noqa: E501
    scale = _any(number_words("scale"))
    words = rf"(?:(?:a(?={GAP}(?:{scale})\b)|half{GAP}a(?={GAP}million)|{tens})(?:{GAP}(?:{scale})(?![a-z])(?:{GAP}(?:and{GAP})?{tens})?){{0,3}})"  # noqa: E501
    figures = (
        rf"(?:{DIGITS}(?:{GAP}?(?:{scale}|{_any(number_words('scale_short'))})\b|{GAP}?(?:k|m|mn|bn)\b)?)"
    )
    return f"(?:{figures}|{words})"


def number_value(words: str) -> int | None:
    """The whole number that a match of `number_pattern` stands for; None where it is none ("1.2")."""
    text = " ".join(words.lower().replace("\xa0", " ").replace("\u202f", " ").replace("\u2009", " ").split())
    scales = number_words("scale") | number_words("scale_short")
    figure = re.match(r"([\d, .]*\d)\s?([a-z]*)\Z", text, re.ASCII)
    if figure:
        digits, scale = figure[1].replace(",", "").replace(" ", ""), scales.get(figure[2], 1)
        if "." in digits:
            value = Decimal(digits) * scale
            return int(value) if scale > 1 and value == int(value) else None
        return int(digits) * scale
    total = group = 0
    half = text.startswith("half a ")
    for word in re.split(r"[\s-]+", text.removeprefix("half a ")):
        if word in ("and", ""):
            continue
        if word == "a":
            group += 1
        elif word in number_words("scale"):
            scale = number_words("scale")[word]
            if scale == 100:
                group = (group or 1) * 100
            else:
                total, group = total + (group or 1) * scale, 0
        else:
            group += number_words("cardinal").get(word, number_words("tens").get(word, 0))
    value_of_words = total + group
    return value_of_words // 2 if half else value_of_words


def about(value: int) -> Bounds:
    """Ten in a hundred either way, whole numbers inside it, at least one: "about 50" is 45 to 55, "about
    12" 11 to 13.
    """
    slack = max(1, value // 10)
    return value - slack, value + slack
