"""What a mention of a place says in its own words: the name in it, and what stands around the name.

"northern Kosovo" is a name and a direction, "the Somali side of the Dawa" a country and a name, "frontier
with Belarus" a country that it is *not*, "the capital" no name at all.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources

import msgspec

from rashomon.errors import InstallationError
from rashomon.knowledge import countries
from rashomon.knowledge.names import fold, place_key, place_words
from rashomon.knowledge.place_table import PlaceTable

_WORD = re.compile(r"[^\W_](?:[\w.'’]*\w)?(?:-\w[\w'’]*)*\.?")
_MAX_WORDS = 6
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\.[A-Z]|\b[A-Z][a-z]{1,3})\.$")
_MAX_CHARS = 200  # longer "mentions" are whole clauses; only their beginning is read
_DIRECTION = re.compile(
    r"\b(north|south|east|west|central)(?:-?(north|south|east|west))?(?:ern(?:most)?)?\b(?! of\b)", re.I
)
# "north of Gao" is near Gao, not a part of it.
_BEYOND = re.compile(
    r"\b(?:km|kilomet(?:re|er)s?|miles?|outside|near|beyond"
    r"|(?:north|south|east|west)(?:-?(?:east|west))? of)\b",
    re.I,
)
_SIDE = re.compile(
    r"\s+(?:side|part|half|bank|shore|coast|waters|soil|territory|airspace|border|section|sector|slope|village|town|"
    r"city|province|region|district|capital|port|estates|army|fishing|police|enclave|frontier)\b",
    re.I,
)
_BORDER_WITH = re.compile(
    r"\b(?:border|frontier|boundary|crossing|roads?|route|track|highway|way|corridor)"
    r"\s+(?:with|to|into)\s+(?:the\s+)?",
    re.I,
)
# An embassy stands in another country than its own.
_EMBASSY = re.compile(r"\s+(?:embass|consulate|consular|high commission|mission|ambassador|legation)", re.I)
_CAPITAL = re.compile(r"\b(?:capital)\b(?!\s+of\b)", re.I)
_COUNTRY = re.compile(r"(?:\bof |^)(?:the |this |that |our |their )?country$", re.I)
# After these the name follows that says where; before them stands what is there.
_WHERE = frozenset(
    {"in", "at", "near", "outside", "of", "around", "opposite", "by", "inside", "off", "round", "on"}
)
_AWAY = frozenset({"to", "towards", "toward", "from", "with", "into", "via"})


class NameInside(msgspec.Struct, frozen=True):
    """A name that the table knows, within a mention; offsets count from the mention's beginning."""

    text: str
    start: int
    end: int


class Phrase(msgspec.Struct, frozen=True):
    """A mention taken apart. `name` is None where the table knows nothing in it.

    `containers` are further names that say where the first lies ("Hardrock, Arizona"); `direction` is
    "north", "southeast", "central" ...; `of_country` the ISO alpha-3 code of a country that the words
    themselves give ("the Somali side"), `not_country` one that they rule out ("the border with Belarus").
    """

    text: str
    name: NameInside | None
    whole: bool = False
    containers: tuple[NameInside, ...] = ()
    direction: str | None = None
    beyond: bool = False
    capital: bool = False
    country: bool = False
    of_country: str | None = None
    not_country: str | None = None


def take_apart(mention: str, table: PlaceTable, flat: bool = False) -> Phrase:
    """Read one mention. `flat` says that the report writes no capitals, so that names may be in lower
    case."""
    text = mention[:_MAX_CHARS]
    if not text.strip():
        return Phrase(mention, None)
    capitals = not flat and any(char.isupper() for char in text)
    everyday = flat and (fold(text) in stopwords() or _is_capital(text))
    if (capitals or flat) and not everyday and _is_name_whole(text, table):
        return Phrase(mention, NameInside(text, 0, len(text)), whole=True)
    names = []
    if capitals or flat:
        names = [name for name in names_in(text, table, lower=flat) if not part_of_longer_name(text, name)]
        names = [name for name in names if not (flat and _is_capital(name.text))]
    not_country = _neighbour_of(text)
    names = [name for name in names if not is_people(name.text, not_country)]
    comma = text.find(",")
    if names and 0 < comma <= names[0].start:
        side = _side_of(text)
        return Phrase(mention, None, containers=tuple(names), of_country=side, not_country=not_country)
    head = _head(text, names)
    direction = _direction(text, head)
    return Phrase(
        text=mention,
        name=head,
        whole=head is not None and _is_whole(text, head),
        containers=tuple(name for name in names if head is not None and name.start > head.end),
        direction=direction,
        beyond=head is not None and _BEYOND.search(text[: head.start]) is not None,
        capital=_CAPITAL.search(text) is not None,
        country=_COUNTRY.search(text) is not None,
        of_country=_side_of(text),
        not_country=not_country,
    )


