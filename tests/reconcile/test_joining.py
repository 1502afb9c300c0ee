from __future__ import annotations

from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.model import Claim
from rashomon.reconcile import reconcile
from rashomon.reconcile.joining import why
from rashomon.reconcile.traits import traits_of

ARMY, REBELS = party("army", "VRL MIL"), party("Red Column", "VRL REB")
BOMB = claim(
    "A bomb killed three soldiers at the Orsk bridge on Monday, the army said", "killed",
    mode="explosives", recipients=(party("soldiers", "VRL MIL"),), voice=voice("army", "VRL MIL"),
    date=day("2021-03-01"), place=place("Orsk bridge"), figures=(figure("killed", 3, whom="soldiers"),),
)  # fmt: skip
WOUNDED = claim(
    "Two more soldiers were wounded by the bomb, it said", "wounded", at=80,
    mode="explosives", recipients=(party("soldiers", "VRL MIL"),), voice=voice("army", "VRL MIL"),
    date=day("2021-03-01"), place=place("Orsk bridge"), figures=(figure("injured", 2, whom="soldiers"),),
)  # fmt: skip
SECOND = claim(
    "Another bomb went off at the market of Tavna the same day", "bomb", at=140,
    mode="explosives", recipients=(party("traders", "VRL BUS"),),
    date=day("2021-03-01"), place=place("Tavna"),
)  # fmt: skip
LAST_YEAR = claim(
    "Last year a bomb at the Orsk bridge killed nine soldiers", "killed", at=220,
    mode="explosives", recipients=(party("soldiers", "VRL MIL"),), date=day("2020-05-04"),
    place=place("Orsk bridge"), frame="background", figures=(figure("killed", 9, whom="soldiers"),),
)  # fmt: skip
TALKS = claim(
    "Ministers of both countries met in Belgrave on Friday", "met", "CONSULT", at=300, date=day("2021-03-05"),
    place=place("Belgrave", "BLG"), actors=(party("Ministers", "BLG GOV"),),
)  # fmt: skip
ELSEWHERE = claim(
    "Three soldiers died when a bomb exploded under the Orsk bridge on 1 March", "exploded", report="r2",
    mode="explosives", recipients=(party("soldiers", "VRL MIL"),), date=day("2021-03-01"),
    place=place("Orsk bridge"), figures=(figure("killed", 3, whom="soldiers"),),
)  # fmt: skip


def together(claims: list[Claim]) -> set[frozenset[str]]:
    return {frozenset(incident.claims) for incident in reconcile(claims)}


def test_outcomes_of_one_attack_are_one_incident_within_a_report() -> None:
    assert together([BOMB, WOUNDED]) == {frozenset((BOMB.id, WOUNDED.id))}


def test_one_happening_is_joined_across_reports() -> None:
    assert together([BOMB, WOUNDED, ELSEWHERE]) == {frozenset((BOMB.id, WOUNDED.id, ELSEWHERE.id))}


def test_another_bomb_and_last_years_are_kept_apart() -> None:
    apart = together([BOMB, WOUNDED, SECOND, LAST_YEAR])
    assert frozenset((BOMB.id, WOUNDED.id)) in apart
    assert frozenset((SECOND.id,)) in apart
    assert frozenset((LAST_YEAR.id,)) in apart


def test_talks_are_no_part_of_an_attack() -> None:
    assert frozenset((TALKS.id,)) in together([BOMB, WOUNDED, TALKS])


def test_a_denial_belongs_to_what_it_denies() -> None:
    told = claim("Residents said the army had shelled Orsk on Monday", "shelled", mode="heavy-weapons",
                 actors=(ARMY,), voice=voice("Residents", "VRL CVL"), date=day("2021-03-01"),
                 place=place("Orsk"))  # fmt: skip
    denied = claim("The army denied that it had shelled Orsk", "shelled", mode="heavy-weapons", at=60,
                   actors=(ARMY,), voice=voice("army", "VRL MIL"), status="denied",
                   place=place("Orsk"))  # fmt: skip
    assert together([told, denied]) == {frozenset((told.id, denied.id))}


def test_a_copied_text_adds_no_voice() -> None:
    copies = [
        claim(each.quote.text, each.trigger.text, report="r9", at=each.quote.start + 40, mode=each.mode,
              recipients=each.recipients, voice=each.voice, date=each.date, place=each.place,
              figures=each.figures)
        for each in (BOMB, WOUNDED)
    ]  # fmt: skip
    (incident,) = reconcile([BOMB, WOUNDED, *copies])
    assert len(incident.claims) == 4
    assert len(incident.accounts) == 1
    assert not incident.disputes


def test_every_join_can_be_explained() -> None:
    join = why(traits_of(BOMB), traits_of(ELSEWHERE))
    assert join.odds > 0
    assert {"same day", "same place", "same mode"} <= {sign for sign, _ in join.signs}
    assert abs(sum(weight for _, weight in join.signs) - join.odds) < 1e-9
    apart = why(traits_of(BOMB), traits_of(LAST_YEAR))
    assert apart.odds < 0
    assert any(sign == "one is background" and weight < 0 for sign, weight in apart.signs)
