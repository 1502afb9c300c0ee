"""Sentences and roles from made-up signals: what the rooms do with what the model sees."""

from dataclasses import replace

import numpy as np
import pytest

from rashomon.reading.encoder import Encoder, Pointing, Signals
from rashomon.reading.events import Trigger, find_triggers
from rashomon.reading.roles import Filler, fillers, pointed_from, settle
from rashomon.reading.sentences import LONGEST, sentence_of, sentence_starts


def signals_of(text: str, likely: dict[str, float] | None = None) -> Signals:
    """Real words, and a sentence head that says `likely` of the words named and 0.01 of all others."""
    [signals] = Encoder.load().run([(text, None)])
    scores = np.full((len(signals.words), 1), 0.01, np.float32)
    for word, value in (likely or {}).items():
        scores[signals.words.lower.index(word)] = value
    extent = np.zeros_like(signals.tags["extent"])
    extent[:, 0] = 1  # every name is one word long
    return replace(signals, tags=dict(signals.tags) | {"sentence": scores, "extent": extent})


def words_at(signals: Signals, starts: np.ndarray) -> list[str]:
    return [signals.words.word(int(i)) for i in starts]


def test_a_sentence_begins_where_the_head_says_and_a_stop_allows() -> None:
    signals = signals_of("Men fled. Troops came to the town.", {"troops": 0.9, "town": 0.9})
    assert words_at(signals, sentence_starts(signals)) == ["Men", "Troops"]


def test_after_a_stop_a_capital_needs_little_but_an_initial_is_no_stop() -> None:
    signals = signals_of("Elders talked. Troops came with J. Banda.", {"troops": 0.2, "banda": 0.2})
    assert words_at(signals, sentence_starts(signals)) == ["Elders", "Troops"]


def test_behind_a_comma_a_closing_mark_ends_no_sentence() -> None:
    signals = signals_of('"We stay," Banda said. "Troops may come."', {"banda": 0.9})
    assert words_at(signals, sentence_starts(signals))[:2] != ['"', "Banda"]
    signals = signals_of('"We stay." Banda left.', {"banda": 0.9})
    assert "Banda" in words_at(signals, sentence_starts(signals))


def test_a_paragraph_always_begins_one() -> None:
    signals = signals_of("Rain fell\n\nTroops came")
    assert words_at(signals, sentence_starts(signals)) == ["Rain", "Troops"]


def test_text_without_stops_is_cut() -> None:
    signals = signals_of("word " * (3 * LONGEST))
    starts = sentence_starts(signals)
    assert len(starts) > 3 and np.diff([*starts, len(signals.words)]).max() <= LONGEST
    assert sentence_of(int(starts[1]), starts, len(signals.words))[0] == starts[1]


@pytest.mark.parametrize(
    ("likely", "told"),
    [
        # one event that two words could name: as likely as both together
        ({"bomb": ("ASSAULT", 0.3), "killed": ("ASSAULT", 0.4)}, {"killed": 0.7}),
        ({"bomb": ("ASSAULT", 0.2), "killed": ("ASSAULT", 0.2)}, {}),
        ({"bomb": ("COERCE", 0.3), "killed": ("ASSAULT", 0.4)}, {}),  # two kinds of event, neither likely
        ({"bomb": ("ASSAULT", 0.3), "mourned": ("ASSAULT", 0.4)}, {}),  # in two sentences
        ({"bomb": ("ASSAULT", 0.4), "killed": ("ASSAULT", 0.9)}, {"killed": 0.9}),
        # side by side and of one type they are one event, whatever they are like
        ({"bomb": ("ASSAULT", 0.6), "killed": ("ASSAULT", 0.9)}, {"killed": 0.9}),
        (
            {w: ("ASSAULT", p) for w, p in (("bomb", 0.8), ("killed", 0.6), ("seven", 0.9))},
            {"bomb": 0.8, "seven": 0.9},
        ),
        ({"bomb": ("COERCE", 0.6), "killed": ("ASSAULT", 0.9)}, {"bomb": 0.6, "killed": 0.9}),
        ({"killed": ("ASSAULT", 0.6), "mourned": ("ASSAULT", 0.9)}, {"killed": 0.6, "mourned": 0.9}),
    ],
)
def test_words_that_could_name_one_event_count_together(
    likely: dict[str, tuple[str, float]], told: dict[str, float]
) -> None:
    signals = signals_of("A bomb killed seven. Kin mourned.", {"kin": 0.9})
    scores = np.zeros_like(signals.tags["event"])
    for word, (label, value) in likely.items():
        scores[signals.words.lower.index(word), signals.labels.event.index(label)] = value
    scores[:, 0] = 1 - scores.sum(1)
    signals = replace(signals, tags=dict(signals.tags) | {"event": scores})
    found = find_triggers(signals, sentence_starts(signals), 0.5)
    assert {signals.words.lower[t.first]: t.probability for t in found} == pytest.approx(told)


