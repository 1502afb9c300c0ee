"""What a store gives back: pages of incidents, claims and reports, and each of them with what belongs to
it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

from rashomon.errors import InputError
from rashomon.model import Claim, Reading, Report
from rashomon.reconcile.incidents import Incident
from rashomon.store.publishers import Publisher

T = TypeVar("T")

Key = tuple[str, int]
"""Where a page ends: what it is sorted by, and the row."""


class Page(list[T], Generic[T]):
    """Some of what was asked for, in order. `cursor` asks for those that follow; None where there are
    none."""

    def __init__(self, entries: Iterable[T] = (), cursor: str | None = None) -> None:
        super().__init__(entries)
        self.cursor = cursor


class IncidentRecord(msgspec.Struct, frozen=True):
    """An incident as it is listed: the incident itself, and what is counted and sorted by.

    `first_day` and `last_day` are those of publication where `dated` is false. `title` is the quote of the
    claim that stands for it. `changed` is a moment in UTC.
    """

    incident: Incident
    title: str
    status: str
    country: str | None
    first_day: str
    last_day: str
    dated: bool
    score: float
    n_claims: int
    n_reports: int
    n_publishers: int
    n_voices: int
    disputed: bool
    dismissed: bool
    created: str
    changed: str

    @property
    def id(self) -> str:
        """The incident's id in this store: it stays while the incident grows."""
        return self.incident.id


class ClaimRecord(msgspec.Struct, frozen=True):
    """A claim as it holds, with the incident and the publisher that it is of. `corrected` is true where a
    person changed a field of it; `as_read` is then the claim as it was read."""

    claim: Claim
    incident: str | None
    publisher: str | None
    published: str | None
    as_read: Claim | None = None

    @property
    def corrected(self) -> bool:
        """Whether a person changed a field."""
        return self.as_read is not None


class ReportEntry(msgspec.Struct, frozen=True):
    """A report as it is listed, without its text. `copy_of` is the id of the original that it is a near copy
    (`relation` "copy") or a later version (`relation` "version") of."""

    id: str
    title: str | None
    published: str | None
    publisher: str | None
    url: str | None
    story: str | None
    n_claims: int
    added: str
    read: str
    reader: str
    copy_of: str | None = None
    likeness: float | None = None
    relation: str | None = None


class ReportRecord(msgspec.Struct, frozen=True):
    """A report with its text, its claims as they hold, its publisher, its near copies, and the incident of
    each claim."""

    entry: ReportEntry
    report: Report
    notes: tuple[str, ...]
    claims: tuple[Claim, ...]
    publisher: Publisher | None
    copies: tuple[ReportEntry, ...]
    incidents: dict[str, str]

    @property
    def reading(self) -> Reading:
        """The same in the form that `rashomon.read` and the exports know."""
        return Reading(self.report, self.claims, self.notes)


class IncidentDetail(msgspec.Struct, frozen=True):
    """An incident with its claims as they hold, the reports that they are of, the profiles of these reports'
    publishers by name, and what happened to it."""

    record: IncidentRecord
    claims: tuple[Claim, ...]
    reports: dict[str, ReportEntry]
    publishers: dict[str, Publisher]
    changes: tuple[Change, ...] = ()

    @property
    def incident(self) -> Incident:
        """The incident itself."""
        return self.record.incident


class Change(msgspec.Struct, frozen=True):
    """One thing that happened to an incident: `kind` is new, grown, changed or gone."""

    at: str
    kind: str
    incident: str
    detail: dict[str, object]


class Hit(msgspec.Struct, frozen=True):
    """A report that has the words asked for. `excerpt` is a piece of its text, `marks` the places in it
    (start, end) of what was found; `incidents` are those that it tells of."""

    report: ReportEntry
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    incidents: tuple[str, ...]


def cursor_of(sort: str, key: Key) -> str:
    """A cursor that goes on after a row."""
    return base64.urlsafe_b64encode(msgspec.json.encode((sort, *key))).decode().rstrip("=")


def key_of(cursor: str | None, sort: str) -> Key | None:
    """Where a cursor goes on.

    Raises:
        InputError: it is no cursor, or one of another order.
    """
    if cursor is None:
        return None
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        said, value, num = msgspec.json.decode(data, type=tuple[str, str, int])
    except (binascii.Error, msgspec.DecodeError, ValueError, TypeError) as error:
        raise InputError("this cursor is of no page", hint="give one as a page had it") from error
    if said != sort or abs(num) >= 2**62:
        raise InputError("this cursor is of another list", hint="begin again without it")
    return value, num
