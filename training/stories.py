"""The corpus as training examples: stories in the accounts form or the ledger form, to labels over words.

A claim's names may stand in another sentence than its trigger, once or often. Roles are therefore learnt as
pointers into the whole window with every occurrence of a name as a right answer, except that an occurrence
within the quote is preferred where there is one; the model so learns to resolve "they" to the party that the
report named before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from rashomon.evaluation.agreement import date_bounds
from rashomon.reading.windows import Window, cut_windows
from rashomon.reading.words import Words, split_words
from training import ledger
from training.labels import (
    EVENT,
    FIGURE,
    FRAME,
    MAX_NAME,
    MAX_REACH,
    MENTION,
    MODE,
    OPEN,
    SECTOR,
    SOURCES,
    STATUS,
)

if TYPE_CHECKING:
    from training.teach import Soft

IGNORE = -100
MUTUAL = frozenset({"AGREE", "CONSULT", "COOPERATE"})
# Words that open a trigger without naming an event: "did not fire" is learnt at "fire", "31 dead" at "dead".
WEAK = frozenset(
    [
        "a",
        "an",
        "the",
        "to",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "and",
        "or",
        "not",
        "no",
        "never",
        "nobody",
        "none",
        "did",
        "do",
        "does",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "being",
        "had",
        "has",
        "have",
        "having",
        "will",
        "would",
        "shall",
        "should",
        "can",
        "could",
        "may",
        "might",
        "must",
        "their",
        "his",
        "her",
        "its",
        "them",
        "it",
        "any",
        "all",
    ]
)
FACILITIES = frozenset(
    [
        "airport",
        "airfield",
        "airbase",
        "base",
        "barracks",
        "bridge",
        "building",
        "camp",
        "cathedral",
        "checkpoint",
        "church",
        "clinic",
        "consulate",
        "court",
        "courthouse",
        "crossing",
        "dam",
        "depot",
        "embassy",
        "factory",
        "garrison",
        "hospital",
        "hotel",
        "jail",
        "mill",
        "mine",
        "monastery",
        "mosque",
        "museum",
        "palace",
        "pipeline",
        "plant",
        "port",
        "post",
        "prison",
        "refinery",
        "school",
        "shrine",
        "square",
        "stadium",
        "station",
        "synagogue",
        "temple",
        "terminal",
        "university",
        "warehouse",
        "wharf",
    ]
)


@dataclass
class Target:
    """One claim, as the heads shall see it, at window position `word`.

    `roles` maps a role to the groups of right answers: one group a name, each a list of positions of which
    any one is right; an empty list means that the null position is right; a role that is not there is not
    learnt from this claim.
    """

    word: int
    mode: int
    status: int
    frame: int
    roles: dict[str, list[list[int]]] = field(default_factory=dict)
    nulls: dict[str, int] = field(default_factory=dict)


@dataclass
class Example:
    """A window with what is known about it. Arrays are over the window's words; IGNORE where nothing is
    known."""

    source: str
    pieces: np.ndarray
    segments: np.ndarray
    firsts: np.ndarray
    shapes: np.ndarray
    breaks: np.ndarray
    places: np.ndarray  # number of each word in the text, for distances
    tags: dict[str, np.ndarray]
    claims: list[Target] = field(default_factory=list)
    soft: Soft | None = None  # what a teacher says of it

    @classmethod
    def of(cls, source: str, window: Window, words: Words, tags: dict[str, np.ndarray]) -> Example:
        """A window of a text with these labels, and no claims yet."""
        return cls(
            source,
            window.pieces,
            window.segments,
            window.first_pieces,
            words.shapes[window.words],
            words.breaks[window.words],
            window.words,
            tags,
        )


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer as reading uses it: no padding, no cut, no special meaning for "[SEP]" in a text."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def load_story(path: Path) -> dict[str, Any]:
    """A story of either form, as the accounts form."""
    if path.suffix == ".txt":
        return ledger.read(path)
    import yaml

    story: dict[str, Any] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return story


def locate(piece: str, text: str) -> list[tuple[int, int]]:
    """Spans of a piece in a text, white space folded, whole words only where the piece begins and ends in
    one."""
    parts = str(piece).split()
    if not parts:
        return []
    pattern = r"\s+".join(map(re.escape, parts))
    left = r"(?<!\w)" if parts[0][0].isalnum() else ""
    right = r"(?!\w)" if parts[-1][-1].isalnum() else ""
    return [m.span() for m in re.finditer(left + pattern + right, text)]


def spans_of(claim: dict[str, Any], text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Quote and trigger spans of a claim."""
    for quote in locate(claim["quote"], text):
        for trigger in locate(claim["trigger"], text):
            at = claim.get("trigger_start")
            if quote[0] <= trigger[0] and trigger[1] <= quote[1] and at in (None, trigger[0]):
                return quote, trigger
    return None


