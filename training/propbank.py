"""PropBank over the English Web Treebank (Palmer et al. 2005; annotations of 2022) as lessons in roles.

A predicate's ARG0 teaches the pointer to the actor, its ARG1 the one to the recipient, its place and time the
other two. Our pointers aim at the last word of a name, so each argument is shrunk to its syntactic head
(Universal Dependencies), or to the last word of the head's name. Arguments that are clauses are not pointed
to: nothing is learnt of that role there.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from rashomon.reading.windows import cut_windows
from rashomon.reading.words import split_words
from training.stories import IGNORE, Example, Target

LESSONS = {"ARG0": "actor", "ARG1": "recipient", "ARGM-LOC": "place", "ARGM-TMP": "date"}
NAME_RELATIONS = frozenset({"flat", "compound:prt", "goeswith"})
NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADV"})
AUXILIARY = frozenset({"be", "have", "do"})  # rolesets like be.03 are auxiliaries: no roles of their own
LONGEST = 9  # sentences in a row that are shown together


@dataclass
class Sentence:
    """A sentence of the treebank: its surface text, and of each syntactic word the span in it."""

    identifier: str = ""
    text: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)  # from 0 on, -1 for the root
    relations: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    begins: bool = False  # whether a document begins here


def examples(folder: Path, tokenizer: Tokenizer, seed: int = 5) -> Iterator[Example]:
    """Windows of the train part, with a target for each predicate; `folder` is `shared/train`."""
    predicates = {
        row["sent_id"]: row["preds"]
        for row in map(
            json.loads,
            (folder / "PropBank_EWT" / "ewt_propbank.train.jsonl").read_text(encoding="utf-8").splitlines(),
        )
    }
    rng = random.Random(seed)
    treebank = next((folder / "UD_English-EWT").glob("*-train.conllu"))
    run: list[Sentence] = []
    limit = rng.randint(2, LONGEST)
    for sentence in read_treebank(treebank):
        if run and (sentence.begins or len(run) >= limit):
            yield from _examples(run, predicates, tokenizer)
            run, limit = [], rng.randint(2, LONGEST)
        if sentence.identifier in predicates:
            run.append(sentence)
    if run:
        yield from _examples(run, predicates, tokenizer)


def read_treebank(path: Path) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file."""
    sentence, covered, begins = Sentence(), 0, False
    space = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# newdoc"):
            begins = True
        elif line.startswith("# sent_id"):
            sentence.identifier, sentence.begins = line.partition("=")[2].strip(), begins
            begins = False
        elif line[:1].isdigit():
            columns = line.split("\t")
            number, is_range = columns[0].split("-")[0], "-" in columns[0]
            if "." in number:
                continue
            if is_range or int(number) > covered:  # a contraction's parts share the span of its surface form
                sentence.text += " " if space else ""
                span = (len(sentence.text), len(sentence.text) + len(columns[1]))
                sentence.text += columns[1]
                space = "SpaceAfter=No" not in columns[9]
                if is_range:
                    covered = int(columns[0].split("-")[1])
            if not is_range:
                sentence.spans.append(span)
                sentence.heads.append(int(columns[6]) - 1)
                sentence.relations.append(columns[7])
                sentence.kinds.append(columns[3])
        elif not line and sentence.spans:
            yield sentence
            sentence, covered, space = Sentence(), 0, False


def head_of(sentence: Sentence, first: int, last: int) -> int | None:
    """The head of the words `first` to one before `last`, or the last word of the head's name; None for a
    clause."""
    heads = [i for i in range(first, last) if not first <= sentence.heads[i] < last]
    if not heads or sentence.kinds[heads[0]] not in NOMINAL:
        return None
    head = heads[0]
    return max([head, *(i for i in range(first, last) if sentence.heads[i] == head and _names(sentence, i))])


def _names(sentence: Sentence, word: int) -> bool:
    return sentence.relations[word] in NAME_RELATIONS


def _examples(
    sentences: list[Sentence], predicates: dict[str, list[dict[str, Any]]], tokenizer: Tokenizer
) -> Iterator[Example]:
    text, starts = "", []
    for sentence in sentences:
        text += " " if text else ""
        starts.append(len(text))
        text += sentence.text
    words = split_words(text, tokenizer)

    def place(start: int, sentence: Sentence, word: int) -> int | None:
        first, last = words.covering(start + sentence.spans[word][0], start + sentence.spans[word][1])
        return last - 1 if last > first else None

    for window in cut_windows(words, None):
        position = {int(w): k for k, w in enumerate(window.words)}
        example = Example.of("propbank", window, words, {})
        taken: set[int] = set()
        for start, sentence in zip(starts, sentences, strict=True):
            for predicate in predicates[sentence.identifier]:
                if predicate["roleset"].split(".")[0] in AUXILIARY or predicate["i"] >= len(sentence.spans):
                    continue
                anchor = position.get(place(start, sentence, predicate["i"]) or -1)
                if anchor is None or anchor < window.core_start or anchor in taken:
                    continue
                taken.add(anchor)
                target = Target(anchor, IGNORE, IGNORE, IGNORE)
                for label, role in LESSONS.items():
                    _add(target, role, label, predicate, sentence, start, place, position)
                example.claims.append(target)
        if example.claims:
            yield example


def _add(
    target: Target,
    role: str,
    label: str,
    predicate: dict[str, Any],
    sentence: Sentence,
    start: int,
    place: Any,
    position: dict[int, int],
) -> None:
    spans = [(first, last) for first, last, name in predicate["args"] if name == label]
    if not spans:
        target.roles[role] = []
        return
    heads = [head_of(sentence, first, min(last + 1, len(sentence.spans))) for first, last in spans]
    found = [place(start, sentence, head) if head is not None else None for head in heads]
    anchors = [position[w] for w in found if w is not None and w in position]
    if anchors and anchors[0] != target.word:
        target.roles[role] = [[anchors[0]]]


__all__ = ["Sentence", "examples", "head_of", "read_treebank"]
