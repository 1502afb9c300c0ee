"""MUC-4: terrorist incidents of Latin American news in capitals, as templates.

What one message tells of one happening is a response; responses and templates are aligned one to one so
that most slots agree, and each slot is then scored over all templates and all responses, as MUC's "all
templates" row does.
"""

from __future__ import annotations

import datetime
import importlib
import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from rashomon.evaluation.agreement import words
from rashomon.evaluation.muc4_templates import Message, Template, messages, templates
from rashomon.evaluation.outputs import ReaderLike, readings, unread
from rashomon.evaluation.results import Measure, Result, retrieval
from rashomon.evaluation.spans import one_to_one
from rashomon.knowledge.countries import code_of
from rashomon.model import Claim, Report
from rashomon.reading.figure_words import nouns

SLOTS = ("type", "date", "place", "perpetrator", "victim", "number", "effect")
_TOLD = frozenset(("happened", "ongoing", "possible", "planned"))
_TYPES = {"abduct": "KIDNAPPING", "explosives": "BOMBING", "suicide-attack": "BOMBING", "destroy": "ARSON"}
_EFFECTS = {"killed": "DEATH", "injured": "INJURY"}
_NAMED_EFFECTS = (
    (
        "DEATH",
        re.compile(r"\b(?:kill|murder|assassinat|massacr|slay|slain|dead|death|die[ds]?\b|execut)", re.I),
    ),
    ("INJURY", re.compile(r"\b(?:wound|injur|hurt)", re.I)),
)
_COUNTED = frozenset(("killed", "injured", "abducted", "missing", "arrested"))
_FIGHTERS = frozenset(("MIL", "REB"))
_RECENT = datetime.timedelta(days=61)

Credit = dict[str, tuple[float, int, int]]
"""Slot to (credit, entries told, entries wanted)."""


class Response(msgspec.Struct, frozen=True):
    """What is told of one happening: the claims of one incident within one message."""

    claims: tuple[Claim, ...]

    def types(self) -> set[str]:
        """MUC types that the claims' modes stand for."""
        return {_TYPES.get(claim.mode or "", "ATTACK") for claim in self.claims}

    def figures(self) -> set[tuple[int | None, int | None]]:
        """How many people it happened to, in each way that somebody counts them."""
        return {(f.low, f.high) for c in self.claims for f in c.figures if f.kind in _COUNTED and f.high != 0}

    def numbers(self) -> list[tuple[int | None, int | None]]:
        """How many people each entry of targets has: each figure, and one for each person named beside
        them; without figures one for each person, and one entry for all groups. What is no person
        (a house, a car) is another slot's."""
        told = sorted(self.figures(), key=str)
        people = {party.name: party.text.lower() for c in self.claims for party in c.recipients}
        hit = [text for text in people.values() if _last(text) not in nouns("damage")]
        several = [text for text in hit if _is_group(text)]
        single = _told_apart([text for text in hit if text not in several])
        if told:
            named = sum(" " in text or _last(text) in _person() for text in single)
            return told + [(1, 1)] * max(0, named - told.count((1, 1)))
        return [(2, None)] * bool(several) + [(1, 1)] * len(single)

    def between_fighters(self) -> bool:
        """Whether all that it was done to are soldiers or rebels."""
        sectors = {party.sector for claim in self.claims for party in claim.recipients}
        return bool(sectors) and sectors <= _FIGHTERS

    def aimless(self) -> bool:
        """Whether it is an attack of no further kind, and nobody says on whom or what."""
        aimed = any(claim.recipients for claim in self.claims)
        return not aimed and not self.figures() and self.types() == {"ATTACK"}

    def old(self, published: str | None) -> bool:
        """Whether it was more than two months before the message, by the last day that is told of it."""
        days = [claim.date.last[:10] for claim in self.claims if claim.date]
        if not days or not published:
            return False
        return datetime.date.fromisoformat(published[:10]) - datetime.date.fromisoformat(max(days)) > _RECENT

    def effects(self) -> set[str]:
        """DEATH and INJURY, where a figure or the word that names the event says so."""
        return {
            _EFFECTS[f.kind] for c in self.claims for f in c.figures if f.kind in _EFFECTS and f.high != 0
        } | {effect for c in self.claims for effect, word in _NAMED_EFFECTS if word.search(c.trigger.text)}


