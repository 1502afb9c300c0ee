"""Named entities in the bounds of entity corpora."""

from rashomon.reading.encoder import Encoder
from rashomon.reading.entities import _whole
from rashomon.reading.names import Mention
from rashomon.reading.reader import Reader
from rashomon.reading.words import split_words


def told(text: str) -> dict[str, str]:
    return {span.text: label for span, label in Reader.load().mentions(text)}


def test_common_words_and_titles_at_the_edges_are_left_out() -> None:
    found = told("Mrs Carla Ruiz moved from southern Italy to Lyon in May.")
    assert found.get("Carla Ruiz") == "PER" and found.get("Italy") == "LOC" and found.get("Lyon") == "LOC"


def test_adjectives_of_nations_are_no_entities() -> None:
    found = told("The German and Peruvian delegations met in Lima.")
    assert "German" not in found and "Peruvian" not in found and found.get("Lima") == "LOC"


def test_a_text_without_capitals_keeps_its_names() -> None:
    assert "lima" in told("the delegations met in lima on monday.")


def test_a_name_that_was_cut_in_pieces_is_one() -> None:
    words = split_words("Ostra North Convention Centre, Lyon and Vrela", Encoder.load().tokenizer)
    pieces = [
        Mention(0, 2, "place", 0.9),
        Mention(2, 4, "organisation", 0.6),
        Mention(5, 6, "place", 0.9),
        Mention(7, 8, "place", 0.8),
    ]
    whole = [(mention.first, mention.last, mention.kind) for mention in _whole(words, pieces)]
    assert whole == [(0, 4, "organisation"), (5, 6, "place"), (7, 8, "place")]


def test_peoples_and_adjectives_of_regions_are_no_entities() -> None:
    found = told("European and Arab ministers met Kurdish leaders in Oslo.")
    assert not {"European", "Arab", "Kurdish"} & set(found) and found.get("Oslo") == "LOC"
