"""Claims that join report by report, in any order, give the incidents that all of them at once give."""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec
import pytest
from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.model import Claim, Report, publisher_voice
from rashomon.reconcile import filing, joining, reconcile
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.ledger import Ledger

_PLACES = ("Orsk", "Vrelo", "Tavna", "Kalek")
_VERBS = (("shelled", "ASSAULT"), ("arrested", "COERCE"), ("marched through", "PROTEST"))


def _stories(dice: random.Random, count: int) -> list[list[Claim]]:
    """Claims of so many reports; some are copies of earlier ones, whole, cut, or with a claim of their
    own."""
    reports: list[list[Claim]] = []
    for number in range(count):
        ref = f"r-{dice.randrange(10**6):06}-{number}"
        if reports and dice.random() < 0.4:
            model = dice.choice(reports)
            told = [(each.quote.text, each) for each in model[: dice.randint(1, len(model))]]
        else:
            told = [(None, None)] * dice.randint(1, 5)
        made = []
        for at, (_, source) in enumerate(told):
            made.append(_claim(dice, ref, at) if source is None else _again(source, ref, at))
        if dice.random() < 0.3:
            made.append(_claim(dice, ref, len(made)))
        reports.append(made)
    return reports


def _claim(dice: random.Random, ref: str, at: int) -> Claim:
    verb, type_ = dice.choice(_VERBS)
    where = dice.choice(_PLACES)
    return claim(
        f"The army {verb} {where} and {dice.choice(('the bridge', 'the market', 'a school'))}", verb, type_,
        id=f"c-{ref}-{at}", report=ref, at=at * 90, mode=dice.choice((None, "arrest")),
        actors=(party("army", "VRL MIL"),),
        recipients=(party(dice.choice(("villagers", "miners")), "VRL CVL"),),
        voice=dice.choice((voice("police", "VRL COP"), publisher_voice())),
        status=dice.choice(("happened", "happened", "denied")),
        date=dice.choice((None, day(f"2021-03-{dice.randint(1, 9):02}"))),
        place=dice.choice((None, place(where), place(where, "TAV"))),
        figures=(figure("killed", dice.randrange(4)),) if dice.random() < 0.5 else (),
    )  # fmt: skip


def _again(source: Claim, ref: str, at: int) -> Claim:
    return msgspec.structs.replace(source, id=f"c-{ref}-{at}", report=ref)


def _by_id(incidents: list[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda incident: incident.id)


@pytest.fixture(params=["as it is", "crowded"])
def crowding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Drawers so small that they are parted, and parts so small that they are taken apart, with few
    claims."""
    if request.param == "crowded":
        monkeypatch.setattr(filing, "STORY", 6)
        monkeypatch.setattr(filing, "CAP", 3)
        monkeypatch.setattr(joining, "LARGEST", 5)
    yield


@pytest.mark.usefixtures("crowding")
@pytest.mark.parametrize("seed", range(12))
def test_reports_that_join_one_by_one_give_what_all_at_once_give(seed: int) -> None:
    dice = random.Random(seed)
    stories = _stories(dice, dice.randint(2, 14))
    reports = [
        Report("x", id=story[0].report, publisher=dice.choice(("Orsk Post", "Vrelo Times", None)),
               published=f"2021-03-{dice.randint(1, 28):02}")
        for story in stories if dice.random() < 0.7
    ]  # fmt: skip
    ledger = Ledger()
    here: list[Claim] = []
    for story in stories:
        mine = [report for report in reports if report.id == story[0].report]
        before = dict(ledger.incidents)
        change = ledger.add(story, mine)
        here += story
        known = [report for report in reports if report.id in {each.report for each in here}]
        assert _by_id(list(ledger.incidents.values())) == _by_id(reconcile(here, known))
        # what did not change is not given again, and what changed says whence it came
        for incident in change.incidents:
            assert before.get(incident.id) != incident
            came = {ref for name in change.came_from[incident.id] for ref in before[name].claims}
            assert came & set(incident.claims) == set(incident.claims) - {each.id for each in story}
        assert not set(change.gone) & set(ledger.incidents)
    while stories:
        gone = stories.pop(dice.randrange(len(stories)))
        ledger.withdraw(gone[0].report)
        rest = [each for story in stories for each in story]
        known = [report for report in reports if report.id in {each.report for each in rest}]
        assert _by_id(list(ledger.incidents.values())) == _by_id(reconcile(rest, known))
    assert len(ledger) == 0


@pytest.mark.usefixtures("crowding")
@pytest.mark.parametrize("seed", range(100, 106))
def test_a_ledger_of_what_is_there_goes_on_as_if_all_had_joined(seed: int) -> None:
    stories = _stories(random.Random(seed), 9)
    ledger = Ledger.of(each for story in stories[:6] for each in story)
    for story in stories[6:]:
        ledger.add(story)
    claims = [each for story in stories for each in story]
    assert _by_id(list(ledger.incidents.values())) == _by_id(reconcile(claims))


@pytest.mark.parametrize("seed", range(200, 206))
def test_a_copy_that_joins_changes_no_dispute(seed: int) -> None:
    stories = _stories(random.Random(seed), 5)
    ledger = Ledger.of(each for story in stories for each in story)
    before = _disputes(ledger)
    copy = [_again(each, "r-zzz", at) for at, each in enumerate(stories[0])]
    change = ledger.add(copy)
    assert set(change.copies) >= {each.id for each in copy}
    assert _disputes(ledger) == before


def _disputes(ledger: Ledger) -> list[object]:
    return sorted(
        (dispute.field, sorted((position.voice, position.value) for position in dispute.positions))
        for incident in ledger.incidents.values()
        for dispute in incident.disputes
    )


def test_claims_that_join_twice_change_nothing() -> None:
    (story,) = _stories(random.Random(3), 1)
    ledger = Ledger()
    assert ledger.add(story).incidents
    again = ledger.add(story)
    assert (again.incidents, again.gone) == ((), ())
    assert (ledger.withdraw("nobody's").incidents, len(ledger)) == ((), len(story))


def test_a_change_says_what_joins_and_what_leaves() -> None:
    def told(ref: str, quote: str, where: str, first: str) -> Claim:
        return claim(quote, "shelled", id=f"c-{ref}", report=ref, mode="heavy-weapons",
                     date=day(first), place=place(where))  # fmt: skip

    ledger = Ledger()
    one = ledger.add([told("r1", "The army shelled Orsk at dawn", "Orsk", "2021-03-01")])
    far = ledger.add([told("r2", "Somebody shelled Tavna", "Tavna", "2021-09-01")])
    assert [change.came_from for change in (one, far)] == [{"i-r1": ()}, {"i-r2": ()}]
    joined = ledger.add([told("r3", "At dawn the army shelled Orsk", "Orsk", "2021-03-01")])
    (incident,) = joined.incidents
    assert incident.claims == ("c-r1", "c-r3")
    assert joined.gone == ("i-r1",)
    assert joined.came_from == {incident.id: ("i-r1",)}
    parted = ledger.withdraw("r1")
    assert (parted.gone, [each.id for each in parted.incidents]) == ((incident.id,), ["i-r3"])