def _is_capital(text: str) -> bool:
    """Whether words mean the capital of the country that is spoken of, though a region bears their name."""
    return fold(text).removeprefix("the ") in {"capital", "capital city", "this capital", "capital region"}


def _is_name_whole(text: str, table: PlaceTable) -> bool:
    return "," not in text and (table.names(text) or countries.code_of(text) is not None)


def is_people(name: str, not_country: str | None = None) -> bool:
    """Whether a name in a mention is an adjective ("Serb sawmill"), or the country that the mention rules
    out."""
    iso3 = countries.code_of(name)
    if iso3 is None:
        return False
    found = countries.mentions(name)
    return iso3 == not_country or (len(found) == 1 and found[0].kind == "demonym")


def names_in(text: str, table: PlaceTable, lower: bool = False) -> Iterator[NameInside]:
    """Names of the table in a piece of text, longest first from the left, none within another.

    Words must be capitalised unless `lower`; everyday words ("House", "March") are no names by themselves.
    """
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    at = 0
    while at < len(words):
        if not (lower or _capital(text[words[at][0]])):
            at += 1
            continue
        size = _longest_run(text, words, at, lower)
        while size:
            end = words[at + size - 1][1]
            if (lower or _capital(text[words[at + size - 1][0]])) and _known(text[words[at][0] : end], table):
                break
            size -= 1
        if size:
            yield _trimmed_name(text, words[at : at + size])
        else:
            yield from _hyphened(text, words[at], table)
        at += size or 1


def _longest_run(text: str, words: list[tuple[int, int]], at: int, lower: bool) -> int:
    """How many words from the one at `at`, which may begin a name, may form one: spaces between them, in
    lower case only connectors."""
    size, last = 1, at
    while size < _MAX_WORDS and last + 1 < len(words):
        left, right = words[last][1], words[last + 1][0]
        if right - left > 2 or not text[left:right].isspace() or "\n\n" in text[left:right]:
            break
        if text[left - 1] == "." and not _ABBREVIATION.search(text, words[last][0], left):
            break
        word = text[right : words[last + 1][1]]
        if not (lower or _capital(word[0]) or word in place_words("within")):
            break
        size, last = size + 1, last + 1
    return size


def _trimmed_name(text: str, words: list[tuple[int, int]]) -> NameInside:
    """The words as one name, without an article before it and a full stop after it."""
    (start, first_end), end = words[0], words[-1][1]
    if len(words) > 1 and text[start:first_end].lower() == "the":
        start = words[1][0]
    if text[end - 1] == "." and not _ABBREVIATION.search(text, start, end):
        end -= 1
    return NameInside(text[start:end], start, end)


def _hyphened(text: str, word: tuple[int, int], table: PlaceTable) -> Iterator[NameInside]:
    """ "Mitrovica-Raska": the parts, where the whole is unknown."""
    start, end = word
    if "-" not in text[start:end] or not _LINE.match(text, end):
        return
    for part in re.finditer(r"[^-]+", text[start:end]):
        piece = part.group()
        if len(piece) > 2 and _capital(piece[0]) and _known(piece, table):
            yield NameInside(piece, start + part.start(), start + part.end())


