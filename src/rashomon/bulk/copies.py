"""Texts that are a copy of another, whole or cut, in one shard: read once, and the claims carried over.

A text is taken as a copy only where every sentence of it stands, letter for letter and in the same order,
in a text read before, of the same day: a number that was changed, a sentence that was added, and it is read
itself. Estimates of likeness (MinHash) would call those copies too, and they are the news. What may differ
is what is no sentence of the report: rules, and the agency's closing lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from rashomon.model import Claim, Report, Span, claim_id

_PIECE = re.compile(r"[^\n]+?(?:[.!?][\"'”’)\]]*(?=\s)|(?=\n)|\Z)")
_FURNITURE = re.compile(
    r"(?:[(\[]?\s*(?:additional |further )?(?:reporting|writing|editing|compiled) by\b.{0,120}"
    r"|(?:©|\(c\)|copyright\b).{0,120}|all rights reserved\.?|[^\w]+)",
    re.IGNORECASE,
)
_LONG = 60
"""Characters of a sentence from which on it is used to find the text it is from."""
_TRIED = 3


class _Read(NamedTuple):
    report: str
    day: str | None
    language: str | None
    at: dict[str, int]
    claims: tuple[Claim, ...]


class Copies:
    """The texts of one shard that were read, by their sentences."""

    def __init__(self) -> None:
        self._read: list[_Read] = []
        self._where: dict[int, list[int]] = {}

    def add(self, report: Report, claims: tuple[Claim, ...]) -> None:
        """A report was read."""
        at: dict[str, int] = {}
        for piece, start in pieces(report.text):
            at.setdefault(piece, start)
        number = len(self._read)
        self._read.append(_Read(report.id, _day(report), report.language, at, claims))
        for piece in at:
            if len(piece) >= _LONG:
                self._where.setdefault(hash_of(piece), []).append(number)

    def claims_of(self, report: Report) -> tuple[str, tuple[Claim, ...]] | None:
        """The report of which this one is a copy, and its claims as this one's; None where it has to be
        read."""
        own = pieces(report.text)
        votes = Counter(
            number
            for piece, _ in own
            if len(piece) >= _LONG
            for number in self._where.get(hash_of(piece), ())
        )
        for number, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:_TRIED]:
            source = self._read[number]
            if (source.day, source.language) != (_day(report), report.language):
                continue
            moved = _moves(own, source.at)
            if moved is None:
                continue
            claims = [_carry(claim, moved, report) for claim in _within(source.claims, moved)]
            if all(claim is not None for claim in claims):
                return source.report, tuple(claim for claim in claims if claim is not None)
        return None


def pieces(text: str) -> list[tuple[str, int]]:
    """The sentences of a text, roughly, and what else stands on lines of its own; each with its offset."""
    found = []
    for match in _PIECE.finditer(text):
        piece = match[0].strip()
        if piece:
            found.append((piece, match.start() + match[0].index(piece[0])))
    return found


def hash_of(piece: str) -> int:
    """A key for a sentence, within this process."""
    return hash(piece)


class _Move(NamedTuple):
    """Characters `start` to `end` of the source stand `by` further in the copy."""

    start: int
    end: int
    by: int


def _moves(own: list[tuple[str, int]], source: dict[str, int]) -> list[_Move] | None:
    """How the sentences of the source stand in the copy; None where the copy has others, or another order."""
    moves: list[_Move] = []
    for piece, start in own:
        there = source.get(piece)
        if there is None:
            if not _FURNITURE.fullmatch(piece):
                return None
            continue
        if moves and there < moves[-1].end:
            return None
        end, by = there + len(piece), start - there
        if moves and moves[-1].by == by:  # together: a claim may reach over what was taken as two sentences
            moves[-1] = moves[-1]._replace(end=end)
        else:
            moves.append(_Move(there, end, by))
    return moves or None


def _within(claims: tuple[Claim, ...], moves: list[_Move]) -> list[Claim]:
    """The claims whose trigger the copy has."""
    return [c for c in claims if any(m.start <= c.trigger.start and c.trigger.end <= m.end for m in moves)]


def _carry(claim: Claim, moves: list[_Move], report: Report) -> Claim | None:
    """A claim with the copy's offsets and ids; None where a part of it is not in the copy."""
    stays = all(
        any(move.start <= start and end <= move.end and not move.by for move in moves)
        and text in (None, report.text[start:end])
        for start, end, text in _spans(claim)
    )
    if stays:  # the commonest: the whole text, or its beginning
        return renamed(claim, report.id, report.sha256)
    try:
        fields = _moved(msgspec.to_builtins(claim), moves, report.text)
    except LookupError:
        return None
    return renamed(msgspec.convert(fields, Claim), report.id, report.sha256)


def _spans(claim: Claim) -> Iterator[tuple[int, int, str | None]]:
    """All the stretches of text that a claim points to, with their words where it has them."""
    voice = claim.voice
    named = (*claim.actors, *claim.recipients, *voice.chain, voice, voice.cue, claim.date, claim.place)
    for piece in (claim.quote, claim.trigger, *named):
        if piece is not None and piece.start is not None and piece.end is not None:
            yield piece.start, piece.end, piece.text
    for figure in claim.figures:
        yield figure.start, figure.end, None


def _moved(value: Any, moves: list[_Move], text: str) -> Any:
    if isinstance(value, (list, tuple)):
        return [_moved(entry, moves, text) for entry in value]
    if not isinstance(value, dict):
        return value
    fields = {name: _moved(entry, moves, text) for name, entry in value.items()}
    start, end = fields.get("start"), fields.get("end")
    if start is not None and end is not None:
        first = next((m for m in moves if m.start <= start < m.end), None)
        last = next((m for m in moves if m.start < end <= m.end), None)
        if first is None or last is None or first.by != last.by:
            raise LookupError
        fields["start"], fields["end"] = start + first.by, end + first.by
        if "text" in fields and text[start + first.by : end + first.by] != fields["text"]:
            raise LookupError
    return fields


def renamed(claim: Claim, report: str, sha256: str) -> Claim:
    """A claim as that of another report with the same text, named as reading would have named it."""
    trigger = Span(claim.trigger.text, claim.trigger.start, claim.trigger.end)
    name = claim_id(f"{report}\0{sha256}", claim.type, trigger)
    return msgspec.structs.replace(claim, id=name, report=report)


def _day(report: Report) -> str | None:
    return report.published[:10] if report.published else None


__all__ = ["Copies", "pieces", "renamed"]
