"""Which reports tell the same story.

Reports are alike as far as they share words that few others have (`report_words`). The grouping has three
steps:

1. Reports that are copies of each other, or nearly so, count as one.
2. Average linkage puts together what is alike enough on the whole. Likeness across a month or more counts for
   nothing.
3. Two happenings of a kind - two quakes on one island, two sackings at one club - share the words of their
   kind, and step 2 may take them for one. So each group is looked at by itself: what all its reports share is
   left out, and where what is left falls into two halves that hardly touch, the group is parted (the
   normalised cut of Shi and Malik, 2000), and so on with its parts.

Nothing here knows what a story is about; what follows from a story is `reconcile`'s affair.
"""

from __future__ import annotations

import datetime
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.model import Claim, Report
from rashomon.reconcile.joining import linked
from rashomon.reconcile.report_words import Text, Vectors, alike, vectors, words_of

COPY = 0.8
"""Cosine from which two reports are taken for copies."""
ENOUGH = 0.06
"""Mean cosine over all pairs of two groups from which they are joined."""
NEAREST = 5
"""Nearest reports that a report holds on to when its group is parted."""
NAMED = 3.0
"""How often a name or a number counts then."""
PART = 0.3
"""Normalised cut under which a group is parted: 0 where nothing is shared across the cut, 1 where as much is
shared across as within."""
FEWEST = 5
"""Reports that a group must have to be parted: in fewer every word is rare."""
APART = 31
"""Days between two reports from which their likeness counts for nothing."""

_NOTED = 0.03  # cosines below count as nothing
_MOST = 200  # likenesses of a report to those before it that are kept
_WIDEST = 1_000  # reports that may share a word that is looked at
_LARGEST = 600  # reports that are parted in one go; more are linked more strictly first
_LABEL = 3  # words that name a story

Floats = NDArray[np.float64]


class ReportStory(msgspec.Struct, frozen=True):
    """Reports that tell one story: a name made of its most telling words, those words, and the ids."""

    name: str
    words: tuple[str, ...]
    reports: tuple[str, ...]


def stories_of(reports: Iterable[Report], claims: Iterable[Claim] = ()) -> list[ReportStory]:
    """The reports grouped by the story that they tell, in the order of their first reports.

    The order of the reports changes nothing but the order of the stories. Of two reports with one id the
    first counts.

    Args:
        reports: with their texts, as far as they are known; what a report lacks is taken from its claims'
            quotes.
        claims: of these reports. They say which days a report tells of where it has no day of publication.

    Raises:
        InstallationError: a table is missing or damaged.
    """
    unique = {report.id: report for report in reports}
    told: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        told[claim.report].append(claim)
    ids = sorted(unique)
    texts = [words_of(_text(unique[ref], told[ref])) for ref in ids]
    days = [_day(unique[ref], told[ref]) for ref in ids]
    found = vectors(texts)
    named = _named(found, texts)
    place = {ref: at for at, ref in enumerate(unique)}
    taken: Counter[str] = Counter()
    stories = []
    groups = [sorted(group, key=lambda at: place[ids[at]]) for group in _groups(found, named, days)]
    for group in sorted(groups, key=lambda group: place[ids[group[0]]]):
        words = _telling(found, texts, group)
        name = "-".join(words) or "reports"
        taken[name] += 1
        name = name if taken[name] == 1 else f"{name}-{taken[name]}"
        stories.append(ReportStory(name, words, tuple(ids[at] for at in group)))
    return stories


def _text(report: Report, claims: Sequence[Claim]) -> str:
    """The title, where the text does not begin with it, and the text, or what the claims quote of it."""
    text = report.text or "\n".join(dict.fromkeys(claim.quote.text for claim in claims))
    title = report.title or ""
    return text if title[:200] in text[:1000] else f"{title}\n\n{text}"


def _day(report: Report, claims: Sequence[Claim]) -> int | None:
    """The day of publication, else the last day that the report tells of as news; None if neither is
    known."""
    days = [claim.date.last for claim in claims if claim.date is not None and claim.frame == "current"
            and claim.date.precision == "day" and claim.status in ("happened", "ongoing")]  # fmt: skip
    for day in (report.published, max(days, default=None)):
        try:
            return datetime.date.fromisoformat(str(day)[:10]).toordinal()
        except ValueError:
            continue
    return None


def _named(found: Vectors, texts: Sequence[Text]) -> NDArray[np.bool_]:
    """For each stem whether most reports that have it write it as a name or a number."""
    often = Counter(root for text in texts for root in text.weights)
    names = Counter(root for text in texts for root in text.names)
    return np.array([2 * names[root] > often[root] for root in found.stems], dtype=np.bool_)


