"""What a report says of the names in it: titles before them, appositions after them, and their fuller forms.

"Trade Minister Grace Atim"                       a title
"the union's secretary, Esnart Phiri,"            an apposition before
"Neema Kaswaga, Tanzania's agriculture minister"  an apposition after
"Wade Gupta of the log-truck drivers"             a body that the name belongs to
"Phiri"                                           short for "Esnart Phiri"
"""

from __future__ import annotations

import re

import msgspec

from rashomon.knowledge.phrases import Item, Marks, Phrase, analyse, breaks
from rashomon.knowledge.roles import closed

_ADJECTIVE_ENDS = ("ern", "ial", "nal", "ian", "ese", "ish", "ary")
_LONG = 14


class Name(msgspec.Struct, frozen=True):
    """A name in its fullest form, and where that stands."""

    name: str
    first: int
    last: int


class Gallery:
    """All capitalised names of a report, and what is said of each."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._words = marks.words
        self._runs = list(self._find_runs())
        self._by_word: dict[str, list[tuple[int, int]]] = {}
        for run in self._runs:
            for at in range(*run):
                self._by_word.setdefault(self._words.bases[at], []).append(run)
        self._portraits: dict[str, Phrase | None] = {}

    def _find_runs(self) -> list[tuple[int, int]]:
        """Stretches of capitalised words that no table knows, particles included; titles in front are left
        off.
        """
        words, runs, at = self._words, [], 0
        while at < len(words):
            if not words.capital[at] or words.keys[at] in closed("not a name") or self._covers(at):
                at += 1
                continue
            start, at = at, at + 1
            while at < len(words) and words.gaps[at] in (" ", "-", ". ", ".") and not words.owner[at - 1]:
                if words.gaps[at].startswith(".") and len(words.keys[at - 1]) > 2:
                    break
                if words.capital[at] and words.keys[at] not in closed("not a name"):
                    at += 1
                elif words.gaps[at] == "-" and words.keys[at].isalpha():
                    at += 1  # "Baek Soo-jin"
                elif words.keys[at] in closed("particle") and at + 1 < len(words) and words.capital[at + 1]:
                    at += 2
                else:
                    break
            runs.append((start, at))
        return runs

    def _covers(self, at: int) -> bool:
        return at in self._marks.covered

    def name_in(self, first: int, last: int) -> tuple[int, int] | None:
        """The unknown name that ends a stretch of words, if one does."""
        for run in self._runs:
            if first <= run[0] < last and (run[1] >= last or run[1] == last):
                return run[0], min(run[1], last)
        return None

    def fullest(self, name: tuple[int, int]) -> Name:
        """The longest form of a name in the report: "Vucic" gives "Aleksandar Vucic"."""
        words = self._words
        keys = words.bases[name[0] : name[1]]
        best = name
        for run in self._by_word.get(keys[-1], ()):
            form = words.bases[run[0] : run[1]]
            if len(form) > best[1] - best[0] and (form[-len(keys) :] == keys or form[: len(keys)] == keys):
                best = run
        text = words.piece(*best)
        return Name(re.sub(r"['’]s$", "", text), *best)

    def like_a_person(self, name: Name) -> bool:
        """Whether a name has the shape of a person's: one to five words."""
        return 1 <= name.last - name.first <= 5

    def portrait(self, name: Name) -> Phrase | None:
        """The best description of a name anywhere in the report; None where nothing describes it."""
        key = " ".join(self._words.bases[name.first : name.last])
        if key not in self._portraits:
            found = [p for m in self._mentions(name) for p in self._descriptions(*m, name.last - name.first)]
            self._portraits[key] = max(found, key=lambda entry: entry[0])[1] if found else None
        return self._portraits[key]

    def _mentions(self, name: Name) -> list[tuple[int, int]]:
        words = self._words
        full = words.bases[name.first : name.last]
        mentions = []
        for run in self._by_word.get(full[-1], []) + (
            self._by_word.get(full[0], []) if len(full) > 1 else []
        ):
            form = words.bases[run[0] : run[1]]
            if (form[-1] == full[-1] and set(form) & set(full)) or form == full or (form == full[:1]):
                mentions.append(run)
        return sorted(set(mentions))

    def _descriptions(self, first: int, last: int, full: int) -> list[tuple[float, Phrase]]:
        """Every description beside one mention of a name of `full` words, with how much it is worth."""
        short = (
            0.7 if last - first < full else 0.0
        )  # "through a lawyer Banas denied it": a clause may end before
        while (
            first > 0
            and self._words.keys[first - 1] in closed("honorific")
            and not self._words.gaps[first].strip(" .")
        ):
            first -= 1
        found = [
            (3.0, self._title(first)),
            (2.5, self._before(first, last)),
            (2.8, self._after(last)),
            (2.0, self._belongs(last)),
            (1.8, self._is(last)),
            (2.6, self._alias(first)),
        ]
        return [
            (worth + 0.5 * phrase.firm - short - 1e-4 * first, phrase)
            for worth, phrase in found
            if phrase is not None and phrase.sector is not None
        ]

    def _alias(self, first: int) -> Phrase | None:
        """ "a gang leader known as Ti Kouto", "a group calling itself Iron Thistle"."""
        words, start = self._words, first
        while start > 0 and first - start < 5 and words.keys[start - 1] in closed("alias"):
            start -= 1
        return self._ending(start) if 0 < start < first and words.gaps[first] in (" ", ' "', " “") else None

    def _title(self, first: int) -> Phrase | None:
        """A role noun directly before the name."""
        words = self._words
        if (
            first
            and words.keys[first - 1] in closed("clergy")
            and words.capital[first - 1]
            and words.gaps[first] == " "
        ):
            return Phrase(first - 1, first, "REL", firm=True)
        if first == 0 or words.gaps[first].strip(" .") or words.sentence[first - 1] != words.sentence[first]:
            return None
        return self._ending(first)

    def _before(self, first: int, last: int) -> Phrase | None:
        """ "the union's secretary, Esnart Phiri,": a description, a comma, the name."""
        words = self._words
        if first > 1 and words.keys[first - 1] == "and" and words.gaps[first] == " ":
            partner = next((r for r in self._runs if r[1] == first - 1), None)
            if partner is not None:  # "The negotiators, Andreas Hadjiloizou and Perihan Oztek,"
                return self._title(partner[0]) or self._before(*partner)
        if first == 0 or words.gaps[first] != ", ":
            return None
        closing = words.gaps[last][:1] if last < len(words.gaps) else "."
        if closing not in (",", ".", ";", ":", "") and not (
            last < len(words) and words.keys[last] in closed("verb")
        ):
            return None
        return self._ending(first, openers=True)

    def _ending(self, first: int, openers: bool = False) -> Phrase | None:
        """The noun phrase that ends right before word `first`."""
        words, start = self._words, first
        while start > 0 and first - start < 10 and words.sentence[start - 1] == words.sentence[first]:
            if start < first and breaks(words.gaps[start]):
                break
            start -= 1
        items = [item for item in self._marks.between(start, first) if item.last <= first]
        if not items:
            return None
        if openers and items[0].role and self._opens(start, items[0].first):
            whole = analyse(self._marks, start, first)  # "A driver of one of the buses, Ramiro Ocampo, adds"
            if whole.head is items[0] and self._unbroken(items[0].last, first):
                return whole
        role = next((i for i in reversed(items) if i.role or i.actor), None)
        if role is None or any(not self._in_complement(at) for at in range(role.last, first)):
            return None
        begin = role
        for item in reversed(items):
            if item.last <= begin.first and self._leads_to(item, begin.first):
                begin = item
        if openers and words.keys[start] in closed("opener") and begin.first - start <= 2:
            return None  # "After talks with the union, Esnart Phiri left"
        phrase = analyse(self._marks, begin.first, first)
        return phrase if phrase.head is not None else None

    def _opens(self, start: int, first: int) -> bool:
        """Whether a noun phrase runs from word `start` to the noun at `first`: nothing but adjectives
        between.
        """
        keys = self._words.keys
        return all(
            keys[at] in closed("article") or self._words.capital[at] or self._in_complement(at)
            for at in range(start, first)
        )

    def _unbroken(self, start: int, first: int) -> bool:
        """Whether no verb shows between the noun and the name."""
        keys = self._words.keys
        if start < first and keys[start] not in ("of", "for", "at", "from", "in"):
            return start == first
        return all(key not in closed("verb") and key not in ("that", "to") for key in keys[start:first])

    def _leads_to(self, item: Item, first: int) -> bool:
        """Whether an item belongs to the phrase that begins at `first`: right before it, or joined by
        "of".
        """
        words = self._words
        if item.last == first:
            return not words.gaps[first].strip(" -'’")
        if item.country or words.keys[item.last] not in ("of", "for", "at", "from"):
            return False
        return all(self._in_complement(at) for at in range(item.last + 1, first))

    def _in_complement(self, at: int) -> bool:
        key = self._words.keys[at]
        plain = (
            key in closed("complement")
            or key in closed("article")
            or key in closed("adjective")
            or key.endswith(_ADJECTIVE_ENDS)
        )
        return self._words.capital[at] or plain

    def _sentence_start(self, at: int) -> int:
        sentence = self._words.sentence[at]
        while at > 0 and self._words.sentence[at - 1] == sentence:
            at -= 1
        return at

    def _after(self, last: int) -> Phrase | None:
        """ "Neema Kaswaga, Tanzania's agriculture minister," or "Malik Zarif (opposition)"."""
        words = self._words
        if last >= len(words) or words.gaps[last] not in (", ", " (", " - ", " – ", " — ", ","):
            return None
        start = last
        if words.keys[start].isdigit() and start + 1 < len(words) and words.gaps[start + 1] == ", ":
            start += 1  # an age
        stop = start + 1
        while stop < len(words) and stop - start < _LONG and words.sentence[stop] == words.sentence[start]:
            if breaks(words.gaps[stop]):
                break
            stop += 1
        opening = self._marks.by_first.get(start)
        if words.keys[start] not in closed("apposition") and not (
            opening and (opening.role or opening.country or opening.actor)
        ):
            return None
        if words.keys[start] in ("who", "whose"):
            leads = start + 1 < stop and words.keys[start + 1] in closed("leading")
            return self._first_party(start + 2, stop) if leads else None
        if words.keys[start] in ("of", "from", "for"):
            return self._first_party(start + 1, min(stop, start + 6))
        phrase = analyse(self._marks, start, stop)
        return phrase if phrase.head is not None else None

    def _first_party(self, start: int, stop: int) -> Phrase | None:
        """The first party in a clause: "who leads [the union]"."""
        for item in self._marks.between(start, stop):
            if any(self._words.keys[at].endswith("ing") for at in range(start, item.first)):
                return None  # "of having ordered soldiers"
            if item.actor or (item.role and item.role.strength != "modifier"):
                return analyse(self._marks, item.first, stop)
        return None

    def _belongs(self, last: int) -> Phrase | None:
        """ "Wade Gupta of the log-truck drivers"."""
        words = self._words
        if (
            last + 1 >= len(words)
            or words.gaps[last] != " "
            or words.keys[last] not in ("of", "from", "for", "at")
        ):
            return None
        phrase = analyse(self._marks, last + 1, min(last + 8, len(words)))
        return phrase if phrase.head is not None else None

    def _is(self, last: int) -> Phrase | None:
        """ "Rokeya Parvin is a garment worker"."""
        words = self._words
        if last + 2 >= len(words) or words.gaps[last] != " " or words.keys[last] not in ("is", "was", "as"):
            return None
        if words.keys[last + 1] not in ("a", "an", "the"):
            return None
        phrase = analyse(self._marks, last + 1, min(last + 9, len(words)))
        return phrase if phrase.head is not None else None
