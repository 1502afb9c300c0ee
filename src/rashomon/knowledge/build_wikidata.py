"""Tables of actors from a Wikidata dump (`latest-all.json`, .gz or .bz2, or pieces of it).

`read` takes from each entity what the tables need, in parts that outlast a kill (`build_parts`); `write` puts
it together: who held which office when (`office_holders.parquet`), parties, armed groups and other bodies
(`actors.csv`), outlets (`media.csv`), in the form of the tables that ship. The properties and classes that
are used stand in `docs/extend.md` and in `tables/wikidata_classes.csv`.
"""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rashomon.knowledge import countries
from rashomon.knowledge.build_actors import (
    ACTOR_COLUMNS,
    HOLDER_COLUMNS,
    MEDIA_COLUMNS,
    sector_of_office,
)
from rashomon.knowledge.build_parts import OnProgress, Tally, Workshop, whole_file, write_whole
from rashomon.knowledge.roles import read_table, role_index
from rashomon.knowledge.wikidata import Item, take

SITELINKS = 3
SINCE = "1990"
_ALIASES = 8
_LONE_WORD_SITELINKS = 10  # a party called "Forward" has to be well known before the word means it
_HUMAN = 5
# Offices that the executives' patterns of `build_actors` do not know, tried before them.
_MORE_SECTORS = (
    (
        r"\bmember of\b.*(parliament|assembly|house|senate|congress|duma|chamber|legislat|knesset|bundestag|"
        r"rada|diet|council of states|national council|riksdag|storting|sejm|cortes|seimas|saeima)"
        r"|\bsenator\b",
        "LEG",
    ),
    (r"\b(leader|chair\w*|president|secretary\w*( general)?) of .*\b(party|movement)\b|party leader", "PTY"),
    (r"\b(arch)?bishop\b|\bcardinal\b|\bpatriarch\b|\bimam\b|\brabbi\b|\bmufti\b|\bpope\b", "REL"),
    (r"\brector\b|vice-chancellor|university", "EDU"),
)


class Sizes(msgspec.Struct, frozen=True):
    """Rows of the tables that were written."""

    office_holders: int
    actors: int
    media: int


class _Take:
    """The task of a dump of entities: what the tables need of each."""

    name = "Wikidata"
    part_bytes = 512 * 2**20  # little of it is kept

    def __init__(self, sitelinks: int) -> None:
        self.settings: dict[str, Any] = {"format": 1, "sitelinks": sitelinks}
        self._classes = frozenset(_numbers("organisation", "group", "media"))

    def __call__(self, line: bytes) -> Item | None:
        return take(line, self._classes, self.settings["sitelinks"])


def read(
    dumps: Sequence[Path], workshop: Path, on_progress: OnProgress, sitelinks: int = SITELINKS
) -> tuple[list[Workshop[Item]], dict[str, Tally]]:
    """Take from each entity of the dumps what the tables need, going on where an earlier run stopped.

    Args:
        dumps: the dump, or its pieces; one entity a line.
        workshop: where finished parts lie.
        sitelinks: persons and bodies need pages in so many wikis.

    Raises SourceMissing, MalformedInput.
    """
    shops = [Workshop(dump, workshop, _Take(sitelinks)) for dump in dumps]
    return shops, {dump.name: shop.work(on_progress) for dump, shop in zip(dumps, shops, strict=True)}


def write(shops: Sequence[Workshop[Item]], folder: Path, since: str = SINCE) -> Sizes:
    """Put the tables together and write them into a folder.

    Args:
        shops: as `read` gave them.
        folder: where the tables go; each appears when it is whole.
        since: an ISO date or a year; terms that ended before are left out.
    """
    import polars

    world = _World(shops)
    holders = sorted({row for item in _items(shops) for row in world.terms(item, since)})
    bodies = [
        (item, role, code) for item in _items(shops) if (found := world.body(item)) for role, code in [found]
    ]
    names = {item.qid: item.label for item, _, _ in bodies}
    actors = [_actor_row(item, role, code, names) for item, role, code in bodies if role != "media"]
    media = [_media_row(item, code, names) for item, role, code in bodies if role == "media"]
    folder.mkdir(parents=True, exist_ok=True)
    frame = polars.DataFrame(holders, schema=dict.fromkeys(HOLDER_COLUMNS, polars.String), orient="row")
    with whole_file(folder / "office_holders.parquet") as file:
        frame.write_parquet(file, compression="zstd")
    _write_rows(folder / "actors.csv", ACTOR_COLUMNS, actors)
    _write_rows(folder / "media.csv", MEDIA_COLUMNS, media)
    return Sizes(len(holders), len(actors), len(media))


