"""ACLED-like rows: the mapping, the precisions, the lowest count, and what is left out."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
import pytest

from rashomon import ontology
from rashomon.exports.acled import COLUMNS, event_row, interaction
from rashomon.exports.events import events
from rashomon.exports.export_tables import country_codes, rows
from rashomon.exports.formats import write
from rashomon.knowledge.countries import countries
from rashomon.model import Claim, Date, Figure, Party, Place, Report, Span, Voice
from rashomon.reconcile.incidents import Account, Dispute, Incident, Position, Update

TOWN = Place("Orbe", 0, 4, "Orbe", 1, "PER", "Cusco", "Espinar", -14.5, -71.25, "town")
DAY = Date("2021-03-04", "2021-03-04", "day")


def party(name: str, code: str) -> Party:
    country, _, sector = code.partition(" ")
    return Party(name, 0, 1, name, code, country, sector)


GUNMEN, REBELS = party("gunmen", "PER UAF"), party("Sun Front", "PER REB")
ARMY, POLICE = party("soldiers", "PER MIL"), party("police", "PER COP")
PEOPLE = party("villagers", "PER CVL")


def claim(number: int, type_: str = "ASSAULT", mode: str | None = None, **fields: Any) -> Claim:
    given: dict[str, Any] = {
        "actors": (REBELS,), "recipients": (ARMY,), "voice": Voice("named", name=f"Voice {number}"),
        "status": "happened", "frame": "current", "date": DAY, "place": TOWN, "figures": (), "report": "r-1",
    } | fields  # fmt: skip
    words = Span("they were attacked", 0, 18)
    return Claim(
        id=f"c-{number}", type=type_, mode=mode, contexts=(), quad=4, score=-9.0, cameo="180", quote=words,
        trigger=words, confidence=0.9, **given,
    )  # fmt: skip


def row(*claims: Claim, reports: tuple[Report, ...] = (), **fields: Any) -> dict[str, Any] | None:
    first = claims[0]
    given = {"date": first.date, "place": first.place} | fields
    told = Incident(
        id="i-1", type=first.type, modes=(first.mode,) if first.mode else (),
        claims=tuple(each.id for each in claims),
        accounts=tuple(Account(each.voice, (each.id,)) for each in claims), **given,
    )  # fmt: skip
    (event,) = events([told], claims, reports, "incidents")
    found = event_row(event)
    return None if found is None else dict(zip(COLUMNS, found, strict=True))


def killed(low: int | None, high: int | None, whom: str | None = None) -> tuple[Figure, ...]:
    return (Figure("killed", low, high, whom, 0, 1),)


def test_a_clash_has_acleds_columns() -> None:
    found = row(claim(1))
    assert found is not None and len(COLUMNS) == 31
    assert (found["event_id_cnty"], found["event_date"], found["year"]) == ("i-1", "2021-03-04", 2021)
    assert (found["time_precision"], found["geo_precision"]) == (1, 1)
    assert (found["event_type"], found["sub_event_type"]) == ("Battles", "Armed clash")
    assert found["disorder_type"] == "Political violence"
    assert (found["actor1"], found["inter1"]) == ("Sun Front", "Rebel group")
    assert (found["actor2"], found["inter2"]) == ("Military Forces of Peru", "State forces")
    assert found["interaction"] == "State forces-Rebel group" and found["civilian_targeting"] is None
    assert (found["iso"], found["region"], found["country"]) == (604, "South America", "Peru")
    assert (found["admin1"], found["admin2"], found["location"]) == ("Cusco", "Espinar", "Orbe")
    assert (found["latitude"], found["longitude"], found["fatalities"]) == (-14.5, -71.25, 0)


@pytest.mark.parametrize(
    ("type_", "mode", "by", "against", "wanted"),
    [
        ("ASSAULT", "firearms", GUNMEN, PEOPLE, "Attack"),
        ("ASSAULT", None, party("the government", "PER GOV"), REBELS, "Armed clash"),
        ("ASSAULT", "drone", ARMY, REBELS, "Air/drone strike"),
        ("ASSAULT", "heavy-weapons", ARMY, PEOPLE, "Shelling/artillery/missile attack"),
        ("ASSAULT", "explosives", GUNMEN, ARMY, "Remote explosive/landmine/IED"),
        ("ASSAULT", "abduct", GUNMEN, PEOPLE, "Abduction/forced disappearance"),
        ("ASSAULT", "beat", PEOPLE, POLICE, "Mob violence"),
        ("ASSAULT", "crowd-control", POLICE, PEOPLE, "Protest with intervention"),
        ("PROTEST", "demo", PEOPLE, None, "Peaceful protest"),
        ("PROTEST", "riot", PEOPLE, None, "Violent demonstration"),
        ("COERCE", "arrest", POLICE, PEOPLE, "Arrests"),
        ("RETREAT", "ceasefire", REBELS, ARMY, "Agreement"),
        ("PROTEST", "strike", PEOPLE, None, None),
        ("CONSULT", "visit", POLICE, PEOPLE, None),
        ("SANCTION", None, POLICE, PEOPLE, None),
    ],
)
def test_the_mapping(
    type_: str, mode: str | None, by: Party, against: Party | None, wanted: str | None
) -> None:
    found = row(claim(1, type_, mode, actors=(by,), recipients=(against,) if against else ()))
    assert (found["sub_event_type"] if found else None) == wanted


def test_deaths_make_it_graver() -> None:
    for mode, wanted in (("crowd-control", "Excessive force against protesters"), ("abduct", "Attack")):
        found = row(claim(1, mode=mode, actors=(POLICE,), recipients=(PEOPLE,), figures=killed(2, 2)))
        assert found is not None and found["sub_event_type"] == wanted
        assert found["civilian_targeting"] == "Civilians targeted"


def test_crowds_and_civilians_are_generic_and_their_names_are_beside() -> None:
    found = row(claim(1, "PROTEST", "demo", actors=(party("Miners' Union", "PER LAB"),), recipients=(),
                      figures=(Figure("protesters", 300, None, None, 0, 1),)))  # fmt: skip
    assert found is not None
    assert (found["actor1"], found["assoc_actor_1"]) == ("Protesters (Peru)", "Miners' Union")
    assert (found["inter1"], found["interaction"]) == ("Protesters", "Protesters only")
    assert found["actor2"] is None and found["tags"] == "crowd size=at least 300"


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2021-03-04", "2021-03-04", ("2021-03-04", 1)),
        ("2021-03-01", "2021-03-07", ("2021-03-04", 2)),
        ("2021-02-01", "2021-02-28", ("2021-02-14", 3)),
        ("2021-03-01", "2021-03-31", ("2021-03-16", 3)),
        ("2021-01-01", "2021-12-31", None),
    ],
)
def test_time_precision(first: str, last: str, told: tuple[str, int] | None) -> None:
    found = row(claim(1, date=Date(first, last, "range")))
    assert (found and (found["event_date"], found["time_precision"])) == told


def test_without_a_day_it_is_the_day_of_publication_unless_it_is_background() -> None:
    report = Report("x", "2021-03-09T08:00:00+00:00", "Hill Courier", id="r-1")
    found = row(claim(1, date=None), reports=(report,))
    assert found is not None and (found["event_date"], found["time_precision"]) == ("2021-03-09", 3)
    assert found["source"] == "Hill Courier"
    assert row(claim(1, date=None, frame="background"), reports=(report,)) is None
    assert row(claim(1, date=None)) is None


@pytest.mark.parametrize(
    ("precision", "wanted"),
    [("point", 1), ("town", 1), ("admin2", 2), ("admin1", 3), (None, 3), ("country", None)],
)
def test_geo_precision(precision: Any, wanted: int | None) -> None:
    place = msgspec.structs.replace(TOWN, precision=precision)
    found = row(claim(1, place=place))
    assert (found and found["geo_precision"]) == wanted


def test_of_what_is_known_by_country_only_strategic_developments_stay() -> None:
    land = Place(None, None, None, "Peru", None, "PER", lat=-10.0, lon=-76.0, precision="country")
    found = row(claim(1, "COERCE", "arrest", actors=(POLICE,), recipients=(PEOPLE,), place=land))
    assert found is not None and found["geo_precision"] == 3
    assert row(claim(1, place=None)) is None


def test_the_dead_are_the_lowest_total_that_a_voice_gives() -> None:
    reports = tuple(Report("x", f"2021-03-0{day}", id=f"r-{day}") for day in (1, 2))
    voice = Voice("named", name="Voice 1", code="PER GOV")
    revised = (
        claim(1, report="r-1", voice=voice, figures=killed(3, 3)),
        claim(2, report="r-2", voice=voice, figures=killed(5, 5)),
        claim(3, report="r-2", voice=Voice("named", name="Rebels", code="PER REB"), figures=killed(9, None)),
    )
    found = row(*revised, reports=reports)
    assert found is not None and found["fatalities"] == 5
    both = row(claim(1, figures=(*killed(2, 2, "soldiers"), *killed(3, 3, "villagers"))), reports=reports)
    assert both is not None and both["fatalities"] == 5
    none = row(claim(1, figures=killed(4, 4)), claim(2, figures=killed(0, 0)), reports=reports)
    assert none is not None and none["fatalities"] == 0
    open_ = row(claim(1, figures=killed(None, 7)), reports=reports)
    assert open_ is not None and open_["fatalities"] == 0


def test_notes_keep_who_said_what() -> None:
    dispute = Dispute(
        "killed", (Position("army", "2", ("c-1",)), Position("Sun Front", "11 soldiers", ("c-2",)))
    )
    found = row(claim(1), claim(2), disputes=(dispute,), updates=(Update("injured", "army", 1, 4, ("c-1",)),))
    assert found is not None
    assert "According to: Voice 1; Voice 2." in found["notes"]
    assert "Disputed, killed: army says 2; Sun Front says 11 soldiers." in found["notes"]
    assert "Changed, injured: army from 1 to 4." in found["notes"]


@pytest.mark.parametrize("status", ["planned", "conditional", "requested", "possible", "denied"])
def test_what_did_not_take_place_is_left_out(status: Any) -> None:
    assert row(claim(1, status=status)) is None
    assert row(claim(1, status=status), claim(2)) is not None


def test_interactions_are_written_in_acleds_order() -> None:
    assert interaction(2, 1) == interaction(1, 2) == "State forces-Rebel group"
    assert interaction(7, 8) == "External/Other forces-Civilians"
    assert interaction(0, 7) == "Civilians only" and interaction(0, 0) is None


def test_a_force_abroad_is_external() -> None:
    found = row(claim(1, actors=(party("soldiers", "CHL MIL"),)))
    assert found is not None
    assert (found["actor1"], found["inter1"]) == ("Military Forces of Chile", "External/Other forces")


def test_the_tables_are_whole() -> None:
    kinds = {entry["sub_event_type"] for entry in rows("acled_sub_event_types.csv")}
    assert len(kinds) == 25
    for entry in rows("acled_event_types.csv"):
        assert ontology.is_mode(entry["type"], entry["mode"] or None)
        assert entry["sub_event_type"] in kinds | {""}
    for code in countries():
        assert country_codes(code).acled_region and country_codes(code).cameo
    sectors = {entry["sector"] for entry in rows("sector_codes.csv")}
    assert sectors == set(ontology.SECTORS)


def test_csv_of_nothing_has_its_header() -> None:
    data = b"".join(write("acled", [], [], []))
    assert next(csv.reader(io.StringIO(data.decode()))) == list(COLUMNS)
    assert b"".join(write("acled", [], [], [], head=False)) == b""
