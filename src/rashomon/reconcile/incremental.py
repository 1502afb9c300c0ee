"""What a new report changes: which incidents its claims join, which they bring together, which are new.

`join` asks a set of claims, through `Neighbours`, only for what is near the new ones, and gives the incidents
that differ. Whatever the order in which reports join, the incidents are those that reconciling all claims at
once gives. `leave` is the way back.

    change = join(reading.claims, store, reports=[reading.report])
    # then the store puts away the claims, their `filings` and `copy_keys`, and does as the change says
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache

import msgspec

from rashomon.model import Claim, Report
from rashomon.reconcile.building import incident_of, name_of, outlet_of
from rashomon.reconcile.copies import FIRST, copy_key
from rashomon.reconcile.filing import EVERYTHING, WHOLE, about
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.traits import traits_of
from rashomon.reconcile.vicinity import Filing, Neighbours, Set, copies_of, copy_keys, filings

Parts = set[frozenset[str]]


class Change(msgspec.Struct, frozen=True):
    """What to do to the incidents of a set of claims when some join it, or leave it.

    `gone` are the ids of incidents that are no more; `incidents` those that take their place, that are new,
    or that keep their id and their claims but not all they say. `came_from` gives for each of `incidents` the
    ids of the earlier ones that its claims were of, in order: none for a new one, two or more where incidents
    merge; one that is named twice was parted. `copies` gives for each claim that is a copy, of the reports
    concerned, the claim that it repeats, and None for each that was one and is none any more."""

    incidents: tuple[Incident, ...]
    gone: tuple[str, ...]
    came_from: dict[str, tuple[str, ...]]
    copies: dict[str, str | None]


def join(claims: Iterable[Claim], neighbours: Neighbours, reports: Iterable[Report] = ()) -> Change:
    """What changes when the claims of one or more reports join a set, which does not have them yet.

    Args:
        claims: new ones, of any reports; those whose ids the set has are passed over. All claims of a report
            are best given at once: a report that grows is looked at anew.
        neighbours: the set as it is without them.
        reports: the reports of the claims, as far as known (see `reconcile`).
    """
    unique: dict[str, Claim] = {}
    for claim in claims:
        unique.setdefault(claim.id, claim)
    for held in neighbours.claims(list(unique)):
        unique.pop(held.id, None)
    return _change(neighbours, list(unique.values()), [], reports)


def leave(claims: Iterable[str], neighbours: Neighbours) -> Change:
    """What changes when claims, by id, leave a set that has them: a report is withdrawn or read anew."""
    return _change(neighbours, [], neighbours.claims(list(dict.fromkeys(claims))), ())


def _change(
    neighbours: Neighbours, come: Sequence[Claim], go: Sequence[Claim], reports: Iterable[Report]
) -> Change:
    touched = {claim.report for claim in (*come, *go)}
    neighbours = _Once(neighbours)
    before = Set(neighbours)
    later = _Later(neighbours, come, go, reports)
    after = Set(later, like=before)
    families = _families(before, after, touched)
    copies = later.settle(before, after, families)
    seeds = _seeds(before, after, later, families)
    old, new = _affected(before, after, seeds)
    was, now = _whole(before, old), _whole(after, new)
    same = was.keys() & now.keys()
    of_family = {ids for ids in same if any(claim.report in families for claim in before.traits(ids))}
    earlier = {ids: incident_among(neighbours, before, was[ids]) for ids in of_family}
    built = {
        ids: incident_among(later, after, now[ids]) for ids in now if ids not in same or ids in of_family
    }
    built = {ids: incident for ids, incident in built.items() if earlier.get(ids) != incident}
    whose = {ref: name_of(ordered) for ordered in was.values() for ref in ordered}
    incidents = sorted(built.values(), key=lambda incident: incident.id)
    return Change(
        incidents=tuple(incidents),
        gone=tuple(sorted(name_of(was[ids]) for ids in was.keys() - now.keys())),
        came_from={
            each.id: tuple(dict.fromkeys(whose[ref] for ref in each.claims if ref in whose))
            for each in incidents
        },
        copies=copies,
    )


def _families(before: Set, after: Set, touched: Collection[str]) -> set[str]:
    """The reports that may have another original than before, or other claims."""
    looked_at = set(touched)
    for state in (before, after):
        for ref in touched:
            looked_at |= state.alike(ref)
    for key in {copy_key(claim) for state in (before, after) for ref in touched for claim in state.told(ref)}:
        first, then = before.holders(key), after.holders(key)
        if first[:FIRST] != then[:FIRST]:
            looked_at.update(first, then)
    return {
        ref for state in (before, after) for one in looked_at if state.told(one) for ref in state.family(one)
    } | set(touched)


def _seeds(before: Set, after: Set, later: _Later, families: Collection[str]) -> set[str]:
    """The claims around which anything changes: those that come or go, those that they are or were linked
    with, those of drawers that are parted or joined, and those of reports that have another original."""
    seeds = {ref for one in families for state in (before, after) for ref in state.kept(one)}
    seeds |= after.differs(before, later.going, later.coming)
    for state, claims in ((before, later.going), (after, later.coming)):
        for claim in claims:
            seeds.update(other for other, _ in state.strong(claim))
    if before.levels != after.levels:  # few enough to look at all
        seeds.update(ref for state in (before, after) for ref in state.within(EVERYTHING[0], WHOLE))
    return seeds


def _affected(
    before: Set, after: Set, seeds: Iterable[str]
) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """What hangs together around the seeds, before and after: the same claims in all."""
    parts: tuple[Parts, Parts] = (set(), set())
    seen: set[str] = set()
    open_ = set(seeds)
    while open_:
        ref = open_.pop()
        seen.add(ref)
        for state, found in zip((before, after), parts, strict=True):
            if state.has(ref):
                part = state.hanging(ref)
                found.add(part)
                open_ |= part - seen
    return parts


def _whole(state: Set, parts: Iterable[frozenset[str]]) -> dict[frozenset[str], list[str]]:
    """The incidents of some parts: the ids of all their claims, copies among them, and those in their
    order."""
    found = {}
    for part in parts:
        for group in state.groups(part):
            claims = {claim.id for claim in state.traits(group)}
            for report in {claim.report for claim in state.traits(group)}:
                for other in state.family(report) - {report}:
                    claims.update(copy for copy, source in state.repeated(other).items() if source in claims)
            ordered = sorted(state.traits(claims), key=lambda claim: (claim.report, claim.at, claim.id))
            found[frozenset(claims)] = [claim.id for claim in ordered]
    return found


def incident_among(neighbours: Neighbours, state: Set, ids: Sequence[str]) -> Incident:
    """The incident of these claims, which are in the order of the reports and of their words."""
    by_id = {claim.id: claim for claim in neighbours.claims(ids)}
    claims = [by_id[ref] for ref in ids]
    outlets = {}
    for ref in {claim.report for claim in claims}:
        original = state.original(ref)
        report = neighbours.report(original)
        told = (report.publisher, report.published) if report is not None else (None, None)
        outlets[ref] = outlet_of(original, *told, about(state.told(original)).day)
    return incident_of(claims, outlets)


class _Once:
    """The same `Neighbours`, that are asked for nothing twice."""

    def __init__(self, neighbours: Neighbours) -> None:
        self.report = cache(neighbours.report)
        self.told = cache(neighbours.told)
        self.holders = cache(neighbours.holders)
        self.filed = cache(neighbours.filed)
        self.claims = neighbours.claims
        self.copies = neighbours.copies


class _Later:
    """The set as it will be: the `Neighbours` of one with some claims more or less."""

    def __init__(
        self, neighbours: Neighbours, come: Sequence[Claim], go: Sequence[Claim], reports: Iterable[Report]
    ) -> None:
        self._all = neighbours
        self._reports = {report.id: report for report in reports}
        self._new: dict[str, list[Claim]] = defaultdict(list)
        for claim in come:
            self._new[claim.report].append(claim)
        self._by_id = {claim.id: claim for claim in come}
        self._gone = {claim.id for claim in go}
        self._gone_of: dict[str, list[Claim]] = defaultdict(list)
        for claim in go:
            self._gone_of[claim.report].append(claim)
        self._keys: dict[int, set[str]] = defaultdict(set)
        for ref, key in copy_keys(come).items():
            self._keys[key].add(self._by_id[ref].report)
        self._keys_gone = {copy_key(traits_of(claim)) for claim in go}
        self._copies: dict[str, bool] = {}
        self._rows: dict[int, dict[str, int]] = defaultdict(dict)
        self._rows_gone: dict[int, set[str]] = defaultdict(set)
        self.coming: set[str] = set()
        self.going: set[str] = set()

    def settle(self, before: Set, after: Set, families: Collection[str]) -> dict[str, str | None]:
        """Take note of which claims come and go, for the rows and the copies; the copies that change."""
        changed: dict[str, str | None] = {}
        for ref in sorted(families):
            repeats = after.repeated(ref) if after.told(ref) else {}
            anew = ref in self._new or ref in self._gone_of
            here = [claim.id for claim in after.told(ref)]
            was = before.kept(ref)
            copied = {claim.id for claim in before.told(ref)} - was
            now = frozenset(here) - repeats.keys()
            self._copies.update((each, each in repeats) for each in here)
            changed.update((each, repeats[each]) for each in here if each in repeats)
            changed.update((each, None) for each in here if each in copied and each not in repeats)
            self._file(before, was if anew else was - now, self.going)
            self._file(after, now if anew else now - was, self.coming)
        return changed

    def _file(self, state: Set, ids: Collection[str], into: set[str]) -> None:
        into.update(ids)
        for claim in state.traits(ids):
            for row in state.rows(claim):
                if into is self.going:
                    self._rows_gone[row.facet].add(row.claim)
                else:
                    self._rows[row.facet][row.claim] = row.place

    # Neighbours

    def report(self, ref: str, /) -> Report | None:
        return self._all.report(ref) or self._reports.get(ref)

    def told(self, ref: str, /) -> list[Claim]:
        held = [claim for claim in self._all.told(ref) if claim.id not in self._gone]
        return held + self._new.get(ref, [])

    def holders(self, key: int, /) -> set[str]:
        found = set(self._all.holders(key)) | self._keys.get(key, set())
        if key in self._keys_gone:
            gone = {
                ref for ref in found & self._gone_of.keys() if key not in copy_keys(self.told(ref)).values()
            }
            found -= gone
        return found

    def filed(self, facet: int, first: int, last: int, most: int, /) -> list[tuple[str, int]]:
        gone, more = self._rows_gone.get(facet, set()), self._rows.get(facet, {})
        held = self._all.filed(facet, first, last, most + len(gone))
        found = {ref: place for ref, place in held if ref not in gone}
        found.update((ref, place) for ref, place in more.items() if first <= place <= last)
        return list(found.items())

    def claims(self, ids: Collection[str], /) -> list[Claim]:
        own = [self._by_id[ref] for ref in ids if ref in self._by_id]
        held = [ref for ref in ids if ref not in self._by_id and ref not in self._gone]
        return [*own, *self._all.claims(held)] if held else own

    def copies(self, ids: Collection[str], /) -> set[str]:
        held = self._all.copies([ref for ref in ids if ref not in self._copies])
        return {ref for ref in ids if self._copies.get(ref)} | set(held)


__all__ = [
    "Change",
    "Filing",
    "Neighbours",
    "copies_of",
    "copy_keys",
    "filings",
    "incident_among",
    "join",
    "leave",
]
