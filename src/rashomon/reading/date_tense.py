"""Does a clause look forward or back? Needed where a day is told without its year or its week.

"Ministers will meet on Friday" means the Friday to come, "police said on Friday that they would" the one
that has been. The verb nearest to the expression decides, first to its left, then to its right; a word of
commitment ("ordered them to leave by Sunday") looks forward only where what is committed to stands between
it and the day.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import Literal, NamedTuple

from .date_words import words_of

Direction = Literal["past", "future"]

LOOK_LEFT, LOOK_RIGHT = 160, 90  # characters: a clause, not a paragraph
# the end of a sentence, not of an abbreviation; a dash and a colon also begin anew
_BREAK = re.compile(r"(?<=[a-z\d)\"”’][a-z\d)\"”’][a-z\d)\"”’])[.!?](?=\s|\Z)|[;\n:]|\s[-–—]\s|[”\"](?=\s)")
_BEFORE_WHAT = re.compile(
    r"\bto\s+(?!(?:the|a|an|its|his|her|their|our|this|that|those|these|all|both|be)\b)[a-z]|\bto\s+be\b"
    r"|\b(?:that|until|starting|beginning)\s+[a-z\d]",
    re.ASCII,
)
# a participle or a base form that looks like a past: "will be returned", "are to put", "would not shut"
_NO_PAST = re.compile(
    r"\b(?:be|being|get|to|will|would|may|might|could|can|must|should|shall)(?:\s+not)?(?:\s+[a-z]+ly)?\s+\Z",
    re.ASCII,
)
_REFUSED = re.compile(r"\s{1,9}not\b", re.ASCII)
_TELLS = re.compile(r"\b(?:said|says|that|announced|warned|vowed|told|added|if)\b", re.ASCII)
_LOOKS_BACK = re.compile(r"\s{1,9}(?:[a-z]{1,20}\s{1,9})?have\b", re.ASCII)  # "would already have met"
_HEADLINE = re.compile(
    r"\bto\s+(?!(?:the|a|an|its|his|her|their|our)\b)[a-z]+\b", re.ASCII
)  # "students to march"
_FORWARD_LEADS = ("by", "until", "till", "from", "for", "to")
_WHOLE_STRETCH = re.compile(r"\s{1,3}(?:to|till|until|through)\s", re.ASCII)  # "from Saturday to Sunday"
# "ordered the ship to stop on Monday": the day of the order; "were ordered to appear on Monday": the day set
_PASSIVE = re.compile(r"\b(?:was|were|been|be|being|is|are)\s(?:[a-z]{2,12}ly\s)?\Z", re.ASCII)
_NO_OBJECT = re.compile(r"\s{1,9}to\b", re.ASCII)
_BLOCK = 1024  # characters whose cues are found at one time
_LONGEST_CUE = 64  # characters by which a cue may reach over the end of its block


class _Cue(NamedTuple):
    """A word that says which way its clause looks, and where it stands."""

    start: int
    end: int
    match: re.Match[str]


class Clauses:
    """Where the clauses of a text break and where their verbs stand.

    Blocks of the text are read when they are first asked for, and once: neighbouring dates share them, so
    a text of nothing but dates costs no more than prose.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._blocks: dict[int, tuple[list[_Cue], list[tuple[int, int]]]] = {}

    def _block(self, number: int) -> tuple[list[_Cue], list[tuple[int, int]]]:
        known = self._blocks.get(number)
        if known is None:
            start, stop = number * _BLOCK, (number + 1) * _BLOCK
            far = stop + _LONGEST_CUE
            cues = [
                _Cue(match.start(), match.end(), match)
                for match in _cues().finditer(self.text, start, far)
                if match.start() < stop
            ]
            breaks = [
                match.span() for match in _BREAK.finditer(self.text, start, far) if match.start() < stop
            ]
            known = self._blocks[number] = (cues, breaks)
        return known

    def cues(self, start: int, end: int) -> list[_Cue]:
        """Cues that lie whole in `start`..`end`, in order."""
        found: list[_Cue] = []
        for number in range(start // _BLOCK, end // _BLOCK + 1):
            cues = self._block(number)[0]
            first = bisect_left(cues, start, key=lambda cue: cue.start)
            found.extend(cues[first : bisect_right(cues, end, key=lambda cue: cue.start)])
        return [cue for cue in found if cue.end <= end]

    def clause_start(self, start: int, end: int) -> int:
        """Where the last break between `start` and `end` ends; `start` where there is none."""
        for number in range(end // _BLOCK, start // _BLOCK - 1, -1):
            breaks = self._block(number)[1]
            at = bisect_right(breaks, end, key=lambda gap: gap[1])
            if at:
                return max(start, breaks[at - 1][1])
        return start

    def clause_end(self, start: int, end: int) -> int:
        """Where the first break between `start` and `end` begins; `end` where there is none."""
        for number in range(start // _BLOCK, end // _BLOCK + 1):
            breaks = self._block(number)[1]
            at = bisect_left(breaks, start, key=lambda gap: gap[0])
            if at < len(breaks):
                return min(end, breaks[at][0])
        return end


@cache
def _cues() -> re.Pattern[str]:
    words = sorted(words_of("cue"), key=lambda word: (-len(word), word))
    listed = "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in words if word[0].isalpha())
    return re.compile(
        rf"(?<![\w'’-])(?:(?=[a-z])(?:(?P<cue>{listed})|(?P<ed>[a-z]{{2,18}}ed)"
        r"|(?P<ing>(?:is|are|am)\s(?:[a-z]{1,15}ly\s)?[a-z]{2,15}ing))(?![\w-])"
        r"|(?P<modal>(?:Will|Would|May|Could|Might)(?=\s[a-z])|Planned|Due|Expected|Scheduled)(?![\w-]))"
        r"|(?P<short>['’]ll)\b",
        re.ASCII,
    )


def _kind(text: str, match: re.Match[str], lead: str, first: int) -> str | None:
    """future, past, directive or commitment; None for a participle of a passive ("will be returned"), which
    tells nothing. The clause begins at `first`.
    """
    if match["short"] or match["modal"]:
        return "future"
    if match["ing"]:
        return "past" if lead in ("since", "in") else "future"
    kind = words_of("cue").get(" ".join(match[0].split()), "past")
    if kind == "future" and _LOOKS_BACK.match(text, match.end()):
        return "past"
    if kind == "future" and match[0] == "would" and _REFUSED.match(text, match.end()):
        return "future" if _TELLS.search(text, first, match.start()) else "past"
    if match[0] == "planned" and _OBJECT.match(text, match.end()):
        return "commitment"
    if kind != "future" and _NO_PAST.search(text, max(first, match.start() - 24), match.start()):
        return None if kind == "past" or match[0].endswith(_PARTICIPLE) else kind
    return kind


_OBJECT = re.compile(r"\s{1,9}(?:the|a|an|his|her|its|their)\b", re.ASCII)  # "planned the raid on Sunday"
_PARTICIPLE = ("ed", "given", "put off", "told", "bound")


def direction(text: str, start: int, end: int, lead: str, clauses: Clauses | None = None) -> Direction | None:
    """Which way the clause around `text[start:end]` looks; None where nothing tells.

    `lead` is the preposition before it: "until" and "by" look forward unless the verb is plainly past.
    """
    clauses = clauses or Clauses(text)
    if text[max(start, end - 2) : end].lower() in ("'s", "’s"):
        lead = ""
    first = clauses.clause_start(max(0, start - LOOK_LEFT), start)
    if lead == "for" and _REPORTS.search(text, max(first, start - 40), start):
        return "past"
    for cue in reversed(clauses.cues(first, start)):
        kind = _kind(text, cue.match, lead, first)
        if kind is not None:
            return _settled(text, start, cue, kind, lead)
    if lead in ("until", "till", "by"):
        return "future"
    last = clauses.clause_end(end, min(len(text), end + LOOK_RIGHT))
    for cue in clauses.cues(end, last):
        kind = _kind(text, cue.match, lead, end)
        if kind is not None:
            return "future" if kind == "future" else "past"
    if lead == "from":
        return None if _WHOLE_STRETCH.match(text, end) else "future"
    return "future" if _HEADLINE.search(text, first, start) else None


# "the toll for Wednesday": what is reported for a day, not set for it
_REPORTS = re.compile(
    r"\b(?:toll|figures?|losses|tally|count|data|summary|totals?|casualties|numbers|statistics|log|results?)"
    r"\s(?:given\s)?for\s{1,3}(?:the\s)?\Z",
    re.ASCII,
)


def _settled(text: str, start: int, cue: _Cue, kind: str, lead: str) -> Direction:
    if kind == "directive" and lead not in _FORWARD_LEADS:
        passive = _PASSIVE.search(text, max(0, cue.start - 24), cue.start)
        if not passive and not _NO_OBJECT.match(text, cue.end):
            return "past"
    if kind in ("commitment", "directive"):
        return "future" if lead in _FORWARD_LEADS or _BEFORE_WHAT.search(text, cue.end, start) else "past"
    if (
        kind == "past"
        and lead in ("by", "until", "till")
        and cue.match[0] not in ("had", "was", "were", "has", "been")
    ):
        return "future"
    return "future" if kind == "future" else "past"
