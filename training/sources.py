"""Readers of the sources in `shared/train` that teach mentions and sentences, as examples over raw text.

Each source labels some of our mention types and says nothing of the others. A word outside any labelled
mention is therefore known only to be none of the types that its source labels: `allowed` gives, for each
source, the tags that such a word may still have (learning from partial labels, after Jin and Ghahramani
2002).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from rashomon.reading.windows import cut_windows
from rashomon.reading.words import split_words
from training.labels import COVERS, MENTION, OPEN, SOURCES
from training.stories import IGNORE, Example

# label of the source -> our mention type
UNER = {"PER": "person", "LOC": "place", "ORG": "organisation"}
WIKIGOLD = UNER
POLITICS = {
    "politician": "person",
    "person": "person",
    "location": "place",
    "country": "place",
    "organisation": "organisation",
    "politicalparty": "organisation",
}
DEFENCE = {
    "Organisation": "organisation",
    "Location": "place",
    "Person": "person",
    "Temporal": "date",
    "Nationality": "group",
}

Token = tuple[str, str]  # the word, and B-type, I-type or O in our types


def allowed() -> np.ndarray:
    """For each mention label, the open ones included, which tags it allows: [labels, tags], bool."""
    rows = [np.eye(len(MENTION), dtype=bool)]
    for source in SOURCES:
        tags = [tag == "O" or tag[2:] not in COVERS[source] for tag in MENTION]
        rows.append(np.asarray([tags]))
    return np.concatenate(rows)


def all_sources(folder: Path, tokenizer: Tokenizer) -> Iterator[Example]:
    """All examples of the mention and sentence sources below `shared/train`."""
    yield from universal(folder, tokenizer)
    for source, documents in (
        ("wikigold", wikigold(folder / "wikigold" / "wikigold.conll.txt")),
        ("politics", politics(folder / "CrossNER_politics")),
        ("defence", defence(folder / "re3d_open" / "conll")),
    ):
        for document in documents:
            text, mentions, starts = detokenise(document)
            yield from _examples(source, text, mentions, starts, tokenizer)


def _examples(
    source: str,
    text: str,
    mentions: list[tuple[int, int, str]] | None,
    starts: list[int] | None,
    tokenizer: Tokenizer,
) -> Iterator[Example]:
    words = split_words(text, tokenizer)
    tags: dict[str, np.ndarray] = {}
    if mentions is not None:
        labels = np.full(len(words), OPEN + SOURCES.index(source), np.int64)
        for start, end, kind in mentions:
            first, last = words.covering(start, end)
            labels[first:last] = IGNORE if kind == "other" else MENTION.index(f"I-{kind}")
            if kind != "other" and last > first:
                labels[first] = MENTION.index(f"B-{kind}")
        tags["mention"] = labels
    if starts is not None:
        sentence = np.zeros(len(words), np.int64)
        for start in starts:
            first, last = words.covering(start, start + 1)
            if last > first:
                sentence[first] = 1
        tags["sentence"] = sentence
    for window in cut_windows(words, None):
        own = {
            name: np.where(np.arange(len(window.words)) < window.core_start, IGNORE, row[window.words])
            for name, row in tags.items()
        }
        yield Example.of(source, window, words, own)


def detokenise(sentences: list[list[Token]]) -> tuple[str, list[tuple[int, int, str]], list[int]]:
    """Running text of tokenised sentences, with its mentions and where sentences start."""
    text = ""
    mentions: list[tuple[int, int, str]] = []
    starts = []
    for sentence in sentences:
        text += " " if text else ""
        starts.append(len(text))
        glue = True
        for word, tag in sentence:
            if not glue and not re.fullmatch(r"[.,;:!?%)\]}]|'s|n't|'[a-z]{1,2}|''", word):
                text += " "
            start = len(text)
            text += word
            glue = word in {"(", "[", "{", "$", "``"}
            prefix, _, kind = tag.partition("-")
            if prefix == "I" and mentions and mentions[-1][2] == kind and start - mentions[-1][1] <= 1:
                mentions[-1] = (mentions[-1][0], len(text), kind)
            elif prefix in {"B", "I"}:
                mentions.append((start, len(text), kind))
    return text, mentions, starts


def _mapped(tag: str, kinds: dict[str, str]) -> str:
    prefix, _, kind = tag.partition("-")
    return f"{prefix}-{kinds[kind]}" if kind in kinds else ("B-other" if kind else "O")


def _grouped(sentences: Iterable[list[Token]], size: int) -> Iterator[list[list[Token]]]:
    group: list[list[Token]] = []
    for sentence in sentences:
        group.append(sentence)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _columns(
    path: Path, word: int, tag: int, kinds: dict[str, str], separator: str | None = None
) -> Iterator[list[Token]]:
    sentence: list[Token] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split(separator)
        if len(parts) <= max(word, abs(tag) - 1) or line.startswith("#"):
            if sentence and not line.startswith("#"):
                yield sentence
                sentence = []
            continue
        sentence.append((parts[word], _mapped(parts[tag], kinds)))
    if sentence:
        yield sentence


def wikigold(path: Path) -> Iterator[list[list[Token]]]:
    """Wikigold (Balasuriya et al. 2009): encyclopaedia text, I- tags only."""
    return _grouped(_columns(path, 0, 1, WIKIGOLD), 6)


def politics(folder: Path) -> Iterator[list[list[Token]]]:
    """CrossNER's politics part (Liu et al. 2021)."""
    for name in ("train.txt", "dev.txt", "test.txt"):
        yield from _grouped(_columns(folder / name, 0, 1, POLITICS), 4)


