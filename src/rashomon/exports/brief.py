"""A brief of one incident for an editor: what all say, what only some say, where they differ, what changed.

Everything is put together from the account matrix: sentence frames and the words for acts stand in tables
(`brief_frames.csv`, `brief_deeds.csv`), names, figures and days come from claims, and every sentence names
its sources: publisher, day, voice and the quoted words. Nothing is generated.

All text here is plain; escaping is the last step of `brief_markdown` and `brief_page`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from rashomon.exports.brief_words import (
    NAMED,
    clipped,
    deed,
    frame,
    frames,
    key_of,
    listed,
    names_of,
    title_of,
    upper,
)
from rashomon.exports.phrases import date_words, one_line
from rashomon.model import Claim, Date, Report
from rashomon.reconcile.facts import FIGURES, State, state_of
from rashomon.reconcile.incidents import Incident, Update
from rashomon.reconcile.matrix import Cell, Fact, Matrix, matrix

_PARTIES = ("actor", "recipient")
_SETTING = ("place", "date")
"""Fields of which silence says nothing."""
_TITLES = {
    "told": "What is told",
    "all": "What all say",
    "some": "What only some say",
    "differ": "Where they differ",
    "changed": "What changed since",
}
_EMPTY = {
    "told": "Nothing is told as having taken place.",
    "all": "Nothing is told by all of them.",
    "some": "Nothing is told by some of them only.",
    "differ": "No account contradicts another.",
    "changed": "No voice revised itself, and no later day added anything.",
}


class Source(msgspec.Struct, frozen=True):
    """What a sentence rests on: `number` is its number in the brief, `claim` the first of the claims that it
    is the source of, `quote` the quoted words, `publisher`,
    `published`, `title` and `url` those of the report as far as they are known."""

    number: int
    claim: str
    voice: str
    quote: str
    publisher: str | None
    published: str | None
    title: str | None
    url: str | None


class Sentence(msgspec.Struct, frozen=True):
    """A sentence with the numbers of its sources; `details` say the same voice by voice."""

    text: str
    sources: tuple[int, ...]
    details: tuple[Sentence, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """One part of a brief: `key` is told, all, some, differ or changed; `empty` is what to say if nothing is
    in it."""

    key: str
    title: str
    sentences: tuple[Sentence, ...]
    empty: str


class Heard(msgspec.Struct, frozen=True):
    """A voice that is heard: its name, its side in words, and the outlets that carry it."""

    voice: str
    side: str
    outlets: tuple[str, ...]
    copies: int


class Brief(msgspec.Struct, frozen=True):
    """A brief: `about` counts voices, outlets and claims."""

    incident: str
    title: str
    about: str
    parts: tuple[Part, ...]
    voices: tuple[Heard, ...]
    sources: tuple[Source, ...]


def brief(incident: Incident, claims: Iterable[Claim], reports: Iterable[Report] = ()) -> Brief:
    """The brief of one incident.

    Args:
        incident: as `reconcile` gives it, or the whole of an operation.
        claims: at least those of the incident.
        reports: those of the claims, as far as known.

    Raises:
        InputError: the incident has a claim that is not given.
        InstallationError: a table is missing or damaged.
    """
    claims, reports = list(claims), list(reports)
    return _Composer(incident, matrix(incident, claims, reports), claims, reports).compose()


class _Composer:
    """Sentences of one incident, and the sources that they have cited so far."""

    def __init__(
        self, incident: Incident, grid: Matrix, claims: Sequence[Claim], reports: Sequence[Report]
    ) -> None:
        self._incident, self._grid = incident, grid
        self._claims = {claim.id: claim for claim in claims}
        self._reports = {report.id: report for report in reports}
        self._names = names_of(grid)
        self._voice_of = {
            ref: name for name, column in zip(self._names, grid.columns, strict=True) for ref in column.claims
        }
        self._outlets = {outlet for ref in incident.claims if (outlet := self._outlet(ref))}
        self._parties = self._party_labels()
        self._cited: dict[_Words, tuple[int, str]] = {}

    def compose(self) -> Brief:
        alone = len(self._grid.columns) < 2
        keys = ("told", "changed") if alone else ("all", "some", "differ", "changed")
        facts: dict[str, list[Fact]] = defaultdict(list)
        for fact in self._facts():
            facts["told" if alone else self._kind(fact)].append(fact)
        parts: dict[str, list[Sentence]] = {}
        for key in keys[:-1]:  # in the order in which they are read: sources are numbered by it
            parts[key] = [
                self._sentence(
                    fact, differ=key == "differ", silent=key == "some" and fact.field not in _SETTING
                )
                for fact in facts[key]
            ]
        parts["changed"] = [self._update(update) for update in self._incident.updates] + self._later()
        shown = tuple(Part(key, _TITLES[key], tuple(parts[key]), _EMPTY[key]) for key in keys)
        return Brief(
            self._incident.id, title_of(self._incident), self._about(), shown, self._heard(), self._sources()
        )

    def _facts(self) -> list[Fact]:
        """The rows that make sentences. Who and whom stand with the acts, unless accounts differ on them; the
        bare type of an act is left out where a row of its own mode is told by as many."""
        modes: dict[str, int] = defaultdict(int)
        for fact in self._grid.facts:
            kind, _, mode = fact.key.partition(" ")
            if fact.field == "deed" and mode:
                modes[kind] = max(modes[kind], len(_telling(fact)))
        return [
            fact
            for fact in self._grid.facts
            if fact.field != "about"
            and not self._superseded(fact)
            and (fact.field not in _PARTIES or fact.disputed)
            and not (fact.field == "deed" and 0 < len(_telling(fact)) <= modes[fact.key])
        ]

    def _superseded(self, fact: Fact) -> bool:
        """Whether a row holds but a figure that its voice has revised since: it stands among the changes."""
        refs = set(_refs(fact))
        for update in self._incident.updates:
            last = max(map(self._day, update.claims), default="")
            older = {ref for ref in update.claims if self._day(ref) < last}
            if update.field == fact.field and refs and refs <= older:
                return True
        return False

    def _kind(self, fact: Fact) -> str:
        states = {cell.state for cell in fact.cells} - {"silent"}
        if fact.disputed or {"asserted", "denied"} <= states:
            return "differ"
        everybody = len(_telling(fact)) == len(fact.cells)
        return "all" if len(states) == 1 and (everybody or self._everywhere(fact)) else "some"

    def _everywhere(self, fact: Fact) -> bool:
        """Whether all outlets carry it, by whatever voice."""
        return len(self._outlets) > 1 and self._outlets == {
            outlet for ref in _refs(fact) if (outlet := self._outlet(ref))
        }

    def _outlet(self, ref: str) -> str | None:
        report = self._reports.get(self._claims[ref].report) if ref in self._claims else None
        return report.publisher if report is not None else None

    def _sentence(self, fact: Fact, *, differ: bool = False, silent: bool = False) -> Sentence:
        told = self._groups(fact)
        claims = [ref for _, _, _, refs in told for ref in refs]
        if differ or len(told) > 1 or len({state for state, _, _, _ in told}) > 1:
            details = [self._detail(fact, *each, differ) for each in told]
        else:
            details = []
        if silent and (quiet := self._quiet(fact)):
            details.append(Sentence(frame("silent").format(voices=listed(quiet)), ()))
        if differ:
            denial = fact.field == "deed" and any(state == "denied" for state, _, _, _ in told)
            key = "deed.denial" if denial else key_of(fact, "differ")
            text = frame(key).format(**self._words(fact, None, ""))
        elif len(details) > 1 and len(told) > 1:
            text = self._joint(fact, told)
        else:
            state, value, voices, _ = told[0]
            text = frame(key_of(fact, state, value)).format(**self._words(fact, told[0], self._many(voices)))
        telling = {voice for _, _, voices, _ in told for voice in voices}
        if not differ and len(telling) < len(self._grid.columns) and self._everywhere(fact):
            both = "both outlets" if len(self._outlets) == 2 else f"all {len(self._outlets)} outlets"
            text = frame("outlets").format(outlets=both, text=text[:1].lower() + text[1:])
        return Sentence(upper(text), self._cite(claims), tuple(details))

    def _joint(self, fact: Fact, told: Sequence[_Group]) -> str:
        """One sentence for voices that say it each in its own way."""
        state = told[0][0]
        told = [each for each in told if each[0] == state]
        voices = list(dict.fromkeys(voice for _, _, its, _ in told for voice in its))
        if fact.field == "deed":
            words = self._words(fact, (state, "", voices, ()), self._many(voices)) | {"who": ""}
            return frame(key_of(fact, state)).format(**words)
        values = "; ".join(dict.fromkeys(value for _, value, _, _ in told))
        words = self._words(fact, (state, values, voices, ()), self._many(voices))
        return frame(key_of(fact, state)).format(**words)

    def _detail(
        self, fact: Fact, state: State, value: str, voices: list[str], refs: tuple[str, ...], differ: bool
    ) -> Sentence:
        plain = fact.field == "deed" and state == "asserted" and not differ
        key = "deed.told.detail" if plain else f"{key_of(fact, state, value)}.detail"
        words = self._words(fact, (state, value, voices, refs), listed(voices), quoted=differ)
        return Sentence(upper(frame(key).format(**words)), self._cite(refs))

    def _groups(self, fact: Fact) -> list[_Group]:
        """Voices that tell a row in one way: state, value, voices, claims."""
        groups: dict[tuple[State, str], tuple[list[str], list[str]]] = {}
        for name, cell in zip(self._names, fact.cells, strict=True):
            if cell.state == "silent":
                continue
            for state in (cell.state, *(cell.also if fact.field == "deed" else ())):
                own = [ref for ref in cell.claims if self._in_state(ref, state)] or list(cell.claims)
                value = self._who(own) if fact.field == "deed" else self._value(fact, cell)
                voices, refs = groups.setdefault((state, value), ([], []))
                voices.append(name)
                refs.extend(own)
        return [(state, value, voices, tuple(refs)) for (state, value), (voices, refs) in groups.items()]

    def _in_state(self, ref: str, state: State) -> bool:
        return ref in self._claims and state_of(self._claims[ref]) == state

    def _value(self, fact: Fact, cell: Cell) -> str:
        value = cell.value or ""
        if fact.field == "date":
            first, _, last = value.partition(" to ")
            return date_words(Date(first, last or first, "day" if not last else "range"))
        if fact.field in ("place", *_PARTIES):
            return one_line(fact.label.partition(": ")[2] or value)
        group = f", of {fact.key}" if fact.field in FIGURES and fact.key and cell.high == 0 else ""
        return one_line(value) + one_line(group)

    def _words(
        self, fact: Fact, group: _Group | None, voices: str, *, quoted: bool = False
    ) -> dict[str, str]:
        state, value, _, refs = group or ("silent", "", [], _refs(fact))
        kind, _, mode = fact.key.partition(" ")
        modes = {claim.mode for ref in refs if (claim := self._claims.get(ref)) and claim.type == kind}
        act = deed(kind, mode or (next(iter(modes)) if len(modes) == 1 else None))
        statuses = {claim.status for ref in refs if (claim := self._claims.get(ref))}
        hedges = [frame(f"status.{status}") for status in sorted(statuses) if f"status.{status}" in frames()]
        status = " or ".join(hedges) or ("not firm" if state == "hedged" else "")
        triggers = [self._claims[ref].trigger.text for ref in refs if ref in self._claims]
        shown = list(dict.fromkeys(triggers))[:NAMED] if quoted or not mode else []
        words = ", ".join(f"“{one_line(each)}”" for each in shown)
        head = frames().get(f"head.{fact.field}", one_line(fact.field))
        return {
            "voices": voices, "Voices": upper(voices), "clause": act["clause"], "noun": act["noun"],
            "who": value if fact.field == "deed" else "", "words": f", in the words {words}" if words else "",
            "value": value, "head": head, "Head": upper(head), "status": status, "Status": upper(status),
        }  # fmt: skip

    def _who(self, refs: Sequence[str]) -> str:
        """Who and whom some claims of an act name, as "(who: Kosovo Police; whom: people)"."""
        said = []
        for field, word in zip(_PARTIES, ("who", "whom"), strict=True):
            names = list(dict.fromkeys(name for ref in refs for name in self._parties.get((field, ref), ())))
            if names:
                said.append(f"{word}: {listed(names)}")
        return f" ({'; '.join(said)})" if said else ""

    def _party_labels(self) -> dict[tuple[str, str], list[str]]:
        """What the matrix calls the actors and the recipients of each claim."""
        labels: dict[tuple[str, str], list[str]] = defaultdict(list)
        for fact in self._grid.facts:
            if fact.field in _PARTIES:
                for ref in _refs(fact):
                    labels[fact.field, ref].append(one_line(fact.label.partition(": ")[2]))
        return labels

    def _quiet(self, fact: Fact) -> list[str]:
        """Voices that say nothing of a row, nor anything else about the same."""
        pairs = zip(self._names, fact.cells, strict=True)
        quiet = [name for name, cell in pairs if cell.state == "silent" and not cell.otherwise]
        return quiet if len(quiet) <= NAMED + 1 else [f"{len(quiet)} other voices"]

    def _many(self, voices: Sequence[str]) -> str:
        everybody = len(voices) == len(self._grid.columns) > NAMED - 1
        return f"all {len(voices)} voices" if everybody else listed(voices)

    def _update(self, update: Update) -> Sentence:
        head = frames().get(f"head.{update.field}", one_line(update.field))
        before, after = (
            "?" if value is None else one_line(str(value)) for value in (update.before, update.after)
        )
        voice = upper(one_line(update.voice))
        text = frame("update").format(Voice=voice, head=head, before=before, after=after)
        return Sentence(text, self._cite(update.claims))

    def _later(self) -> list[Sentence]:
        """Acts and figures that no report told before the latest day."""
        days = {self._day(ref) for ref in self._incident.claims if self._day(ref)}
        if len(days) < 2:
            return []
        last = max(days)
        revised = {ref for update in self._incident.updates for ref in update.claims}
        found = []
        for fact in self._facts():
            refs = set(_refs(fact))
            counted = fact.field == "deed" or fact.field in FIGURES
            if counted and refs and not refs & revised and all(self._day(ref) == last for ref in refs):
                sentence = self._sentence(fact)
                day = date_words(Date(last, last, "day"))
                text = frame("since").format(day=day, text=sentence.text[:1].lower() + sentence.text[1:])
                found.append(msgspec.structs.replace(sentence, text=text))
        return found

    def _day(self, ref: str) -> str:
        claim = self._claims.get(ref)
        report = self._reports.get(claim.report) if claim is not None else None
        return (report.published or "")[:10] if report is not None else ""

    def _cite(self, refs: Iterable[str]) -> tuple[int, ...]:
        numbers = set()
        for ref in refs:
            if ref in self._claims:
                claim = self._claims[ref]
                words = (claim.report, claim.quote.start, claim.quote.end, self._voice_of.get(ref))
                numbers.add(self._cited.setdefault(words, (len(self._cited) + 1, ref))[0])
        return tuple(sorted(numbers))

    def _sources(self) -> tuple[Source, ...]:
        return tuple(self._source(ref, number) for number, ref in self._cited.values())

    def _source(self, ref: str, number: int) -> Source:
        claim = self._claims[ref]
        report = self._reports.get(claim.report)
        return Source(
            number,
            ref,
            self._voice_of.get(ref) or one_line(claim.voice.name or claim.voice.text or ""),
            clipped(claim),
            report.publisher if report is not None else None,
            report.published if report is not None else None,
            report.title if report is not None else None,
            report.url if report is not None else None,
        )

    def _heard(self) -> tuple[Heard, ...]:
        sides = dict(self._grid.sides)
        return tuple(
            Heard(
                name,
                one_line(sides.get(column.side, column.side)),
                tuple(one_line(outlet) for outlet in column.publishers),
                column.copies,
            )
            for name, column in zip(self._names, self._grid.columns, strict=True)
        )

    def _about(self) -> str:
        outlets = {outlet for column in self._grid.columns for outlet in column.publishers}
        claims = len(self._incident.claims)
        counts = ((len(self._grid.columns), "voice"), (len(outlets), "outlet"), (claims, "claim"))
        return " · ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count)


_Words = tuple[str, int, int, str | None]
"""What a source is known by: report, first and last character of the quoted words, voice."""

_Group = tuple[State, str, list[str], tuple[str, ...]]
"""State, value, voices and claims of those who tell a row in one way."""


def _refs(fact: Fact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for cell in fact.cells for ref in cell.claims))


def _telling(fact: Fact) -> list[Cell]:
    return [cell for cell in fact.cells if cell.state != "silent"]


__all__ = ["Brief", "Heard", "Part", "Sentence", "Source", "brief", "title_of"]
