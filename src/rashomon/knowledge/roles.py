"""Role nouns: which PLOVER sector a description stands for ("farmers" AGR, "coast guard" MIL, "union
leader" LAB).

The table is `tables/role_nouns.csv`: a noun, its sector, how strongly it holds that sector, and whether it
can stand as a title before a name. The strengths:

    fixed      the noun alone decides: "soldiers", "foreign ministry"
    weak       it has a sector, but a modifier or a complement with a sector wins: "group of rabbis"
    blank      it has none of its own: "spokesman", "leader", "members"
    modifier   no head of a phrase, but it gives a weak or blank head its sector: "parliamentary", "naval"
    override   it changes what follows: "former", "armed", "exiled"
    scope      an adjective that puts a body above states: "Western diplomats" (its `sector` is IMG)
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Generic, Literal, TypeVar, cast

import msgspec

from rashomon.errors import InstallationError
from rashomon.knowledge.names import fold

Row = TypeVar("Row")
Strength = Literal["fixed", "weak", "blank", "modifier", "override", "scope"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SHORT = 24
_SPACES = re.compile(r"\s+")
_OWNING = ("' ", "’ ")
_POSSESSIVE = ("'s", "’s", "'S", "’S")


class Role(msgspec.Struct, frozen=True):
    """One row of the table. `title` says that the noun may stand before a name ("Bishop Lara"); `scope` is
    what the noun puts in the country's place where no country is named ("aid group": NGO), else empty."""

    noun: str
    sector: str
    strength: Strength
    title: bool = False
    scope: str = ""


