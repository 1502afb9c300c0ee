"""The API: one shape for lists and errors, the forms, and a schema that says what there is."""

from __future__ import annotations

import csv
import io
import re

import pytest
from desk_builders import PAYLOAD
from desk_running import Running


def test_lists_go_on_by_cursor(running: Running) -> None:
    seen, cursor = [], ""
    while True:
        got = running.get(f"/api/v1/incidents?limit=7&cursor={cursor}").json
        seen += [each["incident"]["id"] for each in got["items"]]
        cursor = got["cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == running.desk.count()


def test_forms_by_accept_and_by_name(running: Running) -> None:
    plain = running.get("/api/v1/incidents")
    assert plain.headers["content-type"].startswith("application/json")
    table = running.get("/api/v1/incidents?limit=5", accept="text/csv;q=0.9, text/html")
    assert table.headers["content-type"].startswith("text/csv") and table.headers["x-next-cursor"]
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert len(rows) == 5 and set(rows[0]) >= {"id", "type", "lat", "lon", "title"}
    world = running.get("/api/v1/incidents?format=geojson&words=mill").json
    assert world["type"] == "FeatureCollection"
    assert world["features"][0]["geometry"] == {"type": "Point", "coordinates": [20.9, 42.6]}
    assert running.get("/api/v1/incidents?format=xml").status == 406
    assert running.get("/api/v1/incidents", accept="image/png").status == 406


def test_csv_runs_no_formula() -> None:
    from rashomon.desk.tables import csv_rows

    row = next(
        csv.reader(io.StringIO(csv_rows([("=1+1", "@x", "plain", -1.5, None)]).decode().split("\r\n", 1)[1]))
    )
    assert row == ["'=1+1", "'@x", "plain", "-1.5", ""]


@pytest.mark.parametrize("tail", ["", "/matrix", "/brief", "/figures"])
def test_one_incident(running: Running, tail: str) -> None:
    ref = next(each.id for each in running.desk.incidents(words="mill") if each.n_claims == 3)
    assert running.get(f"/api/v1/incidents/{ref}{tail}").status == 200
    got = running.get(f"/api/v1/incidents/nothing{tail}")
    assert got.status == 404 and got.json["error"]["kind"] == "not_found"


def test_figures_move(running: Running) -> None:
    ref = next(each.id for each in running.desk.incidents(words="mill") if each.n_claims == 3)
    (course,) = running.get(f"/api/v1/incidents/{ref}/figures").json["courses"]
    mayor = [each for each in course["said"] if "mayor" in each["voice"]]
    assert [(each["day"], each["low"]) for each in mayor] == [("2024-06-02", 3), ("2024-06-03", 5)]


def test_tension_by_side(running: Running) -> None:
    got = running.get("/api/v1/tension?a=XKX&b=SRB").json
    assert got["dyad"] == ["SRB", "XKX"]
    june = {each["told_by"]: each["incidents"] for each in got["points"] if each["first"] == "2024-06-01"}
    assert june["all"] == june["SRB"] == june["XKX"] == 1


def test_points_reports_claims_search_changes(running: Running) -> None:
    points = running.get("/api/v1/points?words=mill").json
    assert points["whole"] and points["rows"][0][1:4] == [20.9, 42.6, "ASSAULT"]
    assert running.get("/api/v1/reports/mill-0").json["report"]["id"] == "mill-0"
    assert running.get("/api/v1/reports?limit=2").json["cursor"]
    assert running.get("/api/v1/claims?report=mill-0").json["items"][0]["claim"]["id"] == "c-mill-0"
    assert len(running.get("/api/v1/search?q=millers").json["items"]) == 3
    first = running.get("/api/v1/changes?limit=3").json
    assert [each["number"] for each in first["items"]] == [1, 2, 3] and first["cursor"] == "3"


@pytest.mark.parametrize(
    "path",
    [
        "incidents?limit=0",
        "incidents?limit=x",
        "claims?colour=red",
        "reports?since=x",
        "search?q=",
        "changes?after=-1",
        "tension?a=SRB",
        "claims?cursor=x",
        "search?q=a&limit=2000",
        "claims?since=yesterday",
        "claims?country=Atlantis",
        "claims?type=KISS",
        "claims?status=perhaps",
        "claims?frame=window",
        "claims?mode=teleport",
    ],
)
def test_errors_have_one_shape(running: Running, path: str) -> None:
    got = running.get(f"/api/v1/{path}")
    assert got.status == 400 and set(got.json["error"]) == {"kind", "what", "hint", "where"}


def test_schema_names_the_filters(running: Running) -> None:
    schema = running.get("/api/v1/schema/openapi.json").json
    names = {each["name"] for each in schema["paths"]["/api/v1/incidents"]["get"]["parameters"]}
    assert {
        "type",
        "box",
        "actor",
        "voice",
        "side",
        "status",
        "since",
        "until",
        "disputed",
        "cursor",
        "limit",
    } <= names
    assert "asked" not in names and "state" not in names
    for path in (
        "/api/v1/schema/swagger",
        "/api/v1/schema/redoc",
        "/api/v1/schema/elements",
        "/api/v1/schema",
    ):
        assert "<script" not in running.get(path).text  # they load scripts from elsewhere


def test_the_schema_says_what_every_parameter_is(running: Running) -> None:
    paths = running.get("/api/v1/schema/openapi.json").json["paths"]
    told = {
        f"{method} {path} {each['name']}": each.get("description")
        for path, item in paths.items()
        for method, asks in item.items()
        for each in asks.get("parameters", ())
    }
    assert len(told) > 50 and {name for name, said in told.items() if not said} == set()
    assert {f"{method} {path}" for path, item in paths.items() for method in item
            if not item[method].get("description")} == set()  # fmt: skip
    page = running.get("/api").text
    assert "The number of the last change that is known" in page


def test_the_schema_tells_what_a_correction_is(running: Running) -> None:
    from rashomon.store.corrections import FIELDS

    raw = running.get("/api/v1/schema/openapi.json").json
    asks = raw["paths"]["/api/v1/corrections"]["post"]
    assert asks["requestBody"]["required"] is True
    (kind,) = asks["requestBody"]["content"]
    assert kind == "application/json"
    parts = raw["components"]["schemas"]
    body = parts[asks["requestBody"]["content"][kind]["schema"]["$ref"].rpartition("/")[2]]
    told = {name: parts[ref.rpartition("/")[2]] for name, ref in body["discriminator"]["mapping"].items()}
    assert {name: set(each["required"]) - {"kind"} for name, each in told.items()} == {
        "merge": {"incidents"},
        "split": {"incident", "claims"},
        "dismiss": {"incident"},
        "restore": {"incident"},
        "field": {"claim", "values"},
        "same_actor": {"name", "into"},
    }
    assert all(each["properties"]["kind"] == {"enum": [name]} for name, each in told.items())
    assert told["field"]["properties"]["values"]["propertyNames"]["enum"] == list(FIELDS)
    refs = set(re.findall(r'"#/components/schemas/([^"]+)"', running.get("/api/v1/schema/openapi.json").text))
    assert refs <= set(parts)


def test_hostile_text_comes_back_as_data(running: Running) -> None:
    got = running.get("/api/v1/reports?limit=1000")
    assert got.headers["content-type"].startswith("application/json")
    assert any(PAYLOAD in (each["title"] or "") for each in got.json["items"])


def test_parquet_has_the_columns_of_the_csv(running: Running) -> None:
    import http.client

    import polars as pl

    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    line.request("GET", "/api/v1/incidents?limit=1000", headers={"accept": "application/vnd.apache.parquet"})
    got = line.getresponse()
    assert got.getheader("content-type") == "application/vnd.apache.parquet"
    frame = pl.read_parquet(io.BytesIO(got.read()))
    table = running.get("/api/v1/incidents?limit=1000&format=csv")
    assert frame.columns == next(csv.reader(io.StringIO(table.text)))
    assert frame.height == running.desk.count() and frame["score"].dtype == pl.Float64
    line.request("GET", "/api/v1/claims?format=parquet&report=mill-0")
    claims = pl.read_parquet(io.BytesIO(line.getresponse().read()))
    line.close()
    assert claims["id"].to_list() == ["c-mill-0"] and claims["report_publisher"][0] == "Kosovo Hill Courier"


def test_an_atom_feed_of_what_is_asked(running: Running) -> None:
    from xml.etree import ElementTree

    got = running.get("/api/v1/incidents?words=mill&format=atom")
    assert got.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(got.text)
    (entry,) = feed.findall("{http://www.w3.org/2005/Atom}entry")
    names = {each.text for each in entry.iter("{http://www.w3.org/2005/Atom}name")}
    assert "Kosovo Hill Courier" in names and entry.find("{http://www.georss.org/georss}point") is not None
    everything = running.get("/api/v1/incidents?limit=1000", accept="application/atom+xml")
    assert len(list(ElementTree.fromstring(everything.text))) > 10
    assert 'href="javascript' not in everything.text


def test_claims_as_csv_run_no_formula(running: Running) -> None:
    got = running.get("/api/v1/claims?format=csv&report=mill-1")
    (row,) = csv.DictReader(io.StringIO(got.text))
    assert row["id"] == "c-mill-1" and row["report.publisher"] == "Serbia Plain Radio"
    assert running.get("/api/v1/claims?format=geojson").status == 406