def defence(folder: Path) -> Iterator[list[list[Token]]]:
    """re3d (Dstl): reports on the war in Syria and Iraq."""
    for path in sorted(folder.rglob("*.conll")):
        yield list(_columns(path, 0, -1, DEFENCE))


def universal(folder: Path, tokenizer: Tokenizer) -> Iterator[Example]:
    """UD EWT and GUM for sentences; UNER's labels over EWT for mentions."""
    rng = random.Random(3)
    entities: dict[str, list[str]] = {}
    for path in sorted((folder / "UNER_English-EWT").glob("*.iob2")):
        if "test" not in path.name:
            for identifier, tags in _uner(path):
                entities[identifier] = tags
    files = [
        *sorted((folder / "UD_English-EWT").glob("*-train.conllu")),
        folder / "GUM_open" / "gum_open.train.conllu",
    ]
    for path in files:
        for document in _grouped_documents(path, rng):
            text, mentions, starts, complete = "", [], [], True
            for identifier, words, new_paragraph in document:
                text += ("\n\n" if new_paragraph and rng.random() < 0.5 else " ") if text else ""
                starts.append(len(text))
                tags = entities.get(identifier)
                complete &= tags is not None and len(tags) == len(words)
                for k, (word, space) in enumerate(words):
                    start = len(text)
                    text += word
                    tag = tags[k] if tags is not None and complete else "O"
                    prefix, _, kind = tag.partition("-")
                    ours = UNER.get(kind, "other")
                    if prefix == "I" and mentions:
                        mentions[-1] = (mentions[-1][0], len(text), mentions[-1][2])
                    elif prefix == "B":
                        mentions.append((start, len(text), ours))
                    text += " " if space and k + 1 < len(words) else ""
            yield from _examples("uner", text, mentions if complete else None, starts, tokenizer)


def _uner(path: Path) -> Iterator[tuple[str, list[str]]]:
    identifier, tags = "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# sent_id"):
            identifier = line.partition("=")[2].strip()
        elif line[:1].isdigit():
            tags.append(line.split("\t")[2])
        elif not line and tags:
            yield identifier, tags
            tags = []


def _grouped_documents(
    path: Path, rng: random.Random
) -> Iterator[list[tuple[str, list[tuple[str, bool]], bool]]]:
    """Runs of up to nine sentences of one document: (id, [(word, space after)], begins a paragraph)."""
    document: list[tuple[str, list[tuple[str, bool]], bool]] = []
    identifier, words, paragraph, skip = "", [], False, 0
    limit = rng.randint(3, 9)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# newdoc") and document:
            yield document
            document = []
        elif line.startswith("# sent_id"):
            identifier = line.partition("=")[2].strip()
        elif line.startswith("# newpar"):
            paragraph = True
        elif line[:1].isdigit():
            columns = line.split("\t")
            number = columns[0]
            if "-" in number:  # a contraction: its surface form once, not its parts
                skip = int(number.split("-")[1])
                words.append((columns[1], "SpaceAfter=No" not in columns[9]))
            elif "." not in number and int(number) > skip:
                words.append((columns[1], "SpaceAfter=No" not in columns[9]))
        elif not line and words:
            document.append((identifier, words, paragraph))
            words, paragraph, skip = [], False, 0
            if len(document) >= limit:
                yield document
                document, limit = [], rng.randint(3, 9)
    if document:
        yield document
