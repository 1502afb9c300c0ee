"""The lines of the output keep to the form that `docs/output.md` promises."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from export_builders import Hand, cabra_readings

from rashomon.exports.jsonl import compare_line, line
from rashomon.model import Claim, Dateline, Reading, Report

REPORT_FIELDS = ["id", "title", "published", "publisher", "url", "sha256", "story", "dateline"]
CLAIM_FIELDS = [
    "id", "report", "type", "mode", "contexts", "quad", "score", "cameo", "quote", "trigger", "actors",
    "recipients", "voice", "status", "frame", "date", "place", "figures", "confidence",
]  # fmt: skip


def test_a_line_has_the_fields_of_the_form_in_their_order() -> None:
    for reading in cabra_readings():
        written = json.loads(line(reading))
        assert list(written) == ["report", "claims"]
        assert list(written["report"]) == REPORT_FIELDS
        assert all(list(claim) == CLAIM_FIELDS for claim in written["claims"])


def test_the_written_claims_read_back_as_they_were() -> None:
    reading = cabra_readings()[0]
    assert msgspec.json.decode(line(reading), type=dict[str, object])["claims"]
    claims = msgspec.convert(json.loads(line(reading))["claims"], list[Claim])
    assert tuple(claims) == reading.claims


def test_a_line_is_one_line() -> None:
    reading = Reading(Report(text="a\nb", title="a\nb\u2028c"), ())
    assert b"\n" not in line(reading)


def test_lone_surrogates_leave_offsets_as_they_are() -> None:
    hand = Hand(
        Report(
            text="Police \ud800 arrested \udcff men.", title="\ud800", dateline=Dateline(date="2020-01-01")
        )
    )
    claim = hand.claim("Police \ud800 arrested \udcff men", "arrested", "COERCE", "arrest")
    written = json.loads(line(Reading(hand.report, (claim,))))
    quote = written["claims"][0]["quote"]
    assert quote["text"] == "Police \ufffd arrested \ufffd men"
    assert len(quote["text"]) == quote["end"] - quote["start"]
    assert written["report"]["dateline"] == {"place": None, "date": "2020-01-01"}


def test_a_story_line() -> None:
    assert json.loads(compare_line("s\ud800", [{"id": "i1"}])) == {
        "story": "s\ufffd",
        "incidents": [{"id": "i1"}],
    }
    assert json.loads(compare_line(None, ())) == {"story": None, "incidents": []}


def test_the_documented_example_names_the_same_fields() -> None:
    text = (Path(__file__).parents[2] / "docs" / "output.md").read_text(encoding="utf-8")
    for field in (*REPORT_FIELDS, *CLAIM_FIELDS):
        assert f"`{field}`" in text, field
