from __future__ import annotations

from typing import Any

import pytest
from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.model import Claim, Figure, Report, publisher_voice
from rashomon.reconcile import reconcile
from rashomon.reconcile.incidents import Incident

POLICE, UNION = voice("police", "VRL COP"), voice("miners' union", "VRL LAB")


def told(who: Any, figures: tuple[Figure, ...], *, at: int = 0, report: str = "r1", **fields: Any) -> Claim:
    """One voice's account of a clash at the Orsk pit."""
    values: dict[str, Any] = {
        "mode": "firearms", "recipients": (party("miners", "VRL LAB"),), "date": day("2021-03-01"),
        "place": place("Orsk pit"),
    }  # fmt: skip
    return claim(
        "shots were fired at miners at the Orsk pit on Monday", "shots", at=at, report=report, voice=who,
        figures=figures, **(values | fields),
    )  # fmt: skip


def one(*claims: Claim, reports: tuple[Report, ...] = ()) -> Incident:
    (incident,) = reconcile(claims, reports)
    return incident


def fields(incident: Incident) -> list[str]:
    return [dispute.field for dispute in incident.disputes]


def test_numbers_that_cannot_both_be_right_are_a_dispute() -> None:
    incident = one(told(POLICE, (figure("killed", 2),)), told(UNION, (figure("killed", 7),), at=60))
    (dispute,) = incident.disputes
    assert dispute.field == "killed"
    assert [(p.voice, p.value) for p in dispute.positions] == [("police", "2"), ("miners' union", "7")]
    assert len(incident.accounts) == 2


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ((figure("killed", 2),), (figure("killed", 2, None),)),  # 2, and at least 2
        ((figure("killed", 20),), (figure("killed", 18, 22),)),  # 20, and about 20
        (
            (figure("killed", 2, whom="policemen"),),
            (figure("killed", 7, whom="miners"),),
        ),  # of different people
        ((figure("killed", 2),), (figure("injured", 7),)),
        ((figure("killed", 1000),), (figure("killed", 1010),)),  # rounded
        ((figure("displaced", 40, whom="families"),), (figure("displaced", 200, whom="people"),)),
    ],
)
def test_what_may_both_be_right_is_none(ours: tuple[Figure, ...], theirs: tuple[Figure, ...]) -> None:
    assert not fields(one(told(POLICE, ours), told(UNION, theirs, at=60)))


def test_a_part_of_a_number_is_no_other_number() -> None:
    part = claim(
        "Two of the seven miners shot at the Orsk pit on Monday were sixteen, the union said", "shot", at=60,
        mode="firearms", recipients=(party("miners", "VRL LAB"),), date=day("2021-03-01"),
        place=place("Orsk pit"), voice=UNION, figures=(figure("killed", 2, whom="miners"),),
    )  # fmt: skip
    assert not fields(one(told(POLICE, (figure("killed", 7, whom="miners"),)), part))


def test_a_doctors_smaller_number_is_no_dispute_and_a_larger_one_is() -> None:
    clinic = voice("clinic", "VRL MED")
    many, few = (figure("injured", 9),), (figure("injured", 3),)
    assert not fields(one(told(POLICE, many), told(clinic, few, at=60)))
    assert fields(one(told(POLICE, few), told(clinic, many, at=60))) == ["injured"]


def test_a_voice_that_revises_itself_is_an_update() -> None:
    reports = (
        Report("x", published="2021-03-01", id="r1", publisher="Orsk Post"),
        Report("y", published="2021-03-02", id="r2", publisher="Tavna Radio"),
    )
    incident = one(
        told(POLICE, (figure("killed", 3),)),
        told(POLICE, (figure("killed", 5),), report="r2"),
        reports=reports,
    )
    assert not incident.disputes
    (update,) = incident.updates
    assert (update.field, update.voice, update.before, update.after) == ("killed", "police", 3, 5)


def test_the_latest_number_of_a_voice_is_what_stands() -> None:
    reports = tuple(Report("x", published=f"2021-03-0{n}", id=f"r{n}", publisher=f"Post {n}") for n in (1, 2))
    incident = one(
        told(POLICE, (figure("killed", 3),)),
        told(POLICE, (figure("killed", 7),), report="r2"),
        told(UNION, (figure("killed", 7),), at=60, report="r2"),
        reports=reports,
    )
    assert not incident.disputes


def test_a_denial_is_a_dispute_about_whether_it_occurred() -> None:
    denied = told(POLICE, (), at=60, status="denied", actors=(party("police", "VRL COP"),))
    incident = one(told(UNION, (), actors=(party("police", "VRL COP"),)), denied)
    assert fields(incident) == ["occurred"]
    assert [p.voice for p in incident.disputes[0].positions] == ["miners' union", "police"]


@pytest.mark.parametrize(("word", "told_as"), [("shot", "denied: shot"), ("Denied", "denied")])
def test_a_denial_says_what_is_denied_unless_the_word_is_denial_itself(word: str, told_as: str) -> None:
    deed = claim("The union said police shot three", "shot", actors=(party("police", "VRL COP"),))
    no = claim(f"Police {word} it", word, status="denied", voice=voice("police"), at=60,
               actors=(party("police", "VRL COP"),))  # fmt: skip
    [dispute] = one(deed, no).disputes
    assert told_as in [position.value for position in dispute.positions]


