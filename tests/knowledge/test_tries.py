"""Many words as one pattern."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rashomon.knowledge.tries import trie

WORDS = st.text("ab-.", min_size=1, max_size=4)


@given(st.sets(WORDS, min_size=1, max_size=8), st.text("ab-. ", max_size=30))
def test_the_longest_word_that_stands_there_is_found(words: set[str], text: str) -> None:
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    found = [match.group() for match in re.finditer(trie(words), text)]
    assert found == re.findall(longest_first, text)


def test_white_space_and_apostrophes_are_those_of_running_text() -> None:
    assert re.fullmatch(trie(["cote d'ivoire"]), "cote\n d’ivoire")
