"""Which reports tell the same story: own words, invented places."""

from __future__ import annotations

import random
from itertools import permutations

import numpy as np
import pytest
from reconcile_builders import claim, day

from rashomon.model import Report
from rashomon.reconcile.report_words import alike, vectors, words_of
from rashomon.reconcile.stories import NEAREST, best_cut, own_likeness, stories_of
from rashomon.reconcile.traits import stem

FERRY = [
    Report(
        "Two ferries collided in fog off Brinmouth on Monday. Harbour master Ilse Tarn said forty passengers "
        "of the Marigold were taken to the pier at Brinmouth.",
        id="ferry-1",
        title="Ferries collide off Brinmouth",
        published="2021-03-01",
    ),
    Report(
        "The captain of the Marigold ferry blamed the fog. Passengers waited for hours at the Brinmouth "
        "pier, and the harbour master, Ilse Tarn, promised an inquiry.",
        id="ferry-2",
        published="2021-03-02",
    ),
    Report(
        "BRINMOUTH - Owners of the Marigold say the other ferry had no lights. The collision in fog left no "
        "passengers hurt, harbour master Tarn told reporters at the pier.",
        id="ferry-3",
        published="2021-03-03",
    ),
]
STRIKE = [
    Report(
        "Teachers in Orlava walked out over pay. Union leader Boro Kesk said eight schools were shut, and "
        "the education minister called the walkout unlawful.",
        id="strike-1",
        published="2021-03-01",
    ),
    Report(
        "Eight Orlava schools stay shut as teachers want higher pay. The minister of education refuses to "
        "meet the union of Boro Kesk.",
        id="strike-2",
        published="2021-03-02",
    ),
]
HAIL = Report("Hail as large as eggs flattened the barley near Tomsdal.", id="hail", published="2021-03-01")


def groups(reports: list[Report]) -> set[frozenset[str]]:
    return {frozenset(story.reports) for story in stories_of(reports)}


WANTED = {frozenset(r.id for r in FERRY), frozenset(r.id for r in STRIKE), frozenset(["hail"])}


def test_reports_of_one_story_are_grouped_and_the_others_left_alone() -> None:
    assert groups([*FERRY, *STRIKE, HAIL]) == WANTED


def test_a_story_is_named_by_its_words_and_names_are_told_apart() -> None:
    stories = stories_of([*FERRY, *STRIKE])
    assert [story.reports[0] for story in stories] == ["ferry-1", "strike-1"]
    assert {"brinmouth", "marigold"} & set(stories[0].words)
    assert stories[0].name == "-".join(stories[0].words)
    empty = stories_of([Report("...", id="a"), Report("???", id="b")])
    assert [story.name for story in empty] == ["reports", "reports-2"]


def test_the_order_of_the_reports_changes_nothing() -> None:
    for order in list(permutations([*FERRY[:2], *STRIKE, HAIL]))[::17]:
        assert groups(list(order)) == {frozenset(["ferry-1", "ferry-2"]), *WANTED} - {
            frozenset(r.id for r in FERRY)
        }


def test_what_is_told_months_apart_is_another_story() -> None:
    again = [Report(report.text, id=f"{report.id}-later", published="2024-03-02") for report in STRIKE]
    assert groups([*STRIKE, *again]) == {frozenset(r.id for r in STRIKE), frozenset(r.id for r in again)}
    other = Report(
        "Orlava teachers strike again over pay: union leader Kesk said that schools would stay shut.",
        id="later",
        published="2024-09-01",
    )
    assert frozenset(["later"]) in groups([*STRIKE, other])
    undated = Report(other.text, id="undated")
    assert frozenset(["undated", *(r.id for r in STRIKE)]) in groups([*STRIKE, undated])


def test_claims_stand_for_a_text_and_a_day_that_are_not_there() -> None:
    told = [
        claim("Union leader Boro Kesk shut eight Orlava schools over pay of teachers", "shut",
              report="strike-3", date=day("2021-03-02")),
        claim("The minister of education said that teachers of Orlava were unlawful", "said",
              report="strike-3", at=90, date=day("2021-03-02")),
    ]  # fmt: skip
    bare = Report("", id="strike-3")
    found = {frozenset(story.reports) for story in stories_of([*STRIKE, HAIL, bare], told)}
    assert frozenset(["strike-1", "strike-2", "strike-3"]) in found
    late = [claim(each.quote.text, each.trigger.text, report="strike-3", at=each.quote.start,
                  date=day("2023-03-02")) for each in told]  # fmt: skip
    apart = {frozenset(story.reports) for story in stories_of([*STRIKE, HAIL, bare], late)}
    assert frozenset(["strike-3"]) in apart


