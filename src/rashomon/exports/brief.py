"""A brief of one incident for an editor: what all say, what only some say, where they differ, what changed.

Everything is put together from the account matrix: sentence frames and the words for acts stand in tables
(`brief_frames.csv`, `brief_deeds.csv`), names, figures and days come from claims, and every sentence names
its sources: publisher, day, voice and the quoted words. Nothing is generated.

All text here is plain; escaping is the last step of `brief_markdown` and `brief_page`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rashomon.exports.brief_form import Brief, Heard, Part, Sentence, Source
from rashomon.exports.brief_sources import Citations
from rashomon.exports.brief_words import (
    NAMED,
    deed,
    frame,
    frames,
    key_of,
    listed,
    names_of,
    spoken,
    title_of,
    upper,
    voices_listed,
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
_SETTING_CITED = 6
"""Sources that a sentence about place or day names: where many tell it, it needs no more."""
_EMPTY = {
    "told": "Nothing is told as having taken place.",
    "all": "Nothing is told by all of them.",
    "some": "Nothing is told by some of them only.",
    "differ": "No account contradicts another.",
    "changed": "No voice revised itself, and no later day added anything.",
}


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
        self._names = names_of(grid)
        self._told = Citations(grid, self._names, self._claims, {report.id: report for report in reports})
        self._copied = {ref for column in grid.columns for ref in column.copied}
        self._outlets = set(self._own_outlets(incident.claims))

    def compose(self) -> Brief:
        alone = len(self._grid.columns) < 2
        keys = ("told", "changed") if alone else ("all", "some", "differ", "changed")
        facts: dict[str, list[Fact]] = defaultdict(list)
        for fact in self._facts():
            facts["told" if alone else self._kind(fact)].append(fact)
        parts: dict[str, list[Sentence]] = {}
        for key in keys[:-1]:  # in the order in which they are read: sources are numbered by it
            if key == "differ":
                parts[key] = self._differing(facts[key])
            else:
                parts[key] = [
                    self._sentence(fact, silent=key == "some" and fact.field not in _SETTING)
                    for fact in facts[key]
                ]
        parts["changed"] = [self._update(update) for update in self._incident.updates] + self._later()
        shown = tuple(Part(key, _TITLES[key], tuple(parts[key]), _EMPTY[key]) for key in keys)
        return Brief(
            self._incident.id,
            title_of(self._incident),
            self._about(),
            shown,
            self._heard(),
            self._told.sources(),
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
            last = max(map(self._told.day, update.claims), default="")
            older = {ref for ref in update.claims if self._told.day(ref) < last}
            if update.field == fact.field and refs and refs <= older:
                return True
        return False

    def _kind(self, fact: Fact) -> str:
        states = {cell.state for cell in fact.cells} - {"silent"}
        if fact.disputed or {"asserted", "denied"} <= states | _also(fact):
            return "differ"
        everybody = len(_telling(fact)) == len(fact.cells)
        return "all" if len(states) == 1 and (everybody or self._everywhere(fact)) else "some"

    def _everywhere(self, fact: Fact) -> bool:
        """Whether all outlets carry it, by whatever voice; who prints another's text is none of its own."""
        return len(self._outlets) > 1 and self._outlets == set(self._own_outlets(_refs(fact)))

    def _own_outlets(self, refs: Iterable[str]) -> Iterator[str]:
        for ref in refs:
            outlet = self._told.outlet(ref)
            if outlet and ref in self._claims and self._claims[ref].report not in self._copied:
                yield outlet

    def _differing(self, facts: Sequence[Fact]) -> list[Sentence]:
        """A sentence a row, but the rows of who and whom, of places and of days are sides of one question."""
        sentences: list[Sentence] = []
        asked: dict[str, int] = {}
        for fact in facts:
            sentence = self._sentence(fact, differ=True)
            if fact.field not in (*_PARTIES, *_SETTING) or fact.field not in asked:
                asked[fact.field] = len(sentences)
                sentences.append(sentence)
                continue
            first = sentences[asked[fact.field]]
            sentences[asked[fact.field]] = Sentence(
                first.text,
                tuple(sorted({*first.sources, *sentence.sources})),
                (*first.details, *sentence.details),
            )
        return sentences

    def _sentence(self, fact: Fact, *, differ: bool = False, silent: bool = False) -> Sentence:
        told = self._groups(fact)
        claims = [ref for _, _, _, refs in told for ref in refs]
        if differ or len(told) > 1 or len({state for state, _, _, _ in told}) > 1:
            details = [self._detail(fact, *each, differ) for each in told]
        else:
            details = []
        if silent and (quiet := self._quiet(fact)):
            details.append(Sentence(frame("silent").format(voices=quiet), ()))
        if differ:
            key = key_of(fact, "differ")
            if fact.field == "deed" and any(state == "denied" for state, _, _, _ in told):
                apart = any(cell.state == "denied" for cell in fact.cells)
                key = "deed.denial" if apart else "deed.partly"
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
        if fact.field in _SETTING and not differ:
            claims = claims[:_SETTING_CITED]
        return Sentence(upper(text), self._told.cite(claims), tuple(details))

    def _joint(self, fact: Fact, told: Sequence[_Group]) -> str:
        """One sentence for voices that say it each in its own way."""
        state = told[0][0]
        told = [each for each in told if each[0] == state]
        voices = list(dict.fromkeys(voice for _, _, its, _ in told for voice in its))
        refs = tuple(ref for _, _, _, its in told for ref in its)
        if fact.field == "deed":
            words = self._words(fact, (state, "", voices, refs), self._many(voices)) | {"who": ""}
            return frame(key_of(fact, state)).format(**words)
        values = "; ".join(dict.fromkeys(value for _, value, _, _ in told))
        words = self._words(fact, (state, values, voices, refs), self._many(voices))
        return frame(key_of(fact, state)).format(**words)

    def _detail(
        self, fact: Fact, state: State, value: str, voices: list[str], refs: tuple[str, ...], differ: bool
    ) -> Sentence:
        plain = fact.field == "deed" and state == "asserted" and not differ
        key = "deed.told.detail" if plain else f"{key_of(fact, state, value)}.detail"
        words = self._words(fact, (state, value, voices, refs), voices_listed(voices), quoted=differ)
        if fact.field in _SETTING:
            refs = refs[:_SETTING_CITED]
        return Sentence(upper(frame(key).format(**words)), self._told.cite(refs))

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
        if fact.field in FIGURES and fact.key and cell.high == 0:
            # "none" of whom, in the voice's own words: others may call them something else
            whom = listed(self._called(cell.claims, "recipient"))
            return f"none ({whom})" if whom != "nobody" else "none"
        return one_line(value)

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
            if names := self._called(refs, field):
                said.append(f"{word}: {listed(names)}")
        return f" ({'; '.join(said)})" if said else ""

    def _called(self, refs: Iterable[str], field: str) -> list[str]:
        """What some claims call their actors or recipients: each in its own words."""
        names: dict[str, str] = {}
        for claim in (self._claims[ref] for ref in refs if ref in self._claims):
            for party in claim.actors if field == "actor" else claim.recipients:
                name = spoken(one_line(party.name or party.text))
                names.setdefault(name.casefold(), name)
        return list(names.values())

    def _quiet(self, fact: Fact) -> str:
        """Voices that say nothing of a row, nor anything else about the same; of how it was done, those say
        nothing who do not tell of the act at all."""
        kind, _, mode = fact.key.partition(" ")
        bare = [row for row in self._grid.facts if (row.field, row.key) == ("deed", kind)] if mode else []
        quiet = [
            name
            for at, name in enumerate(self._names)
            if fact.cells[at].state == "silent"
            and not fact.cells[at].otherwise
            and all(row.cells[at].state == "silent" for row in bare if fact.field == "deed")
        ]
        if not quiet:
            return ""
        return voices_listed(quiet) if len(quiet) <= NAMED + 1 else f"{len(quiet)} other voices"

    def _many(self, voices: Sequence[str]) -> str:
        everybody = len(voices) == len(self._grid.columns) > NAMED - 1
        return f"all {len(voices)} voices" if everybody else voices_listed(voices)

    def _update(self, update: Update) -> Sentence:
        head = frames().get(f"head.{update.field}", one_line(update.field))
        before, after = (
            "?" if value is None else one_line(str(value)) for value in (update.before, update.after)
        )
        voice = upper(voices_listed([spoken(one_line(update.voice))]))
        text = frame("update").format(Voice=voice, head=head, before=before, after=after)
        return Sentence(text, self._told.cite(update.claims))

    def _later(self) -> list[Sentence]:
        """Acts and figures that no report told before the latest day; a copy tells nothing new."""
        told = [ref for ref in self._incident.claims if self._claims[ref].report not in self._copied]
        days = {self._told.day(ref) for ref in told if self._told.day(ref)}
        if len(days) < 2:
            return []
        last = max(days)
        revised = {ref for update in self._incident.updates for ref in update.claims}
        found = []
        for fact in self._facts():
            counted = fact.field == "deed" or fact.field in FIGURES
            late = self._first_told(fact, last) if counted and not revised & {*_refs(fact)} else None
            if late is not None:
                sentence = self._sentence(late)
                day = date_words(Date(last, last, "day"))
                text = frame("since").format(day=day, text=sentence.text[:1].lower() + sentence.text[1:])
                found.append(msgspec.structs.replace(sentence, text=text))
        return found

    def _first_told(self, fact: Fact, last: str) -> Fact | None:
        """What of a row only the latest day tells: all of it, or numbers that nobody gave before."""
        fresh = [
            cell.state != "silent" and all(self._told.day(ref) == last for ref in cell.claims)
            for cell in fact.cells
        ]
        telling = [cell.state != "silent" for cell in fact.cells]
        if fresh == telling:
            return fact if any(telling) else None
        if fact.field not in FIGURES:
            return None
        numbers = [(cell.low, cell.high) for cell in fact.cells]
        known = {each for each, new, tells in zip(numbers, fresh, telling, strict=True) if tells > new}
        cells = tuple(
            cell if new and cell.state == "asserted" and bounds not in known else Cell("silent")
            for cell, new, bounds in zip(fact.cells, fresh, numbers, strict=True)
        )
        late = msgspec.structs.replace(fact, cells=cells, disputed=False)
        return late if _telling(late) else None

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
        copying = len(outlets - self._outlets)
        claims = len(self._incident.claims)
        counts = ((len(self._grid.columns), "voice"), (len(outlets), "outlet"), (claims, "claim"))
        said = [f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count]
        if copying:
            said[1] += f", {copying:,} of them with copies only"
        return " · ".join(said)


_Group = tuple[State, str, list[str], tuple[str, ...]]
"""State, value, voices and claims of those who tell a row in one way."""


def _refs(fact: Fact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for cell in fact.cells for ref in cell.claims))


def _also(fact: Fact) -> set[str]:
    """States of an act that voices tell beside the one that stands."""
    return {state for cell in fact.cells for state in cell.also} if fact.field == "deed" else set()


def _telling(fact: Fact) -> list[Cell]:
    return [cell for cell in fact.cells if cell.state != "silent"]


__all__ = ["Brief", "Heard", "Part", "Sentence", "Source", "brief", "title_of"]