def part_of_longer_name(text: str, name: NameInside) -> bool:
    """Whether a capitalised word that is no word for a kind of place touches the name: "Paris" in "Paris
    Hilton"."""
    before = _TOUCHING_BEFORE.search(text, max(0, name.start - 40), name.start)
    if before is not None and _capital(before.group(1)[0]) and not _goes_with_places(before.group(1)):
        return True
    after = _TOUCHING_AFTER.match(text, name.end)
    return after is not None and _capital(after.group(1)[0]) and not _goes_with_places(after.group(1))


_TOUCHING_BEFORE = re.compile(r"(?:^|[^\w.'’-])([^\W_][\w'’-]*)[ ]$")
_TOUCHING_AFTER = re.compile(r"[ ]([^\W_][\w'’-]*)")
_LINE = re.compile(
    r"\s+(?:road|highway|border|frontier|railway|line|corridor|axis|motorway|route|crossing)\b"
)


def _goes_with_places(word: str) -> bool:
    return fold(word) in place_words("beside") or countries.code_of(word) is not None


@lru_cache(maxsize=1 << 16)
def _known(text: str, table: PlaceTable) -> bool:
    key = place_key(text)
    if not key.whole or len(key.whole) < 2:
        return False
    if key.whole in stopwords():
        return False
    if key.bare != key.whole and " " not in key.bare and key.bare in stopwords():
        return table.has(key.whole)
    return table.knows(key)


def _head(text: str, names: list[NameInside]) -> NameInside | None:
    """The name that says where: the first after "in", "at", "near" ...; else the first that no "to" or "from"
    leads away from."""
    if not names:
        return None
    after = [name for name in names if _word_before(text, name.start) in _WHERE]
    if after:
        return after[0]
    here = [name for name in names if _word_before(text, name.start) not in _AWAY]
    return (here or names)[0]


def _word_before(text: str, at: int) -> str:
    words = [word for word in re.findall(r"[^\W\d_]+", text[max(0, at - 40) : at].lower()) if word != "the"]
    while words and (_DIRECTION.fullmatch(words[-1]) or words[-1] in _KINDS_BEFORE):
        words.pop()
    return words[-1] if words else ""


_KINDS_BEFORE = frozenset({"city", "town", "village", "hamlet", "island", "district", "province"})


def _is_whole(text: str, name: NameInside) -> bool:
    """Whether nothing but articles and words for the kind of place stands beside the name."""
    rest = f"{text[: name.start]} {text[name.end :]}"
    words = fold(rest).split()
    return all(word in _SLIGHT for word in words)


_SLIGHT = frozenset(
    ["the", "a", "city", "town", "village", "hamlet", "settlement", "of", "province", "region", "district",
     "county", "state", "island", "area", "municipality"]
)  # fmt: skip


def _direction(text: str, head: NameInside | None) -> str | None:
    scope = text[: head.start] if head is not None else text
    found = None
    for match in _DIRECTION.finditer(scope):
        found = "".join(part.lower() for part in match.groups() if part)
    return found


def _neighbour_of(text: str) -> str | None:
    match = _BORDER_WITH.search(text)
    if match is None:
        guests = [mention for mention in countries.mentions(text) if _EMBASSY.match(text, mention.end)]
        return guests[0].iso3 if guests else None
    beyond = countries.mentions(text[match.end() :])
    return beyond[0].iso3 if beyond and beyond[0].start == 0 else None


def _side_of(text: str) -> str | None:
    for mention in countries.mentions(text):
        if mention.kind == "demonym" and _SIDE.match(text, mention.end):
            return mention.iso3
        if text[mention.end : mention.end + 2] in ("'s", "’s"):
            return mention.iso3
    return None


def _capital(char: str) -> bool:
    return char.isupper() or char.istitle() or char.isdigit()


@cache
def stopwords() -> frozenset[str]:
    """Everyday words that are also names of places somewhere."""
    try:
        table = resources.files("rashomon.knowledge") / "tables" / "place_stopwords.csv"
        with table.open(encoding="utf-8") as file:
            return frozenset(row["word"] for row in csv.DictReader(file))
    except (OSError, KeyError) as damage:
        hint = "reinstall rashomon"
        raise InstallationError("the table of everyday words is missing", hint=hint) from damage
