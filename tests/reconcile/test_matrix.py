"""The account matrix: who asserts, denies, hedges or leaves out which fact; sides, copies, operations."""

from __future__ import annotations

import msgspec
import pytest
from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.errors import InputError
from rashomon.model import Claim, Report
from rashomon.reconcile import reconcile
from rashomon.reconcile.incidents import Account, Dispute, Incident, Position, Update
from rashomon.reconcile.matrix import Cell, Fact, Matrix, matrices, matrix
from rashomon.reconcile.operations import operations
from rashomon.reconcile.sides import dyad, side_of_publisher, side_of_voice

ARMY, REBELS = party("army", "NER MIL"), party("Front", "NER REB")
VILLAGE = place("Tilwa", "NER")
NIGHT = day("2022-03-04")
VILLAGERS = party("villagers", "NER CVL")


def together(claims: list[Claim], **fields: object) -> Incident:
    """An incident of these claims, an account for each voice (publishers by report)."""
    accounts: dict[object, list[Claim]] = {}
    for each in claims:
        key = each.report if each.voice.kind == "publisher" else (each.voice.name, each.voice.code)
        accounts.setdefault(key, []).append(each)
    values = {
        "id": "i-1", "type": claims[0].type, "modes": (), "date": NIGHT, "place": VILLAGE,
        "claims": tuple(each.id for each in claims),
        "accounts": tuple(
            Account(its[0].voice, tuple(each.id for each in its)) for its in accounts.values()
        ),
    }  # fmt: skip
    return Incident(**(values | fields))  # type: ignore[arg-type]


def row(picture: Matrix, label: str) -> Fact:
    [found] = [fact for fact in picture.facts if fact.label == label]
    return found


def told(picture: Matrix, label: str) -> dict[str, Cell]:
    return dict(zip((column.voice for column in picture.columns), row(picture, label).cells, strict=True))


def raid() -> list[Claim]:
    """The army says five fighters; a villager says nine people, by soldiers; the front denies a loss."""
    return [
        claim(
            "The army killed five fighters in Tilwa", "killed", mode="firearms", id="c-a", date=NIGHT,
            actors=(ARMY,), recipients=(party("fighters", "NER REB"),), place=VILLAGE,
            voice=voice("army", "NER MIL"), figures=(figure("killed", 5, 5, "fighters"),),
        ),
        claim(
            "Soldiers shot at least nine people in Tilwa", "shot", mode="firearms", id="c-v", report="r2",
            actors=(party("Soldiers", "NER MIL"),), recipients=(VILLAGERS,), place=VILLAGE, date=NIGHT,
            voice=voice("villager", "NER CVL"), figures=(figure("killed", 9, None, "people"),), at=300,
        ),
        claim(
            "The Front denied that any man was killed", "killed", id="c-f", report="r2", status="denied",
            recipients=(party("man", "NER REB"),), voice=voice("Front", "NER REB"), at=500,
            figures=(figure("killed", 0, 0, "man"),),
        ),
        claim("Rebels may have attacked first", "attacked", id="c-p", report="r2", status="possible",
              actors=(REBELS,), at=700),
    ]  # fmt: skip


REPORTS = [
    Report(id="r1", text="x", published="2022-03-05", publisher="Hill Agency"),
    Report(id="r2", text="y", published="2022-03-05", publisher="River Post"),
]


def test_every_cell_is_asserted_denied_hedged_or_silent() -> None:
    claims = raid()
    dispute = Dispute(
        "killed",
        (Position("army", "5 fighters", ("c-a",)), Position("villager", "at least 9 people", ("c-v",))),
    )
    picture = matrix(together(claims, disputes=(dispute,)), claims, REPORTS)
    killed = told(picture, "killed")
    assert (killed["army"].state, killed["army"].value, killed["army"].low) == ("asserted", "5 fighters", 5)
    assert (killed["villager"].low, killed["villager"].high) == (9, None)
    assert (killed["Front"].state, killed["Front"].value) == ("denied", "none")
    assert killed["River Post"].state == "silent" and killed["River Post"].value is None
    assert row(picture, "killed").disputed
    deed = told(picture, "assault")
    assert [deed[name].state for name in ("army", "Front", "River Post")] == ["asserted", "denied", "hedged"]
    assert deed["River Post"].statuses == ("possible",)


