"""Small dumps in the true forms of GeoNames and Wikidata, with invented places, people and bodies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def geoname(geonameid: int, name: str, code: str, **more: Any) -> str:
    """A line of a GeoNames dump: nineteen columns. `code` is class and feature code, as "P.PPL"."""
    feature_class, _, feature = code.partition(".")
    columns = [
        str(geonameid), name, more.get("plain", name), more.get("others", ""),
        str(more.get("lat", 15.5)), str(more.get("lon", -2.25)), feature_class, feature,
        more.get("cc", "ML"), "", more.get("admin1", "01"), more.get("admin2", ""), "", "",
        str(more.get("population", 0)), "", "", "Africa/Bamako", "2024-01-01",
    ]  # fmt: skip
    return "\t".join(columns) + "\n"


GEONAMES = [
    geoname(9000001, "Vell Region", "A.ADM1", lat=15.0, lon=-2.0),
    geoname(9000002, "Cercle de Órn", "A.ADM2", plain="Cercle de Orn", admin2="07"),
    geoname(9000003, "Órn", "P.PPL", plain="Orn", others="Ornu,Орн,ornw,ORN", admin2="07", population=1200),
    geoname(9000004, "Ornhill", "T.HLL", lat=15.9, lon=-2.5),
    geoname(9000005, "Kessou", "P.PPL", lat=15.7, lon=-2.1, population=90_000),
    geoname(9000006, "Kessou Clinic", "S.HSP", lat=15.71, lon=-2.11),
    geoname(9000007, "Old Vell", "A.ADM1H"),
    geoname(9000008, "Marrow Ford", "P.PPL", lat=15.2, lon=-2.7, population=40),
    geoname(9000009, "Lake Tibb", "H.LK", lat=15.3, lon=-2.8),
    geoname(9000010, "Nowhere at all", "P.PPL", cc="ZZ"),
]


def item(
    qid: int, label: str = "", sitelinks: int = 5, language: str = "en", **claims: Any
) -> dict[str, Any]:
    """An entity of a Wikidata dump; `claims` are lists of statements by property."""
    return {
        "type": "item",
        "id": f"Q{qid}",
        "labels": {language: {"language": language, "value": label}} if label else [],
        "descriptions": {"en": {"language": "en", "value": "invented"}},
        "aliases": {"en": [{"language": "en", "value": a} for a in claims.pop("aliases", ())]},
        "claims": claims or [],
        "sitelinks": {
            f"w{n}wiki": {"site": f"w{n}wiki", "title": label, "badges": []} for n in range(sitelinks)
        },
        "lastrevid": 1,
    }


def entity(qid: int, rank: str = "normal", **qualifiers: Any) -> dict[str, Any]:
    """A statement that names an entity; `start` and `end` are dates of 4, 7 or 10 characters, or None for an
    unknown one."""
    names = {"start": "P580", "end": "P582"}
    return {
        "mainsnak": snak({"entity-type": "item", "numeric-id": qid, "id": f"Q{qid}"}),
        "type": "statement",
        "rank": rank,
        "qualifiers": {names[key]: [day(value)] for key, value in qualifiers.items()} or [],
    }


def snak(value: Any) -> dict[str, Any]:
    return {"snaktype": "value", "property": "P1", "datavalue": {"value": value, "type": "any"}}


def day(written: str | None) -> dict[str, Any]:
    if written is None:
        return {"snaktype": "somevalue", "property": "P1"}
    padded = f"{written}-00-00"[:10] if len(written) < 10 else written
    precision = {4: 9, 7: 10, 10: 11}[len(written)]
    return snak({"time": f"+{padded}T00:00:00Z", "precision": precision, "calendarmodel": "Q1985727"})


def plain(value: Any) -> dict[str, Any]:
    """A statement with a value of its own: a code, or a date's snak."""
    main = value if isinstance(value, dict) else snak(value)
    return {"mainsnak": main, "type": "statement", "rank": "normal"}


MALI, KESH, POSITION, PARTY, REBEL_ARMY, MINISTRY_CLASS = 912, 800001, 4164871, 7278, 800010, 192350
WIKIDATA = [
    item(MALI, "Mali", 300, P298=[plain("MLI")], P31=[entity(6256)], P17=[entity(MALI)]),
    item(800002, "Prime Minister of the Vell Coast", 2, P31=[entity(POSITION)], P1001=[entity(MALI)]),
    item(800003, "member of the Assembly of Mali", 2, P279=[entity(POSITION)], P17=[entity(MALI)]),
    item(
        800004,
        "Awa Tibbou",
        P31=[entity(5)],
        P27=[entity(MALI)],
        P39=[
            entity(800003, start="2003", end="2011"),
            entity(800002, start="2011-04-02", end="2014-09-30"),
            entity(800002, "deprecated", start="2020"),
            entity(800003, start="2015", end=None),
        ],
    ),
    item(800005, "Ousmane Kessa", language="mul", P31=[entity(5)], P39=[entity(800002, start="2014-10-01")]),
    item(800006, "Little Known", 1, P31=[entity(5)], P39=[entity(800002, start="2014-10-01")]),
    item(800007, "Long Ago", P31=[entity(5)], P39=[entity(800002, start="1961", end="1964")]),
    item(REBEL_ARMY, P279=[entity(17149090)], sitelinks=0),
    item(
        800011,
        "Front of the Vell Hills",
        P31=[entity(REBEL_ARMY)],
        P17=[entity(MALI)],
        aliases=["FVH", "Hills"],
        P361=[entity(800012)],
    ),
    item(800012, "Kessou Alliance", P31=[entity(17149090)], P17=[entity(MALI), entity(KESH)]),
    item(800013, "Vell Renewal Party", P31=[entity(PARTY)], P17=[entity(MALI)]),
    item(800014, "Forward", 4, P31=[entity(PARTY)], P17=[entity(MALI)]),
    item(800015, "Kessou Evening Post", P31=[entity(11032)], P17=[entity(MALI)], P127=[entity(800013)]),
    item(800016, "Town of Órn", P31=[entity(515)], P17=[entity(MALI)], P625=[plain(snak({"latitude": 1}))]),
    item(800017, "A Film", P31=[entity(11424)], P17=[entity(MALI)]),
    item(800018, "An Article", 0, P31=[entity(13442814)]),
]


def wikidata_text(*extra: str) -> str:
    """The dump as it is published: a list, an entity a line, a comma after each but the last."""
    lines = [*(json.dumps(each) for each in WIKIDATA), *extra]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def write_geonames(path: Path, *extra: str) -> Path:
    path.write_text("".join([*GEONAMES, *extra]), encoding="utf-8")
    return path
