"""Why a claim says what it says: one claim of one report, with how each of its fields came to be.

    explanation = find(readings, "c-243aa27758ef934a")  # or "5", or "2.5": that of the second report
    for decision in explanation.fields: ...

The reader reads the report once more with a trace (`reading/trace.py`); nothing is guessed afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from rashomon.api import load_reader
from rashomon.errors import InputError
from rashomon.exports.phrases import event_name, one_line
from rashomon.model import Claim, Reading, Report
from rashomon.reading.trace import Decision

_NUMBER = re.compile(r"(?:([0-9]{1,9})\.)?([0-9]{1,9})")
_ID = re.compile(r"c-[0-9a-f]{4,16}")
_LISTED = 40  # claims that a message names


class Explanation(msgspec.Struct, frozen=True):
    """A claim, its report, and a decision for each field, in the order of reading."""

    report: Report
    number: int
    claim: Claim
    fields: tuple[Decision, ...]


class UnknownClaim(InputError):
    """No report has the claim that was asked for; `claims` lists those that there are, a line each."""

    claims = ""


def find(readings: Iterable[Reading], which: str) -> Explanation:
    """The explanation of one claim among those of several reports.

    Args:
        readings: as the reader gave them; they are taken one at a time, up to the one that has the claim.
        which: the claim's id or the first characters of it ("c-243a"), its number in the report, or with
            several reports the report's number, a dot, and the claim's.

    Raises:
        UnknownClaim: there is no such claim, or more than one.
    """
    wanted = which.strip()
    numbered, seen = _NUMBER.fullmatch(wanted), []
    if numbered is None and _ID.fullmatch(wanted) is None:
        seen = list(readings)
        raise _unknown(f"{one_line(wanted)!r} is neither a claim's id nor its number", seen)
    for reading in readings:
        seen.append(reading)
        if numbered is None:
            at = [n for n, claim in enumerate(reading.claims) if claim.id.startswith(wanted)]
            if len(at) == 1:
                return _explained(reading, at[0])
            if at:
                raise _unknown(f"{wanted} begins several ids", [reading])
        elif numbered[1] is not None and int(numbered[1]) == len(seen):
            if 0 < int(numbered[2]) <= len(reading.claims):
                return _explained(reading, int(numbered[2]) - 1)
            break
    if numbered is not None and numbered[1] is None:
        if len(seen) > 1:
            what = f"there are {len(seen)} reports: say 1.{wanted} for claim {wanted} of the first"
            raise _unknown(what, seen)
        if seen and 0 < int(wanted) <= len(seen[0].claims):
            return _explained(seen[0], int(wanted) - 1)
    raise _unknown(f"there is no claim {wanted}", seen)


def _unknown(what: str, seen: list[Reading]) -> UnknownClaim:
    error = UnknownClaim(what)
    error.claims = listing(seen)
    return error


def listing(readings: Iterable[Reading]) -> str:
    """The claims by number and id, a line each, with what they are and the words that tell it."""
    readings = list(readings)
    lines = [
        f"  {f'{place}.' if len(readings) > 1 else ''}{number:<3} {claim.id}  "
        f"{event_name(claim)}: {one_line(claim.trigger.text)!r}"
        for place, reading in enumerate(readings, 1)
        for number, claim in enumerate(reading.claims, 1)
    ]
    if not lines:
        return "nothing is claimed there"
    more = [f"  ... and {len(lines) - _LISTED:,} more"] if len(lines) > _LISTED else []
    return "\n".join(["these are the claims:", *lines[:_LISTED], *more])


def _explained(reading: Reading, number: int) -> Explanation:
    claim, fields = load_reader().explain(reading.report, number)
    return Explanation(reading.report, number + 1, claim, fields)


__all__ = ["Explanation", "UnknownClaim", "find", "listing"]
