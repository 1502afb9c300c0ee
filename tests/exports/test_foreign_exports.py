"""PLOVER, ICEWS, GDELT, GeoJSON and Atom: what the table says is kept can be read back from them."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from export_builders import cabra_readings
from test_page import ODD, PAYLOADS, hostile

from rashomon import ontology
from rashomon.errors import InputError
from rashomon.exports import gdelt, icews
from rashomon.exports.cells import unguarded
from rashomon.exports.events import events, pairs, took_place, voices
from rashomon.exports.formats import FORMATS, fields, write
from rashomon.model import Claim, Date, Party, Place, Voice
from rashomon.reconcile import reconcile
from rashomon.reconcile.incidents import Account, Incident

READINGS = cabra_readings()
CLAIMS = [claim for reading in READINGS for claim in reading.claims]
REPORTS = [reading.report for reading in READINGS]
INCIDENTS = reconcile(CLAIMS, REPORTS)
ARREST = CLAIMS[0]
FIRED = CLAIMS[2]


def written(name: str, claims: list[Claim] = CLAIMS, **options: Any) -> str:
    return b"".join(write(name, INCIDENTS, claims, REPORTS, **options)).decode("utf-8")


def tabbed(text: str) -> list[dict[str, str]]:
    head, *lines = text.splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]


def test_a_plover_record_keeps_the_claim() -> None:
    records = [json.loads(line) for line in written("plover").splitlines()]
    assert [record["id"] for record in records] == [claim.id for claim in CLAIMS]
    for record, claim in zip(records, CLAIMS, strict=True):
        assert record["event"] == [claim.type] and record["mode"] == ([claim.mode] if claim.mode else [])
        assert record["context"] == list(claim.contexts)
        assert (record["quad_code"], record["event_scale"]) == (claim.quad, claim.score)
        for role, parties in (("source", claim.actors), ("recipient", claim.recipients)):
            codes = [f"{party['code']} {party['sector']}".replace("KOS", "XKX") for party in record[role]]
            assert codes == [party.code for party in parties]
            assert [party["identifier_text"] for party in record[role]] == [party.name for party in parties]
        assert msgspec.convert(record["date_told"], Date | None) == claim.date
        assert record["status"] == claim.status and record["frame"] == claim.frame
        assert record["text"] == claim.quote.text and record["confidence"] == claim.confidence
    assert "XKX" not in written("plover")


def test_a_plover_record_without_a_day_has_the_day_of_publication_unless_it_is_background() -> None:
    claim = msgspec.structs.replace(ARREST, date=None)
    (record,) = (json.loads(line) for line in written("plover", [claim]).splitlines())
    assert record["date"] == "2019-05-28" and record["date_told"] is None
    past = msgspec.structs.replace(claim, frame="background")
    assert json.loads(written("plover", [past]))["date"] is None


def test_a_plover_record_of_an_incident_keeps_accounts_and_disputes() -> None:
    records = [json.loads(line) for line in written("plover", what="incidents").splitlines()]
    for record, incident in zip(records, INCIDENTS, strict=True):
        assert record["link"] == incident.id and record["claims"] == list(incident.claims)
        assert len(record["accounts"]) == len(incident.accounts)
        assert [each["field"] for each in record["disputes"]] == [each.field for each in incident.disputes]


def test_an_icews_row_keeps_who_did_what_to_whom_where_and_when() -> None:
    rows = tabbed(written("icews"))
    assert tuple(rows[0]) == icews.COLUMNS and len(icews.COLUMNS) == 20
    row = next(row for row in rows if row["Event ID"] == FIRED.id)
    assert row["Event Date"] == "2019-05-28" and row["CAMEO Code"] == "193" and row["Intensity"] == "-9.0"
    assert row["Event Text"] == "Fight with small arms and light weapons"
    assert (row["Source Name"], row["Source Sectors"]) == ("Gunmen", "Unidentified Forces")
    assert (row["Target Name"], row["Target Country"]) == ("Kosovo Police", "Kosovo")
    assert (row["City"], row["Country"], row["Latitude"]) == ("Čabra", "Kosovo", "42.95")
    assert (row["Story ID"], row["Publisher"]) == ("cabra-pristina", "Prishtina Ledger")


@pytest.mark.parametrize("name", ["icews", "gdelt"])
def test_what_did_not_take_place_is_left_out_and_counted(name: str) -> None:
    left: list[str] = []
    told = written(name, what="claims", on_left_out=lambda event: left.append(event.id))
    gone = {claim.id for claim in CLAIMS if claim.status not in ("happened", "ongoing")}
    assert len(gone) == 2 and set(left) == gone
    if name == "icews":
        assert not gone & {row["Event ID"] for row in tabbed(told)}
    undated = msgspec.structs.replace(ARREST, date=None, frame="background")
    assert len(written(name, [undated], what="claims").splitlines()) == 1


def test_several_parties_are_rows_of_one_event() -> None:
    party = ARREST.actors[0]
    other = msgspec.structs.replace(party, name="Border Guard", code="XKX MIL", sector="MIL")
    claim = msgspec.structs.replace(ARREST, actors=(party, other))
    rows = tabbed(written("icews", [claim]))
    assert [row["Source Name"] for row in rows] == ["Kosovo Police", "Border Guard"]
    assert {row["Event ID"] for row in rows} == {claim.id}
    numbers = [row["GLOBALEVENTID"] for row in tabbed(written("gdelt", [claim], what="claims"))]
    assert len(set(numbers)) == 2 and all(0 < int(number) < 2**52 for number in numbers)


def test_a_gdelt_row_has_its_61_columns() -> None:
    rows = tabbed(written("gdelt", what="claims"))
    assert tuple(rows[0]) == gdelt.COLUMNS and len(gdelt.COLUMNS) == 61
    row = next(row for row in rows if row["Actor1Name"] == "GUNMEN")
    assert (row["SQLDATE"], row["MonthYear"], row["Year"]) == ("20190528", "201905", "2019")
    assert float(row["FractionDate"]) == pytest.approx(2019 + (5 * 30 + 28) / 365, abs=1e-4)
    assert (row["Actor1Code"], row["Actor2Code"], row["Actor2CountryCode"]) == ("KOSUAF", "KOSCOP", "KOS")
    assert (row["EventCode"], row["EventBaseCode"], row["EventRootCode"]) == ("193", "193", "19")
    assert (row["QuadClass"], row["GoldsteinScale"]) == ("4", "-9.0")
    assert (row["ActionGeo_Type"], row["ActionGeo_FullName"]) == ("4", "Čabra, Kosovo")
    assert (row["ActionGeo_CountryCode"], row["ActionGeo_Lat"]) == ("KV", "42.95")
    assert row["DATEADDED"] == "20190528000000" and row["SOURCEURL"].startswith("Prishtina Ledger: ")
    nato = next(row for row in rows if row["Actor1Name"] == "NATO")
    assert (nato["Actor1Code"], nato["Actor1Type1Code"], nato["Actor1CountryCode"]) == ("IGOMIL", "IGO", "")
    assert nato["SQLDATE"] == "19990101"


def test_gdelt_counts_claims_publishers_and_reports_of_an_incident() -> None:
    events_ = {event.id: event for event in events(INCIDENTS, CLAIMS, REPORTS, "incidents")}
    event = max(events_.values(), key=lambda each: len(each.reports))
    assert len(event.reports) > 1
    row = dict(zip(gdelt.COLUMNS, gdelt.event_rows(event)[0], strict=True))
    assert row["NumMentions"] == len(event.claims) and row["NumArticles"] == len(event.reports)
    assert row["NumSources"] == len(set(event.publishers))
    assert gdelt.number_of(event.id, pairs(event)[0]) == row["GLOBALEVENTID"]


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (Place("x", 0, 1, "Peru", None, "PER", lat=-10.0, lon=-76.0, precision="country"), 1),
        (Place("x", 0, 1, "Ohio", None, "USA", lat=40.0, lon=-83.0, precision="admin1"), 2),
        (Place("x", 0, 1, "Akron", None, "USA", lat=41.0, lon=-81.5, precision="town"), 3),
        (Place("x", 0, 1, "Lima", None, "PER", lat=-12.0, lon=-77.0, precision="town"), 4),
        (Place("x", 0, 1, "Cusco", None, "PER", lat=-13.0, lon=-72.0, precision="admin1"), 5),
        (Place("x", 0, 1, "a bridge", None, "PER"), 0),
        (None, 0),
    ],
)
def test_gdelt_says_how_fine_a_place_is(place: Place | None, kind: int) -> None:
    claim = msgspec.structs.replace(ARREST, place=place)
    (row,) = tabbed(written("gdelt", [claim], what="claims"))
    assert row["ActionGeo_Type"] == str(kind)


def test_every_cameo_code_has_a_name_and_a_class() -> None:
    for name in ontology.TYPES:
        for mode in (None, *(entry.name for entry in ontology.event_type(name).modes)):
            code = ontology.cameo(name, mode)
            assert code and ontology.cameo_name(code) and gdelt.quad_class(code) in (1, 2, 3, 4)


def test_generic_words_are_the_force_that_another_claim_names() -> None:
    def party(name: str) -> Party:
        return Party(name, 0, 1, name, "XKX COP", "XKX", "COP")

    claims = [
        msgspec.structs.replace(ARREST, id=f"c-{number}", actors=(party(name),))
        for number, name in enumerate(("police", "Police", "Kosovo Police", "officers"))
    ]
    told = Incident("i-1", "COERCE", ("arrest",), None, None, tuple(claim.id for claim in claims), ())
    (event,) = events([told], claims, REPORTS, "incidents")
    assert [actor.name for actor in event.actors] == ["Kosovo Police"] and len(pairs(event)) == 1


def test_voices_of_publishers_are_called_by_their_names() -> None:
    told = Incident("i-1", "COERCE", (), None, None, (ARREST.id,), (Account(ARREST.voice, (ARREST.id,)),))
    (event,) = events([told], CLAIMS, REPORTS, "incidents")
    assert voices(event) == ("Prishtina Ledger",) and took_place(event)


def test_geojson_has_points_where_places_are_known() -> None:
    whole = json.loads(written("geojson", what="claims"))
    assert whole["type"] == "FeatureCollection" and len(whole["features"]) == len(CLAIMS)
    feature = next(each for each in whole["features"] if each["id"] == FIRED.id)
    assert feature["geometry"] == {"type": "Point", "coordinates": [20.78, 42.95]}
    properties = feature["properties"]
    assert (properties["place"], properties["place_precision"]) == ("Čabra", "town")
    assert properties["status"] == "happened" and properties["quote"] == FIRED.quote.text
    assert next(each for each in whole["features"] if each["id"] == ARREST.id)["geometry"] is None
    off = msgspec.structs.replace(FIRED, place=msgspec.structs.replace(FIRED.place, lat=float("nan")))  # type: ignore[type-var]
    assert json.loads(written("geojson", [off], what="claims"))["features"][0]["geometry"] is None
    assert json.loads(b"".join(write("geojson", [], [], [])))["features"] == []


def test_atom_has_an_entry_an_incident() -> None:
    root = ElementTree.fromstring(written("atom"))
    names = {"a": "http://www.w3.org/2005/Atom", "g": "http://www.georss.org/georss"}
    entries = root.findall("a:entry", names)
    assert len(entries) == len(INCIDENTS)
    for entry, incident in zip(entries, INCIDENTS, strict=True):
        assert entry.findtext("a:id", None, names) == f"urn:rashomon:incident:{incident.id}"
        terms = [each.get("term") for each in entry.findall("a:category", names)]
        assert terms == [incident.type, *incident.modes]
        assert entry.findtext("a:updated", None, names) == "2019-05-28T00:00:00Z"
        assert entry.find("a:author/a:name", names) is not None
    assert root.findtext("a:updated", None, names) == "2019-05-28T00:00:00Z"
    assert any(entry.find("g:point", names) is not None for entry in entries)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://",
        "http://a b.example/",
        "data:text/html,x",
        'https://x.example/"><b>',
        "//x.example",
    ],
)
def test_atom_links_only_to_addresses(url: str) -> None:
    reports = [msgspec.structs.replace(report, url=url) for report in REPORTS]
    assert b"<link" not in b"".join(write("atom", INCIDENTS, CLAIMS, reports))
    reports = [msgspec.structs.replace(report, url="https://x.example/a?b=1&c=2") for report in REPORTS]
    assert b'href="https://x.example/a?b=1&amp;c=2"' in b"".join(write("atom", INCIDENTS, CLAIMS, reports))


@pytest.mark.parametrize("text", [*PAYLOADS, ODD, "=1+1", "a\tb\nc\rd", "\x00", "\ud800", "x" * 100_000])
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "parquet"])
def test_hostile_text_breaks_no_format(name: str, text: str) -> None:
    reading = hostile(text)
    claims = [claim for claim in reading.claims if claim.type in ontology.TYPES]
    claims.append(msgspec.structs.replace(claims[0], id="c-odd", cameo=text, contexts=(text,)))
    told = Incident(
        text, "COERCE", ("arrest",), None, claims[0].place, tuple(claim.id for claim in claims),
        tuple(Account(Voice("named", text, 0, 1, text, text), (claim.id,)) for claim in claims),
    )  # fmt: skip
    for what in FORMATS[name].rows_of:
        data = b"".join(write(name, [told], claims, [reading.report], what=what))
        shown = data.decode("utf-8")
        if name in ("icews", "gdelt"):
            for row in tabbed(shown):
                assert all(unguarded(cell) is None or cell[0] not in "=+@" for cell in row.values())
        elif name == "plover":
            assert len([json.loads(line) for line in shown.split("\n") if line]) in (1, 2)
        elif name == "geojson":
            assert json.loads(shown)["features"]
        elif name == "atom":
            assert ElementTree.fromstring(data) is not None


def test_what_is_asked_for_has_to_exist() -> None:
    with pytest.raises(InputError, match="acled has no rows of claims"):
        write("acled", [], [], [], what="claims")
    with pytest.raises(InputError, match="no format"):
        write("xls", [], [], [])


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_what_it_keeps_and_loses(name: str) -> None:
    assert {"kept", "lost"} <= {entry.fate for entry in fields(name)} <= {"kept", "partly", "lost"}
