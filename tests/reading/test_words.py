"""Words know where they stand, whatever the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from rashomon.reading import words as words_room
from rashomon.reading.encoder import Encoder
from rashomon.reading.windows import MAX_PIECES, cut_windows
from rashomon.reading.words import BREAKS, SHAPES, split_words


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Encoder.load().tokenizer


def test_words_shapes_and_breaks(tokenizer: Tokenizer) -> None:
    words = split_words("Police in ADEN\nheld 12 men.\n\nMcLeod's", tokenizer)
    assert [words.word(i) for i in range(len(words))] == [
        "Police",
        "in",
        "ADEN",
        "held",
        "12",
        "men",
        ".",
        "McLeod",
        "'",
        "s",
    ]
    shapes = [SHAPES[s] for s in words.shapes]
    assert shapes[:8] == ["title", "lower", "upper", "lower", "digit", "lower", "punctuation", "mixed"]
    breaks = [BREAKS[b] for b in words.breaks]
    assert breaks == [
        "paragraph",
        "space",
        "space",
        "line",
        "space",
        "space",
        "none",
        "paragraph",
        "none",
        "none",
    ]


def test_marks_of_the_model_in_a_text_are_plain_words(tokenizer: Tokenizer) -> None:
    words = split_words("a [SEP] b", tokenizer)
    assert [words.word(i) for i in range(len(words))] == ["a", "[", "SEP", "]", "b"]


def test_covering(tokenizer: Tokenizer) -> None:
    words = split_words("one two three", tokenizer)
    assert words.covering(4, 7) == (1, 2)
    assert words.covering(5, 9) == (1, 3)
    assert words.covering(3, 4) == (1, 1)


@given(st.text(st.characters(), max_size=400))
def test_any_text_has_words_in_order_that_stand_where_they_say(text: str) -> None:
    words = split_words(text, Encoder.load().tokenizer)
    assert (words.starts < words.ends).all()
    assert (words.starts[1:] >= words.ends[:-1]).all()
    assert not len(words) or (words.ends[-1] <= len(text) and words.piece_starts[-1] == len(words.pieces))
    assert len(words.piece_starts) == len(words) + 1 or not len(words)


@given(
    st.lists(
        st.sampled_from(["alpha", "beta.", "antidisestablishmentarianism", "\n\n", "\n", "x" * 300, "12,5"]),
        max_size=900,
    )
)
def test_windows_share_the_text_out_without_gap_or_overlap(parts: list[str]) -> None:
    tokenizer = Encoder.load().tokenizer
    words = split_words(" ".join(parts), tokenizer)
    windows = cut_windows(words, split_words("A title of some words", tokenizer))
    own = np.concatenate([w.words[w.core_start : w.core_end] for w in windows]) if windows else np.zeros(0)
    assert own.tolist() == list(range(len(words)))
    for window in windows:
        assert len(window.pieces) <= MAX_PIECES
        assert len(window.first_pieces) == len(window.words) and window.first_pieces.max() < len(
            window.pieces
        )
        assert (np.diff(window.words) > 0).all()
        for word, at in zip(window.words[:5], window.first_pieces[:5], strict=False):
            assert window.pieces[at] == words.pieces[words.piece_starts[word]]


LETTERS = [*map(chr, range(0xC0, 0x180)), *"  aeinrst" * 9]
PLAIN = [*map(chr, range(0x20, 0x7F)), *"\t\n\r\xa0“”‘’–—…«»", *LETTERS]


@settings(deadline=None)
@given(st.text(st.sampled_from(PLAIN), max_size=150))
def test_words_put_together_from_known_ones_are_those_of_the_tokenizer(text: str) -> None:
    tokenizer = Encoder.load().tokenizer
    quick, plain = split_words(text, tokenizer), words_room._of_encoded(text, tokenizer)
    for name in ("starts", "ends", "shapes", "breaks", "pieces", "piece_starts"):
        assert getattr(quick, name).tolist() == getattr(plain, name).tolist()
        assert getattr(quick, name).dtype == getattr(plain, name).dtype


def test_a_pasted_key_is_not_kept(tokenizer: Tokenizer) -> None:
    before = words_room._pieces_of.cache_info().currsize
    words = split_words("k" * 5_000, tokenizer)
    assert len(words) == 1 and words.piece_counts.tolist() == [1]
    assert words_room._pieces_of.cache_info().currsize == before
