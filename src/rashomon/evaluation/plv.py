"""PLV (Hu et al., ACL 2024): the PLOVER root of a sentence whose actor and recipient are marked.

Three questions: with the pair given; end to end from the bare sentence; and whether the root is among those
that the sentence is read to hold, roles aside. The set joins CONCEDE and RETREAT as YIELD, so 15 roots.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from rashomon.errors import MalformedInput
from rashomon.evaluation.bootstrap import Counts, macro_f1
from rashomon.evaluation.outputs import ReaderLike, readings, unread
from rashomon.evaluation.plover_roots import root_of
from rashomon.evaluation.results import Measure, Result, Table, measure, share
from rashomon.evaluation.spans import Offsets, head_offset
from rashomon.model import Claim, Party, Report

ROOTS = (
    "ACCUSE",
    "AGREE",
    "AID",
    "ASSAULT",
    "COERCE",
    "CONSULT",
    "COOPERATE",
    "MOBILIZE",
    "PROTEST",
    "REJECT",
    "REQUEST",
    "SANCTION",
    "SUPPORT",
    "THREATEN",
    "YIELD",
)
_TAG = re.compile(r"</?([st])>")


class Sentence(msgspec.Struct, frozen=True):
    """One row: the bare sentence, the spans marked for each role (none where the row has no such party),
    the root."""

    id: str
    text: str
    actor: tuple[Offsets, ...]
    recipient: tuple[Offsets, ...]
    root: str


def load(path: Path) -> list[Sentence]:
    """The rows of a PLV table.

    Raises:
        MalformedInput: a column is missing, or a root is not of the set.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    sentences = []
    for number, row in enumerate(rows):
        try:
            text, marks = unmark(row["marked_sentence"])
            root = row["gold_root"].strip()
        except (KeyError, AttributeError) as error:
            raise MalformedInput(
                f"a column is missing: {error}", where=f"{path}: row {number + 1}"
            ) from error
        if root not in ROOTS:
            raise MalformedInput(f"no PLOVER root of the set: {root!r}", where=f"{path}: row {number + 1}")
        # the key is the row's place: a sentence stands once for each pair that it marks
        sentences.append(Sentence(f"plv-{number}", text, marks["s"], marks["t"], root))
    return sentences


def unmark(marked: str) -> tuple[str, dict[str, tuple[Offsets, ...]]]:
    """A sentence without its `<s>` and `<t>` marks, and the spans that they held."""
    parts: list[str] = []
    spans: dict[str, list[Offsets]] = {"s": [], "t": []}
    begun: dict[str, int] = {}
    at = length = 0
    for tag in _TAG.finditer(marked):
        parts.append(marked[at : tag.start()])
        length += tag.start() - at
        at = tag.end()
        if tag[0].startswith("</"):
            if tag[1] in begun:
                spans[tag[1]].append((begun.pop(tag[1]), length))
        else:
            begun[tag[1]] = length
    return "".join([*parts, marked[at:]]), {role: tuple(found) for role, found in spans.items()}


def evaluate(sentences: Sequence[Sentence], reader: ReaderLike) -> Result:
    """Macro-F1 over the 15 roots, with the pair given and end to end; and recall of the root, roles aside."""
    notes: list[str] = []
    measures: list[Measure] = []
    tables: list[Table] = []
    given = _with_pair(sentences, reader)
    if given is None:
        notes.append("the reader offers no `events_of_pair`: the root with the pair given is not measured")
    else:
        measures.append(_macro("pair given: macro-F1", sentences, [{root} for root in given]))
        right = [(int(root == s.root), 1) for root, s in zip(given, sentences, strict=True)]
        measures.append(share("pair given: right", right))
        tables.append(_confusions(sentences, given))
    read = list(readings(reader, (Report(text=s.text, id=s.id) for s in sentences)))
    told = [{_root(c) for c in r.claims if _of_pair(c, s)} for r, s in zip(read, sentences, strict=True)]
    measures.append(_macro("end to end: macro-F1", sentences, told))
    found = [(int(s.root in roots), 1) for s, roots in zip(sentences, told, strict=True)]
    measures.append(share("end to end: root found for the pair", found))
    anywhere = [
        (int(s.root in {_root(c) for c in r.claims}), 1) for s, r in zip(sentences, read, strict=True)
    ]
    measures.append(share("root found in the sentence, roles aside", anywhere))
    return Result(
        "plv",
        "PLV: PLOVER roots of real sentences",
        f"{len(sentences)} sentences of the train part, actor and recipient marked; 15 roots (YIELD is "
        "CONCEDE and RETREAT; what is only intended has PLOVER's root for it, see "
        "evaluation/plover_roots.py). End to end an event counts if the heads of its actor and recipient lie "
        "in the marked spans; each root told for the pair is a prediction. Published for the other part, "
        "pair given: zero-shot NLI with RoBERTa-large 0.82.",
        tuple(measures),
        (
            *(m.name for m in measures if m.name.endswith("macro-F1")),
            "root found in the sentence, roles aside",
        ),
        (*notes, *unread(read)),
        tuple(tables),
    )


def _with_pair(sentences: Sequence[Sentence], reader: ReaderLike) -> list[str] | None:
    find = getattr(reader, "events_of_pair", None)
    if find is None:
        return None
    chosen = []
    for sentence in sentences:
        roots = dict.fromkeys(ROOTS, 0.0)
        for event in find(sentence.text, _first(sentence.actor), _first(sentence.recipient)):
            roots[root_of(event.type, event.status, event.trigger)] += event.probability
        chosen.append(max(roots, key=roots.__getitem__))
    return chosen


def _root(claim: Claim) -> str:
    return root_of(claim.type, claim.status, claim.trigger.text)


def _first(spans: tuple[Offsets, ...]) -> Offsets | None:
    return spans[0] if spans else None


def _of_pair(claim: Claim, sentence: Sentence) -> bool:
    return _within(claim.actors, sentence.actor) and _within(claim.recipients, sentence.recipient)


def _within(parties: tuple[Party, ...], marked: tuple[Offsets, ...]) -> bool:
    if not marked:  # the row names nobody in this role: any party will do
        return True
    return any(start <= head_offset(party) < end for party in parties for start, end in marked)


def _macro(name: str, sentences: Sequence[Sentence], told: Sequence[set[str]]) -> Measure:
    counts: Counts = np.zeros((len(sentences), len(ROOTS), 3))
    for row, sentence, roots in zip(counts, sentences, told, strict=True):
        for root in roots & set(ROOTS):
            row[ROOTS.index(root), 1] += 1
            row[ROOTS.index(root), 0] += root == sentence.root
        row[ROOTS.index(sentence.root), 2] += 1
    return measure(name, counts.reshape(len(sentences), -1), macro_f1, None, len(sentences))


def _confusions(sentences: Sequence[Sentence], told: Sequence[str]) -> Table:
    rows = []
    for root in ROOTS:
        mine = [guess for s, guess in zip(sentences, told, strict=True) if s.root == root]
        wrong = sorted({g for g in mine if g != root}, key=lambda g: (-mine.count(g), g))[:3]
        rows.append(
            (root, str(len(mine)), str(mine.count(root)), ", ".join(f"{g} {mine.count(g)}" for g in wrong))
        )
    return Table("Pair given, root by root", ("root", "sentences", "right", "taken for"), tuple(rows))