def look_alikes() -> tuple[list[Report], list[Report]]:
    """Two quakes on one island: the reports share the words of their kind, and each quake has words of its
    own."""
    shared, *own = (
        list(words.split())
        for words in (
            "earthquake island Sollund tremor magnitude rescuers Sollund houses villagers seismologists "
            "damage governor Sollund aftershocks rubble Sollund tents hospital coast fishermen epicentre",
            "Maaren Tivik 5.6 Wednesday school Ansgar Lohne bridge chapel 312 fjell Ovrebo",
            "Kestby Harrow 6.1 Sunday market Dagny Roek dam mill 77 quay Nordli",
        )
    )
    dice = random.Random(11)
    made: tuple[list[Report], list[Report]] = ([], [])
    for number, words in enumerate(own):
        for copy in range(5):
            text = dice.sample(shared, 16) + dice.sample(words, 8)
            dice.shuffle(text)
            made[number].append(Report("The " + " ".join(text) + ".", id=f"quake-{number}-{copy}"))
    return made


def test_two_happenings_of_one_kind_are_parted() -> None:
    first, second = look_alikes()
    assert groups([*first, *second]) == {frozenset(r.id for r in first), frozenset(r.id for r in second)}
    assert groups(first) == {frozenset(r.id for r in first)}


def test_the_cut_that_parts_two_halves() -> None:
    likeness = np.zeros((6, 6))
    likeness[:3, :3] = likeness[3:, 3:] = 0.5
    likeness[2, 3] = likeness[3, 2] = 0.1
    np.fill_diagonal(likeness, 0.0)
    cut, one, other = best_cut(likeness)
    assert {frozenset(one), frozenset(other)} == {frozenset((0, 1, 2)), frozenset((3, 4, 5))}
    assert cut == pytest.approx(2 * 0.1 / 3.1)


def test_what_all_share_makes_nobody_alike() -> None:
    texts = [words_of(f"Sollund earthquake {word} {word}ing") for word in ("alder", "birch", "cedar")]
    found = vectors(texts)
    assert not own_likeness(found, np.zeros(len(found.stems), bool), [0, 1, 2]).any()
    several = [words_of(report.text) for half in look_alikes() for report in half]
    found = vectors(several)
    kept = own_likeness(found, np.zeros(len(found.stems), bool), range(10))
    assert (kept == kept.T).all() and not kept.diagonal().any()
    assert ((kept > 0).sum(axis=1) >= NEAREST).all() and (kept == 0).sum() > 10


def test_words_names_and_weights() -> None:
    text = words_of(
        "Marchers filled Orlava. The marchers of Orlava wore white, 6.1 by 6.1, and Marchers sang."
    )
    assert "orlava" in text.names and "6 1" in text.names and "marchers" not in text.names
    assert text.forms["march"] == "marchers"
    assert "the" not in text.weights and "by" not in text.weights
    lead, tail = words_of("barley " + "x1 " * 300), words_of("x1 " * 300 + "barley")
    assert lead.weights[stem("barley")] > 2 * tail.weights[stem("barley")]


def test_cosines_are_those_of_the_dense_vectors() -> None:
    found = vectors([words_of(r.text) for r in [*FERRY, *STRIKE, HAIL]])
    table, _ = found.dense(range(6))
    assert np.allclose((table * table).sum(axis=1), 1.0)
    for one, near, cosines in alike(found, 0.0, 1_000):
        assert np.allclose(cosines, table[near] @ table[one])


def test_odd_reports_do_no_harm() -> None:
    odd = [
        Report("", id="empty"),
        Report("\x00\ud800 \u202eevil", id="hostile", published="not a day"),
        Report("7" * 200_000, id="digits"),
        Report("word " * 50_000, id="long", title="T" * 10_000),
        Report("word " * 50_000, id="long"),
    ]
    assert sorted(ref for story in stories_of(odd) for ref in story.reports) == sorted({r.id for r in odd})
    assert stories_of([]) == []
