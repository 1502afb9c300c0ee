"""Narrators: which country a claim is told from.

A quoted voice is placed by the country of its code, the publisher's own voice by where the publisher is at
home: as the table of media says, or else the one country or capital in its name ("Prishtina Ledger"), as for
the sides of an account matrix. Where neither says it the narrator stays unplaced: nothing is guessed from the
dateline or the subject of a report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from rashomon.knowledge.names import fold
from rashomon.knowledge.publishers import home
from rashomon.model import Claim, Party

_COUNTRY = re.compile(r"[A-Z]{3}")


class Narrator(msgspec.Struct, frozen=True):
    """Who tells a claim: a country's code, or None. `publisher` is the outlet's name where the outlet itself
    tells it (None for a quoted voice, and for an outlet without a name)."""

    country: str | None
    publisher: str | None = None


def narrator(claim: Claim, publisher: str | None, homes: Mapping[str, str] | None = None) -> Narrator:
    """Who tells a claim of a report of that publisher; `homes` are countries of publishers, by `home_key`,
    and go before the table of media."""
    if claim.voice.kind != "publisher":
        return Narrator(country_code((claim.voice.code or "").partition(" ")[0]))
    return Narrator(publisher_country(publisher, homes), publisher) if publisher else Narrator(None)


def publisher_country(publisher: str, homes: Mapping[str, str] | None = None) -> str | None:
    """Where a publisher is at home; `homes` as for `narrator`."""
    known = (homes or {}).get(home_key(publisher))
    return country_code(known if known is not None else home(publisher))


def home_key(publisher: str) -> str:
    """A publisher's name as a key: case, accents and spaces do not matter."""
    return fold(" ".join(publisher.split()))


def country_of(party: Party) -> str | None:
    """The country (or the body above states: IGO, UNO, EUR ...) that an actor or recipient stands for."""
    return country_code(party.country or (party.code or "").partition(" ")[0])


def country_code(code: str | None) -> str | None:
    """A code of three capitals; None for everything else."""
    return code if code and _COUNTRY.fullmatch(code) else None


__all__ = ["Narrator", "country_code", "country_of", "home_key", "narrator", "publisher_country"]
