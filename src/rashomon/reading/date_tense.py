"""Does a clause look forward or back? Needed where a day is told without its year or its week.

"Ministers will meet on Friday" means the Friday to come, "police said on Friday that they would" the one
that has been. The verb nearest to the expression decides, first to its left, then to its right; a word of
commitment ("ordered them to leave by Sunday") looks forward only where what is committed to stands between
it and the day.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from .date_words import words_of

Direction = Literal["past", "future"]

LOOK_LEFT, LOOK_RIGHT = 160, 90  # characters: a clause, not a paragraph
# the end of a sentence, not of an abbreviation; a dash and a colon also begin anew
_BREAK = re.compile(r"(?<=[a-z\d)\"”’][a-z\d)\"”’][a-z\d)\"”’])[.!?](?=\s|\Z)|[;\n:]|\s[-–—]\s|[”\"](?=\s)")
_BEFORE_WHAT = re.compile(
    r"\bto\s+(?!(?:the|a|an|its|his|her|their|our|this|that|those|these|all|both|be)\b)[a-z]|\bto\s+be\b"
    r"|\b(?:that|until|from|starting|beginning)\s+[a-z\d]",
    re.ASCII,
)
# a participle or a base form that looks like a past: "will be returned", "are to put", "would not shut"
_NO_PAST = re.compile(
    r"\b(?:be|being|get|to|will|would|may|might|could|can|must|should|shall)(?:\s+not)?(?:\s+[a-z]+ly)?\s+\Z",
    re.ASCII,
)
_REFUSED = re.compile(r"\s+not\b", re.ASCII)
_TELLS = re.compile(r"\b(?:said|says|that|announced|warned|vowed|told|added|if)\b", re.ASCII)
_LOOKS_BACK = re.compile(r"\s+(?:[a-z]+\s+)?have\b", re.ASCII)  # "would already have met"
_HEADLINE = re.compile(
    r"\bto\s+(?!(?:the|a|an|its|his|her|their|our)\b)[a-z]+\b", re.ASCII
)  # "students to march"
_FORWARD_LEADS = ("by", "until", "till", "from", "for", "to")


@cache
def _cues() -> re.Pattern[str]:
    words = sorted(words_of("cue"), key=lambda word: (-len(word), word))
    listed = "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in words if word[0].isalpha())
    return re.compile(
        rf"(?<![\w'’-])(?:(?P<cue>{listed})|(?P<ed>[a-z]{{2,18}}ed)|(?P<modal>(?:Will|Would|May|Could|Might)(?=\s[a-z]))"
        rf"|(?P<ing>(?:is|are|am)\s(?:[a-z]+ly\s)?[a-z]{{2,15}}ing))(?![\w-])|(?P<short>['’]ll)\b",
        re.ASCII,
    )


def _kind(clause: str, match: re.Match[str], lead: str) -> str | None:
    """future, past or commitment; None for a participle of a passive ("will be returned"), which tells
    nothing.
    """
    if match["short"] or match["modal"]:
        return "future"
    if match["ing"]:
        return "past" if lead in ("since", "in") else "future"
    kind = words_of("cue").get(" ".join(match["cue"].split()), "past") if match["cue"] else "past"
    if kind == "future" and _LOOKS_BACK.match(clause, match.end()):
        return "past"
    if kind == "future" and match[0] == "would" and _REFUSED.match(clause, match.end()):
        return "future" if _TELLS.search(clause, 0, match.start()) else "past"
    if kind == "past" and _NO_PAST.search(clause, max(0, match.start() - 24), match.start()):
        return None
    if kind == "past" and match["ed"] and match["ed"] in words_of("cue"):
        return words_of("cue")[match["ed"]]
    return kind


def direction(text: str, start: int, end: int, lead: str) -> Direction | None:
    """Which way the clause around `text[start:end]` looks; None where nothing tells.

    `lead` is the preposition before it: "until" and "by" look forward unless the verb is plainly past.
    """
    if text[end - 2 : end].lower() in ("'s", "’s"):
        lead = ""
    window = text[max(0, start - LOOK_LEFT) : start]
    breaks = list(_BREAK.finditer(window))
    left = window[breaks[-1].end() :] if breaks else window
    for cue in reversed(list(_cues().finditer(left))):
        kind = _kind(left, cue, lead)
        if kind is not None:
            return _settled(left, cue, kind, lead)
    if lead in ("until", "till", "by"):
        return "future"
    right = text[end : end + LOOK_RIGHT]
    stop = _BREAK.search(right)
    clause = right[: stop.start()] if stop else right
    for cue in _cues().finditer(clause):
        kind = _kind(clause, cue, lead)
        if kind is not None:
            return "future" if kind == "future" else "past"
    return "future" if lead == "from" or _HEADLINE.search(left) else None


def _settled(left: str, cue: re.Match[str], kind: str, lead: str) -> Direction:
    if kind == "commitment":
        return "future" if lead in _FORWARD_LEADS or _BEFORE_WHAT.search(left, cue.end()) else "past"
    if (
        kind == "past"
        and lead in ("by", "until", "till")
        and cue[0] not in ("had", "was", "were", "has", "been")
    ):
        return "future"
    return "future" if kind == "future" else "past"
