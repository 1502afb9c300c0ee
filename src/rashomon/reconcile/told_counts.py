"""What voices count: every figure of an incident as one voice gives it, of whom, and in which unit.

Figures can be set against each other only where they count the same: soldiers against soldiers, families
against families, those who came against those who came. A part of a number told before ("four of the six") is
left out, and what one claim counts in pieces ("a woman and her grandson") is put together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from rashomon.knowledge.roles import sector_of
from rashomon.model import Claim, Figure
from rashomon.reconcile.denials import is_count
from rashomon.reconcile.scene import ASSERTED, CIVIL, Scene
from rashomon.reconcile.traits import stems

KINDS = frozenset(
    ("killed", "injured", "arrested", "displaced", "missing", "abducted", "troops", "protesters", "damage")
)
"""Kinds of figures that are compared: outcomes of a happening. Who else is counted (released, expelled) is as
a rule part of a number told elsewhere."""
_HOUSEHOLDS = frozenset(("famil", "household", "home"))
_WORDS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        start=1,
    )
}
_PART = re.compile(
    r"\b(?:(?P<before>\d[\d,]*|[a-z]{3,6}) of (?:the|them|those|these|whom)"
    r"|(?:another|further|other|last|remaining) (?P<after>\d[\d,]*|[a-z]{3,6})"
    r"|(?P<more>\d[\d,]*|[a-z]{3,6}) (?:more|others))\b(?! than)",
    re.IGNORECASE,
)
_SO_FAR = re.compile(
    r"\b(?:still|treated|admitted|brought in|received|so far"
    r"|confirmed|verified|registered|identified|(?:counts?|counting) only|only those|not counting|excluding"
    r"|(?:I|he|she|we|they|had|have|has) (?:had |have )?(?:counted|seen)"
    r"|by (?:noon|midday|midnight|dusk|nightfall|morning|evening))\b",
    re.IGNORECASE,
)
"""Words of a number that may grow or is part of a whole: those who were treated, who are still held, whom
somebody has counted or confirmed."""
_AMONG = re.compile(r"\b(?:among (?:them|whom)|of (?:them|whom)|including|one of)\b", re.IGNORECASE)


class Count(msgspec.Struct, frozen=True):
    """One figure as one voice gives it in one report; `group` is whom it counts, None where nothing says;
    `at` is the place of the claim in its incident."""

    teller: int
    code: str | None
    report: str
    day: str
    group: str | None
    figure: Figure
    claim: str
    at: int


def counts(stage: Scene) -> dict[str, list[Count]]:
    """Every figure of an incident that can be compared, by kind."""
    found: dict[str, list[Count]] = defaultdict(list)
    for number, teller in enumerate(stage.voices):
        for at in teller.claims:
            claim = stage.claims[at]
            day = stage.outlets[claim.report].day
            for group, figure in _figures(claim):
                found[figure.kind].append(
                    Count(number, teller.code, claim.report, day, group, figure, claim.id, at)
                )
    return {kind: _placed(told) for kind, told in found.items()}


def _figures(claim: Claim) -> Iterator[tuple[str | None, Figure]]:
    denial = is_count(claim)
    if claim.status not in ASSERTED and not denial:
        return
    pieces: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
    for figure in claim.figures:
        if figure.kind in KINDS and (figure.high == 0 if denial else not is_part(claim, figure)):
            pieces[figure.kind, group_of(claim, figure)].append(figure)
    growing = _SO_FAR.search(quoted(claim)) is not None
    for (_, group), figures in pieces.items():
        whole = _whole(claim, figures)
        if growing and whole.low:
            whole = msgspec.structs.replace(whole, high=None)
        yield group, whole


def _whole(claim: Claim, figures: Sequence[Figure]) -> Figure:
    """One figure for those that a claim gives of one group: the largest, or their sum."""
    largest = max(figures, key=lambda figure: max(figure.low or 0, figure.high or 0))
    if len(figures) == 1 or _AMONG.search(quoted(claim)) or any(f.whom is None for f in figures):
        return largest
    lows, highs = (
        [f.low for f in figures if f.low is not None],
        [f.high for f in figures if f.high is not None],
    )
    return msgspec.structs.replace(
        largest,
        low=sum(lows) if len(lows) == len(figures) else largest.low,
        high=sum(highs) if len(highs) == len(figures) else None,
        whom=" and ".join(f.whom for f in figures if f.whom),
    )


def is_part(claim: Claim, figure: Figure) -> bool:
    """Whether a figure counts a part of what was counted before: "four of the six", "another two"."""
    if figure.kind == "protesters":
        return False  # "marched, 3,000 of them"
    for match in _PART.finditer(quoted(claim)):
        word = (match["before"] or match["after"] or match["more"]).lower().replace(",", "")
        number = int(word) if word.isdecimal() and len(word) < 10 else _WORDS.get(word)
        if number is not None and number in (figure.low, figure.high):
            return True
    return False


def group_of(claim: Claim, figure: Figure) -> str | None:
    """Whom a figure counts: a sector ("MIL", "COP"), "civilians", "families"; None where nothing says it.

    Troops that come are not troops that leave: they are grouped by the type of the claim and their country.
    """
    if figure.kind == "troops":
        return f"{claim.type} {claim.actors[0].country if claim.actors else None}"
    whom = stems(figure.whom or "")
    if whom & _HOUSEHOLDS:
        return "families"
    for party in claim.recipients:
        if party.sector and whom & stems(party.name):
            return _group(party.sector)
    if figure.whom:
        words = figure.whom.lower().split()
        sector = sector_of(words[-1]) if words else None
        if sector and sector not in ("CVL", "UNK"):
            return _group(sector)
    if figure.kind != "damage" or not whom:
        sectors = {party.sector for party in claim.recipients if party.sector}
        if len(sectors) == 1:
            return _group(sectors.pop())
    return None


def _group(sector: str) -> str | None:
    """The people of a sector; "suspects", of whom nothing is known, are nobody in particular."""
    return "civilians" if sector in CIVIL else None if sector == "UNK" else sector


def _placed(told: Sequence[Count]) -> list[Count]:
    """The counts, those of nobody in particular put to the group of which somebody gives the same number."""
    named = {(count.figure.low, count.figure.high): count.group for count in reversed(told) if count.group}
    return [
        count
        if count.group is not None
        else msgspec.structs.replace(count, group=named.get((count.figure.low, count.figure.high)))
        for count in told
    ]


def quoted(claim: Claim) -> str:
    """The beginning of a claim's quote on one line, however the report breaks its lines."""
    return " ".join(claim.quote.text[:1000].split())


def said(figure: Figure) -> str:
    """A figure in words: "5 soldiers", "at least 9", "up to 3", "45 to 55 people"."""
    low, high = figure.low, figure.high
    if low is None:
        number = f"up to {high}"
    elif high is None:
        number = f"at least {low}"
    else:
        number = str(low) if low == high else f"{low} to {high}"
    return f"{number} {figure.whom}" if figure.whom else number
