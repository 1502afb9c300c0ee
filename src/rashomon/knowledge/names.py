"""One spelling for a name: how names are compared, whatever their case, accents and punctuation.

Used by the tables of places, countries and actors, when they are built and when they are asked.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

import msgspec

from rashomon.errors import InstallationError

KEY_BITS = 44  # one false hit in some 30 million look-ups among half a million names; differences fit 32 bits

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({
    "ı": "i", "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h",
    "ŋ": "n", "ə": "a", "ŧ": "t", "ĸ": "k", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o",
})  # fmt: skip
_APOSTROPHES = re.compile(r"['’‘ʻʼ`´ʹʿʾ]")
_BREAKS = re.compile(r"[^\w]+|_+")
_SHORT = 24
_SAINTS = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
_ARTICLES = frozenset(
    {"al", "el", "ar", "as", "ash", "at", "an", "ad", "az", "ed", "es", "esh", "ez", "ul", "the"}
)


def fold(name: str) -> str:
    """The name in lower case, without accents and apostrophes, other punctuation as single spaces.

    "Čabra" gives "cabra", "Sana'a" "sanaa", "Port-au-Prince" "port au prince". Never raises; may be empty.
    """
    return _remembered(name) if len(name) <= _SHORT else _fold(name)


def _fold(name: str) -> str:
    if name.isascii():
        plain = name.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", name.casefold())
        plain = "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_LETTERS)
    return _BREAKS.sub(" ", _APOSTROPHES.sub("", plain)).strip()


_remembered = lru_cache(maxsize=1 << 15)(_fold)  # the words of texts are few, and come again and again


class PlaceKey(msgspec.Struct, frozen=True):
    """A place's name as it is looked up: whole, and bare of the words that only say what kind of place it is.

    `sense` is what those words say ("town", "admin1", "admin2", "area"), None where there are none.
    """

    whole: str
    bare: str
    sense: str | None = None


def place_key(name: str) -> PlaceKey:
    """ "the city of Saint-Louis" gives whole "city of st louis", bare "st louis", sense "town"."""
    words = [_SAINTS.get(word, word) for word in fold(name).split()]
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    whole = " ".join(words)
    bare, sense = whole, None
    before, after = _generic_words()
    for size in (3, 2, 1):
        if len(words) > size and (found := before.get(" ".join(words[:size]))):
            words, sense = words[size:], found
            break
    for size in (4, 3, 2, 1):
        if len(words) > size and (found := after.get(" ".join(words[-size:]))):
            words, sense = words[:-size], sense or found
            break
    bare = " ".join(words)
    return PlaceKey(whole, bare, sense)


def without_article(key: str) -> str:
    """The key without Arabic articles: "al hasakah" gives "hasakah", "kafr ad dawwar" "kafr dawwar".

    Reports and tables differ on them, and on how they are written. A key of nothing else stays as it is.
    """
    return " ".join(word for word in key.split() if word not in _ARTICLES) or key


def key_hash(key: str) -> int:
    """The number under which a key stands in the table of names, below 2 ** KEY_BITS."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> (64 - KEY_BITS)


@cache
def place_words(side: str) -> frozenset[str]:
    """Words of one kind from `tables/place_words.csv`: "within" names in lower case ("of", "el"), "beside"
    them with a capital letter ("Airport"), at the head of a line that is "no dateline" ("Update")."""
    return frozenset(_place_words().get(side, ()))


def _generic_words() -> tuple[dict[str, str], dict[str, str]]:
    """Words before and after a name that say what kind of place it is, with that kind."""
    words = _place_words()
    return words["before"], words["after"]


@cache
def _place_words() -> dict[str, dict[str, str]]:
    sides: dict[str, dict[str, str]] = {"before": {}, "after": {}}
    try:
        table = resources.files("rashomon.knowledge") / "tables" / "place_words.csv"
        with table.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                sides.setdefault(row["side"], {})[row["words"]] = row["sense"]
    except (OSError, KeyError) as damage:
        hint = "reinstall rashomon"
        raise InstallationError("the table of place words cannot be read", hint=hint) from damage
    return sides
