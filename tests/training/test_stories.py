"""Stories become windows with labels over words, and roles that point to every right occurrence of a name."""

from pathlib import Path

import numpy as np
import pytest

from rashomon.reading.encoder import Encoder
from training import corpus, ledger
from training.labels import EVENT, FIGURE, MENTION, SECTOR, STATUS
from training.stories import IGNORE, Example, examples_of

LEDGER = """\
@ Coast Radio | 2020-03-03 | LOME, Togo | Workers out
LOME, Togo - Workers in Lome walked out on Monday. They did not block the gate, their union said.

Police arrested three workers.

> walked out | PROTEST strike; by Workers=TGO LAB; on 2020-03-02; at Lome=TGO
> did not block | PROTEST obstruct; denied; by Workers=TGO LAB; voice union=TGO LAB
> arrested | COERCE arrest; by Police=TGO COP; to workers=TGO LAB; n arrested 3-3 workers
"""


@pytest.fixture
def example(tmp_path: Path) -> Example:
    path = tmp_path / "story.txt"
    path.write_text(LEDGER, encoding="utf-8")
    [found] = examples_of(ledger.read(path), Encoder.load().tokenizer, "corpus")
    return found


def words_of(example: Example) -> list[str]:
    tokenizer = Encoder.load().tokenizer
    return [tokenizer.id_to_token(int(example.pieces[at])) for at in example.firsts]


def test_an_event_is_learnt_at_its_anchor_alone(example: Example) -> None:
    words, event = words_of(example), example.tags["event"]
    found = {words[k]: EVENT[event[k]] for k in np.flatnonzero(event > 0)}
    assert found == {"walked": "PROTEST", "block": "PROTEST", "arrested": "COERCE"}
    assert example.tags["reach"][words.index("walked")] == 1  # "walked out": one word beyond the anchor


def test_a_role_points_to_the_name_in_the_claims_own_sentence(example: Example) -> None:
    words = words_of(example)
    walked, _, arrested = example.claims
    assert [[words[k] for k in group] for group in walked.roles["actor"]] == [["workers"]]
    assert walked.roles["actor"][0][0] == words.index("workers")
    assert walked.roles["recipient"] == [] and walked.roles["voice"] == []
    assert [words[k] for k in arrested.roles["recipient"][0]] == ["workers"]
    assert arrested.roles["recipient"][0][0] > words.index("arrested")


def test_a_pronoun_is_learnt_as_a_pointer_to_every_mention_of_the_name(example: Example) -> None:
    words = words_of(example)
    block = example.claims[1]
    assert [words[k] for k in block.roles["actor"][0]] == ["workers"]
    assert [words[k] for k in block.roles["voice"][0]] == ["union"]
    assert STATUS[block.status] == "denied"


def test_dates_figures_and_sectors(example: Example) -> None:
    words = words_of(example)
    walked, block, arrested = example.claims
    assert [words[k] for k in walked.roles["date"][0]] == ["monday"]
    assert block.roles["date"] == [] and block.nulls["date"] == 0
    [three] = arrested.roles["figure"][0]
    assert words[three] == "three" and FIGURE[example.tags["quantity"][three]] == "arrested"
    assert SECTOR[example.tags["sector"][words.index("police")]] == "COP"
    assert MENTION[example.tags["mention"][words.index("monday")]] == "B-date"


def test_context_of_a_later_window_is_not_learnt_twice(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    filler = " ".join(f"Rain fell on hill {n}." for n in range(150))
    path.write_text(LEDGER.replace("Police arrested", f"{filler}\n\nPolice arrested"), encoding="utf-8")
    windows = list(examples_of(ledger.read(path), Encoder.load().tokenizer, "corpus"))
    assert len(windows) > 1
    assert sum(len(window.claims) for window in windows) == 3
    assert all((window.tags["event"] != IGNORE).sum() > 0 for window in windows)


def test_what_is_held_out_is_held_out_by_name() -> None:
    files = corpus.story_files(Path("training/corpus"))
    held = [path.stem for path in files if corpus.is_held_out(path)]
    assert "w07-vorukh-road" in held and "w01-cuyuni-barge" not in held
    assert 0.04 < len(held) / len(files) < 0.12