def test_parties_of_one_code_share_a_row_and_silence_says_what_is_said_instead() -> None:
    picture = matrix(together(raid()), raid(), REPORTS)
    army = told(picture, "actor: Soldiers")
    assert army["army"].value == "army" and army["villager"].value == "Soldiers"
    assert army["River Post"].state == "silent" and army["River Post"].otherwise == "Front"
    assert army["Front"].otherwise is None


def test_cells_lead_to_claims_and_to_the_very_words() -> None:
    claims = raid()
    picture = matrix(together(claims), claims, REPORTS)
    by_id = {each.id: each for each in claims}
    for fact in picture.facts:
        assert len(fact.cells) == len(picture.columns)
        for column, cell in zip(picture.columns, fact.cells, strict=True):
            assert (cell.state == "silent") == (not cell.claims)
            assert set(cell.claims) <= set(column.claims)
            assert {words.claim for words in cell.words} == set(cell.claims)
    (trigger,) = told(picture, "assault")["villager"].words
    assert (trigger.start, trigger.end) == (by_id["c-v"].trigger.start, by_id["c-v"].trigger.end)


def test_rows_stand_by_importance_the_own_kind_of_act_first() -> None:
    claims = [*raid(), claim("Two were arrested", "arrested", "COERCE", mode="arrest", id="c-z", report="r2",
                             figures=(figure("arrested", 2), figure("killed", 1)), at=900,
                             contexts=("crime",), date=NIGHT)]  # fmt: skip
    picture = matrix(together(claims), claims, REPORTS)
    fields = list(dict.fromkeys(fact.field for fact in picture.facts))
    assert fields == ["deed", "killed", "arrested", "actor", "recipient", "place", "about"]
    assert [fact.label for fact in picture.facts if fact.field == "deed"] == [
        "assault", "assault: firearms", "coerce: arrest",
    ]  # fmt: skip


def test_a_row_of_one_voice_is_one_sided_only_where_there_are_others() -> None:
    picture = matrix(together(raid()), raid(), REPORTS)
    assert row(picture, "actor: Front").one_sided and not row(picture, "assault").one_sided
    alone = raid()[:1]
    assert not any(fact.one_sided for fact in matrix(together(alone), alone, REPORTS).facts)


def test_the_latest_number_stands_and_the_earlier_one_is_told() -> None:
    claims = [
        claim("Three people were killed, police said", "killed", id=f"c-{number}", report=f"r{number}",
              figures=(figure("killed", number, number, "people"),), voice=voice("Police", "NER COP"))
        for number in (3, 5)
    ]  # fmt: skip
    reports = [Report(id=f"r{n}", text=str(n), published=f"2022-03-0{n}") for n in (5, 3)]
    update = Update("killed", "Police", 3, 5, ("c-3", "c-5"))
    picture = matrix(together(claims, updates=(update,)), claims, reports)
    [cell] = row(picture, "killed").cells
    assert (cell.value, cell.low, cell.earlier) == ("5 people", 5, ("3 people",))
    assert row(picture, "killed").updated and set(cell.claims) == {"c-3", "c-5"}


def test_one_thing_in_two_spellings_is_said_once() -> None:
    claims = [
        claim("Armed men shot at the mill", "shot", id="c-1", actors=(party("Armed men", "NER UAF"),),
              voice=voice("elder", "NER CVL")),
        claim("The elder said armed men shot at the mill", "shot", id="c-2", at=60,
              actors=(party("armed men", "NER UAF"),), voice=voice("elder", "NER CVL")),
        claim("Soldiers shot at the mill", "shot", id="c-3", at=120, actors=(ARMY,),
              voice=voice("front", "NER REB")),
    ]  # fmt: skip
    cells = [row(matrix(together(claims), claims), "actor: army").cells]
    assert "Armed men" in [cell.otherwise for cell in cells[0]]


def arrests(*told: tuple[str, str | None, int]) -> list[Claim]:
    """One claim a report: whom, their code, how many."""
    return [
        claim(f"They arrested {count} {whom}", "arrested", "COERCE", mode="arrest", id=f"c-{number}",
              report=f"r{number}", recipients=(party(whom, code),), voice=voice(f"v{number}", "NER GOV"),
              figures=(figure("arrested", count, count, whom),))
        for number, (whom, code, count) in enumerate(told)
    ]  # fmt: skip


def figures_of(claims: list[Claim]) -> dict[str, list[str | None]]:
    picture = matrix(together(claims), claims)
    return {fact.label: [cell.value for cell in fact.cells if cell.state != "silent"]
            for fact in picture.facts if fact.field == "arrested"}  # fmt: skip