def _groups(found: Vectors, named: NDArray[np.bool_], days: Sequence[int | None]) -> Iterator[list[int]]:
    """The reports of each story, by number."""
    ones, others, cosines = array("q"), array("q"), array("d")
    for one, near, sums in alike(found, _NOTED, _WIDEST):
        if len(near) > _MOST:
            best = np.sort(np.argsort(-sums, kind="stable")[:_MOST])
            near, sums = near[best], sums[best]
        ones.extend([one] * len(near))
        others.extend(near.tolist())
        cosines.extend(sums.tolist())
    links = np.zeros(len(ones), dtype=[("one", "u4"), ("other", "u4"), ("odds", "f4")])
    links["one"], links["other"], links["odds"] = others, ones, cosines
    del ones, others, cosines
    day = np.array([np.nan if each is None else each for each in days])
    links = links[~(np.abs(day[links["one"]] - day[links["other"]]) >= APART)]  # nan is never far
    copies = _copies(len(found), links)
    links = links[np.isin(links["one"], list(copies)) & np.isin(links["other"], list(copies))]
    for group in _linked(list(copies), links, ENOUGH):
        for part in _parted(found, named, group):
            yield sorted(each for at in part for each in copies[at])


def _copies(count: int, links: NDArray[np.void]) -> dict[int, list[int]]:
    """For each report that is no copy itself, it and its copies. A copy is like one, not like one's copy: so
    a chain of small changes does not make one of two reports that differ."""
    first = list(range(count))
    copied = links[links["odds"] >= COPY]
    for one, other in sorted(zip(copied["other"].tolist(), copied["one"].tolist(), strict=True)):
        if first[other] == other and first[one] == one:
            first[one] = other
    found: dict[int, list[int]] = defaultdict(list)
    for at, source in enumerate(first):
        found[source].append(at)
    return dict(found)


def _linked(names: list[int], links: NDArray[np.void], enough: float) -> Iterator[list[int]]:
    """Average linkage; what grows too large to be parted in one go is linked more strictly."""
    for group in linked(names, links, 0.0, enough):
        if len(group) <= _LARGEST or enough > 0.5:
            yield group
        else:
            inside = links[np.isin(links["one"], group) & np.isin(links["other"], group)]
            yield from _linked(group, inside, enough + 0.03)


def _parted(found: Vectors, named: NDArray[np.bool_], group: list[int]) -> Iterator[list[int]]:
    """The stories of a group that step 2 made."""
    if len(group) >= FEWEST:
        cut, one, other = best_cut(own_likeness(found, named, group))
        if cut < PART:
            yield from _parted(found, named, [group[at] for at in one])
            yield from _parted(found, named, [group[at] for at in other])
            return
    yield group


def own_likeness(found: Vectors, named: NDArray[np.bool_], group: Sequence[int]) -> Floats:
    """Cosines between the reports of a group, by the words that some of them share and others lack: the words
    of all weigh nothing, those of a few most, and names and numbers above all. Each report keeps its likeness
    to those NEAREST to it, which is what the cut is looked for in (von Luxburg, 2007, on such graphs). Shape
    (reports, reports), symmetric, nothing on the diagonal."""
    table, columns = found.dense(group)
    having = (table > 0).sum(axis=0)
    weight = np.log(len(group) / having) * np.where(named[columns], NAMED, 1.0)
    table = (table * weight)[:, having > 1]
    table /= np.sqrt((table * table).sum(axis=1, keepdims=True)).clip(1e-9)
    likeness: Floats = table @ table.T
    np.fill_diagonal(likeness, 0.0)
    if len(group) > NEAREST:
        least = np.partition(likeness, -NEAREST, axis=1)[:, -NEAREST, None]
        likeness[likeness < np.minimum(least, least.T)] = 0.0  # kept where either is near to the other
    return likeness


def best_cut(likeness: Floats) -> tuple[float, list[int], list[int]]:
    """The best normalised cut along the order that the second eigenvector gives, and its two sides.

    The cut is what the sides share over what each has in all, both summed: 2 where nothing holds the sides
    together within, 0 where they share nothing.
    """
    degree = likeness.sum(axis=1) + 1e-9
    scale = 1.0 / np.sqrt(degree)
    _, axes = np.linalg.eigh(likeness * scale[:, None] * scale[None, :])
    order = np.argsort(axes[:, -2] * scale, kind="stable")
    ordered = likeness[np.ix_(order, order)]
    within = np.diagonal(ordered.cumsum(axis=0).cumsum(axis=1))[:-1]  # of the first 1, 2, ... in order, twice
    first = degree[order].cumsum()[:-1]
    across = first - within
    cuts = across / first + across / (degree.sum() - first)
    at = int(np.argmin(cuts))
    return float(cuts[at]), order[: at + 1].tolist(), order[at + 1 :].tolist()


def _telling(found: Vectors, texts: Sequence[Text], group: Sequence[int]) -> tuple[str, ...]:
    """The words that weigh most in a story's reports and stand in at least half of them, names first."""
    table, columns = found.dense(group)
    weight = table.mean(axis=0) * ((table > 0).sum(axis=0) * 2 >= len(group))
    names = Counter(root for at in group for root in texts[at].names)
    best = sorted(
        (-float(value) * (1.5 if names[root] else 1.0), root)
        for value, root in zip(weight.tolist(), (found.stems[column] for column in columns), strict=True)
        if value > 0 and root.isalpha() and len(root) > 2
    )
    forms = {root: form for at in reversed(group) for root, form in texts[at].forms.items()}
    return tuple(forms[root] for _, root in best[:_LABEL])
