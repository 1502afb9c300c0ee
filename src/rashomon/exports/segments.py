"""Overlapping spans, cut into pieces that do not overlap: what the page marks in a report's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from rashomon.exports.phrases import bounds
from rashomon.model import Claim

Roles = dict[int, tuple[str, ...]]  # by the claim's number in its reading

_BREAK = re.compile(r"\r?\n[^\S\n]*\n\s*")


class Segment(msgspec.Struct, frozen=True):
    """A piece of text and what it is to each claim that it belongs to: `{0: ("quoted", "actor")}`."""

    start: int
    end: int
    roles: Roles


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Offsets of the pieces between empty lines, white space at their ends left out."""
    found, start = [], 0
    for gap in (*((match.start(), match.end()) for match in _BREAK.finditer(text)), (len(text), len(text))):
        end = gap[0]
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            found.append((start, end))
        start = gap[1]
    return found


def segments(
    length: int, claims: Sequence[Claim], within: Sequence[tuple[int, int]]
) -> Iterator[list[Segment]]:
    """The segments of each paragraph of `within`, in order; together they cover it without a gap.

    Spans outside a text of `length` characters are clipped, so a damaged claim cannot break the page.
    """
    edges: dict[int, list[tuple[bool, int, str]]] = {}
    for number, claim in enumerate(claims):
        for start, end, role in _spans(claim):
            span = bounds(start, end, length)
            if span:
                edges.setdefault(span[0], []).append((True, number, role))
                edges.setdefault(span[1], []).append((False, number, role))
    cuts = sorted(edges)
    position, open_roles = 0, dict[tuple[int, str], int]()
    for first, last in within:
        pieces, here = [], first
        while position < len(cuts) and cuts[position] < last:
            cut = cuts[position]
            if cut > here:
                pieces.append(Segment(here, cut, _grouped(open_roles)))
                here = cut
            _turn(open_roles, edges[cut])
            position += 1
        pieces.append(Segment(here, last, _grouped(open_roles)))
        yield pieces


def _turn(open_roles: dict[tuple[int, str], int], edges: list[tuple[bool, int, str]]) -> None:
    """Open and close what begins and ends at one offset; a role may be open twice (actors that overlap)."""
    for opens, number, role in edges:
        count = open_roles.get((number, role), 0) + (1 if opens else -1)
        if count:
            open_roles[number, role] = count
        else:
            open_roles.pop((number, role), None)


def _grouped(open_roles: dict[tuple[int, str], int]) -> Roles:
    grouped: dict[int, list[str]] = {}
    for number, role in sorted(open_roles):
        grouped.setdefault(number, []).append(role)
    return {number: tuple(roles) for number, roles in grouped.items()}


def _spans(claim: Claim) -> Iterator[tuple[int | None, int | None, str]]:
    yield claim.quote.start, claim.quote.end, "quoted"
    yield claim.trigger.start, claim.trigger.end, f"trigger q{claim.quad}"
    for party in claim.actors:
        yield party.start, party.end, "actor"
    for party in claim.recipients:
        yield party.start, party.end, "recipient"
    yield claim.voice.start, claim.voice.end, "voice"
    for speaker in claim.voice.chain:
        yield speaker.start, speaker.end, "voice"
    if claim.voice.cue:
        yield claim.voice.cue.start, claim.voice.cue.end, "cue"
    if claim.date:
        yield claim.date.start, claim.date.end, "date"
    if claim.place:
        yield claim.place.start, claim.place.end, "place"
    for figure in claim.figures:
        yield figure.start, figure.end, "figure"


__all__ = ["Roles", "Segment", "paragraphs", "segments"]
