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