class Words:
    """A text cut into words, with what is needed to compare them with tables.

    `keys[i]` is the word folded; `bases[i]` the same without a possessive ending; `gaps[i]` the characters
    between word i - 1 and word i. Offsets are those of the text.
    """

    __slots__ = ("bases", "capital", "ends", "gaps", "keys", "owner", "sentence", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.keys: list[str] = []
        self.bases: list[str] = []
        self.gaps: list[str] = []
        self.capital: list[bool] = []
        self.owner: list[bool] = []
        self.sentence: list[int] = []
        found = [match.span() for match in _WORD.finditer(text)]
        if not found:
            self.gaps.append(text)
            return
        starts, ends = zip(*found, strict=True)
        words = [text[start:end] for start, end in found]
        self.starts, self.ends = list(starts), list(ends)
        looks = zip(*map(_looks, words), strict=True)
        self.keys, self.bases, self.capital, self.owner = map(list, looks)
        last, sentence = 0, 0
        for number, (start, end) in enumerate(found):
            gap = text[last:start]
            if gap != " ":
                if gap[:2] in _OWNING and number:
                    self.owner[number - 1] = True
                if _ends_sentence(gap, words[number - 1] if number else "", words[number]):
                    sentence += 1
                if "\n\n" not in gap:
                    gap = _SPACES.sub(" ", gap)  # a line may end inside a phrase
            self.gaps.append(gap)
            self.sentence.append(sentence)
            last = end
        self.gaps.append(text[last:])
        self.owner[-1] = self.owner[-1] or text[last : last + 2] in _OWNING

    def __len__(self) -> int:
        return len(self.keys)

    def at(self, start: int, end: int) -> tuple[int, int]:
        """First and one-past-last word that overlap a span of the text."""
        low, high = 0, len(self.ends)
        while low < high:  # first word that ends after `start`
            middle = (low + high) // 2
            if self.ends[middle] <= start:
                low = middle + 1
            else:
                high = middle
        last = low
        while last < len(self.starts) and self.starts[last] < end:
            last += 1
        return low, last

    def piece(self, first: int, last: int) -> str:
        """The text of words first .. last (last not included)."""
        return self.text[self.starts[first] : self.ends[last - 1]] if first < last else ""


@lru_cache(maxsize=2)
def words_of(text: str) -> Words:
    """The words of a text, kept for a moment: several rooms ask for those of one report."""
    return Words(text)


def _looks(word: str) -> tuple[str, str, bool, bool]:
    """A word folded, the same without a possessive ending, whether it has a capital, whether it owns."""
    return _remembered(word) if len(word) <= _SHORT else _look(word)


def _look(word: str) -> tuple[str, str, bool, bool]:
    owns = word.endswith(_POSSESSIVE)
    key = fold(word)
    capital = word[0].isupper() or (word[0].isdigit() and word[-1:].isupper())
    return key, fold(word[:-2]) if owns else key, capital, owns


_remembered = lru_cache(maxsize=1 << 15)(_look)


def _ends_sentence(gap: str, before: str, word: str) -> bool:
    if "\n\n" in gap:
        return True
    if not any(char in gap for char in ".!?"):
        return False
    if "." in gap and fold(before) in closed("abbreviation"):
        return False
    return word[0].isupper() or word[0].isdigit() or '"' in gap or "“" in gap


class WordIndex(Generic[Row]):
    """Phrases by their first word, longest first: finds the longest phrase that begins at a word."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], list[Row]]]] = {}
        self._rows: dict[tuple[str, ...], list[Row]] = {}

    def add(self, phrase: str, row: Row) -> None:
        """Enter a phrase; the same phrase may stand for several rows."""
        keys = tuple(fold(phrase).split())
        keys = keys[1:] if keys[:1] == ("the",) else keys
        if not keys:
            return
        if keys in self._rows:
            self._rows[keys].append(row)
            return
        rows = self._rows[keys] = [row]
        self._by_first.setdefault(keys[0], []).append((keys, rows))

    def close(self) -> None:
        """Put the phrases into the order in which they are tried."""
        for phrases in self._by_first.values():
            phrases.sort(key=lambda entry: -len(entry[0]))

    def begins(self, words: Words, at: int) -> bool:
        """Whether any phrase begins with the word `at`; cheaper than to look for one."""
        return words.keys[at] in self._by_first or words.bases[at] in self._by_first

    def get(self, phrase: str) -> Sequence[Row]:
        """The rows of exactly this phrase."""
        keys = tuple(fold(phrase).split())
        return self._rows.get(keys[1:] if keys[:1] == ("the",) else keys, ())

    def longest(self, words: Words, at: int, limit: int) -> tuple[int, list[Row]] | None:
        """The longest phrase that begins at word `at` and ends before `limit`: where it ends, and its
        rows.
        """
        keys, bases = words.keys, words.bases
        key, base = keys[at], bases[at]
        phrases = self._by_first.get(key)
        if base != key and base in self._by_first:
            phrases = [*(phrases or ()), *self._by_first[base]]
        for phrase, rows in phrases or ():
            end = at + len(phrase)
            if end > limit:
                continue
            for i, part in enumerate(phrase, at):
                if part != keys[i] and part != bases[i]:
                    break
            else:
                return end, rows
        return None


@cache
def role_index() -> WordIndex[Role]:
    """All role nouns with their plurals. Raises InstallationError where the table is missing or damaged."""
    index: WordIndex[Role] = WordIndex()
    rows = list(read_table("role_nouns.csv", ("noun", "sector", "strength", "title", "scope")))
    listed = {row["noun"] for row in rows}
    for row in rows:
        role = Role(row["noun"], row["sector"], _strength(row["strength"]), row["title"] == "1", row["scope"])
        index.add(role.noun, role)
        if role.strength in ("modifier", "override", "scope"):
            continue
        many = plural(role.noun)
        if many and many not in listed:
            index.add(many, role)
    index.close()
    return index


@cache
def _closed_words() -> dict[str, frozenset[str]]:
    kinds: dict[str, set[str]] = {}
    for row in read_table("closed_words.csv", ("kind", "word")):
        kinds.setdefault(row["kind"], set()).add(row["word"])
    return {kind: frozenset(words) for kind, words in kinds.items()}


def closed(kind: str) -> frozenset[str]:
    """A closed class of small words, folded ("article", "particle", "honorific" ...), from
    `closed_words.csv`.
    """
    return _closed_words()[kind]


def sector_of(noun: str) -> str | None:
    """The sector of a role noun as the table has it, None where it does not know the noun."""
    rows = role_index().get(noun)
    return rows[0].sector if rows and rows[0].strength not in ("override", "scope") else None


def is_anybody(noun: str) -> bool:
    """Whether a noun says of people no more than that they are people, or nothing of who they are: "men",
    "detainees", "suspects"."""
    rows = role_index().get(noun)
    return bool(rows) and rows[0].strength == "weak" and rows[0].sector in ("CVL", "UNK")


def plural(noun: str) -> str | None:
    """The regular plural of a noun phrase's last word ("policeman" gives "policemen"), None where it looks
    plural.
    """
    if noun.endswith("man") and not noun.endswith(("human", "german", "ottoman")):
        return noun[:-3] + "men"
    if noun.endswith(("ss", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("s"):
        return None
    if noun.endswith("y") and noun[-2:-1] not in "aeou":
        return noun[:-1] + "ies"
    return noun + "s"


def read_table(name: str, columns: Iterable[str], folder: Path | None = None) -> list[dict[str, str]]:
    """The rows of a CSV table of this package, or of another folder.

    Raises InstallationError where it is missing or lacks one of `columns`.
    """
    source = folder / name if folder else resources.files("rashomon.knowledge") / "tables" / name
    hint = "make it again with `rashomon actors build`" if folder else "reinstall rashomon"
    try:
        text = source.read_text(encoding="utf-8")
        reader = csv.DictReader(text.splitlines())
        missing = set(columns) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"columns {sorted(missing)} are missing")
        return list(reader)
    except (OSError, ValueError, csv.Error) as damage:
        where = str(folder) if folder else None
        raise InstallationError(f"the table {name} cannot be read", where=where, hint=hint) from damage


def _strength(written: str) -> Strength:
    if written not in ("fixed", "weak", "blank", "modifier", "override", "scope"):
        raise InstallationError(f"role_nouns.csv: unknown strength {written!r}", hint="reinstall rashomon")
    return cast(Strength, written)