def test_one_count_of_people_who_are_called_less_by_some_is_one_row() -> None:
    for whom, code in (("suspects", "NER UNK"), ("smugglers", "NER CRM"), ("soldiers", "NER MIL")):
        told = figures_of(arrests((whom, code, 9), ("men", "NER CVL", 9)))
        assert told == {"arrested": [f"9 {whom}", "9 men"]}, whom
    told = figures_of(arrests(("militants", "NER REB", 9), ("men", "NER CVL", 9), ("drivers", "NER LAB", 4)))
    assert told == {"arrested: men": ["9 militants", "9 men"], "arrested: drivers": ["4 drivers"]}


def test_other_counts_and_other_people_are_rows_of_their_own() -> None:
    assert len(figures_of(arrests(("soldiers", "NER MIL", 9), ("men", "NER CVL", 8)))) == 2
    assert len(figures_of(arrests(("soldiers", "NER MIL", 9), ("villagers", "NER CVL", 9)))) == 2
    three = figures_of(
        arrests(("soldiers", "NER MIL", 9), ("villagers", "NER CVL", 9), ("men", "NER CVL", 9))
    )
    assert set(three) == {"arrested: soldiers", "arrested: villagers"}


def test_groups_of_people_have_rows_of_their_own_unless_they_are_set_against_each_other() -> None:
    claims = [
        claim("Two soldiers were killed", "killed", id="c-1", recipients=(ARMY,),
              figures=(figure("killed", 2, 2, "soldiers"),), voice=voice("army", "NER MIL")),
        claim("Seven farmers were killed", "killed", id="c-2", report="r2", recipients=(VILLAGERS,),
              figures=(figure("killed", 7, 7, "farmers"),), voice=voice("elder", "NER CVL")),
    ]  # fmt: skip
    apart = matrix(together(claims), claims)
    assert {fact.label for fact in apart.facts if fact.field == "killed"} == {
        "killed: soldiers", "killed: farmers",
    }  # fmt: skip
    dispute = Dispute(
        "killed", (Position("army", "2 soldiers", ("c-1",)), Position("elder", "7 farmers", ("c-2",)))
    )
    whole = matrix(together(claims, disputes=(dispute,)), claims)
    assert [cell.value for cell in row(whole, "killed").cells] == ["2 soldiers", "7 farmers"]


def test_a_dispute_about_what_claims_have_no_field_for_is_a_row_of_its_own() -> None:
    dispute = Dispute(
        "purpose", (Position("army", "law enforcement", ("c-a",)), Position("Front", "terror", ("c-f",)))
    )
    picture = matrix(together(raid(), disputes=(dispute,)), raid(), REPORTS)
    cells = told(picture, "purpose")
    assert cells["army"].value == "law enforcement" and cells["Front"].value == "terror"
    assert cells["villager"].state == "silent" and row(picture, "purpose").disputed


def test_a_denied_deed_marks_its_own_row() -> None:
    claims = raid()
    dispute = Dispute(
        "occurred", (Position("army", "killed", ("c-a",)), Position("Front", "denied: killed", ("c-f",)))
    )
    picture = matrix(together(claims, disputes=(dispute,)), claims, REPORTS)
    assert [fact.label for fact in picture.facts if fact.disputed] == ["assault: firearms"]


def test_copies_of_one_text_are_one_voice_and_are_counted() -> None:
    texts = ["Gunmen burned the mill in Tilwa on Friday", "The mayor fled to the hills before dawn",
             "A curfew began at noon in the valley"]  # fmt: skip
    claims = [
        claim(text, text.split()[1] if n else "burned", "ASSAULT", id=f"c-{ref}{n}", report=ref, at=100 * n,
              date=NIGHT, place=VILLAGE)
        for ref in ("r1", "r2", "r3") for n, text in enumerate(texts)
    ]  # fmt: skip
    reports = [Report(id=ref, text=ref, publisher=name) for ref, name in
               (("r1", "Hill Agency"), ("r2", "River Post"), ("r3", "Coast Mail"))]  # fmt: skip
    for incident, picture in _pictures(claims, reports):
        [column] = picture.columns
        assert column.voice == "Hill Agency" and column.copies == 2
        assert set(column.publishers) == {"Hill Agency", "River Post", "Coast Mail"}
        assert set(column.claims) == set(incident.claims)


