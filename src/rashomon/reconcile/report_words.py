"""What of a report's words tells its story from others: weighted words, and how alike two reports are.

Words are stems, as everywhere in this room. They count for more where they are names or numbers and where
they stand near the beginning, and for less the more reports have them: in the batch at hand and in newswire
at large (`report_words.csv`), so that three reports of one strike are not told apart by "strike". (Term
weighting after Salton and Buckley, 1988; vectors are of length one, so that their product is the cosine.)
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.knowledge.names import fold
from rashomon.reconcile.tables import report_counts, telling_nothing
from rashomon.reconcile.traits import stem

NAME = 1.5
"""How often a name or a number counts."""
LEAD = 2.0
"""How much more a word counts that opens a report; it is gone after some REACH words."""
REACH = 60
MOST_WORDS = 3_000
"""Words of a report that are looked at: what it is about, it says before."""

_LONGEST = 60  # characters of a word
_WORD = re.compile(r"\d+(?:[.:,/-]\d+)+|[^\W_]+(?:['’][^\W_]+)*")
_OPENS = frozenset('.!?:"“\n')

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


class Text(msgspec.Struct, frozen=True):
    """The words of one report: weights by stem, the stems written as names, and the commonest written form of
    each stem."""

    weights: dict[str, float]
    names: frozenset[str]
    forms: dict[str, str]


class Vectors(msgspec.Struct, frozen=True):
    """Reports as sparse vectors of length one. The entries of report i are `columns[starts[i]:starts[i + 1]]`
    with `weights` beside them; `stems` names the columns."""

    starts: Numbers
    columns: Numbers
    weights: Floats
    stems: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def dense(self, rows: Sequence[int]) -> tuple[Floats, Numbers]:
        """Some reports as rows of a table, and the columns that it has."""
        spans = [slice(self.starts[row], self.starts[row + 1]) for row in rows]
        used = np.unique(np.concatenate([self.columns[span] for span in spans]))
        table = np.zeros((len(rows), len(used)))
        for at, span in enumerate(spans):
            table[at, np.searchsorted(used, self.columns[span])] = self.weights[span]
        return table, used


def words_of(text: str) -> Text:
    """The words of a text."""
    weights: dict[str, float] = defaultdict(float)
    written: dict[str, Counter[str]] = {}
    named: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    for at, (word, opens) in enumerate(_words(text)):
        key = fold(word[:_LONGEST].removesuffix("'s").removesuffix("’s"))
        if not key or key in telling_nothing() or (len(key) == 1 and not key.isdigit()):
            continue
        root = stem(key)
        written.setdefault(root, Counter())[key] += 1
        if not word[0].isupper():
            plain[root] += 1
        elif not opens:
            named[root] += 1
        weights[root] += 1 + LEAD * math.exp(-at / REACH)
    names = frozenset(root for root in weights if named[root] > plain[root] or root[0].isdigit())
    for root in names:
        weights[root] *= NAME
    forms = {root: min(forms, key=lambda form: (-forms[form], form)) for root, forms in written.items()}
    return Text(dict(weights), names, forms)


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text, and whether each opens a sentence or a line, where a capital says nothing."""
    last = 0
    for count, match in enumerate(_WORD.finditer(text)):
        if count == MOST_WORDS:
            return
        between = text[last : match.start()][-20:]
        yield match.group(), not count or not _OPENS.isdisjoint(between)
        last = match.end()


def vectors(texts: Sequence[Text]) -> Vectors:
    """Texts as vectors; a word counts for the less, the more reports of the batch and of newswire have it."""
    total, often = report_counts()
    batch = Counter(root for text in texts for root in text.weights)
    stems = sorted(batch)
    number = {root: at for at, root in enumerate(stems)}
    reports = total + len(texts) + 1
    rare = {root: math.log(reports / (often.get(root, 0) + batch[root] + 1)) for root in stems}
    starts, columns, weights = array("q", [0]), array("q"), array("d")
    for text in texts:
        roots = sorted(text.weights)
        values = [max(1 + math.log(text.weights[root]), 0.1) * max(rare[root], 0.01) for root in roots]
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        columns.extend(number[root] for root in roots)
        weights.extend(value / length for value in values)
        starts.append(len(columns))
    return Vectors(
        np.array(starts, dtype=np.int64),
        np.array(columns, dtype=np.int64),
        np.array(weights, dtype=np.float64),
        tuple(stems),
    )


def alike(found: Vectors, least: float, widest: int) -> Iterator[tuple[int, Numbers, Floats]]:
    """For each report those before it whose cosine with it is at least `least`, with the cosines.

    Words that more than `widest` reports have are left out: they weigh little, and make the work quadratic.
    """
    order = np.argsort(found.columns, kind="stable")
    row = np.repeat(np.arange(len(found)), np.diff(found.starts))[order]
    weight = found.weights[order]
    begin = np.searchsorted(found.columns[order], np.arange(len(found.stems) + 1))
    common = np.diff(begin) > widest
    for one in range(1, len(found)):
        span = slice(found.starts[one], found.starts[one + 1])
        sums = np.zeros(one)
        for column, mine in zip(found.columns[span].tolist(), found.weights[span].tolist(), strict=True):
            if common[column]:
                continue
            at, end = begin[column], begin[column + 1]
            end = at + np.searchsorted(row[at:end], one)  # rows of a column ascend: those before this report
            sums[row[at:end]] += mine * weight[at:end]
        near = np.flatnonzero(sums >= least)
        if len(near):
            yield one, near, sums[near]
