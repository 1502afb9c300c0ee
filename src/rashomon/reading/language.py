"""In what language a text is written: English, another, or too little to say.

Most English is known at a glance, by its share of words such as "the" and "of"; only what has few of them
goes to py3langid, which takes half a second to load. Only a text that is surely not English counts as
foreign: names alone can make a short English sentence look like anything.
"""

from __future__ import annotations

import csv
import math
import re
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from rashomon.errors import InstallationError

ENGLISH = "en"

# Measured on 773 English reports and their 5,000 sentences, in several cases: of sentences with 8 words or
# more none fell under 0.018, and no text in another language of that length was over 0.0001.
_SURELY_NOT = 0.01
_GLANCE_SHARE, _SHORT_GLANCE_SHARE, _GLANCE_WORDS, _GLANCE_KINDS = 0.12, 0.2, 20, 3
_MIN_WORDS = 8
# Languages without spaces, and those whose words are longer, are counted by their letters.
_LETTERS_A_WORD = 4
_SAMPLE_CHARS = 1_500
# Chinese, Japanese, Korean: about two signs make a word.
_SIGNS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003134f]")
_WORD = re.compile(r"[^\W\d_]+")


class Guess(msgspec.Struct, frozen=True):
    """`code` is an ISO 639 code, None where nobody can say; `english` is a probability."""

    code: str | None
    english: float | None = None


def detect(text: str) -> Guess:
    """Guess the language of a text from samples of its beginning, middle and end.

    Raises:
        InstallationError: the language model or a table is missing or damaged.
    """
    sample = _sample(text)
    words = [word.lower() for word in _WORD.findall(sample)]
    known = _function_words()
    found = [word for word in words if word in known]
    share = _GLANCE_SHARE if len(words) >= _GLANCE_WORDS else _SHORT_GLANCE_SHARE
    if len(set(found)) >= _GLANCE_KINDS and len(found) >= share * len(words):
        return Guess(ENGLISH)
    foreign_letters = sum(char.isalpha() and char > "\u024f" for char in sample)
    signs = len(_SIGNS.findall(sample))
    if max(len(words), (foreign_letters + signs) // _LETTERS_A_WORD) < _MIN_WORDS:
        return Guess(None)
    ranking = dict(_identifier().rank(" ".join(sample.split())))
    best = max(ranking, key=lambda code: ranking[code])
    english = float(ranking.get(ENGLISH, 0.0))
    if math.isnan(english) or best == "zxx":
        return Guess(None)
    if best == ENGLISH:
        return Guess(ENGLISH, english)
    return Guess(best if english < _SURELY_NOT else None, english)


def language_name(code: str) -> str:
    """The English name of a language, or its code where the table has none."""
    return _names().get(code.split("-")[0].lower(), code)


def _sample(text: str) -> str:
    if len(text) <= 3 * _SAMPLE_CHARS:
        return text
    middle = len(text) // 2
    return "\n".join((text[:_SAMPLE_CHARS], text[middle : middle + _SAMPLE_CHARS], text[-_SAMPLE_CHARS:]))


@cache
def _identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except (ImportError, OSError, ValueError) as error:
        raise InstallationError(
            f"the language model cannot be loaded: {error}", hint="pip install --force-reinstall py3langid"
        ) from error


@cache
def _function_words() -> frozenset[str]:
    return frozenset(row["word"] for row in _table("english_function_words.csv"))


@cache
def _names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _table("language_names.csv")}


def _table(name: str) -> list[dict[str, str]]:
    try:
        text = (resources.files("rashomon.knowledge") / "tables" / name).read_text("utf-8")
        return list(csv.DictReader(text.splitlines()))
    except (OSError, UnicodeError) as error:
        raise InstallationError(
            f"the table {name} cannot be read: {error}", hint="pip install --force-reinstall rashomon"
        ) from error
