"""The sentence's own attribution against a pointer that strays; outlets and places that do not speak."""

from __future__ import annotations

import numpy as np
import pytest

from rashomon.reading.encoder import Pointing
from rashomon.reading.events import Trigger
from rashomon.reading.reader import Reader
from rashomon.reading.roles import Filler, Pointed
from rashomon.reading.sentences import sentence_of, sentence_starts
from rashomon.reading.voices import quoted_words
from rashomon.reading.vouching import Vouching


class Case:
    """A text with one event, and where the pointer leads from it."""

    def __init__(self, text: str, event: str, publisher: str = "Lagoon Post", places: tuple[str, ...] = ()):
        [self.signals] = Reader.load().encoder.run([(text, None)])
        self.words = self.signals.words
        first, last = self.at(event)
        nothing = np.zeros(1, np.float32)
        self.trigger = Trigger(
            first, last, "ASSAULT", None, 0.9, nothing, nothing, Pointing(nothing, nothing, nothing)
        )
        starts = sentence_starts(self.signals)
        self.sentence = sentence_of(first, starts, len(self.words))
        self.vouching = Vouching(
            self.signals,
            publisher,
            lambda: quoted_words(self.words),
            lambda a, b: " ".join(self.words.lower[a:b]),
            lambda a, b: self.words.word(a) != "Lagoon",
            lambda a, b: " ".join(self.words.word(i) for i in range(a, b)) in places,
            lambda: None,
        )

    def at(self, piece: str) -> tuple[int, int]:
        start = self.words.text.index(piece)
        return self.words.covering(start, start + len(piece))

    def voice(self, pointed_to: str | None, weight: float = 0.9, taken: bool = True) -> str | None:
        span = self.at(pointed_to) if pointed_to else None
        pointed = Pointed(1 - weight, [span[1] - 1] if span else [], [weight] if span else [])
        found = [Filler(*span, weight)] if span and taken else []
        told = self.vouching.voice(self.trigger, self.sentence, pointed, found)
        return " ".join(self.words.word(i) for i in range(told[0].first, told[0].last)) if told else None


def test_the_sentence_s_own_source_goes_before_one_of_another_sentence() -> None:
    case = Case("The minister spoke of drills. An elder said that nobody had been shot.", "shot")
    assert case.voice("minister") == "elder"


@pytest.mark.parametrize(
    "sentence",
    [
        "He said that two men had been shot.",
        "According to him, two men had been shot.",
        "Two men were shot.",
        "Two youths accused of spying were shot.",
        "A man suspected of having shot two was held.",
    ],
)
def test_without_a_source_in_it_the_speaker_carries_on(sentence: str) -> None:
    assert Case(f"The minister spoke of drills. {sentence}", "shot").voice("minister") == "minister"


def test_a_pointer_that_does_not_dare_is_believed_where_the_grammar_agrees() -> None:
    case = Case("Two women were shot, according to the clinic.", "shot")
    assert case.voice("clinic", 0.4, taken=False) == "clinic"
    assert case.voice("clinic", 0.1, taken=False) is None


def test_the_outlet_is_no_voice() -> None:
    case = Case("Images seen by Lagoon Post show that two men were shot.", "shot")
    assert case.voice("Lagoon Post") is None
    case = Case("Two men were shot, Sri Lanka said.", "shot", publisher="Sri Lanka Guardian")
    assert case.voice("Sri Lanka") == "Sri Lanka"


def test_a_label_that_is_a_place_is_no_voice() -> None:
    assert Case("Diffa: two men were shot.", "shot", places=("Diffa",)).voice("Diffa") is None
    assert Case("Diffa: two men were shot.", "shot").voice("Diffa") == "Diffa"


def test_a_place_speaks_through_somebody() -> None:
    case = Case("A doctor in north Sofia said two men were shot.", "shot")
    assert case.voice("north Sofia") == "doctor in north Sofia"


def test_a_document_speaks_for_its_author() -> None:
    case = Case(
        "A press release of the navy came at noon. Two men were shot, the press release said.", "shot"
    )
    second = case.words.text.rindex("press release")
    first, last = case.words.covering(second, second + len("press release"))
    told = case.vouching.voice(
        case.trigger, case.sentence, Pointed(0.1, [last - 1], [0.9]), [Filler(first, last, 0.9)]
    )
    assert [case.words.word(i) for i in range(told[0].first, told[0].last)] == ["navy"]
