"""Cues, quotation marks, kinds of voice and chains of speakers."""

import pytest

from rashomon.reading.encoder import Encoder
from rashomon.reading.voices import find_cues, kind_of, nearest_cue, quoted_words, speakers_above
from rashomon.reading.words import Words, split_words


def split(text: str) -> Words:
    return split_words(text, Encoder.load().tokenizer)


def at(words: Words, phrase: str) -> tuple[int, int]:
    start = words.text.index(phrase)
    return words.covering(start, start + len(phrase))


def test_the_longest_cue_is_found() -> None:
    words = split("According to the mayor, three men fled; he told reporters so.")
    assert [(c.kind, words.word(c.first)) for c in find_cues(words, 0, len(words))] == [
        ("preposition", "According"),
        ("verb", "told"),
    ]


def test_the_cue_beside_the_voice_goes_before_one_further_off() -> None:
    words = split("The army said on Monday that villagers reported shots.")
    cue = nearest_cue(words, at(words, "villagers"), at(words, "shots"), [(0, len(words))])
    assert cue is not None and words.word(cue.first) == "reported"


def test_quotation_marks_of_all_kinds() -> None:
    words = split('He said "shots fell" and “more came”. «Enough», she said.')
    flags = quoted_words(words)
    inside = [words.word(i) for i, flag in enumerate(flags) if flag and words.word(i).isalpha()]
    assert inside == ["shots", "fell", "more", "came", "Enough"]


def test_an_unclosed_quotation_ends_with_its_paragraph() -> None:
    words = split('"We held the bridge.\n\nThe army left.')
    flags = quoted_words(words)
    assert flags[at(words, "bridge")[0]] and not flags[at(words, "army")[0]]


@pytest.mark.parametrize(
    ("text", "entity", "kind"),
    [
        ("a resident", "role", "anonymous"),
        ("two officials", None, "anonymous"),
        ("Amina Sesay", "person", "named"),
        ("interior ministry", "role", "named"),
        ("the governor", "office", "named"),
    ],
)
def test_kinds(text: str, entity: str | None, kind: str) -> None:
    assert kind_of(text, entity) == kind


def test_police_said_witnesses_saw() -> None:
    words = split("Police said witnesses told them of two gunmen.")
    police, witnesses = at(words, "Police"), at(words, "witnesses")
    assert speakers_above(words, witnesses, (0, len(words)), [police, witnesses]) == [police]
    assert speakers_above(words, police, (0, len(words)), [witnesses]) == []
