"""The accounts set: our figures are its scorer's, and a story small enough to count by hand agrees."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from eval_fakes import FakeReader, ferry_claims

from rashomon.errors import InputError, MalformedInput
from rashomon.evaluation import accounts, mistakes, reference
from rashomon.evaluation.agreement import date_bounds, gold_spans, match, same_date, same_parties, same_voice
from rashomon.evaluation.gold import load_stories, load_story, story_files
from rashomon.evaluation.outputs import Outputs, dump_outputs, load_outputs, read_stories


@pytest.fixture
def scored(story_file: Path) -> accounts.AccountsScore:
    stories = load_stories([story_file])
    outputs = read_stories(FakeReader(ferry_claims), stories)
    ids = [claim["id"] for rows in outputs.claims.values() for claim in rows]
    outputs.incidents = {
        "ferry-toll": [
            {
                "id": "k1",
                "claims": [ids[0], ids[3]],
                "disputes": [
                    {"field": "arrested", "positions": [{"claims": [ids[0]]}, {"claims": [ids[3]]}]}
                ],
            }
        ]
    }
    return accounts.score(stories, outputs)


def test_the_ferry_story_by_hand(scored: accounts.AccountsScore) -> None:
    figures = accounts.as_scorer(scored)
    # three claims count, one is optional; four are told, one of them is not in the gold
    assert figures["claim"] == {"p": 0.75, "r": 1.0, "f1": 0.8571, "n": 3}
    assert figures["whole"] == {
        "p": 0.5,
        "r": 0.6667,
        "f1": 0.5714,
        "n": 3,
    }  # the cook's account has the wrong voice
    assert figures["fields"]["voice"] == 0.6667
    assert figures["fields"]["figures"] == 0.6667  # 2-3 is not 2-2
    assert figures["fields"]["status"] == 1.0
    assert figures["incident"] == {"p": 1.0, "r": 1.0, "f1": 1.0, "n": 2}
    assert figures["dispute"]["f1"] == 1.0
    assert figures["dispute"]["quiet stories"] == 0
    assert figures["types"]["CONSULT"] == {"p": 0.0, "r": 0.0, "f1": 0.0, "n": 0}


def test_every_measure_has_its_interval_around_it(scored: accounts.AccountsScore) -> None:
    result = accounts.result(scored)
    for name in result.headline:
        measure = result[name]
        assert measure.value is not None and measure.low is not None and measure.high is not None
        assert measure.low <= measure.value + 1e-9 and measure.value <= measure.high + 1e-9, name
    assert result["claim F1"].hits == 3 and result["claim F1"].total == 3
    # confidences .2 .6 .8 .9, right: no, yes, yes, yes; each stands in a bin of its own
    assert result["calibration error"].value == pytest.approx((0.2 + 0.4 + 0.2 + 0.1) / 4)


def test_a_missed_report_counts_as_wrong(story_file: Path) -> None:
    stories = load_stories([story_file])
    figures = accounts.as_scorer(accounts.score(stories, Outputs({}, {})))
    assert figures["claim"] == {"p": 0.0, "r": 0.0, "f1": 0.0, "n": 3}
    assert figures["incident"]["p"] == 1.0 and figures["incident"]["r"] == 0.5


def test_errors_show_gold_beside_guess(scored: accounts.AccountsScore) -> None:
    found = list(mistakes.mistakes(scored))
    assert [m.wrong for m in found] == [("voice",), ("spurious",), ("figures",)]
    told = mistakes.show(mistakes.select(found, "voice", 5)[0])
    assert "! voice     gold  cook (IRL LAB)" in told and "guess publisher" in told
    assert '"Guards beat one of them"' in told
    assert mistakes.select(found, "voice", 5)[0].gold is not None
    assert mistakes.summary(found, "voice").rows == (("voice", "a party", "publisher", "1"),)
    with pytest.raises(InputError, match="no field 'colour'"):
        mistakes.select(found, "colour", 1)


def test_the_reference_names_what_is_lacking(scored: accounts.AccountsScore) -> None:
    result = reference.result(scored)
    assert (result["required claims right"].hits, result["required claims right"].total) == (2, 3)
    assert result.tables[0].rows == (("c2", "ASSAULT", "beat", "voice: publisher, not cook (IRL LAB)"),)


@pytest.mark.parametrize(
    ("date", "bounds"),
    [
        ("2019-05-28", ("2019-05-28", "2019-05-28")),
        (2019, ("2019-01-01", "2019-12-31")),
        ("2020-02", ("2020-02-01", "2020-02-29")),
        ("1900-02", ("1900-02-01", "1900-02-28")),
        (["2019-05-01", "2019-06"], ("2019-05-01", "2019-06-30")),
        (None, None),
    ],
)
def test_gold_dates_are_bounds(date: object, bounds: tuple[str, str] | None) -> None:
    assert date_bounds(date) == bounds


def test_rules_of_agreement() -> None:
    guess = [{"text": "the Harbour guards", "name": "Port Guard", "code": "IRL MIL"}]
    assert same_parties(["Harbour guards"], ["IRL COP"], guess)  # by a word of the name
    assert same_parties(["Somebody"], ["IRL MIL"], guess)  # by the code
    assert not same_parties(["Harbour guards"], ["IRL COP"], [*guess, {"text": "cook", "code": "IRL CVL"}])
    assert not same_parties([], [], guess)
    assert same_parties([], [], [])
    assert same_voice({"voice": "publisher"}, {"kind": "publisher"})
    assert not same_voice({"voice": "cook", "voice_code": None}, {"kind": "publisher"})
    assert not same_voice({"voice": "the", "voice_code": None}, {"kind": "named", "text": "the"})
    assert same_date({"date": "2020-02"}, {"first": "2020-02-03", "last": "2020-02-04"})
    assert not same_date({"date": "2020-02"}, {"first": "2020-01-31", "last": "2020-02-04"})
    assert not same_date({"date": "2020-02"}, None)


def test_a_claim_is_matched_once() -> None:
    text = "Guards beat a cook."
    gold = {
        "quote": "Guards beat a cook", "trigger": "beat", "type": "ASSAULT", "actor": [], "actor_code": [],
        "recipient": [], "recipient_code": [], "voice": "publisher", "status": "happened", "frame": "current",
        "date": None, "place": None, "country": None,
    }  # fmt: skip
    guess = {"type": "ASSAULT", "trigger": {"start": 7, "end": 11}, "quote": {"start": 0, "end": 18}}
    assert match([gold], [{**guess, "type": "COERCE"}, guess, guess], text) == [(0, 1)]
    far = {"type": "COERCE", "trigger": {"start": 14, "end": 18}, "quote": {"start": 0, "end": 18}}
    assert match([gold], [far], text) == []  # neither trigger nor type


def test_malformed_stories_and_outputs_are_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("story: [1,\n", encoding="utf-8")
    with pytest.raises(MalformedInput, match=r"broken\.yaml"):
        load_story(path)
    path.write_text("story: lonely\n", encoding="utf-8")
    with pytest.raises(MalformedInput, match="a story needs"):
        load_story(path)
    lines = tmp_path / "out.jsonl"
    lines.write_text('{"report": {"id": "x"}, "claims": []}\n{"report"\n', encoding="utf-8")
    with pytest.raises(MalformedInput, match=r"out\.jsonl:2"):
        load_outputs(lines)


def test_outputs_survive_their_file(scored: accounts.AccountsScore, story_file: Path, tmp_path: Path) -> None:
    stories = load_stories(story_files(str(story_file.parent / "*.yaml")))
    outputs = read_stories(FakeReader(ferry_claims), stories)
    dump_outputs(outputs, tmp_path / "kept.jsonl")
    again = load_outputs(tmp_path / "kept.jsonl")
    assert (again.claims, again.incidents) == (outputs.claims, outputs.incidents)


def _blurred(stories: list[dict[str, Any]], seed: int) -> Outputs:
    """Outputs made of the gold with much of it spoilt, so that every figure is somewhere in the middle."""
    chance = random.Random(seed)
    outputs = Outputs({}, {})
    for story in stories:
        names: dict[str, str] = {}
        for report in story["reports"]:
            rows = []
            for claim in story["claims"]:
                _, trigger = (
                    gold_spans(claim, report["text"]) if claim["report"] == report["id"] else (None, None)
                )
                if trigger is None or chance.random() < 0.2:
                    continue
                names[claim["id"]] = f"{story['story']}-{claim['id']}"
                rows.append(_spoilt(claim, trigger, names[claim["id"]], chance))
                if chance.random() < 0.1:
                    rows.append({**rows[-1], "id": f"{names[claim['id']]}-twice"})
            outputs.claims[f"{story['story']}/{report['id']}"] = rows
        outputs.incidents[story["story"]] = _spoilt_incidents(story, names, chance)
    return outputs


def _spoilt(
    claim: dict[str, Any], trigger: tuple[int, int], name: str, chance: random.Random
) -> dict[str, Any]:
    def kept(role: str) -> list[dict[str, Any]]:
        both = zip(claim[role], claim[f"{role}_code"], strict=True)
        return [{"text": n, "name": n, "code": c} for n, c in both if chance.random() < 0.9]

    bounds = date_bounds(claim["date"])
    own = claim["voice"] == "publisher" or chance.random() < 0.1
    return {
        "id": name,
        "type": claim["type"] if chance.random() < 0.85 else chance.choice(["ASSAULT", "COERCE", "AID"]),
        "mode": claim.get("mode") if chance.random() < 0.8 else None,
        "trigger": {"start": trigger[0], "end": trigger[1]},
        "actors": kept("actor"),
        "recipients": kept("recipient"),
        "voice": {"kind": "publisher"} if own else {"kind": "named", "text": claim["voice"]},
        "status": claim["status"] if chance.random() < 0.9 else "possible",
        "frame": claim["frame"] if chance.random() < 0.9 else "background",
        "date": {"first": bounds[0], "last": bounds[1]} if bounds and chance.random() < 0.8 else None,
        "place": {"text": claim["place"], "country": claim["country"]} if chance.random() < 0.8 else None,
        "figures": [f for f in claim.get("figures") or [] if chance.random() < 0.9],
        "confidence": chance.random(),
    }


def _spoilt_incidents(
    story: dict[str, Any], names: dict[str, str], chance: random.Random
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for incident in story["incidents"]:
        claims = [names[ref] for ref in incident["claims"] if ref in names and chance.random() < 0.8]
        disputes = [
            {
                "field": d["field"],
                "positions": [{"claims": [names.get(c) for c in p["claims"]]} for p in d["positions"]],
            }
            for d in story.get("disputes") or []
            if d["incident"] == incident["id"] and chance.random() < 0.7
        ]
        if chance.random() < 0.2:
            disputes.append(
                {"field": "killed", "positions": [{"claims": claims[:1]}, {"claims": claims[1:]}]}
            )
        if found and chance.random() < 0.15:
            found[-1]["claims"] += claims
        else:
            found.append({"id": incident["id"], "claims": claims, "disputes": disputes})
    return found


@pytest.mark.shared
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sets_own_scorer_gives_the_same_digits(shared: Path, tmp_path: Path, seed: int) -> None:
    paths = story_files(str(shared / "accounts" / "dev" / "*.yaml"))
    stories = load_stories(paths)
    outputs = _blurred(stories, seed)
    dump_outputs(outputs, tmp_path / "out.jsonl")
    scorer = [sys.executable, shared / "accounts" / "score.py", "score", tmp_path / "out.jsonl", *paths]
    theirs = json.loads(subprocess.run(scorer, check=True, capture_output=True).stdout)
    ours = accounts.as_scorer(accounts.score(stories, load_outputs(tmp_path / "out.jsonl")))
    assert json.loads(json.dumps(ours)) == theirs
    assert 0.3 < ours["claim"]["f1"] < 0.95, "the outputs are spoilt neither too little nor too much to tell"
