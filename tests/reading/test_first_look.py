"""The first look: which sentences can hold an event, and what is not shown to the model."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from tokenizers import Tokenizer

from rashomon.model import Report
from rashomon.reading.encoder import Encoder
from rashomon.reading.first_look import PAIRS, FirstLook, rows_of, sentence_bounds
from rashomon.reading.reader import NOTHING_SEEN, Reader
from rashomon.reading.words import split_words

QUIET = "The mill stands by the river. Its wheel is green"
EVENT = "Police arrested two men in the port of Salema on Tuesday, the mayor said"
TEXT = f"{QUIET}.\n\n{EVENT}.\n\nNobody was hurt!"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Encoder.load().tokenizer


def look(threshold: float, **weights: float) -> FirstLook:
    """Weights for some pieces, nothing for the others."""
    tokenizer = Encoder.load().tokenizer
    single = np.zeros(30_522, np.float32)
    for piece, weight in weights.items():
        single[tokenizer.token_to_id(piece)] = weight
    return FirstLook(single, np.zeros(PAIRS, np.float32), -1.0, threshold)


def test_sentences_end_at_stops_and_line_breaks(tokenizer: Tokenizer) -> None:
    words = split_words("One stop. A 3.5 point rise\nand a line! Then", tokenizer)
    begins = [words.lower[words.piece_starts.searchsorted(bound)] for bound in sentence_bounds(words)]
    assert begins == ["one", "a", "and", "then"]


def test_a_text_without_words_has_no_sentences(tokenizer: Tokenizer) -> None:
    words = split_words("", tokenizer)
    assert len(sentence_bounds(words)) == len(look(0.0).scores(words)) == len(look(0.0).flags(words)) == 0


def test_scores_are_sums_over_sentences(tokenizer: Tokenizer) -> None:
    words = split_words(TEXT, tokenizer)
    assert look(0.0, arrested=3.0, police=0.5).scores(words).tolist() == [-1.0, -1.0, 2.5, -1.0]


def test_words_of_a_sentence_over_the_threshold_are_flagged(tokenizer: Tokenizer) -> None:
    words = split_words(TEXT, tokenizer)
    flags = look(0.0, arrested=3.0).flags(words)
    flagged = [word for word, flag in zip(words.lower, flags, strict=True) if flag]
    assert (flagged[0], flagged[-1], len(flags)) == ("police", ".", len(words))
    assert "mill" not in flagged


def test_pairs_do_not_reach_over_the_end_of_a_sentence(tokenizer: Tokenizer) -> None:
    apart = split_words("Rain fell. Police came", tokenizer)
    _, pairs = rows_of(apart.pieces)
    weights = np.zeros(PAIRS, np.float32)
    weights[pairs[apart.piece_starts[3]]] = 5.0  # ". police"
    scores = FirstLook(np.zeros(30_522, np.float32), weights, 0.0, 0.0).scores(apart)
    assert scores.tolist() == [0.0, 0.0]


def test_reports_in_which_nothing_is_seen_are_not_read_and_say_so() -> None:
    reader = looking(look(0.0, volcano=3.0))
    reading = reader.read(Report(text=TEXT))
    assert reading.claims == ()
    assert NOTHING_SEEN in reading.notes


def test_what_is_seen_is_read_as_without_a_look() -> None:
    plain = Reader.load().read(Report(text=TEXT))
    assert plain.claims
    assert looking(look(0.0, arrested=3.0)).read(Report(text=TEXT)) == plain


def test_windows_without_anything_are_passed_over_within_a_long_report() -> None:
    filler = "\n\n".join(f"{QUIET} and number {n} is not." for n in range(60))
    text = f"{filler}\n\n{EVENT}.\n\n{filler}"
    reader = looking(look(0.0, arrested=3.0))
    [signals] = reader.encoder.run([(text, None)])
    assert signals.unseen == len(signals.windows) - 1
    found = reader.read(Report(text=text)).claims
    assert [claim.trigger.text for claim in found] == ["arrested"]
    assert found[0].quote.text.startswith(EVENT)


def test_the_weights_that_ship_tell_an_arrest_from_a_cake(tokenizer: Tokenizer) -> None:
    shipped = FirstLook.load()
    scores = shipped.scores(split_words(f"Beat the eggs with the sugar.\n\n{EVENT}.", tokenizer))
    assert scores[1] > shipped.threshold > scores[0]


def looking(first: FirstLook) -> Reader:
    """The shipped reader with this look."""
    encoder: Encoder = copy.copy(Reader.load().encoder)
    encoder.look = first
    return Reader(encoder)
