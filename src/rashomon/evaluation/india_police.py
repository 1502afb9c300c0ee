"""IndiaPoliceEvents (Halterman et al. 2021): which sentences tell that police arrested, killed or used force.

Every sentence is labelled, so recall is true recall. Much of the text is lower case.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from rashomon.errors import MalformedInput
from rashomon.evaluation.outputs import ReaderLike, readings, unread
from rashomon.evaluation.results import Measure, Result, retrieval
from rashomon.model import Claim, Report

LABELS = ("ARREST", "KILL", "FORCE")
_OPENING = re.compile(r"This story is from (\w+ \d{1,2}, \d{4})")
_KILLING = re.compile(r"\b(?:kill|dead|death|die|shoot|shot|gunn|slain|slew|encounter)", re.IGNORECASE)


class Document(msgspec.Struct):
    """One article: its sentences as character spans of the text, each with its labels."""

    id: str
    text: str
    published: str | None
    sentences: list[tuple[int, int]]
    labels: list[frozenset[str]]


def load(folder: Path) -> list[Document]:
    """The articles of `docs.jsonl` with the labels of `sents.jsonl`.

    Raises:
        MalformedInput: a line is no JSON, or a sentence is not in its article.
    """
    documents: dict[str, Document] = {}
    for row in _rows(folder / "docs.jsonl", ("doc_id", "doc_text")):
        text = row["doc_text"]
        documents[str(row["doc_id"])] = Document(f"india-{row['doc_id']}", text, published(text), [], [])
    for row in _rows(folder / "sents.jsonl", ("doc_id", "sent_text", "sent_labels")):
        document = documents.get(str(row["doc_id"]))
        if document is None:
            raise MalformedInput(
                f"a sentence of no article: {row['doc_id']}", where=str(folder / "sents.jsonl")
            )
        document.sentences.append(_place(document, row["sent_text"]))
        document.labels.append(frozenset(row["sent_labels"]))
    return list(documents.values())


def _rows(path: Path, keys: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            row = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise MalformedInput(f"not a JSON object: {error}", where=f"{path}:{number}") from error
        if any(key not in row for key in keys):
            raise MalformedInput(f"a row needs {', '.join(keys)}", where=f"{path}:{number}")
        rows.append(row)
    return rows


def _place(document: Document, sentence: str) -> tuple[int, int]:
    after = document.sentences[-1][1] if document.sentences else 0
    start = document.text.find(sentence, after)
    if start < 0:  # white space was folded when the sentences were cut
        pattern = r"\s*".join(re.escape(part) for part in sentence.split())
        found = re.compile(pattern).search(document.text, after)
        if found is None:
            raise MalformedInput("a sentence is not in its article", where=document.id)
        return found.span()
    return start, start + len(sentence)


def published(text: str) -> str | None:
    """The day of publication from the line that opens most of the articles."""
    found = _OPENING.match(text)
    if found is None:
        return None
    try:
        return datetime.datetime.strptime(found[1], "%B %d, %Y").date().isoformat()
    except ValueError:
        return None


def labels_of(claim: Claim, agentless: bool = False) -> set[str]:
    """The set's labels that a claim stands for: police did it, and it happened.

    With `agentless`, an arrest that names nobody counts as the work of police.
    """
    if claim.status not in ("happened", "ongoing"):
        return set()
    police = any(party.sector == "COP" or (party.code or "").endswith(" COP") for party in claim.actors)
    if claim.type == "COERCE" and claim.mode == "arrest":
        return {"ARREST"} if police or (agentless and not claim.actors) else set()
    if claim.type != "ASSAULT" or not police:
        return set()
    killed = any(figure.kind == "killed" and figure.high != 0 for figure in claim.figures)
    return {"FORCE", "KILL"} if killed or _KILLING.search(claim.trigger.text) else {"FORCE"}


def evaluate(documents: Sequence[Document], reader: ReaderLike) -> Result:
    """Sentence P, R and F1 of the three labels; ARREST also with agentless arrests counted."""
    reports = (Report(text=d.text, id=d.id, published=d.published) for d in documents)
    read = list(readings(reader, reports))
    measures: list[Measure] = []
    for label in LABELS:
        measures += retrieval(
            label, [_counts(d, r.claims, label) for d, r in zip(documents, read, strict=True)]
        )
    loose = [_counts(d, r.claims, "ARREST", agentless=True) for d, r in zip(documents, read, strict=True)]
    measures += retrieval("ARREST, agentless too,", loose)
    sentences = sum(len(d.sentences) for d in documents)
    return Result(
        "india_police",
        "IndiaPoliceEvents: what police did, sentence by sentence",
        f"{len(documents)} articles, {sentences} sentences. A sentence has a label if the trigger of a "
        "claim in it says so: ARREST is COERCE arrest by police, FORCE is ASSAULT by police, KILL is one "
        "with a killing; status happened or ongoing. Keyword baselines: ARREST .48, KILL .50, FORCE .69. "
        "Intervals over articles.",
        tuple(measures),
        ("ARREST F1", "KILL F1", "FORCE F1"),
        tuple(unread(read)),
    )


def _counts(
    document: Document, claims: Sequence[Claim], label: str, agentless: bool = False
) -> tuple[int, int, int]:
    at = [claim.trigger.start for claim in claims if label in labels_of(claim, agentless)]
    told = {i for i, (start, end) in enumerate(document.sentences) if any(start <= each < end for each in at)}
    gold = {i for i, labels in enumerate(document.labels) if label in labels}
    return len(told & gold), len(told), len(gold)
