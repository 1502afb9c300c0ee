"""ECB+: which reports tell the same happening, where each topic has two look-alikes.

A topic of ECB+ holds reports of two happenings of one kind (two quakes, two sackings): the files `N_Mecb.xml`
tell the one, `N_Mecbplus.xml` the other, and these are the gold clusters. The texts come as tokens; they are
put together again, without the line that holds the link. The set gives no day of publication, so there is one
only where the head of the text states it in a form that `rashomon.sources` reads.

All reports of all topics are read and grouped in one go (`rashomon.reconcile.stories`), as `rashomon compare
--group` does it; nothing says how many groups there are, nor which reports are of one topic. The measures:

- *document B-cubed*: for each report the share of its group that tells its happening (precision) and the
  share of its happening that is in its group (recall), averaged over all reports; F1 is of the two averages
  (Bagga and Baldwin, 1998).
- *false merges*: of all pairs of reports of one topic that tell its two happenings, those put into one group;
  *look-alikes kept apart* are the others. `topics merged` counts topics instead: those where more than half
  of such pairs are in one group.
- *incidents that mix look-alikes*: of the pairs of reports of one topic that share an incident, those that
  tell its two happenings: once reconciled as one heap, once group by group. It says what the grouping is
  worth to incidents.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from rashomon.errors import MalformedInput, SourceMissing
from rashomon.evaluation.bootstrap import Counts, harmonic
from rashomon.evaluation.outputs import ReaderLike, readings, unread
from rashomon.evaluation.results import Measure, Result, Table, measure, share
from rashomon.model import Claim, Reading, Report
from rashomon.reconcile import reconcile
from rashomon.reconcile.stories import stories_of
from rashomon.sources.text import complete

_NAME = re.compile(r"(\d+)_(\d+)(ecb(?:plus)?)")
_LINK = re.compile(r"\s*(?:https?\s*:\s*/|www\s*\.)")
_ENDED = re.compile(r"[.!?…][\"'”’)]*$")
_JOINED = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"``|''", '"'),
        (r" ([,.;:?!%)\]}…”’])", r"\1"),
        (r"([(\[{$“‘]) ", r"\1"),
        (r" ('(?:s|re|ve|ll|d|m|t)\b|n't\b)", r"\1"),
        (r"’ (s|re|ve|ll|d|m|t)\b", r"’\1"),
        (r"(?<=\d) ?, ?(?=\d{3}\b)", ","),
        (r"(?<=\d) ?([.:]) ?(?=\d)", r"\1"),
        (r"(?<=\w) - (?=\w)", "-"),
    )
)


class Document(msgspec.Struct, frozen=True):
    """One report of the set; `happening` is its gold cluster."""

    id: str
    topic: str
    happening: str
    text: str


def load(root: Path) -> list[Document]:
    """The documents, by topic and number.

    Raises:
        SourceMissing: there is none.
        MalformedInput: a file is not as the set has them.
    """
    named = [(match, path) for path in root.rglob("*.xml") if (match := _NAME.fullmatch(path.stem))]
    if not named:
        raise SourceMissing("no documents of ECB+", where=str(root))
    named.sort(key=lambda each: (int(each[0][1]), each[0][3], int(each[0][2])))
    return [Document(path.stem, match[1], f"{match[1]}{match[3]}", text_of(path)) for match, path in named]


def text_of(path: Path) -> str:
    """The text of a document, its tokens put together: a line that ends no sentence is a paragraph.

    Raises:
        MalformedInput: it is no XML, or has no tokens.
    """
    sentences: dict[int, list[str]] = defaultdict(list)
    try:
        for token in ElementTree.parse(path).getroot().iter("token"):
            sentences[int(token.attrib["sentence"])].append(token.text or "")
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise MalformedInput(f"no document of ECB+: {error!r}", where=str(path)) from error
    lines = [" ".join(words) for _, words in sorted(sentences.items())]
    pieces = [_plain(line) for line in lines if not _LINK.match(line)]
    if not any(pieces):
        raise MalformedInput("a document without tokens", where=str(path))
    return "".join(piece + (" " if _ENDED.search(piece) else "\n\n") for piece in pieces).strip()


def _plain(line: str) -> str:
    for pattern, by in _JOINED:
        line = pattern.sub(by, line)
    return line.strip()


def evaluate(documents: Sequence[Document], reader: ReaderLike) -> Result:
    """B-cubed over reports, and what is merged of the look-alikes of a topic."""
    read = list(readings(reader, (complete(Report(text=each.text, id=each.id)) for each in documents)))
    claims = [claim for reading in read for claim in reading.claims]
    stories = stories_of([reading.report for reading in read], claims)
    group = {ref: number for number, story in enumerate(stories) for ref in story.reports}
    topics: dict[str, list[Document]] = defaultdict(list)
    for each in documents:
        topics[each.topic].append(each)
    scored = _b_cubed(documents, group)
    rows = [_summed(scored[each.id] for each in told) for told in topics.values()]
    whole = [sum(column) for column in zip(*rows, strict=True)]
    pairs = {topic: _pairs(told, group) for topic, told in topics.items()}
    measures = [
        _mean("document B-cubed P", [(row[0], row[2]) for row in rows]),
        _mean("document B-cubed R", [(row[1], row[2]) for row in rows]),
        measure("document B-cubed F1", rows, _f1, total=whole[2]),
        share("look-alikes kept apart", [(both - false, both) for false, both in pairs.values()]),
        share("false merges", list(pairs.values())),
        share("topics merged", [(int(2 * false > both), 1) for false, both in pairs.values() if both]),
        _mixed("incidents that mix look-alikes, one heap", topics, claims, read, None),
        _mixed("incidents that mix look-alikes, by group", topics, claims, read, group),
    ]
    return Result(
        "ecb",
        "ECB+: which reports tell the same happening",
        f"{len(documents)} reports of {len(topics)} topics, two happenings of a kind each; {len(stories)} "
        f"groups were found for {len({each.happening for each in documents})} happenings, from texts and "
        "claims, in one go. False merges: of the pairs of reports of a topic that tell its two happenings, "
        "those in one group; kept apart: the others. Intervals over topics.",
        tuple(measures),
        ("document B-cubed F1", "look-alikes kept apart"),
        tuple(unread(read)),
        (_worst(topics, pairs, group),),
    )


def _b_cubed(documents: Sequence[Document], group: dict[str, int]) -> dict[str, tuple[float, float, float]]:
    """For each report (precision, recall, 1)."""
    sizes = Counter(group[each.id] for each in documents)
    wanted = Counter(each.happening for each in documents)
    both = Counter((group[each.id], each.happening) for each in documents)
    scored = {}
    for each in documents:
        right = both[group[each.id], each.happening]
        scored[each.id] = (right / sizes[group[each.id]], right / wanted[each.happening], 1.0)
    return scored


def _summed(rows: Iterable[tuple[float, float, float]]) -> list[float]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _mean(name: str, rows: Sequence[tuple[float, float]]) -> Measure:
    """A mean over reports, from sums a topic."""
    found = share(name, rows)
    return msgspec.structs.replace(found, hits=None)


def _f1(sums: Counts) -> Counts:
    """From sums of (precision, recall, reports): the harmonic mean of the two averages."""
    return harmonic(sums[..., 0] / sums[..., 2], sums[..., 1] / sums[..., 2])


def _pairs(told: Sequence[Document], group: dict[str, int]) -> tuple[int, int]:
    """Of the pairs of reports of a topic that tell its two happenings those in one group, and all."""
    apart = [(a, b) for a, b in combinations(told, 2) if a.happening != b.happening]
    return sum(group[a.id] == group[b.id] for a, b in apart), len(apart)


def _mixed(
    name: str,
    topics: dict[str, list[Document]],
    claims: Sequence[Claim],
    read: Sequence[Reading],
    group: dict[str, int] | None,
) -> Measure:
    """Pairs of reports of a topic that share an incident: those that tell two happenings, of all."""
    happening = {each.id: (topic, each.happening) for topic, told in topics.items() for each in told}
    heaps: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        heaps[group[claim.report] if group else 0].append(claim)
    reports = [reading.report for reading in read]
    whose = {claim.id: claim.report for claim in claims}
    together: set[tuple[str, str]] = set()
    for heap in heaps.values():
        for incident in reconcile(heap, reports):
            together.update(combinations(sorted({whose[ref] for ref in incident.claims}), 2))
    found: dict[str, list[int]] = {topic: [0, 0] for topic in topics}
    for one, other in together:
        (topic, first), (second_topic, second) = happening[one], happening[other]
        if topic == second_topic:
            found[topic][0] += first != second
            found[topic][1] += 1
    return share(name, list(found.values()))


def _worst(
    topics: dict[str, list[Document]], pairs: dict[str, tuple[int, int]], group: dict[str, int]
) -> Table:
    """The topics with false merges, the worst first."""
    rows = [
        (topic, f"{pairs[topic][0]} of {pairs[topic][1]}", str(len({group[each.id] for each in told})))
        for topic, told in topics.items()
        if pairs[topic][0]
    ]
    rows.sort(key=lambda row: (-pairs[row[0]][0], int(row[0])))
    return Table("Topics with false merges", ("topic", "pairs merged", "groups"), tuple(rows))