def trigger_of(signals: Signals, weights: dict[str, float], nothing: float) -> Trigger:
    """A trigger whose actor pointer has these weights on words."""
    roles = signals.labels.roles
    scores = np.zeros((len(roles), len(signals.words)), np.float32)
    nulls = np.zeros((len(roles), 2), np.float32)
    nulls[:, 0] = 1  # the other roles point to nothing
    for word, weight in weights.items():
        scores[roles.index("actor"), signals.words.lower.index(word)] = weight
    nulls[roles.index("actor"), 0] = nothing
    pointing = Pointing(nulls, np.arange(len(signals.words), dtype=np.int32), scores)
    return Trigger(0, 1, "ASSAULT", None, 0.9, np.zeros(7, np.float32), np.zeros(2, np.float32), pointing)


TEXT = "Rebels and herders fought near Gao. Traders watched."


@pytest.mark.parametrize(
    ("weights", "nothing", "names"),
    [
        ({"rebels": 0.9}, 0.1, ["rebels"]),
        ({"rebels": 0.3}, 0.7, []),
        ({"rebels": 0.5, "herders": 0.4}, 0.1, ["rebels", "herders"]),
        ({"rebels": 0.8, "herders": 0.1}, 0.1, ["rebels", "herders"]),  # joined by "and"
        ({"rebels": 0.8, "traders": 0.1}, 0.1, ["rebels"]),  # not joined
    ],
)
def test_who_fills_a_role(weights: dict[str, float], nothing: float, names: list[str]) -> None:
    signals = signals_of(TEXT)
    lower = signals.words.lower
    whole = 0, len(signals.words)
    [pointed] = pointed_from(signals, [trigger_of(signals, weights, nothing)], [whole])
    found = fillers(signals, pointed["actor"], "actor", True, lambda a, b: " ".join(lower[a:b]))
    assert [lower[f.first] for f in found] == names


def test_a_word_of_another_sentence_weighs_less() -> None:
    signals = signals_of(TEXT)
    lower, key = signals.words.lower, lambda a, b: f"{a} {b}"
    trigger = trigger_of(signals, {"rebels": 0.4, "traders": 0.5}, 0.1)
    for end, name in ((len(signals.words), "traders"), (lower.index(".") + 1, "rebels")):
        [pointed] = pointed_from(signals, [trigger], [(0, end)])
        assert [lower[f.first] for f in fillers(signals, pointed["actor"], "actor", False, key)] == [name]


def test_nobody_does_something_to_themselves_except_together() -> None:
    one, other = Filler(0, 1, 0.9), Filler(4, 5, 0.5)
    weaker = Filler(0, 1, 0.3)

    def name(filler: Filler) -> str:
        return str(filler.first)

    assert settle([one], [weaker, other], name, mutual=False) == ([one], [other])
    assert settle([weaker], [one], name, mutual=False) == ([], [one])
    assert settle([one], [weaker, other], name, mutual=True) == ([one, other], [one, other])
    assert settle([one, other], [other, weaker], name, mutual=False) == ([one, other], [one, other])