def test_nobody_hurt_is_a_dispute_about_the_number() -> None:
    nobody = told(POLICE, (figure("injured", 0),), at=60, status="denied")
    assert fields(one(told(UNION, (figure("injured", 12),)), nobody)) == ["injured"]


def answered(denial: str, told_: str = "The mayor said five died", **fields_: Any) -> list[str]:
    """What one short report leaves in dispute that says of neither voice whose it is, nor where it was."""
    five = claim(told_, "died", figures=(figure("killed", 5),), voice=voice("mayor"))
    none = {"status": "denied", "figures": (figure("killed", 0),), "voice": voice("army"), "at": 26} | fields_
    return fields(one(five, claim(denial, "killed", **none)))


def test_who_denies_a_toll_of_one_report_disputes_it() -> None:
    assert answered("The army denied that anyone was killed") == ["killed"]
    assert answered("The army denied that anyone was killed", recipients=(party("children", "VRL CVL"),)) == [
        "killed"
    ]
    # the outlet itself, and a party that speaks of its own losses, answer nobody
    assert not answered("Nobody was killed, though some denied that", voice=publisher_voice())
    army = voice("army", "VRL MIL")
    soldiers = {"voice": army, "recipients": (party("soldiers", "VRL MIL"),)}
    assert not answered("The army denied that any of its soldiers was killed", **soldiers)


def test_who_clears_himself_of_what_nobody_lays_at_his_door_disputes_nothing() -> None:
    gunmen = told(UNION, (), actors=(party("bandits", "VRL CRM"),))
    denied = told(voice("Red Column", "VRL REB"), (), at=60, status="denied",
                  actors=(party("Red Column", "VRL REB"),))  # fmt: skip
    assert not fields(one(gunmen, denied))


def test_an_outlet_that_reports_no_harm_answers_no_one() -> None:
    arrested = {"type_": "COERCE", "mode": "arrest", "actors": (party("police", "VRL COP"),)}
    told_ = claim("The union said police held its chairman in Orsk", "held", voice=UNION,
                  place=place("Orsk"), date=day("2021-03-01"), **arrested)  # fmt: skip
    nobody = claim("Police held nobody in Orsk", "held", at=80, status="denied", place=place("Orsk"),
                   date=day("2021-03-01"), **arrested)  # fmt: skip
    assert not fields(one(told_, nobody))


def test_a_denial_of_another_place_and_deed_answers_nothing() -> None:
    accused = {"actors": (party("police", "VRL COP"),)}
    near = told(voice("governor", "VRL GOV"), (), at=90, status="denied", recipients=(), **accused)
    far = told(
        voice("governor", "VRL GOV"), (), at=90, report="r2", status="denied", recipients=(),
        mode="crowd-control", place=place("Tavna"), **accused,
    )  # fmt: skip
    assert fields(one(told(UNION, (), **accused), near)) == ["occurred"]
    assert not [
        each for incident in reconcile([told(UNION, (), **accused), far]) for each in incident.disputes
    ]


def test_numbers_of_two_reports_are_set_against_each_other_only_if_they_count_the_same() -> None:
    army = told(POLICE, (figure("killed", 2),))
    assert fields(one(army, told(UNION, (figure("killed", 7),), report="r2"))) == ["killed"]
    over_a_week = told(UNION, (figure("killed", 7),), report="r2", date=day("2021-02-25", "2021-03-03"))
    assert not [each for incident in reconcile([army, over_a_week]) for each in incident.disputes]


def test_each_sides_own_losses_are_two_numbers() -> None:
    ours = told(
        POLICE, (figure("injured", 11, whom="policemen"),), recipients=(party("policemen", "VRL COP"),)
    )
    theirs = told(UNION, (figure("injured", 27, whom="miners"),), at=60)
    assert not fields(one(ours, theirs))
    everybody = told(UNION, (figure("injured", 27),), at=60, recipients=())
    assert not fields(one(ours, everybody))


def test_the_enemys_dead_are_fighters_to_one_and_villagers_to_the_other() -> None:
    hit = {"mode": "aerial", "actors": (party("air force", "VRL MIL"),)}
    army = told(
        voice("army", "VRL MIL"), (figure("killed", 8, whom="fighters"),),
        recipients=(party("fighters", "TAV REB"),), **hit,
    )  # fmt: skip
    village = told(
        voice("villagers", "TAV CVL"), (figure("killed", 11, whom="herders"),), at=60,
        recipients=(party("herders", "TAV AGR"),), **hit,
    )  # fmt: skip
    assert set(fields(one(army, village))) == {"killed", "recipient"}


