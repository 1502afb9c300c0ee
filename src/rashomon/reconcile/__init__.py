"""Reconcile: claims into incidents, accounts, disputes and updates.

`joining` says which claims are of one happening and why, `building` makes incidents of them, `counts`,
`denials` and `rivals` find where the accounts differ. `building.stream` gives the incidents one by one, for
claims that do not fit into memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `import rashomon` brings this module in, and has to stay quick
    from rashomon.model import Claim, Report
    from rashomon.reconcile.incidents import Incident


def reconcile(claims: Iterable[Claim], reports: Iterable[Report] = ()) -> list[Incident]:
    """The incidents that claims tell of, in the order of their first claims.

    Claims of one happening are brought together across the reports; the order of the claims changes nothing
    but the order of the incidents. A claim that fits no other is an incident of its own.

    Args:
        claims: of any number of reports; of two with one id the first counts.
        reports: the reports that the claims are of, as far as known. They say which claims are of one
            publisher, and which report is the later one: without them the last day that a report tells of
            stands for its day of publication, and every publisher is "the publisher".

    Raises:
        InstallationError: a table is missing or damaged.
    """
    from rashomon.reconcile.building import incidents_of

    return incidents_of(claims, reports)


__all__ = ["reconcile"]
