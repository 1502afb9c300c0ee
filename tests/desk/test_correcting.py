"""People correct through the pages, without scripts: what they decide holds, nothing they typed is lost."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from correcting_helpers import Browser
from desk_builders import hostile, told_twice
from store_builders import attack

from rashomon.store.desk import Desk

pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
ONE, TWO = attack(1, outlet="Vrelo Courier"), attack(2, outlet="Dol Radio", when="2024-08-16", town="Lipnik")
LATER = attack(3, outlet="The Lipnik Post", when="2024-08-16", town="Lipnik")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path / "desk.db") as opened:
        yield opened


def parts(desk: Desk, **asked: Any) -> set[frozenset[str]]:
    return {frozenset(record.incident.claims) for record in desk.incidents(limit=1000, **asked)}


def ids(*readings: Any) -> frozenset[str]:
    return frozenset(claim.id for reading in readings for claim in reading.claims)


def incident_of(desk: Desk, reading: Any) -> str:
    (ref,) = ids(reading)
    return next(each.id for each in desk.incidents(limit=1000) if ref in each.incident.claims)


def test_merging_by_the_form_and_undoing(desk: Desk) -> None:
    desk.add([ONE, TWO])
    ana, one, two = Browser(desk), incident_of(desk, ONE), incident_of(desk, TWO)
    path = f"/incidents/{one}/correct?with={two}"
    form = ana.form(path, "/merge")
    assert form.choices["other"] == [two]
    sent = ana.send(form, [("other", two)], note="one raid")
    assert sent.status_code == 303 and parts(desk) == {ids(ONE, TWO)}
    after = ana.get(sent.headers["location"])
    assert "is written" in after.text and "2 incidents are one" in after.text
    (record,) = desk.corrections.all()
    assert (record.by, record.note) == ("Ana", "one raid")
    bo = Browser(desk, "Bo")
    undone = bo.send(bo.form("/corrections", "/undo"))
    assert undone.status_code == 303 and parts(desk) == {ids(ONE), ids(TWO)}
    page = bo.get(undone.headers["location"]).text
    assert "is undone" in page and "one raid" in page and "Bo" in page


def test_what_to_merge_with_is_found_by_words_and_near_it(desk: Desk) -> None:
    desk.add([ONE, TWO])
    ana, one, two = Browser(desk), incident_of(desk, ONE), incident_of(desk, TWO)
    assert ana.form(f"/incidents/{one}/correct?with=Lipnik", "/merge").choices["other"] == [two]
    assert "other" not in ana.form(f"/incidents/{one}/correct?with=nowhere", "/merge").choices
    bad = ana.get(f'/incidents/{one}/correct?with="')
    assert bad.status_code == 400 and "trouble" in bad.text
    assert two in ana.get(f"/incidents/{one}/correct?with=http://127.0.0.1/incidents/{two}").text


def test_splitting_by_the_form(desk: Desk) -> None:
    desk.add([TWO, LATER])
    ana, ref = Browser(desk), incident_of(desk, TWO)
    form = ana.form(f"/incidents/{ref}/correct", "/split")
    assert set(form.choices["claim"]) == ids(TWO, LATER)
    nothing = ana.send(form)
    assert nothing.status_code == 400 and "choose the claims" in nothing.text
    everything = ana.send(form, [("claim", each) for each in ids(TWO, LATER)], note="two of them")
    assert everything.status_code == 400 and 'value="two of them"' in everything.text
    assert everything.text.count(" checked") == 2
    sent = ana.send(form, [("claim", each) for each in ids(LATER)])
    assert sent.status_code == 303 and parts(desk) == {ids(TWO), ids(LATER)}


def test_dismissing_needs_a_reason_and_can_be_taken_back(desk: Desk) -> None:
    desk.add([ONE, TWO])
    ana, ref = Browser(desk), incident_of(desk, ONE)
    form = ana.form(f"/incidents/{ref}/correct", "/dismiss")
    assert ana.send(form).status_code == 400 and len(parts(desk)) == 2
    assert ana.send(form, note="a drill").status_code == 303
    assert parts(desk) == {ids(TWO)} and "dismissed" in ana.get(f"/incidents/{ref}").text
    assert ana.send(ana.form(f"/incidents/{ref}/correct", "/restore")).status_code == 303
    assert parts(desk) == {ids(ONE), ids(TWO)}


def test_the_later_of_two_hears_that_the_first_was_faster(desk: Desk) -> None:
    desk.add([TWO, LATER])
    ref = incident_of(desk, TWO)
    ana, bo = Browser(desk), Browser(desk, "Bo")
    path = f"/incidents/{ref}/correct"
    anas, bos = ana.form(path, "/split"), bo.form(path, "/dismiss")
    assert ana.send(anas, [("claim", each) for each in ids(LATER)]).status_code == 303
    late = bo.send(bos, note="it was a film")
    assert late.status_code == 409 and "has changed since you opened it" in late.text
    assert 'value="it was a film"' in late.text  # nothing that was typed is lost
    assert parts(desk) == {ids(TWO), ids(LATER)} and len(desk.corrections.all()) == 1
    # what came back is up to date: sent again it holds
    from correcting_helpers import _Forms

    again = next(each for each in _Forms(late.text).found if "/dismiss" in each.action)
    assert again.value("note") == "it was a film" and bo.send(again).status_code == 303
    assert len(parts(desk)) == 1


def test_two_correct_one_claim(desk: Desk) -> None:
    desk.add(ONE)
    (ref,) = ids(ONE)
    ana, bo = Browser(desk), Browser(desk, "Bo")
    anas, bos = ana.form(f"/claim?id={ref}", "/claim/fix"), bo.form(f"/claim?id={ref}", "/claim/fix")
    assert ana.send(anas, status="denied").status_code == 303
    late = bo.send(bos, status="planned", note="I think")
    assert late.status_code == 409 and "somebody has corrected this claim" in late.text
    assert "holds now: <bdi>denied" in late.text and 'value="I think"' in late.text
    assert desk.claims()[0].claim.status == "denied"


def test_every_field_of_a_claim_can_be_put_right(desk: Desk) -> None:
    desk.add(ONE)
    (ref,) = ids(ONE)
    ana = Browser(desk)
    form = ana.form(f"/claim?id={ref}", "/claim/fix")
    sent = ana.send(
        form,
        type="COERCE",
        mode="arrest",
        status="possible",
        frame="background",
        actor_0_name="Hill Guard",
        actor_0_code="xkx cop",
        recipient_0_name="",
        recipient_0_code="",
        recipient_1_name="",
        voice_kind="anonymous",
        voice_name="an official",
        voice_code="XKX GOV",
        date_first="2024-01-05",
        date_last="2024-01-07",
        place_name="Macomia",
        place_country="Mozambique",
        figure_0_kind="killed",
        figure_0_low="3",
        figure_0_high="",
        figure_0_whom="guards",
        note="read the report again",
    )
    assert sent.status_code == 303, sent.text
    (record,) = desk.claims()
    claim = record.claim
    assert (claim.type, claim.mode, claim.status, claim.frame) == (
        "COERCE",
        "arrest",
        "possible",
        "background",
    )
    assert [(one.name, one.code, one.country, one.sector) for one in claim.actors] == [
        ("Hill Guard", "XKX COP", "XKX", "COP")
    ]
    assert claim.recipients == () and (claim.voice.name, claim.voice.kind) == ("an official", "anonymous")
    assert claim.date is not None and (claim.date.first, claim.date.last) == ("2024-01-05", "2024-01-07")
    assert claim.date.precision == "range"
    assert claim.place is not None and claim.place.country == "MOZ" and claim.place.lat is not None
    assert claim.place.geonameid is not None
    assert [(one.kind, one.low, one.high, one.whom) for one in claim.figures] == [
        ("killed", 3, None, "guards")
    ]
    assert record.as_read == ONE.claims[0]
    page = ana.get(f"/claim?id={ref}").text
    assert "As it was read" in page and "Hill Guard" in page
    told = ana.get("/corrections").text
    assert "read the report again" in told and "Ana" in told and "<del>" in told


def test_a_form_that_comes_back_as_it_was_corrects_nothing(desk: Desk) -> None:
    desk.add([*told_twice(), *hostile()])
    ana = Browser(desk)
    for record in desk.claims(limit=1000):
        from rashomon.desk.shown import address

        form = ana.form(address("/claim", id=record.claim.id), "/claim/fix")
        sent = ana.send(form)
        assert sent.status_code == 400 and "nothing is corrected" in sent.text
    assert desk.corrections.all() == []


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"type": "WAR"}, "type", "is no type"),
        ({"mode": "sing"}, "mode", "has no mode"),
        ({"date_first": "soon"}, "date-first", "is no day"),
        ({"date_first": "2024-03-02", "date_last": "2024-03-01"}, "date-last", "before the first day"),
        ({"place_country": "Atlantis9"}, "place-country", "is no country"),
        ({"place_lat": "95"}, "place-lat", "no such coordinate"),
        ({"place_lat": "nan"}, "place-lat", "no such coordinate"),
        ({"actor_0_code": "XKX KING"}, "actor-0-code", "is no sector"),
        ({"actor_0_code": "QQQ"}, "actor-0-code", "is no country"),
        ({"actor_3_code": "XKX"}, "actor-3-name", "without a name"),
        ({"voice_kind": "named", "voice_name": ""}, "voice-name", "who says so"),
        ({"figure_1_kind": "killed", "figure_1_low": "many"}, "figure-1-low", "is no number"),
        (
            {"figure_1_kind": "killed", "figure_1_low": "5", "figure_1_high": "2"},
            "figure-1-high",
            "less than",
        ),
        ({"figure_1_kind": "", "figure_1_low": "5"}, "figure-1-kind", "of what kind"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    desk: Desk, changes: dict[str, str], field: str, said: str
) -> None:
    desk.add(ONE)
    (ref,) = ids(ONE)
    ana = Browser(desk)
    sent = ana.send(ana.form(f"/claim?id={ref}", "/claim/fix"), note="my reason", **changes)
    assert sent.status_code == 400
    assert f'id="p-{field}"' in sent.text and said in html.unescape(sent.text), sent.text[-3000:]
    assert f'aria-describedby="p-{field}"' in sent.text and 'value="my reason"' in sent.text
    assert desk.corrections.all() == [] and not desk.claims()[0].corrected


def test_a_place_of_ones_own(desk: Desk) -> None:
    desk.add(ONE)
    (ref,) = ids(ONE)
    ana = Browser(desk)
    form = ana.form(f"/claim?id={ref}", "/claim/fix")
    assert (
        ana.send(
            form, place_name="The old mill", place_country="XKX", place_lat="42,5", place_lon="21"
        ).status_code
        == 303
    )
    place = desk.claims()[0].claim.place
    assert place is not None and (place.name, place.lat, place.lon, place.precision) == (
        "The old mill",
        42.5,
        21.0,
        "point",
    )


def test_one_actor_under_two_names(desk: Desk) -> None:
    desk.add([TWO, LATER])
    ana = Browser(desk)
    form = ana.form("/actor?name=rebels", "/actor/same")
    bad = ana.send(form, into="Lipnik Front", code="VRL")
    assert bad.status_code == 400 and desk.corrections.all() == []
    sent = ana.send(form, into="Lipnik Front", code="XKX REB")
    assert sent.status_code == 303 and len(desk.claims(actor="Lipnik Front")) == 2
    assert ana.get(sent.headers["location"]).status_code == 200


def test_a_correction_of_the_desk_survives_reading_again(tmp_path: Path) -> None:
    from fake_reader import FakeReader

    from rashomon.model import Reading

    class Same(FakeReader):
        def read_checked(self, checked: Any) -> Reading:
            old = {each.report.id: each for each in (TWO, LATER)}[checked.report.id]
            return Reading(checked.report, old.claims)

    with Desk(tmp_path / "again.db", reader=Same()) as desk:  # type: ignore[arg-type]
        desk.add([TWO, LATER])
        (ref,) = ids(LATER)
        ana = Browser(desk)
        ana.send(
            ana.form(f"/claim?id={ref}", "/claim/fix"), status="denied", date_first="2024-01-05", date_last=""
        )
        before = parts(desk)
        assert desk.reread(everything=True).changed == 0
        (record,) = [each for each in desk.claims() if each.claim.id == ref]
        assert record.claim.status == "denied" and record.claim.date is not None
        assert record.claim.date.first == "2024-01-05" and parts(desk) == before


def test_nothing_is_corrected_without_the_desks_own_form(desk: Desk) -> None:
    desk.add(ONE)
    ref = incident_of(desk, ONE)
    ana = Browser(desk)
    form = ana.form(f"/incidents/{ref}/correct", "/dismiss")
    form.fields = [(name, value) for name, value in form.fields if name != "csrf"]
    assert ana.send(form, note="x").status_code == 403 and desk.corrections.all() == []


def test_what_is_not_there(desk: Desk) -> None:
    desk.add(ONE)
    ana = Browser(desk)
    for path in ("/incidents/i-0/correct", "/claim?id=c-0", "/claim"):
        assert ana.get(path).status_code == 404
    for path in (
        "/corrections?kind=x",
        "/corrections?holds=perhaps",
        "/corrections?colour=red",
        "/corrections?before=x",
    ):
        assert ana.get(path).status_code == 400
    form = ana.form(f"/incidents/{incident_of(desk, ONE)}/correct", "/dismiss")
    form.action = "/corrections/99/undo"
    assert ana.send(form).status_code == 400


def test_corrections_in_pages_and_by_filters(desk: Desk) -> None:
    desk.add(ONE)
    (ref,) = ids(ONE)
    for number in range(60):
        desk.corrections.fix(ref, "status", "denied" if number % 2 else "planned", by="Bo", note=f"n{number}")
    ana = Browser(desk)
    first = ana.get("/corrections").text
    assert "n59" in first and "n9<" not in first and "Go on" in first
    second = ana.get(
        next(part.split('"')[0] for part in first.split('href="') if "before=" in part[:40])
    ).text
    assert "n0" in second and "n59" not in second
    assert "No correction fits" in ana.get("/corrections?by=Cy").text
    assert "n59" in ana.get("/corrections?by=Bo&kind=field&holds=yes").text
