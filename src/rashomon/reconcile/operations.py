"""Operations: incidents that are parts of one affair, to be looked at side by side.

A raid, the shots fired at it and the arrests that it ended with are three incidents, and rightly so: they are
counted apart. But an outlet that tells only of the shots gives another account of the affair than one that
tells only of the arrests, and that shows only where they stand in one matrix. An operation takes nothing
away: its parts stay as they are, and its disputes and updates are theirs.

Each operation has a main incident, and holds what fits that one: acts of force on its days, near its place,
with a party of its own. What fits only another of the parts is left out, so that no chains grow.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rashomon.model import Claim, Date, Party, Place, Report
from rashomon.reconcile.copies import copies_among
from rashomon.reconcile.incidents import Account, Incident
from rashomon.reconcile.joining import in_order
from rashomon.reconcile.pairs import distance
from rashomon.reconcile.scene import ARMED
from rashomon.reconcile.traits import stems, traits_of
from rashomon.reconcile.voices import Outlet, tellers

NEAR_KM = 40.0
"""How far apart places of one operation may lie, where their names share no word."""
DISTRICT_KM = 80.0
"""The same where one of them is a district, whose coordinates are those of its middle."""
_FORCE = frozenset(("ASSAULT", "COERCE", "PROTEST"))
_ACTING = ARMED | {"GOV"}
_FORCES = ("MIL", "COP", "SPY", "PRM")
_WIDE = frozenset(("country", "admin1"))


class Operation(msgspec.Struct, frozen=True):
    """Several incidents as one: `whole` has all their claims, told by voices that are each one; `parts` are
    the incidents, the main one first."""

    whole: Incident
    parts: tuple[Incident, ...]


def operations(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report] = ()
) -> list[Operation]:
    """The operations among some incidents, in the order of their main incidents; an incident that fits no
    other is an operation of its own.

    Args:
        incidents: of one story, as `rashomon.reconcile` gives them.
        claims: theirs. Incidents with a claim that is not among them stay alone.
        reports: as for `rashomon.reconcile`.
    """
    incidents = list(incidents)
    known = {claim.id: claim for claim in claims}
    traits = in_order(map(traits_of, known.values()))
    publishers = {report.id: report.publisher for report in reports}
    sources = copies_among(traits).original
    outlets = {ref: Outlet(publishers.get(source), source, "") for ref, source in sources.items()}
    place = {trait.id: at for at, trait in enumerate(traits)}
    parts = _parts([_Side.of(incident, known) for incident in incidents])
    found = []
    for numbers in parts:
        its = tuple(incidents[number] for number in numbers)
        whole = its[0] if len(its) == 1 else _whole(its, known, outlets, place)
        found.append((numbers[0], Operation(whole, its)))
    return [operation for _, operation in sorted(found, key=lambda each: each[0])]


class _Side(msgspec.Struct, frozen=True):
    """An incident as it is compared with others."""

    incident: Incident
    joins: bool
    actors: frozenset[str]
    recipients: frozenset[str]
    reports: frozenset[str]
    kinds: frozenset[tuple[str, str | None]]

    @staticmethod
    def of(incident: Incident, known: Mapping[str, Claim]) -> _Side:
        claims = [known[ref] for ref in incident.claims if ref in known]
        return _Side(
            incident,
            incident.type in _FORCE
            and len(claims) == len(incident.claims)
            and any(claim.frame == "current" for claim in claims),
            _codes(party for claim in claims for party in claim.actors),
            _codes(party for claim in claims for party in claim.recipients),
            frozenset(claim.report for claim in claims),
            frozenset((claim.type, claim.mode) for claim in claims),
        )


def _parts(sides: Sequence[_Side]) -> list[list[int]]:
    """The numbers of the incidents of each operation: the one that most voices tell, then what fits it."""
    free = [number for number, side in enumerate(sides) if side.joins]
    free.sort(key=lambda at: (-len(sides[at].incident.accounts), -len(sides[at].incident.claims), at))
    taken: set[int] = set()
    parts = [[number] for number, side in enumerate(sides) if not side.joins]
    by_day: dict[str | None, list[int]] = defaultdict(list)
    for number in free:
        day = sides[number].incident.date
        by_day[day.first if day is not None else None].append(number)
    for main in free:
        if main in taken:
            continue
        taken.add(main)
        date = sides[main].incident.date
        near = free if date is None or date.first != date.last else [*by_day[date.first], *by_day[None]]
        more = [at for at in near if at not in taken and _fits(sides[at], sides[main])]
        taken.update(more)
        parts.append([main, *sorted(more)])
    return parts


def _fits(part: _Side, main: _Side) -> bool:
    """Whether an incident is a part of the affair of another."""
    one, other = part.incident, main.incident
    if not _days_meet(one.date, other.date) and not (
        None in (one.date, other.date) and part.reports & main.reports
    ):
        return False
    if not _near(one.place, other.place):
        return False
    if (
        _shared(part.actors, main.actors)
        or _shared(part.actors, main.recipients)
        or _shared(part.recipients, main.actors)
    ):
        return True
    # "Serbs were among those arrested": the same act with nobody named who did it
    return not part.actors and bool(part.kinds & main.kinds)


def _days_meet(one: Date | None, other: Date | None) -> bool:
    return one is not None and other is not None and one.first <= other.last and other.first <= one.last


def _near(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None:
        return True
    if one.text is None or other.text is None:
        return True  # only the country is plain, and that may be the voice's
    if one.country != other.country:
        return False
    if _WIDE & {one.precision, other.precision} or stems(one.name) & stems(other.name):
        return True
    apart = distance(one, other)
    reach = NEAR_KM if "admin2" not in (one.precision, other.precision) else DISTRICT_KM
    return apart is None or apart <= reach


def _codes(parties: Iterable[Party]) -> frozenset[str]:
    """Codes of those who act with force or for a state; "civilians" tie nothing together."""
    return frozenset(party.code for party in parties if party.code and party.sector in _ACTING)


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether a code is on both sides, or a government on one and a force of its own on the other."""
    return bool(ours & theirs) or any(
        code.endswith(" GOV") and f"{code[:-4]} {sector}" in others
        for mine, others in ((ours, theirs), (theirs, ours))
        for code in mine
        for sector in _FORCES
    )


def _whole(
    parts: Sequence[Incident],
    known: Mapping[str, Claim],
    outlets: Mapping[str, Outlet],
    place: Mapping[str, int],
) -> Incident:
    refs = sorted({ref for part in parts for ref in part.claims}, key=place.__getitem__)
    claims = [known[ref] for ref in refs]
    key = "\0".join(sorted(refs))
    return msgspec.structs.replace(
        parts[0],
        id="o-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        claims=tuple(refs),
        accounts=tuple(
            Account(each.voice, tuple(refs[at] for at in each.claims)) for each in tellers(claims, outlets)
        ),
        disputes=tuple(dispute for part in parts for dispute in part.disputes),
        updates=tuple(update for part in parts for update in part.updates),
        one_sided=(),
    )


__all__ = ["Operation", "operations"]
