"""What a report hedges is not asserted."""

from __future__ import annotations

import pytest

from rashomon.reading.encoder import Encoder
from rashomon.reading.status import is_hedged
from rashomon.reading.words import split_words


@pytest.mark.parametrize(
    ("text", "event", "hedged"),
    [
        ("A driver may have been taken away.", "taken", True),
        ("The group is reportedly holding two men.", "holding", True),
        ("Rebels are believed to have shot him.", "shot", True),
        ("They are suspected of killing two.", "killing", True),
        ("Police might soon arrest him.", "arrest", True),
        ("In May troops shot two men.", "shot", False),
        ("May he be freed, soldiers shot two.", "shot", False),
        ("The men who may be angry shot two.", "shot", False),
        ("He said soldiers shot two men.", "shot", False),
        ("Soldiers shot two men.", "Soldiers", False),
    ],
)
def test_hedges(text: str, event: str, hedged: bool) -> None:
    words = split_words(text, Encoder.load().tokenizer)
    start = text.index(event)
    assert is_hedged(words, words.covering(start, start + len(event))[0]) is hedged