class _World:
    """What single entities say of others: countries, offices, and which class is a kind of which."""

    def __init__(self, shops: Sequence[Workshop[Item]]) -> None:
        known = countries.countries()
        self._code = {int(row["qid"][1:]): row["code"] for row in _rows() if row["role"] == "country"}
        self._office: dict[int, tuple[str, tuple[int, ...]]] = {}
        offices = {position for item in _items(shops) for position, _, _ in item.terms}
        below, above = array("i"), array("i")
        for item in _items(shops):
            if item.iso3 in known:
                self._code.setdefault(item.qid, item.iso3)
            for other in item.kinds_of:
                below.append(item.qid)
                above.append(other)
            if item.label and item.qid in offices:
                self._office[item.qid] = item.label, (*item.jurisdictions, *item.countries)
        self._role = _closure(np.frombuffer(below, np.int32), np.frombuffer(above, np.int32))

    def terms(self, item: Item, since: str) -> Iterator[tuple[str, ...]]:
        """The rows of a person's terms of office."""
        if _HUMAN not in item.kinds:
            return
        home = self._country(item.citizenships)
        for position, start, end in item.terms:
            office, places = self._office.get(position, ("", ()))
            country = self._country(places) or home
            end = end or item.death
            if not office or not country or not (start or end) or (end and end[: len(since)] < since):
                continue
            if not end and start[:4] < str(int(since[:4]) - 50):
                continue  # nobody has written down the end
            sector = next((s for pattern, s in _MORE_SECTORS if re.search(pattern, office, re.I)), None)
            yield (
                item.label,
                f"Q{item.qid}",
                country,
                office,
                sector or sector_of_office(office),
                start,
                end,
            )

    def body(self, item: Item) -> tuple[str, str] | None:
        """Role and code of an organisation, a group or an outlet; None for anything else."""
        found = next((self._role[kind] for kind in item.kinds if kind in self._role), None)
        if found is None or not item.notable or not _is_name(item.label, item.sitelinks):
            return None
        role, code = found
        if " " in code:
            return role, code
        places = [c for c in dict.fromkeys(self._code.get(each) for each in item.countries) if c]
        if len(places) > 1 and role == "group":
            return role, code  # the report says where
        if not places and role != "group":
            return None
        return role, f"{places[0]} {code}" if places else code

    def _country(self, entities: Sequence[int]) -> str | None:
        return next((self._code[each] for each in entities if each in self._code), None)


def _closure(below: np.ndarray[Any, Any], above: np.ndarray[Any, Any]) -> dict[int, tuple[str, str]]:
    """Role and code by class: the table's classes, and every class below one; the nearest, the first of the
    table among equals."""
    roles = {int(row["qid"][1:]): (row["role"], row["code"]) for row in _rows() if row["role"] != "country"}
    front = dict(roles)
    while front:
        found = np.flatnonzero(np.isin(above, np.fromiter(front, np.int32)))
        following: dict[int, tuple[str, str]] = {}
        order = {each: rank for rank, each in enumerate(front)}
        for at in sorted(found.tolist(), key=lambda at: order[int(above[at])]):
            if int(below[at]) not in roles:
                following.setdefault(int(below[at]), front[int(above[at])])
        roles |= following
        front = following
    return roles


def _items(shops: Sequence[Workshop[Item]]) -> Iterator[Item]:
    for shop in shops:
        yield from shop.records(Item)


def _rows() -> list[dict[str, str]]:
    return read_table("wikidata_classes.csv", ("qid", "label", "role", "code"))


def _numbers(*roles: str) -> list[int]:
    return [int(row["qid"][1:]) for row in _rows() if row["role"] in roles]


def _is_name(label: str, sitelinks: int) -> bool:
    """Whether a label is safe to look for in a text: a lone everyday word is none."""
    if not label[:1].isupper() or len(label) < 3 or len(label) > 80:
        return False
    if " " in label or (label.isupper() and len(label) > 2):
        return not role_index().get(label)
    return sitelinks >= _LONE_WORD_SITELINKS and not role_index().get(label)


def _aliases(item: Item) -> str:
    good = [a for a in item.aliases if "|" not in a and a != item.label and _is_name(a, 0)]
    return "|".join(dict.fromkeys(good[:_ALIASES]))


def _actor_row(item: Item, role: str, code: str, names: Mapping[int, str]) -> dict[str, str]:
    return {
        "name": item.label,
        "aliases": _aliases(item),
        "code": code,
        "kind": role,
        "part_of": "|".join(dict.fromkeys(names[each] for each in item.wholes if each in names)),
        "wikidata": f"Q{item.qid}",
        "source": "wikidata",
    }


def _media_row(item: Item, code: str, names: Mapping[int, str]) -> dict[str, str]:
    owner = next((names[each] for each in item.owners if each in names), "")
    return {
        "name": item.label,
        "aliases": _aliases(item),
        "country": code.partition(" ")[0],
        "owner": owner,
        "source": "wikidata",
    }


def _write_rows(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["name"]))
    write_whole(path, text.getvalue().encode("utf-8", "replace"))


__all__ = ["SINCE", "SITELINKS", "Sizes", "read", "write"]
