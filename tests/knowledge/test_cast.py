"""Who the parties of one report are. All texts, people and outlets are invented."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rashomon.knowledge.actors import Entity
from rashomon.knowledge.cast import Cast
from rashomon.model import Place

MINISTER = """DODOMA, Tanzania - Neema Barongo, Tanzania's agriculture minister, shut the crossing at Holili
on Friday. Trade Minister Grace Mollel defended her. Kenya's foreign ministry protested, and its minister,
Peter Sitati, called Barongo "no friend of farmers". Lorry drivers blocked the road, said Juma Keya, a farmer.
The police watched."""

KOSOVO = """PRISTINA, Kosovo - The NATO peacekeeping troops in Kosovo (KFOR) sent two patrols to Zubin Potok
on Monday after Kosovo police arrested four Serbs. Serbian President Milan Vrbaski accused the police of
provocation. Vrbaski spoke in Belgrade. "We were calm," said police spokesman Arben Lumi. The union of miners
at Trepca went
on strike; the union wants pay. Former mayor Dragan Ilincic, who leads the union, was held."""


def who(text: str, piece: str, nth: int = 0, **more: object) -> Entity:
    start = -1
    for _ in range(nth + 1):
        start = text.index(piece, start + 1)
    return Cast(text, **more).identify(start, start + len(piece))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("piece", "nth", "code"),
    [
        ("Neema Barongo", 0, "TZA GOV"),
        ("Trade Minister Grace Mollel", 0, "TZA GOV"),
        ("Grace Mollel", 0, "TZA GOV"),
        ("Kenya's foreign ministry", 0, "KEN GOV"),
        ("Peter Sitati", 0, "KEN GOV"),
        ("Barongo", 1, "TZA GOV"),
        ("Juma Keya", 0, "TZA AGR"),
        ("Lorry drivers", 0, "TZA LAB"),
        ("The police", 0, "TZA COP"),
    ],
)
def test_titles_appositions_and_short_forms(piece: str, nth: int, code: str) -> None:
    assert who(MINISTER, piece, nth).code == code


@pytest.mark.parametrize(
    ("piece", "nth", "code"),
    [
        ("NATO peacekeeping troops in Kosovo", 0, "IGO MIL"),
        ("KFOR", 0, "IGO MIL"),
        ("Kosovo police", 0, "XKX COP"),
        ("Serbs", 0, "XKX SOC"),
        ("Serbian President Milan Vrbaski", 0, "SRB GOV"),
        ("Vrbaski", 1, "SRB GOV"),
        ("Belgrade", 0, "SRB GOV"),
        ("Arben Lumi", 0, "XKX COP"),
        ("the union", 1, "XKX LAB"),
        ("Former mayor Dragan Ilincic", 0, "XKX ELI"),
    ],
)
def test_bodies_peoples_and_states(piece: str, nth: int, code: str) -> None:
    assert who(KOSOVO, piece, nth).code == code


def test_the_name_is_the_fullest_form_in_the_report() -> None:
    assert who(KOSOVO, "Vrbaski", 1).name == "Milan Vrbaski"
    assert who(MINISTER, "Barongo", 1).name == "Neema Barongo"
    assert who(KOSOVO, "KFOR").name == "Kosovo Force"


def test_what_it_is_a_part_of() -> None:
    assert who(KOSOVO, "KFOR").part_of == ("NATO",)
    assert who(MINISTER, "Kenya's foreign ministry").part_of == ("Kenya",)
    assert who(MINISTER, "Lorry drivers").part_of == ()


@pytest.mark.parametrize(
    ("text", "piece", "code"),
    [
        ("Rebels freed a spokesman of the army in Angola.", "spokesman of the army", "AGO MIL"),
        ("A group of rabbis met the mayor in Haifa, Israel.", "group of rabbis", "ISR REL"),
        ("In Mali, armed men took two herders.", "armed men", "MLI UAF"),
        ("In Mali, rebel soldiers took two herders.", "rebel soldiers", "MLI REB"),
        ("Indian and Pakistani batteries fired all night.", "Indian", "IND MIL"),
        ("The mayors of both towns, Ana Quell and Ivo Brand, met in Austria.", "Ivo Brand", "AUT GOV"),
        ("Bishop Tomas Arrel and General Ruy Cano met in Honduras.", "Ruy Cano", "HND MIL"),
        ("A driver of one of the buses, Iker Solano, left Bolivia.", "Iker Solano", "BOL LAB"),
        ("Police in Chile held a gang leader known as Ojo Negro on Friday.", "Ojo Negro", "CHL CRM"),
        ("Western diplomats left Baku, Azerbaijan.", "Western diplomats", "IMG GOV"),
        ("An aid group left the camp in Chad.", "aid group", "NGO SOC"),
        ("Defence Minister General Ode Balla left Benin.", "Ode Balla", "BEN GOV"),
        ("Father Lino Brisk prayed with them in Spain.", "Lino Brisk", "ESP REL"),
        ("About 300 people fled across the border into Uganda.", "300 people", "UGA REF"),
        ("The opposition Dawn Alliance marched in Zambia. The alliance wants talks.", "alliance", "ZMB OPP"),
        ("Peru's navy left the bay on Friday; its officers stayed.", "officers", "PER MIL"),
    ],
)  # fmt: skip
def test_one_sentence(text: str, piece: str, code: str) -> None:
    assert who(text, piece).code == code


def test_office_holders_need_no_description() -> None:
    text = "Hashim Thaci met reporters on Tuesday. Nothing came of it."
    assert who(text, "Hashim Thaci", published="2018-02-03").code == "XKX GOV"
    assert who(text, "Hashim Thaci", published="2022-02-03").code == "XKX ELI"


def test_hints_and_places_tell_the_country() -> None:
    text = "Farmers blocked the road at Vale Tavolo. The police came late."
    place = Place("Vale Tavolo", 28, 39, "Vale Tavolo", country="PRT", precision="town")
    assert who(text, "police").country is None
    assert who(text, "police", country_hints={"ESP": 0.8, "PRT": 0.2}).code == "ESP COP"
    assert who(text, "police", places=[place]).code == "PRT COP"


def test_where_an_outlet_is_at_home_tips_the_scales_and_invents_no_country() -> None:
    text = "Farmers blocked the road at Vale Tavolo. The police came late."
    assert who(text, "police", publisher="Tanjug").code is None
    text = "Farmers from Serbia and Croatia blocked a road. The police came late."
    assert who(text, "police", publisher="Tanjug").code == "SRB COP"
    assert who(text, "police", publisher="HINA").code == "HRV COP"


def test_an_unknown_country_gives_no_code() -> None:
    entity = who("The police came late.", "police")
    assert (entity.code, entity.sector, entity.country) == (None, "COP", None)


def test_spans_outside_the_text_or_without_words() -> None:
    cast = Cast("Police said nothing. -- ...")
    assert cast.identify(21, 23) == Entity("--", None, None, None)
    assert cast.identify(400, 420) == Entity("", None, None, None)
    assert cast.identify(5, 5).code is None


@pytest.mark.parametrize(
    "text",
    ["", "\0\0", "\ud800 police \udfff", "\u202ePolice\u202c said", "İİİ Police", "’s ’s", "a" * 50_000,
     "Al-" * 3000, "the " * 5000, "Police of " * 3000, "Ana, " * 4000, "(" * 9000, "police\n\n" * 2000],
)  # fmt: skip
def test_no_text_is_too_odd(text: str) -> None:
    start = time.perf_counter()
    cast = Cast(text, title=text[:300], published="not a date", publisher=text[:50])
    for at in range(0, min(len(text), 400), 40):
        assert isinstance(cast.identify(at, at + 30), Entity)
    assert time.perf_counter() - start < 20


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_any_text_any_span(text: str, start: int, end: int) -> None:
    entity = Cast(text, published="2020-02-02").identify(start, end)
    assert entity.code is None or entity.code == f"{entity.country} {entity.sector}"