def _pictures(claims: list[Claim], reports: list[Report]) -> list[tuple[Incident, Matrix]]:
    incidents = reconcile(claims, reports)
    assert incidents
    return list(zip(incidents, matrices(incidents, claims, reports), strict=True))


def test_sides_of_two_states() -> None:
    across = [claim("Vrelian troops shelled Sonda", "shelled", actors=(party("troops", "SRB MIL"),),
                    recipients=(party("Sonda", "XKX CVL"),))]  # fmt: skip
    sides = dyad(across, "ASSAULT")
    of = {code: side_of_voice(voice("x", code), sides, across[0].recipients) for code in (
        "SRB GOV", "SRB JRN", "XKX MIL", "XKX CVL", "RUS GOV", "UNO GOV", "SRB CVL")}  # fmt: skip
    assert of == {
        "SRB GOV": "actor", "SRB JRN": "actor", "XKX MIL": "recipient", "XKX CVL": "recipient",
        "RUS GOV": "outsiders", "UNO GOV": "outsiders", "SRB CVL": "outsiders",
    }  # fmt: skip
    assert side_of_voice(voice("somebody"), sides) == "unknown"
    assert sides.label("actor") == "Serbia and its media"


def test_sides_within_one_state() -> None:
    sides = dyad(raid()[:1], "ASSAULT")
    for code, side in (("NER GOV", "actor"), ("NER REB", "recipient"), ("NER MED", "outsiders"),
                       ("ISM REB", "recipient"), ("MLI GOV", "outsiders")):  # fmt: skip
        assert side_of_voice(voice("x", code), sides) == side, code
    assert "the state" in sides.label("actor")


def test_a_publisher_stands_where_its_name_or_the_table_of_media_puts_it() -> None:
    sides = dyad([claim("Serbia shelled", "shelled", actors=(party("Serbia", "SRB MIL"),),
                        recipients=(party("Kosovo", "XKX GOV"),))], "ASSAULT")  # fmt: skip
    assert side_of_publisher("Tanjug", sides) == "actor"
    assert side_of_publisher("Pristina Evening Wire", sides) == "recipient"
    assert side_of_publisher("Reuters", sides) == "outsiders"
    assert side_of_publisher("Hill Agency", sides) == "unknown"
    assert side_of_publisher(None, sides) == "unknown"


def test_columns_stand_by_side() -> None:
    picture = matrix(together(raid()), raid(), REPORTS)
    assert [column.side for column in picture.columns] == ["actor", "recipient", "recipient", "unknown"]
    assert [side for side, _ in picture.sides] == ["actor", "recipient", "unknown"]


def test_a_claim_that_is_not_given_is_an_error() -> None:
    with pytest.raises(InputError, match="c-v"):
        matrix(together(raid()), raid()[:1])


def test_the_order_of_claims_and_reports_changes_nothing() -> None:
    claims = raid()
    incident = together(claims)
    assert matrix(incident, claims, REPORTS) == matrix(incident, claims[::-1], REPORTS[::-1])


def test_hostile_values_pass_through_and_break_nothing() -> None:
    odd = "\x00\u202e<script>\ud800" * 3
    claims = [
        claim(f"{odd} hit", "hit", id=f"c-{n}", report=f"r{n}", actors=(party(odd, odd),), mode=odd,
              recipients=(party("", None),), place=place(odd, odd), date=day(odd), contexts=(odd,),
              voice=voice(odd, odd), figures=(figure(odd, None, None), figure(odd, 2**70)))
        for n in range(2)
    ]  # fmt: skip
    picture = matrix(together(claims), claims, [Report(id="r0", text="", publisher=odd, published=odd)])
    assert picture.columns and picture.facts
    assert operations([together(claims)], claims)


def affair() -> tuple[list[Incident], list[Claim]]:
    """A raid, shots at it, and an attack elsewhere; then one act of force that has nothing to do with it."""
    police, gunmen = party("police", "NER COP"), party("gunmen", "NER UAF")
    claims = [
        claim("Police raided Tilwa", "raided", "COERCE", id="c-1", actors=(police,), place=VILLAGE,
              date=NIGHT),
        claim("Gunmen shot at police", "shot", id="c-2", report="r2", actors=(gunmen,), recipients=(police,),
              place=VILLAGE, date=NIGHT),
        claim("Gunmen burned a shop", "burned", id="c-3", report="r3", actors=(gunmen,), place=VILLAGE,
              date=day("2022-03-09")),
        claim("The union called for talks", "called", "REQUEST", id="c-4", report="r2", date=NIGHT),
    ]  # fmt: skip
    return [together([each], id=f"i-{each.id}", date=each.date) for each in claims], claims


