"""Programs correct as people do, hear of conflicts, and take the gold that people made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from correcting_helpers import Browser
from desk_builders import hostile
from store_builders import attack

from rashomon.evaluation.gold import load_story
from rashomon.evaluation.gold_claims import claims_of_story, reports_of_story
from rashomon.store.desk import Desk

pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
ONE, TWO = attack(1, outlet="Vrelo Courier"), attack(2, outlet="Dol Radio", when="2024-08-16", town="Lipnik")
LATER = attack(3, outlet="The Lipnik Post", when="2024-08-16", town="Lipnik")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path / "desk.db") as opened:
        opened.add([ONE, TWO, LATER])
        yield opened


@pytest.fixture
def client(desk: Desk) -> Any:
    return Browser(desk).client


def claim_id(reading: Any) -> str:
    return str(reading.claims[0].id)


def correct(client: Any, **body: Any) -> Any:
    return client.post("/api/v1/corrections", json=body)


def test_all_kinds(desk: Desk, client: Any) -> None:
    one, two = (desk.incidents(words=town)[0].id for town in ("Vrelo", "Lipnik"))
    made = [
        correct(client, kind="field", claim=claim_id(ONE), values={"status": "denied"}, note="misread"),
        correct(client, kind="same_actor", name="rebels", into={"name": "Lipnik Front"}),
        correct(client, kind="split", incident=two, claims=[claim_id(LATER)]),
        correct(client, kind="merge", incidents=[one, two]),
        correct(client, kind="dismiss", incident=one, note="a drill"),
    ]
    assert [(each.status_code, each.json()) for each in made] == [
        (201, {"numbers": [number]}) for number in range(1, 6)
    ]
    assert correct(client, kind="restore", incident=one).json() == {"numbers": [5]}
    got = client.get("/api/v1/corrections?limit=2").json()
    assert [each["number"] for each in got["items"]] == [5, 4] and got["cursor"] == "4"
    rest = client.get("/api/v1/corrections?limit=10&cursor=4").json()
    assert [each["number"] for each in rest["items"]] == [3, 2, 1] and rest["cursor"] is None
    assert rest["items"][-1]["body"]["was"] == "happened"
    of = client.get(f"/api/v1/corrections?claim={claim_id(ONE)}&kind=field&holds=yes").json()["items"]
    assert [(each["number"], each["by"], each["note"]) for each in of] == [(1, "Ana", "misread")]
    assert client.post("/api/v1/corrections/1/undo", json={}).json()["number"] == 1
    for number in ("1", "99", "-1", str(2**63), "9" * 400):
        assert client.post(f"/api/v1/corrections/{number}/undo", json={}).status_code == 400
    assert client.post(f"/api/v1/corrections/{'9' * 5000}/undo", json={}).status_code < 500
    assert client.get(f"/api/v1/claim?id={claim_id(ONE)}").json()["claim"]["status"] == "happened"


def test_a_revision_that_is_no_more(desk: Desk, client: Any) -> None:
    one, two = (desk.incidents(words=town)[0].id for town in ("Vrelo", "Lipnik"))
    old = client.get(f"/api/v1/incidents/{two}/revision").json()["revision"]
    said = client.get(f"/api/v1/claim?id={claim_id(TWO)}").json()["revision"]
    fix = {"kind": "field", "claim": claim_id(TWO), "values": {"frame": "background"}, "expect": said}
    assert correct(client, **fix).status_code == 201
    for body in (fix, {"kind": "dismiss", "incident": two, "expect": old},
                 {"kind": "split", "incident": two, "claims": [claim_id(TWO)], "expect": old},
                 {"kind": "merge", "incidents": [two, one], "expect": {two: old}},
                 ):  # fmt: skip
        got = correct(client, **body)
        assert got.status_code == 409 and got.json()["error"]["kind"] == "conflict", body
    new = client.get(f"/api/v1/incidents/{two}/revision").json()["revision"]
    assert correct(client, kind="dismiss", incident=two, expect=new).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "sing"},
        {"kind": "dismiss"},
        {"kind": "dismiss", "incident": "i-0"},
        {"kind": "dismiss", "incident": "i-0", "colour": "red"},
        {"kind": "field", "claim": "c-0", "values": {"status": "denied"}},
        {"kind": "merge", "incidents": []},
        {"kind": "field", "claim": 7, "values": {}},
        [1, 2],
    ],
)
def test_what_makes_no_sense_changes_nothing(desk: Desk, client: Any, body: Any) -> None:
    got = client.post("/api/v1/corrections", json=body)
    assert got.status_code == 400 and set(got.json()["error"]) == {"kind", "what", "hint", "where"}
    assert desk.corrections.all() == []


def test_not_json_is_refused(client: Any) -> None:
    got = client.post("/api/v1/corrections", content=b"{oh", headers={"content-type": "application/json"})
    assert got.status_code == 400
    assert client.get("/api/v1/corrections?colour=red").status_code == 400
    assert client.get("/api/v1/corrections?limit=5000").status_code == 400
    assert client.get("/api/v1/claim?id=c-0").status_code == 404
    assert client.get("/api/v1/incidents/i-0/revision").status_code == 404


@pytest.mark.parametrize(("query", "said"), [("kind=colour", "dismiss"), ("holds=perhaps", "yes or no")])
def test_filters_that_make_no_sense_are_named_to_pages_and_programs(
    client: Any, query: str, said: str
) -> None:
    for path in ("/corrections", "/api/v1/corrections"):
        got = client.get(f"{path}?{query}")
        assert got.status_code == 400 and said in got.text


def test_gold_goes_round(desk: Desk, client: Any, tmp_path: Path) -> None:
    assert client.get("/api/v1/corrections/gold").status_code == 200
    values = {
        "status": "denied",
        "date": {"first": "2024-01-05", "last": "2024-01-07", "precision": "range"},
        "figures": [{"kind": "killed", "low": 2, "high": None, "whom": "traders", "start": 0, "end": 0}],
    }
    assert correct(client, kind="field", claim=claim_id(TWO), values=values).status_code == 201
    got = client.get("/api/v1/corrections/gold")
    assert "yaml" in got.headers["content-type"]
    file = tmp_path / "gold.yaml"
    file.write_bytes(got.content)
    story = load_story(file)
    (report,) = reports_of_story(story)
    assert (report.text, report.published, report.publisher) == (TWO.report.text, "2024-08-16", "Dol Radio")
    (claim,) = claims_of_story(story)
    held = next(each.claim for each in desk.claims() if each.claim.id == claim_id(TWO))
    assert held.status == claim.status == "denied"
    assert (claim.type, claim.mode, claim.frame, claim.quote, claim.trigger) == (
        held.type, held.mode, held.frame, held.quote, held.trigger,
    )  # fmt: skip
    assert claim.date == held.date and [one.name for one in claim.actors] == ["rebels"]
    assert [(one.kind, one.low, one.high, one.whom) for one in claim.figures] == [
        ("killed", 2, None, "traders")
    ]
    assert (claim.voice.name, claim.voice.code) == ("the clinic", "VRL MED")
    assert story["claims"][0]["corrected"] is True
    assert story["incidents"] == [] and client.get("/corrections/gold.yaml").content == got.content


def test_gold_has_the_incidents_that_people_made(desk: Desk, client: Any) -> None:
    from rashomon.exports import accounts

    correct(client, kind="merge", incidents=[each.id for each in desk.incidents()])
    kept = desk.corrections.gold()
    made = accounts.story("all", kept.reports, kept.claims, kept.incidents, as_read=kept.as_read)
    (incident,) = made["incidents"]
    assert set(incident["claims"]) == {claim_id(each) for each in (ONE, TWO, LATER)}
    assert not any("corrected" in row for row in made["claims"])
    correct(client, kind="dismiss", incident=desk.incidents()[0].id)
    assert desk.corrections.gold().claims == ()


def test_hostile_words_go_round_too(tmp_path: Path) -> None:
    from rashomon.exports import accounts

    with Desk(tmp_path / "evil.db") as desk:
        desk.add(hostile())
        for record in desk.claims(limit=100):
            desk.corrections.fix(record.claim.id, "status", "denied", by="Ana")
        kept = desk.corrections.gold()
    made = accounts.story("evil\u202e", kept.reports, kept.claims, kept.incidents, as_read=kept.as_read)
    file = tmp_path / "gold.yaml"
    file.write_text(accounts.dump(made), encoding="utf-8")
    assert load_story(file) == made
    assert [each.text for each in reports_of_story(made)] == [each.report.text for each in hostile()]
