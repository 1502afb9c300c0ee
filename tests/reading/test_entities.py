"""Named entities in the bounds of entity corpora."""

from rashomon.reading.reader import Reader


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
