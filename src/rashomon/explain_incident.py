"""Why an incident is one: found by its id among those of some readings.

found = find(readings, "i-ceddab")
found.reasons.signs     # what held its claims together
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from rashomon.comparison import compare
from rashomon.errors import InputError
from rashomon.exports.matrix_words import part_name
from rashomon.exports.phrases import one_line
from rashomon.model import Claim, Reading, Report
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.reasons import Reasons, reasons_of

_ID = re.compile(r"[io]-[0-9a-f]{2,16}")
_LISTED = 40  # incidents that a message names


class IncidentExplanation(msgspec.Struct, frozen=True):
    """An incident and the reasons for it. `claims`, `numbers` (as `rashomon explain` takes them) and
    `reports` are those of its story: claims by their ids, reports by theirs."""

    incident: Incident
    reasons: Reasons
    claims: Mapping[str, Claim]
    numbers: Mapping[str, str]
    reports: Mapping[str, Report]


class UnknownIncident(InputError):
    """No incident has the id that was asked for; `incidents` lists those that there are, a line each."""

    incidents = ""


def find(readings: Iterable[Reading], which: str) -> IncidentExplanation:
    """The explanation of one incident of some readings.

    Args:
        readings: as the reader gave them, all of the story: incidents are made of them anew.
        which: the incident's id, or the first characters of it.

    Raises:
        UnknownIncident: there is no such incident, or more than one.
    """
    wanted = which.strip().lower()
    comparisons = compare(readings, apart=not wanted.startswith("o-"))
    every = [incident for comparison in comparisons for incident in comparison.incidents]
    if _ID.fullmatch(wanted) is None:
        raise _unknown(f"{one_line(wanted)!r} is no id of an incident; ids look like i-1a2b3c", every)
    if wanted.startswith("o-"):
        parts = [
            part
            for comparison in comparisons
            for picture in comparison.pictures
            if picture.whole.id.startswith(wanted)
            for part in picture.parts
        ]
        what = "is an operation, put together of incidents: name one of them"
        raise _unknown(f"{wanted} {what if parts else 'begins no id'}", parts or every)
    found = [
        (comparison, incident)
        for comparison in comparisons
        for incident in comparison.incidents
        if incident.id.startswith(wanted)
    ]
    if len(found) != 1:
        what = f"{wanted} begins several ids" if found else f"there is no incident {wanted}"
        raise _unknown(what, [incident for _, incident in found] or every)
    [(comparison, incident)] = found
    claims = comparison.claims
    return IncidentExplanation(
        incident,
        reasons_of(incident, comparison.incidents, claims.values()),
        claims,
        comparison.numbers,
        {reading.report.id: reading.report for reading in comparison.readings},
    )


def _unknown(what: str, incidents: list[Incident]) -> UnknownIncident:
    error = UnknownIncident(what)
    error.incidents = listing(incidents)
    return error


def listing(incidents: list[Incident]) -> str:
    """Incidents by id, a line each, with what they are and how many claims they have."""
    lines = [f"  {each.id}  {one_line(part_name(each))}" for each in incidents[:_LISTED]]
    if not lines:
        return "nothing is claimed there"
    more = [f"  ... and {len(incidents) - _LISTED:,} more"] if len(incidents) > _LISTED else []
    return "\n".join(["these are the incidents:", *lines, *more])


__all__ = ["IncidentExplanation", "UnknownIncident", "find", "listing"]
