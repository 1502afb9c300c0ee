"""What a report hedges is not asserted."""

from __future__ import annotations

import pytest

from rashomon.reading.encoder import Encoder
from rashomon.reading.status import hedge_of
from rashomon.reading.words import split_words


@pytest.mark.parametrize(
    ("text", "event", "hedge"),
    [
        ("A driver may have been taken away.", "taken", "modal"),
        ("The group is reportedly holding two men.", "holding", "hedge"),
        ("Rebels are believed to have shot him.", "shot", "rumour"),
        ("They are suspected of killing two.", "killing", "rumour"),
        ("Police might soon arrest him.", "arrest", "modal"),
        ("POLICE MAY ARREST HIM.", "ARREST", "modal"),
        ("In May troops shot two men.", "shot", None),
        ("POLICE IN MAY ARRESTED TEN MEN.", "ARRESTED", None),
        ("rebels on 3 may attacked the town.", "attacked", None),
        ("May he be freed, soldiers shot two.", "shot", None),
        ("The men who may be angry shot two.", "shot", None),
        ("Perhaps only Italy attacked them.", "attacked", None),
        ("He said soldiers shot two men.", "shot", None),
        ("Soldiers shot two men.", "Soldiers", None),
    ],
)
def test_hedges(text: str, event: str, hedge: str | None) -> None:
    words = split_words(text, Encoder.load().tokenizer)
    start = text.index(event)
    assert hedge_of(words, words.covering(start, start + len(event))[0]) == hedge