def test_acts_of_force_of_one_day_place_and_party_are_one_operation() -> None:
    incidents, claims = affair()
    found = operations(incidents, claims)
    assert [[part.id for part in each.parts] for each in found] == [
        ["i-c-1", "i-c-2"], ["i-c-3"], ["i-c-4"],
    ]  # fmt: skip
    assert set(found[0].whole.claims) == {"c-1", "c-2"} and found[0].whole.id.startswith("o-")
    assert found[1].whole == incidents[2]
    picture = matrix(found[0].whole, claims)
    assert [fact.label for fact in picture.facts if fact.field == "deed"] == ["coerce", "assault"]


def test_every_incident_is_in_one_operation_and_disputes_stay_theirs() -> None:
    incidents, claims = affair()
    dispute = Dispute("occurred", (Position("x", "shot", ("c-2",)),))
    incidents[1] = msgspec.structs.replace(incidents[1], disputes=(dispute,))
    found = operations(incidents, claims)
    assert sorted(part.id for each in found for part in each.parts) == sorted(i.id for i in incidents)
    assert found[0].whole.disputes == (dispute,)


def test_far_places_and_other_days_are_no_operation() -> None:
    police = party("police", "NER COP")
    spots = [msgspec.structs.replace(place(name, "NER"), lat=lat, lon=8.0, precision="town")
             for name, lat in (("Tilwa", 14.0), ("Agoda", 17.0))]  # fmt: skip
    claims = [claim("Police raided it", "raided", "COERCE", id=f"c-{n}", report=f"r{n}", actors=(police,),
                    place=spot, date=NIGHT) for n, spot in enumerate(spots)]  # fmt: skip
    incidents = [together([each], id=f"i-{each.id}", place=each.place) for each in claims]
    assert [len(each.parts) for each in operations(incidents, claims)] == [1, 1]


def test_a_cell_cites_the_original_before_its_copy_though_the_copy_is_later() -> None:
    texts = ["Gunmen burned the mill in Tilwa on Friday", "The mayor fled to the hills before dawn"]
    claims = [
        claim(text, text.split()[1] if n else "burned", "ASSAULT", id=f"c-{ref}{n}", report=ref, at=100 * n,
              date=NIGHT, place=VILLAGE)
        for ref in ("r2", "r1") for n, text in enumerate(texts)
    ]  # fmt: skip
    claims.append(claim("A curfew began at noon in the valley", "curfew", "COERCE", id="c-r12", report="r1",
                        at=300, date=NIGHT, place=VILLAGE))  # fmt: skip
    reports = [Report(id="r1", text="x", publisher="Hill Agency", published="2022-03-05"),
               Report(id="r2", text="y", publisher="River Post", published="2022-03-06")]  # fmt: skip
    for incident, picture in _pictures(claims, reports):
        assert all(column.copied in ((), ("r2",)) for column in picture.columns)
        for fact in picture.facts:
            for cell in fact.cells:
                assert not cell.claims or cell.claims[0].startswith("c-r1"), (incident.id, fact.label)


def test_people_whom_only_their_code_joins_are_called_civilians() -> None:
    claims = [
        claim("Soldiers shot herders", "shot", id="c-a", actors=(ARMY,),
              recipients=(party("girls", "NER CVL"),)),
        claim("The army shot no man", "shot", id="c-b", report="r2", actors=(ARMY,), status="denied",
              recipients=(party("man", "NER CVL"),), at=90),
    ]  # fmt: skip
    labels = [fact.label for fact in matrix(together(claims), claims, REPORTS).facts]
    assert "recipient: civilians" in labels
    one = [claims[0], msgspec.structs.replace(claims[1], recipients=(party("young girls", "NER CVL"),))]
    labels = [fact.label for fact in matrix(together(one), one, REPORTS).facts]
    assert "recipient: civilians" not in labels


def test_sides_are_called_in_words() -> None:
    sides = dyad([claim("Fighters shelled Sonda", "shelled", actors=(party("fighters", "ISM REB"),),
                        recipients=(party("Sonda", "NGA CVL"),))], "ASSAULT")  # fmt: skip
    assert sides.label("actor") == "international militants"
    assert sides.label("recipient") == "Nigeria and its media"
    assert (sides.label("outsiders"), sides.label("unknown")) == ("others", "no known side")
