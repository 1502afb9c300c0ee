"""Who says what: frames before, behind and within what is said; sources with their appositions."""

import time
from types import SimpleNamespace

import pytest

from rashomon.reading.attributions import Attribution, find_attributions
from rashomon.reading.encoder import Encoder
from rashomon.reading.sentences import sentence_starts
from rashomon.reading.voices import quoted_words
from rashomon.reading.words import split_words


def find(text: str) -> list[Attribution]:
    [signals] = Encoder.load().run([(text, None)])
    return find_attributions(signals, sentence_starts(signals), quoted_words(signals.words))


def told(text: str) -> list[tuple[str | None, str, str]]:
    return [
        (text[slice(*a.source)] if a.source else None, text[slice(*a.content)], a.manner)
        for a in find(text)
        if not a.nested
    ]


@pytest.mark.parametrize(
    ("text", "source", "content"),
    [
        ("Mayor Ilse Tamm said that the ferry would stay.", "Mayor Ilse Tamm", "that the ferry would stay"),
        ("She told reporters that the bridge was safe.", "She", "that the bridge was safe"),
        (
            "Ilse Tamm, the mayor of Vinces, said the ferry would stay.",
            "Ilse Tamm, the mayor of Vinces",
            "the ferry would stay",
        ),
        ("The ferry will stay, the mayor said on Friday.", "the mayor", "The ferry will stay"),
        ("According to the harbour office, two boats sank.", "the harbour office", "two boats sank"),
        ("Two boats sank, according to the harbour office.", "the harbour office", "Two boats sank"),
        ("The council rejected the mayor's claim that boats had sunk.", "the mayor", "that boats had sunk"),
        ("The strike was denounced by the guild.", "the guild", "The strike"),
    ],
)
def test_sources_and_contents(text: str, source: str, content: str) -> None:
    found = told(text)
    assert any(who == source and content in what for who, what, _ in found), found


def test_a_subject_behind_its_verb_keeps_its_apposition() -> None:
    [(source, content, manner)] = told('"We will not move," said Jonas Berg, a spokesman for the dockers.')
    assert source == "Jonas Berg, a spokesman for the dockers"
    assert content.startswith('"We will not move') and manner == "direct"


def test_a_quotation_goes_on_over_the_sentences_of_its_paragraph() -> None:
    text = '"We will not move," Berg said. "They know where to find us."\n\nThe harbour was quiet.'
    [(source, content, manner)] = told(text)
    assert source == "Berg" and content.endswith('find us."') and manner == "direct"


def test_a_passive_without_an_author_has_no_source() -> None:
    assert [source for source, _, _ in told("The minister is said to have left the city.")] == [None]


def test_a_participle_goes_on_with_the_speaker_before_it() -> None:
    found = told("The mayor said the ferry would stay, adding that fares would not rise.")
    assert [source for source, _, _ in found] == ["The mayor", "The mayor"]
    assert found[0][1] == "the ferry would stay" and "fares" in found[1][1]


def test_what_stands_in_the_content_of_another_is_nested() -> None:
    found = find("Police said that witnesses reported gunfire near the quay.")
    assert [a.nested for a in found] == [False, True]


def test_a_noun_is_no_verb() -> None:
    assert told("The report was long.") == []


@pytest.mark.parametrize("text", ["", '"', "said", '" said ,', "\x00 said \ud800 that", ": : :", "’s claim"])
def test_odd_texts_raise_nothing(text: str) -> None:
    for each in find(text):
        assert 0 <= each.content[0] < each.content[1] <= len(text)


@pytest.mark.parametrize("piece", ["he said, ", '"a" said b, ', "(x) ", "who of and , said ", "'s claim "])
def test_hostile_texts_take_linear_time(piece: str) -> None:
    def seconds(times: int) -> float:
        words = split_words(piece * times, Encoder.load().tokenizer)
        quoted, _ = quoted_words(words), words.lower
        began = time.perf_counter()
        find_attributions(SimpleNamespace(words=words), [0], quoted)  # type: ignore[arg-type]
        return time.perf_counter() - began

    seconds(50)
    assert seconds(4000) < 40 * max(seconds(400), 0.02)
