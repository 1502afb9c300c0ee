"""Whose outlet a publisher is, by its name or by the domain that a report came from.

    profile("TASS").speaks_for                        # "Russia"; its code is "RUS GOV"
    profile("https://www.bbc.co.uk/news/x").name      # "BBC"

The table is `tables/publishers.csv`; a name that it does not hold is looked up in the table of media, which
has more outlets but no domains. It says who runs an outlet, never whether a report is right.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

import msgspec

from rashomon.knowledge import countries
from rashomon.knowledge.actors import Side, known_as, publisher_profile
from rashomon.knowledge.names import fold
from rashomon.knowledge.roles import read_table

_COLUMNS = ("name", "aliases", "domains", "country", "owner", "side", "speaks_for", "code")
_NAME_CHARS = 200  # of a name in which a country is looked for
_LONGEST = 2_000  # characters of a name or address; beyond that it is neither


class Publisher(msgspec.Struct, frozen=True):
    """One outlet.

    `country` is ISO 3166 alpha-3, or IGO UNO NGO ISM for what is no country's. `side`: `state` (controlled by
    a state), `public` (publicly owned, independent), `party` (of a movement that is a side itself),
    `private`, `independent`. `speaks_for` is the government, movement or body whose line the outlet carries
    because that one runs it, and `code` its country and PLOVER sector; both None where the outlet speaks for
    itself, or where that is in dispute.
    """

    name: str
    domains: tuple[str, ...] = ()
    country: str | None = None
    owner: str | None = None
    side: Side | None = None
    speaks_for: str | None = None
    code: str | None = None


def profile(name_or_domain: str) -> Publisher | None:
    """The outlet of that name, domain or address; None where the tables do not know it.

    A domain counts with all that stands below it: "edition.cnn.com" is that of "cnn.com".

    Raises InstallationError where a table is missing or damaged.
    """
    given = name_or_domain.strip()
    if not given or len(given) > _LONGEST:
        return None
    by_name, by_domain = _tables()
    key = fold(given)
    found = by_name.get(key) or by_name.get(key.removeprefix("the ")) or _of_domain(given, by_domain)
    if found is not None:
        return found
    media = publisher_profile(given)
    if media is None:
        return None
    return Publisher(given, country=media.country, owner=media.owner, side=media.side)


def home(name: str) -> str | None:
    """The country where the outlet of that name is at home: as the tables say, else the one country or
    capital in its name ("Prishtina Ledger"); None where neither says it.

    Raises InstallationError where a table is missing or damaged.
    """
    found = profile(name)
    if found is not None and found.country:
        return found.country
    named = {mention.iso3 for mention in countries.mentions(name[:_NAME_CHARS])}
    return named.pop() if len(named) == 1 else None


def publishers() -> tuple[Publisher, ...]:
    """Every outlet of the table of publishers, in its order."""
    return tuple({id(each): each for each in _tables()[0].values()}.values())


def _of_domain(given: str, by_domain: dict[str, Publisher]) -> Publisher | None:
    try:
        host = urlsplit(given if "//" in given else f"//{given}").hostname
    except ValueError:
        return None
    if not host or "." not in host:
        return None
    labels = host.strip(".").split(".")
    tails = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((by_domain[tail] for tail in tails if tail in by_domain), None)


@cache
def _tables() -> tuple[dict[str, Publisher], dict[str, Publisher]]:
    by_name: dict[str, Publisher] = {}
    by_domain: dict[str, Publisher] = {}
    rows = [(row, _publisher(row)) for row in read_table("publishers.csv", _COLUMNS)]
    for row, publisher in rows:
        by_name.setdefault(fold(row["name"]), publisher)
    for row, publisher in rows:
        for name in (row["name"], *row["aliases"].split("|")):
            for key in known_as(name):
                by_name.setdefault(key, publisher)
        for domain in publisher.domains:
            by_domain.setdefault(domain, publisher)
    by_name.pop("", None)
    return by_name, by_domain


def _publisher(row: dict[str, str]) -> Publisher:
    return Publisher(
        name=row["name"],
        domains=tuple(part for part in row["domains"].split("|") if part),
        country=row["country"] or None,
        owner=row["owner"] or None,
        side=msgspec.convert(row["side"] or None, Side | None),
        speaks_for=row["speaks_for"] or None,
        code=row["code"] or None,
    )
