"""Incidents: the claims of one happening, across reports, and where its accounts differ.

The structs encode to JSON exactly as the form of the output says. Claims are named by their ids.
"""

from __future__ import annotations

import msgspec

from rashomon.model import Date, Place, Voice


class Account(msgspec.Struct, frozen=True):
    """One voice's claims about one incident."""

    voice: Voice
    claims: tuple[str, ...]


class Position(msgspec.Struct, frozen=True):
    """What one voice holds in a dispute; `value` in words that can be set beside the other's."""

    voice: str
    value: str
    claims: tuple[str, ...]


class Dispute(msgspec.Struct, frozen=True):
    """A field of an incident on which voices cannot both be right."""

    field: str
    positions: tuple[Position, ...]


class Update(msgspec.Struct, frozen=True):
    """One voice that revises itself. In JSON `before` and `after` are called `from` and `to`."""

    field: str
    voice: str
    before: int | str | None = msgspec.field(name="from")
    after: int | str | None = msgspec.field(name="to")
    claims: tuple[str, ...]


class OneSided(msgspec.Struct, frozen=True):
    """What one voice tells and others leave out."""

    fact: str
    told_by: str
    silent: tuple[str, ...]
    claims: tuple[str, ...]


class Incident(msgspec.Struct, frozen=True):
    """One happening, with everything that anybody says about it."""

    id: str
    type: str
    modes: tuple[str, ...]
    date: Date | None
    place: Place | None
    claims: tuple[str, ...]
    accounts: tuple[Account, ...]
    disputes: tuple[Dispute, ...] = ()
    updates: tuple[Update, ...] = ()
    one_sided: tuple[OneSided, ...] = ()


class Story(msgspec.Struct, frozen=True):
    """The incidents of the reports that share a `story`; None names the story of reports that name none."""

    story: str | None
    incidents: tuple[Incident, ...]
