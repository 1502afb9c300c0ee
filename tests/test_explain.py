"""`rashomon explain`: the reader's own decisions about one claim, with the model that ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rashomon.cli import app
from rashomon.explain import Explanation, UnknownClaim, find, listing
from rashomon.model import Reading, Report
from rashomon.reading.reader import Reader
from rashomon.reading.trace import LISTED, Decision, Option, Trace

TEXT = """\
GAO, Mali - Soldiers arrested twelve traders in Gao on Tuesday, the army said.

The traders' union denied that its members had been smuggling arms. "They beat two of us," its leader, \
Issa Maiga, told reporters. He called on the government to free the men.

Three soldiers were killed in an ambush near Menaka, according to a hospital official. \
In 2012 rebels seized Gao.
"""
REPORT = Report(
    text=TEXT, published="2021-03-04", publisher="Niger Bend Courier", title="Traders held in Gao"
)
run = CliRunner().invoke


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reader.load().read(REPORT)


def explained(reading: Reading, words: str) -> Explanation:
    [claim] = [claim for claim in reading.claims if words in claim.trigger.text]
    return find([reading], claim.id)


def field(explanation: Explanation, name: str) -> Decision:
    [found] = [decision for decision in explanation.fields if decision.field == name]
    return found


def taken(decision: Decision) -> list[Option]:
    return [option for option in decision.options if option.taken]


def test_it_explains_the_claim_that_was_read_and_no_other(reading: Reading) -> None:
    for number, claim in enumerate(reading.claims, 1):
        explanation = find([reading], str(number))
        assert explanation.claim == claim, "reading with a trace decides nothing differently"
        assert explanation.number == number


def test_what_was_taken_is_what_the_claim_says(reading: Reading) -> None:
    for claim in reading.claims:
        explanation = find([reading], claim.id)
        for name in ("type", "status", "frame"):
            [best] = taken(field(explanation, name))
            assert best.value == getattr(claim, name)
            assert best.score == max(o.score or 0 for o in field(explanation, name).options)
        spans = [(p.start, p.end) for p in claim.actors]
        assert {(o.start, o.end) for o in taken(field(explanation, "actor"))} <= {*spans, *(
            (p.start, p.end) for p in claim.recipients)}  # fmt: skip
        assert len(taken(field(explanation, "figures"))) == len(claim.figures)
        assert [o.value for o in field(explanation, "contexts").options] == list(claim.contexts)
        voice = [(o.start, o.end) for o in taken(field(explanation, "voice"))]
        assert voice == ([] if claim.voice.kind == "publisher" else [(claim.voice.start, claim.voice.end)])
        for decision in explanation.fields:
            for option in decision.options:
                if option.start is not None and decision.field in ("actor", "recipient", "voice", "place"):
                    assert TEXT[option.start : option.end] == option.value


def test_an_arrest_field_by_field(reading: Reading) -> None:
    explanation = explained(reading, "arrested")
    actor = field(explanation, "actor")
    assert actor.value == "Soldiers [MLI MIL]"
    assert any("role noun" in why and "role_nouns.csv" in why for why in actor.why)
    assert any("country by the words around" in why and "MLI" in why for why in actor.why)
    voice = field(explanation, "voice")
    assert any("'said'" in why and "indirect" in why for why in voice.why)
    date = field(explanation, "date")
    assert any("weekday" in why and "day of publication, 2021-03-04" in why for why in date.why)
    [told] = taken(date)
    assert told.value == "Tuesday = 2021-03-02" and told.start == TEXT.index("Tuesday")
    [figure] = taken(field(explanation, "figures"))
    assert figure.value == "twelve = 12 of 'traders', arrested" and figure.parts["arrested"] > 0.5
    confidence = field(explanation, "confidence")
    assert confidence.value == str(explanation.claim.confidence) and len(confidence.why) == 2


def test_places_are_the_sum_of_their_features(reading: Reading) -> None:
    gazetteer = field(explained(reading, "arrested"), "gazetteer")
    assert gazetteer.value == "Gao, MLI" and len(gazetteer.options) > 1
    for option in gazetteer.options:
        assert option.score == pytest.approx(sum(option.parts.values()), abs=0.05)
    [best] = taken(gazetteer)
    assert best.score == max(option.score or 0 for option in gazetteer.options)


def test_claims_are_found_by_id_by_its_start_and_by_number(reading: Reading) -> None:
    claim = reading.claims[1]
    for which in (claim.id, claim.id[:9], "2", "1.2", " 2 "):
        assert find([reading], which).claim == claim
    assert find([reading, reading], "2.1").claim == reading.claims[0]


@pytest.mark.parametrize("which", ["0", "99", "c-ffffffffffffffff", "9.1", "the first", "\x1b[31m", ""])
def test_an_unknown_claim_is_told_with_those_there_are(reading: Reading, which: str) -> None:
    with pytest.raises(UnknownClaim) as error:
        find([reading], which)
    assert error.value.claims == listing([reading])
    assert all(claim.id in error.value.claims for claim in reading.claims)


def test_with_several_reports_a_bare_number_is_not_enough(reading: Reading) -> None:
    with pytest.raises(UnknownClaim, match=r"say 1\.2 for claim 2 of the first"):
        find([reading, reading], "2")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reading: Reading) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    path = tmp_path / "gao.txt"
    path.write_text(TEXT)
    given = [str(path), "--published", "2021-03-04", "--title", "Traders held in Gao"]
    listed = run(app, ["explain", *given])
    assert listed.exit_code == 0 and "'arrested'" in listed.stdout
    page = run(app, ["explain", *given, "1"])
    assert page.exit_code == 0 and "Soldiers [arrested] twelve traders" in page.stdout
    for name in ("type", "recipient", "gazetteer", "confidence"):
        assert f"\n{name}" in page.stdout
    told = json.loads(run(app, ["explain", *given, "1", "--json"]).stdout)
    assert set(told) == {"report", "number", "claim", "fields"} and told["claim"]["type"] == "COERCE"
    unknown = run(app, ["explain", *given, "77"])
    assert unknown.exit_code == 1 and "there is no claim 77" in unknown.stderr
    assert told["claim"]["id"] in unknown.stderr
    nothing = run(app, ["explain", str(tmp_path / "none.txt"), "1"])
    assert nothing.exit_code == 1 and "nothing is claimed there" in nothing.stderr


def test_hostile_text_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(
        "Police \u202earrested\u202c two men in Gao\x1b[31m on Monday, {0} {!r} [bold]the army[/bold] said.\n"
    )
    page = run(app, ["explain", str(path), "1"])
    assert page.exit_code == 0, page.output
    assert "\x1b[31m" not in page.stdout and "\u202e" not in page.stdout


def test_a_trace_keeps_the_best_options_and_what_was_taken() -> None:
    trace = Trace()
    for score in range(20):
        trace.option("type", Option(str(score), score == 0, score / 20))
    options = trace.decision("type", "0").options
    assert len(options) == LISTED and options[0].taken and options[1].value == "19"
