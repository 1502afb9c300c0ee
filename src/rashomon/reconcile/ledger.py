"""Claims and their incidents in memory, kept up to date report by report."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable

from rashomon.model import Claim, Report
from rashomon.reconcile import reconcile
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.incremental import Change, copies_of, copy_keys, filings, join, leave


class Ledger:
    """The incidents of claims that come report by report. They are those that `reconcile` gives for all of
    them, whatever the order in which they came; a new report costs what is near it, not what is there.

        ledger = Ledger()
        change = ledger.add(reading.claims, [reading.report])
        change.incidents, change.gone, ledger.incidents

    It is a `Neighbours`, and shows what one has to keep.
    """

    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self._reports: dict[str, Report] = {}
        self._claims: dict[str, Claim] = {}
        self._told: dict[str, list[str]] = defaultdict(list)
        self._holders: dict[int, set[str]] = defaultdict(set)  # reports by copy key
        self._places: dict[int, list[tuple[int, str]]] = defaultdict(list)  # by facet
        self._copies: set[str] = set()

    @classmethod
    def of(cls, claims: Iterable[Claim], reports: Iterable[Report] = ()) -> Ledger:
        """A ledger of claims that are there already, reconciled at once."""
        ledger = cls()
        for claim in claims:
            if claim.id not in ledger._claims:
                ledger._claims[claim.id] = claim
                ledger._told[claim.report].append(claim.id)
        ledger._reports = {report.id: report for report in reports}
        ledger._copies.update(copies_of(ledger._claims.values()))
        for ref in ledger._told:
            ledger._put_in(ref)
        incidents = reconcile(ledger._claims.values(), ledger._reports.values())
        ledger.incidents = {incident.id: incident for incident in incidents}
        return ledger

    def __len__(self) -> int:
        return len(self._claims)

    def add(self, claims: Iterable[Claim], reports: Iterable[Report] = ()) -> Change:
        """Let claims join; those whose ids are there already are passed over."""
        reports = list(reports)
        unique: dict[str, Claim] = {}
        for claim in claims:
            if claim.id not in self._claims:
                unique.setdefault(claim.id, claim)
        change = join(unique.values(), self, reports)
        for report in reports:
            self._reports.setdefault(report.id, report)
        self._renew(change, unique.values(), ())
        return change

    def withdraw(self, report: str) -> Change:
        """Let all claims of a report leave, by its id."""
        gone = list(self._told.get(report, ()))
        change = leave(gone, self)
        self._renew(change, (), gone)
        self._reports.pop(report, None)
        return change

    def _renew(self, change: Change, come: Collection[Claim], go: Collection[str]) -> None:
        """Take claims in and out, and do as the change says."""
        named = [*change.copies, *go]
        concerned = {self._claims[ref].report for ref in named if ref in self._claims}
        concerned |= {claim.report for claim in come}
        for report in concerned:
            self._take_out(report)
        for ref in go:
            self._told[self._claims.pop(ref).report].remove(ref)
            self._copies.discard(ref)
        for claim in come:
            self._claims[claim.id] = claim
            self._told[claim.report].append(claim.id)
        for ref, source in change.copies.items():
            (self._copies.discard if source is None else self._copies.add)(ref)
        for report in concerned:
            self._put_in(report)
        for name in change.gone:
            del self.incidents[name]
        self.incidents.update((incident.id, incident) for incident in change.incidents)

    def _put_in(self, report: str) -> None:
        claims = self.told(report)
        for key in copy_keys(claims).values():
            self._holders[key].add(report)
        for row in filings(claims):
            if row.claim not in self._copies:
                insort(self._places[row.facet], (row.place, row.claim))

    def _take_out(self, report: str) -> None:
        claims = self.told(report)
        for key in copy_keys(claims).values():
            self._holders[key].discard(report)
        for row in filings(claims):
            if row.claim not in self._copies:
                rows = self._places[row.facet]
                del rows[bisect_left(rows, (row.place, row.claim))]

    # Neighbours

    def report(self, ref: str, /) -> Report | None:
        return self._reports.get(ref)

    def told(self, ref: str, /) -> list[Claim]:
        return [self._claims[each] for each in self._told.get(ref, ())]

    def holders(self, key: int, /) -> set[str]:
        return self._holders.get(key, set())

    def filed(self, facet: int, first: int, last: int, most: int, /) -> list[tuple[str, int]]:
        rows = self._places.get(facet, [])
        at = bisect_left(rows, (first, ""))
        return [(claim, place) for place, claim in rows[at : at + most] if place <= last]

    def claims(self, ids: Collection[str], /) -> list[Claim]:
        return [self._claims[ref] for ref in ids if ref in self._claims]

    def copies(self, ids: Collection[str], /) -> set[str]:
        return self._copies.intersection(ids)


__all__ = ["Ledger"]