def _last(text: str) -> str:
    found = re.findall(r"[^\W\d_]+(?:[-'][^\W\d_]+)*", text)
    return found[-1].removesuffix("'s") if found else ""


@cache
def _person() -> frozenset[str]:
    return nouns("person", plural=False)


@cache
def _groups() -> frozenset[str]:
    return nouns("person", "casualty", singular=False) | nouns("group", "force")


def _is_group(text: str) -> bool:
    """Whether words, in lower case, mean several people: by their last noun, else by the look of one word;
    several words that end in no noun are a name."""
    last = _last(text)
    if last in _person() or last in _groups():
        return last not in _person()
    return " " not in text and text.endswith(("s", "men", "people"))


def _told_apart(names: Iterable[str]) -> list[str]:
    """The longest of the names that share a word."""
    kept: list[str] = []
    for name in sorted(names, key=len, reverse=True):
        if not any(words(name) & words(other) for other in kept):
            kept.append(name)
    return kept


def load(folder: Path) -> tuple[list[Message], dict[str, list[Template]]]:
    """All messages of the folder's parts, and the templates of each."""
    found: list[Message] = []
    keys: dict[str, list[Template]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.name.startswith("key-"):
            for template in templates(path):
                keys[template.message].append(template)
        elif "-muc" in path.name and not path.name.startswith("."):
            found += messages(path)
    return found, keys


def responses(claims: Sequence[Claim], report: Report | None = None) -> list[Response]:
    """ASSAULT claims, joined to happenings where this build reconciles.

    The key holds acts of terror, recent when the message was sent, on somebody or something: what fighters
    do to fighters is no response, nor what was two months ago, nor an attack without a target.
    """
    violent = {claim.id: claim for claim in claims if claim.type == "ASSAULT" and claim.status in _TOLD}
    joined: list[Response] = []
    for group in _incidents(list(violent.values()), [report] if report else []):
        members = tuple(violent.pop(ref) for ref in group if ref in violent)
        if members:
            joined.append(Response(members))
    joined += [Response((claim,)) for claim in violent.values()]
    day = report.published if report else None
    return [each for each in joined if not (each.between_fighters() or each.aimless() or each.old(day))]


def _incidents(claims: list[Claim], reports: list[Report]) -> list[Sequence[str]]:
    if not claims or importlib.util.find_spec("rashomon.reconcile") is None:
        return []
    reconcile = importlib.import_module("rashomon.reconcile").reconcile
    return [incident.claims for incident in reconcile(claims, reports)]


def credit(template: Template, response: Response) -> Credit:
    """Slot by slot, what a response gets against a template."""
    return {
        "type": _one(bool(response.types() & set(template.types)), True, True),
        "date": _date(template, response),
        "place": _place(template, response),
        "perpetrator": _names(template.perpetrators, [p for c in response.claims for p in c.actors]),
        "victim": _names(template.victims, [p for c in response.claims for p in c.recipients]),
        "number": _numbers(template, response),
        "effect": (
            len(response.effects() & template.effects), len(response.effects()), len(template.effects)
        ),
    }  # fmt: skip


def _one(right: bool | float, told: bool, wanted: bool) -> tuple[float, int, int]:
    return float(right), int(told), int(wanted)


def _date(template: Template, response: Response) -> tuple[float, int, int]:
    told = [claim.date for claim in response.claims if claim.date]
    right = any(a <= date.first[:10] and date.last[:10] <= b for date in told for a, b in template.dates)
    return _one(right, bool(told), bool(template.dates))


def _place(template: Template, response: Response) -> tuple[float, int, int]:
    """1 for the finest place of the key, 1/2 for something above it."""
    told = [claim.place for claim in response.claims if claim.place]
    best = 0.0
    for place in told:
        names = words(place.text or "") | words(place.name)
        for wanted in template.places:
            country = code_of(wanted[0].title()) or code_of(wanted[0])
            rights = [
                i
                for i, name in enumerate(wanted)
                if names & words(name) or (i == 0 and country == place.country)
            ]
            if rights:
                best = max(best, 1.0 if rights[-1] == len(wanted) - 1 else 0.5)
    return _one(best, bool(told), bool(template.places))


def _names(wanted: Sequence[str], parties: Sequence[Any]) -> tuple[float, int, int]:
    """One fill a template: right if a party shares a word with one of the names of the key."""
    told = [words(party.text) | words(party.name) for party in parties]
    return _one(any(words(name) & its for name in wanted for its in told), bool(told), bool(wanted))


def _numbers(template: Template, response: Response) -> tuple[float, int, int]:
    told = response.numbers()

    def same(gold: tuple[int, int | None], guess: tuple[int | None, int | None]) -> float:
        if gold[0] == gold[1]:
            return float(guess == gold)
        return float(
            guess[0] is not None
            and guess[0] >= gold[0]
            and (gold[1] is None or (guess[1] or guess[0]) <= gold[1])
        )

    return len(one_to_one(template.numbers, told, same)), len(told), len(template.numbers)


def score(keys: Sequence[Template], found: Sequence[Response]) -> Credit:
    """Sums over one message. A template without a response has its slots wanted, a response without one its
    told; an optional template counts only where it is aligned."""
    cells = {(i, j): credit(t, r) for i, t in enumerate(keys) for j, r in enumerate(found)}

    def likeness(i: int, j: int) -> float:
        # a pair that shares only its broad type is no pair: something that tells happenings apart must agree
        apart = sum(cells[i, j][slot][0] for slot in SLOTS if slot != "type")
        return apart + cells[i, j]["type"][0] if apart else 0.0

    pairs = one_to_one(range(len(keys)), range(len(found)), likeness)
    sums = dict.fromkeys(SLOTS, (0.0, 0, 0))

    def add(slot: str, hits: float, told: int, wanted: int) -> None:
        a, b, c = sums[slot]
        sums[slot] = (a + hits, b + told, c + wanted)

    for i, j in pairs:
        for slot, row in cells[i, j].items():
            add(slot, *row)
    empty = Response(())
    for i, template in enumerate(keys):
        if not template.optional and i not in {pair[0] for pair in pairs}:
            for slot, (_, _, wanted) in credit(template, empty).items():
                add(slot, 0.0, 0, wanted)
    for j, response in enumerate(found):
        if j not in {pair[1] for pair in pairs}:
            nothing = Template("", False, (), (), (), (), (), (), frozenset())
            for slot, (_, told, _) in credit(nothing, response).items():
                add(slot, 0.0, told, 0)
    # an optional template that is aligned is wanted; one that is not is neither right nor wrong
    wanted = sum(not template.optional for template in keys) + sum(keys[i].optional for i, _ in pairs)
    return sums | {"template": (len(pairs), len(found), wanted)}


def evaluate(found: Sequence[Message], keys: dict[str, list[Template]], reader: ReaderLike) -> Result:
    """Slot P, R and F1 over all templates and responses."""
    read = list(readings(reader, (Report(text=m.text, published=m.published, id=m.id) for m in found)))
    rows = [
        score(keys.get(m.id, []), responses(r.claims, r.report)) for m, r in zip(found, read, strict=True)
    ]
    measures: list[Measure] = []
    for slot in ("template", *SLOTS):
        measures += retrieval(slot, [row[slot] for row in rows])
    measures += retrieval(
        "all slots", [[sum(row[slot][i] for slot in SLOTS) for i in range(3)] for row in rows]
    )
    wanted = sum(len(keys.get(m.id, [])) for m in found)
    return Result(
        "muc4",
        "MUC-4: incidents as templates",
        f"{len(found)} messages in capitals, {wanted} templates. A response is the ASSAULT claims of one "
        "incident in one message, but for what the key leaves out: what fighters do to fighters, what was "
        "two months before, and attacks without a target; alignment is one to one, and every template and "
        "every response counts. "
        "A place gets 1 for the finest of the key, 1/2 for one above it; a date told as some day up to "
        "another is right within the year before that; robbery and work stoppage have no ASSAULT and "
        "count as missed. The best systems of 1992 had 52-57 all-slot F with more slots; per slot R/P: "
        "date 61/57, place 63/59, human number 66/56. Intervals over messages.",
        tuple(measures),
        ("template F1", "date F1", "place F1", "number F1", "effect F1"),
        tuple(unread(read)),
    )
