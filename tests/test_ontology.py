"""PLOVER's tables, as they are pinned by the design: types, modes, scores, contexts, crosswalk."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from rashomon import ontology
from rashomon.errors import InputError
from rashomon.reading.contexts import contexts_of

TABLES = Path(ontology.__file__).parent / "knowledge" / "tables"


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_sixteen_types_and_their_quads() -> None:
    quads = {name: ontology.event_type(name).quad for name in ontology.TYPES}
    assert quads == {
        "AGREE": 1, "CONSULT": 1, "SUPPORT": 1, "CONCEDE": 1, "COOPERATE": 2, "AID": 2, "RETREAT": 2,
        "REQUEST": 3, "ACCUSE": 3, "REJECT": 3, "THREATEN": 3, "PROTEST": 4, "SANCTION": 4, "MOBILIZE": 4,
        "COERCE": 4, "ASSAULT": 4,
    }  # fmt: skip
    assert len(ontology.CONTEXTS) == 37


@pytest.mark.parametrize(
    ("type_name", "mode", "score"),
    [
        ("AID", None, 10.0),
        ("COERCE", "arrest", -7.0),
        ("ASSAULT", "unconventional", -10.0),
        ("RETREAT", "disarm", 10.0),
        ("REQUEST", "assist", 0.5),
        ("CONSULT", "phone", 1.5),
        ("PROTEST", "vandalize", -5.0),  # PLOVER scores no such mode: the type's own
    ],
)
def test_scores(type_name: str, mode: str | None, score: float) -> None:
    assert ontology.score_of(type_name, mode) == score


def test_every_score_is_on_the_scale_and_on_its_quads_side() -> None:
    for name in ontology.TYPES:
        entry = ontology.event_type(name)
        for score in (entry.score, *(mode.score for mode in entry.modes)):
            assert -10 <= score <= 10
            assert score > 0 if entry.quad <= 2 else score <= 0.5


@pytest.mark.parametrize(
    ("type_name", "mode", "code"),
    [
        ("COERCE", "arrest", "173"),
        ("CONSULT", "visit", "042"),
        ("ASSAULT", None, "180"),
        ("ACCUSE", "investigate", "090"),
        ("MOBILIZE", "no such mode", "150"),
        ("NO SUCH TYPE", None, None),
    ],
)
def test_cameo(type_name: str, mode: str | None, code: str | None) -> None:
    assert ontology.cameo(type_name, mode) == code


def test_the_crosswalk_has_every_type_and_mode_once() -> None:
    expected = Counter((name, "") for name in ontology.TYPES)
    expected.update((row["type"], row["mode"]) for row in rows("plover_modes.csv"))
    assert Counter((row["type"], row["mode"]) for row in rows("plover_cameo.csv")) == expected
    assert all(row["cameo"].isdigit() and 3 <= len(row["cameo"]) <= 4 for row in rows("plover_cameo.csv"))


def test_unknown_names_say_what_is_known() -> None:
    with pytest.raises(InputError, match="AGREE, CONSULT"):
        ontology.event_type("FIGHT")
    with pytest.raises(InputError, match="seize"):
        ontology.score_of("COERCE", "visit")
    with pytest.raises(InputError, match="military"):
        ontology.context_gloss("sport")
    with pytest.raises(AttributeError):
        ontology.NOTHING  # noqa: B018
    assert ontology.is_mode("COERCE", None) and not ontology.is_mode("AID", "arrest")


def test_every_context_has_a_gloss_and_at_least_25_cues() -> None:
    cues = Counter(row["context"] for row in rows("context_cues.csv"))
    assert set(cues) == set(ontology.CONTEXTS)
    assert min(cues.values()) >= 25
    assert all(ontology.context_gloss(context) for context in ontology.CONTEXTS)


def test_every_cue_can_be_met() -> None:
    modes = {(row["type"], row["mode"]) for row in rows("plover_modes.csv")}
    for row in rows("context_cues.csv"):
        kind, cue = row["kind"], row["cue"]
        if kind == "mode":
            assert tuple(cue.split()) in modes, cue
        elif kind == "type":
            assert cue in ontology.TYPES, cue
        elif kind == "sector":
            assert len(cue) == 3 and cue.isupper(), cue
        else:
            assert kind == "words"
            assert row["context"] in contexts_of("AID", None, cue.replace("*", "")), cue


@pytest.mark.parametrize(
    ("type_name", "mode", "quote", "codes", "contexts"),
    [
        ("COERCE", "arrest", "took two men away", [], ("legal",)),
        ("ASSAULT", None, "wounded him", ["SRB MIL", None, "XKX UNK"], ("military",)),
        ("AGREE", None, "Elections will be held by May", [], ("election",)),
        ("CONSULT", None, "met", [], ("diplomatic",)),
        ("PROTEST", "demo", "marched for same-sex marriage", [], ("lgbt",)),
        ("AID", None, "an important step", [], ()),  # "imports" is a cue, "important" is not
        ("AID", None, "", [], ()),
        ("COERCE", None, "an anti-smuggling raid", [], ("trafficking",)),
        ("ASSAULT", None, "fell on peace", [], ()),  # a phrase that does not fit to the end
    ],
)
def test_contexts(
    type_name: str, mode: str | None, quote: str, codes: list[str | None], contexts: tuple[str, ...]
) -> None:
    assert contexts_of(type_name, mode, quote, codes) == contexts


def test_contexts_come_in_the_ontologys_order_and_survive_odd_text() -> None:
    quote = "\x00 hackers \ud800 elections \u202e army " + "x" * 100_000
    found = contexts_of("COERCE", "cyber", quote, ["X", ""])
    assert found == ("military", "election", "cyber")