@pytest.mark.parametrize(
    "quote",
    [
        "The mission has confirmed three injured at the Orsk pit on Monday, when shots were fired",
        "I counted three injured by the shots at the Orsk pit on Monday",
        "The clinic, which counts only its patients, has three injured by the shots at the Orsk pit",
    ],
)
def test_what_somebody_has_seen_or_confirmed_is_a_lower_bound(quote: str) -> None:
    seen = claim(
        quote, "shots", at=200, mode="firearms", recipients=(party("miners", "VRL LAB"),),
        date=day("2021-03-01"), place=place("Orsk pit"), voice=voice("mission", "UNO GOV"),
        figures=(figure("injured", 3),),
    )  # fmt: skip
    assert not fields(one(told(UNION, (figure("injured", 9),)), seen))


def test_damage_is_compared_in_one_unit() -> None:
    lorries = told(POLICE, (figure("damage", 5, whom="lorries"),), mode="destroy")
    money = told(UNION, (figure("damage", 300000, whom="francs"),), at=60, mode="destroy")
    fewer = told(UNION, (figure("damage", 2, whom="lorries"),), at=60, mode="destroy")
    assert not fields(one(lorries, money))
    assert fields(one(lorries, fewer)) == ["damage"]


def test_who_owns_that_it_occurred_disputes_only_who_did_it() -> None:
    burned = {"mode": "destroy", "recipients": (party("company", "VRL BUS"),)}
    company = told(voice("company", "VRL BUS"), (), actors=(party("miners", "VRL LAB"),), **burned)
    not_us = told(UNION, (), at=60, status="denied", actors=(party("miners", "VRL LAB"),), **burned)
    at_night = told(UNION, (), at=120, **burned)
    incident = one(company, not_us, at_night)
    assert fields(incident) == ["actor"]
    assert [p.value for p in incident.disputes[0].positions] == ["miners", "not miners"]


def test_one_deed_on_two_days() -> None:
    burned = {"mode": "destroy", "recipients": (party("company", "VRL BUS"),)}
    monday = told(voice("company", "VRL BUS"), (), **burned)
    sunday = told(UNION, (), at=60, date=day("2021-02-28"), **burned)
    assert fields(one(monday, sunday)) == ["date"]
    assert not fields(one(monday, told(UNION, (), at=60, date=day("2021-02-28", "2021-03-01"), **burned)))


def test_a_told_number_that_is_denied_is_a_dispute_about_the_number() -> None:
    rebels = told(voice("Red Column", "TAV REB"), (figure("killed", 5, whom="soldiers"),),
                  recipients=(party("soldiers", "VRL MIL"),))  # fmt: skip
    army = told(voice("army", "VRL MIL"), (figure("killed", 5, whom="soldiers"),), at=60, status="denied",
                recipients=(party("soldiers", "VRL MIL"),))  # fmt: skip
    assert fields(one(rebels, army)) == ["killed"]


def test_each_side_on_its_own_water() -> None:
    ours, theirs = party("Vrelo cutter", "VRL MIL"), party("Tavna boat", "TAV GOV")
    one_says = told(
        voice("Tavna coast guard", "TAV MIL"), (), mode=None, actors=(ours,), recipients=(theirs,),
        place=place("Gull Bank", "TAV"),
    )  # fmt: skip
    other_says = told(
        voice("Vrelo coast guard", "VRL MIL"), (), mode=None, at=60, actors=(theirs,), recipients=(ours,),
        place=place("Kestrel Reef", "VRL"),
    )  # fmt: skip
    assert "place" in fields(one(one_says, other_says))


def test_those_who_are_still_held_are_not_all_who_were_arrested() -> None:
    arrest = {"mode": "arrest", "recipients": (party("miners", "VRL LAB"),), "date": day("2021-03-01"),
              "place": place("Orsk pit")}  # fmt: skip
    all_ = claim("Police arrested 90 miners at the Orsk pit on Monday", "arrested", "COERCE", voice=POLICE,
                 figures=(figure("arrested", 90, whom="miners"),), **arrest)  # fmt: skip
    held = claim("29 miners arrested at the Orsk pit on Monday are still held", "arrested", "COERCE", at=80,
                 voice=UNION, figures=(figure("arrested", 29, whom="miners"),), **arrest)  # fmt: skip
    assert not fields(one(all_, held))


def test_fighters_to_the_one_and_villagers_to_the_other_is_a_dispute_about_whom() -> None:
    jets = {"mode": "aerial", "actors": (party("air force", "VRL MIL"),)}
    army = told(voice("army", "VRL MIL"), (), recipients=(party("fighters", "TAV REB"),), **jets)
    village = told(
        voice("villagers", "TAV CVL"), (), at=60, recipients=(party("herders", "TAV AGR"),), **jets
    )
    assert fields(one(army, village)) == ["recipient"]


def test_what_one_voice_tells_alone_is_one_sided() -> None:
    incident = one(told(POLICE, (figure("killed", 2),)), told(UNION, (figure("arrested", 4),), at=60))
    assert {(each.fact, each.told_by) for each in incident.one_sided} == {
        ("killed: 2", "police"), ("arrested: 4", "miners' union"),
    }  # fmt: skip
    assert all(each.silent for each in incident.one_sided)