def examples_of(story: dict[str, Any], tokenizer: Tokenizer, source: str) -> Iterator[Example]:
    """The windows of all reports of a story with their labels."""
    for report in story["reports"]:
        claims = [c for c in story["claims"] if c["report"] == report["id"] and not c.get("optional")]
        words = split_words(report["text"], tokenizer)
        title = split_words(report["title"] or "", tokenizer)
        for window in cut_windows(words, title):
            yield _label(window, words, report, claims, source)


def _label(
    window: Window, words: Words, report: dict[str, Any], claims: list[dict[str, Any]], source: str
) -> Example:
    count = len(window.words)
    own = np.zeros(count, bool)
    own[window.core_start : window.core_end] = True
    tags = {
        name: np.full(count, IGNORE, np.int64) for name in ("event", "reach", "sector", "extent", "quantity")
    }
    tags["event"][own] = 0
    example = Example.of(source, window, words, tags)
    position = {int(w): k for k, w in enumerate(window.words)}
    quantities, dates = candidates(report)
    tags["mention"] = _mentions(claims, quantities, dates, words)[window.words]
    for claim in claims:
        spans = spans_of(claim, words.text)
        if spans is None:
            continue
        quote, trigger = spans
        found = [position[w] for w in range(*words.covering(*trigger)) if w in position]
        found = [k for k in found if own[k]]
        if not found:
            continue
        anchor = next((k for k in found if not _is_weak(words.lower[window.words[k]])), found[0])
        if tags["event"][anchor] > 0:  # two claims on one word: the first one in the file is learnt
            continue
        tags["event"][anchor] = EVENT.index(claim["type"])
        tags["reach"][anchor] = min(found[-1] - anchor + 1, MAX_REACH) - 1
        mode = f"{claim['type']} {claim.get('mode') or ''}".strip()
        target = Target(
            anchor,
            MODE.index(mode) if mode in MODE else IGNORE,
            STATUS.index(claim["status"]),
            FRAME.index(claim["frame"]),
        )
        _add_parties(target, completed(claim), quote, words, position, tags)
        _add_date(target, claim, report, dates, quote, words, position)
        _add_figures(target, claim, quantities, quote, words, position, tags)
        example.claims.append(target)
    return example


def completed(claim: dict[str, Any]) -> dict[str, Any]:
    """The claim with both parties of a mutual event on both sides, as the rules of annotation want it; some
    writers gave them once."""
    if claim["type"] in MUTUAL and len(claim["actor"]) > 1 and not claim["recipient"]:
        return claim | {"recipient": claim["actor"], "recipient_code": claim["actor_code"]}
    return claim


def _is_weak(word: str) -> bool:
    return word in WEAK or not word[0].isalpha()


def _anchors(
    name: str, quote: tuple[int, int], words: Words, position: dict[int, int]
) -> list[tuple[int, int]]:
    """Last words of the occurrences of a name in the window, with the length of the name in words."""
    spans = locate(name, words.text)
    inside = [s for s in spans if quote[0] <= s[0] and s[1] <= quote[1]]
    anchors = []
    for start, end in inside or spans:
        first, last = words.covering(start, end)
        if last > first and last - 1 in position:
            anchors.append((position[last - 1], last - first))
    return anchors


def _add_parties(
    target: Target,
    claim: dict[str, Any],
    quote: tuple[int, int],
    words: Words,
    position: dict[int, int],
    tags: dict[str, np.ndarray],
) -> None:
    voice = [] if claim["voice"] == "publisher" else [claim["voice"]]
    place = [claim["place"]] if claim["place"] else []
    asked: dict[str, tuple[list[str], list[str | None]]] = {
        "actor": (claim["actor"], claim["actor_code"]),
        "recipient": (claim["recipient"], claim["recipient_code"]),
        "voice": (voice, [claim.get("voice_code")] if voice else []),
        "place": (place, [None] if place else []),
    }
    for role, (names, codes) in asked.items():
        groups = []
        for name, code in zip(names, codes, strict=True):
            anchors = _anchors(name, quote, words, position)
            for k, length in anchors:
                tags["extent"][k] = min(length, MAX_NAME) - 1
                sector = str(code).split()[-1] if code else ""
                if sector in SECTOR:
                    tags["sector"][k] = SECTOR.index(sector)
            groups.append([k for k, _ in anchors])
        if all(groups):  # otherwise a name lies outside the window: nothing to learn here
            target.roles[role] = groups


def _mentions(
    claims: list[dict[str, Any]], quantities: list[Any], dates: list[Any], words: Words
) -> np.ndarray:
    """Mention labels of a text: dates and figures as the grammars find them, places as the claims name them,
    parties as the tables of actors know them; any other word may be what it likes but a date or a figure."""
    labels = np.full(len(words), OPEN + SOURCES.index("corpus"), np.int64)

    def mark(start: int, end: int, kind: str) -> None:
        first, last = words.covering(start, end)
        if last > first and (labels[first:last] >= OPEN).all():
            labels[first:last] = MENTION.index(f"I-{kind}")
            labels[first] = MENTION.index(f"B-{kind}")

    for mention in dates:
        mark(mention.start, mention.end, "date")
    for quantity in quantities:
        mark(quantity.start, quantity.end, "figure")
    for place in {c["place"] for c in claims if c["place"]}:
        for start, end in locate(place, words.text):
            mark(start, end, "facility" if place.split()[-1].lower() in FACILITIES else "place")
    return labels


def candidates(report: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Quantities and dates that the grammars find in a report."""
    from rashomon.reading.dates import find_dates
    from rashomon.reading.figures import find_figures

    quantities = [q for q in find_figures(report["text"]) if q.unit == "count"]
    return quantities, [d for d in find_dates(report["text"], str(report["published"])) if d.first]


def _add_date(
    target: Target,
    claim: dict[str, Any],
    report: dict[str, Any],
    dates: list[Any],
    quote: tuple[int, int],
    words: Words,
    position: dict[int, int],
) -> None:
    target.nulls["date"] = 0
    if claim["date"] is None:
        target.roles["date"] = []
        return
    bounds = date_bounds(claim["date"])
    if bounds is None:
        return
    first, last = bounds
    right = [d for d in dates if first <= d.first and d.last <= last]
    right = [d for d in right if (d.first, d.last) == (first, last)] or right
    in_quote = [d for d in right if quote[0] <= d.start and d.end <= quote[1]]
    anchors = [
        position[w]
        for d in in_quote or right
        for w in range(*words.covering(d.start, d.end))
        if w in position
    ]
    today = first == last == str(report["published"])[:10]
    if anchors:
        target.roles["date"] = [anchors]
    elif today:
        target.roles["date"], target.nulls["date"] = [], 1


def _add_figures(
    target: Target,
    claim: dict[str, Any],
    quantities: list[Any],
    quote: tuple[int, int],
    words: Words,
    position: dict[int, int],
    tags: dict[str, np.ndarray],
) -> None:
    groups = []
    for figure in claim.get("figures") or []:
        same = [q for q in quantities if (q.low, q.high) == (figure["low"], figure["high"])]
        inside = [q for q in same if quote[0] <= q.start and q.end <= quote[1]] or same
        if not inside:
            return
        nearest = min(inside, key=lambda q: min(abs(q.start - quote[0]), abs(q.end - quote[1])))
        anchors = [position[w] for w in range(*words.covering(nearest.start, nearest.end)) if w in position]
        if not anchors:
            return
        if figure["kind"] in FIGURE:
            tags["quantity"][anchors] = FIGURE.index(figure["kind"])
        groups.append(anchors)
    target.roles["figure"] = groups
