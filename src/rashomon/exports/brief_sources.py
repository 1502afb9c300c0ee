"""The sources of a brief: the quoted words that its sentences rest on, numbered in the order of citing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from rashomon.exports.brief_form import Source
from rashomon.exports.brief_words import clipped
from rashomon.exports.phrases import one_line
from rashomon.model import Claim, Report
from rashomon.reconcile.matrix import Matrix


class Citations:
    """The sources that the sentences of one brief have cited so far. The same words of the same voice are one
    source in a report and in its copies: the first by day stands for it, the other outlets are named."""

    def __init__(
        self, grid: Matrix, names: Iterable[str], claims: Mapping[str, Claim], reports: Mapping[str, Report]
    ) -> None:
        self._claims, self._reports = claims, reports
        self._voice_of = {
            ref: name for name, column in zip(names, grid.columns, strict=True) for ref in column.claims
        }
        copied = {ref for column in grid.columns for ref in column.copied}
        self._printed_again = {
            self._words(ref) for ref in self._voice_of if ref in claims and claims[ref].report in copied
        }
        self._cited: dict[tuple[str, str | None, str | None], tuple[int, list[str]]] = {}

    def cite(self, refs: Iterable[str]) -> tuple[int, ...]:
        """The numbers of the sources of some claims; claims that are not known have none."""
        numbers = set()
        for ref in refs:
            if ref in self._claims:
                words = self._words(ref)
                report = None if words in self._printed_again else self._claims[ref].report
                number, its = self._cited.setdefault((*words, report), (len(self._cited) + 1, []))
                its.append(ref)
                numbers.add(number)
        return tuple(sorted(numbers))

    def sources(self) -> tuple[Source, ...]:
        """All that was cited, by number."""
        return tuple(self._source(number, refs) for number, refs in self._cited.values())

    def day(self, ref: str) -> str:
        """The day on which a claim's report was published, as an ISO date; empty where it is not known."""
        report = self._report(ref)
        return (report.published or "")[:10] if report is not None else ""

    def outlet(self, ref: str) -> str | None:
        """The publisher of a claim's report."""
        report = self._report(ref)
        return report.publisher if report is not None else None

    def _words(self, ref: str) -> tuple[str, str | None]:
        return one_line(self._claims[ref].quote.text).casefold(), self._voice_of.get(ref)

    def _report(self, ref: str) -> Report | None:
        return self._reports.get(self._claims[ref].report) if ref in self._claims else None

    def _source(self, number: int, refs: list[str]) -> Source:
        first = min(refs, key=lambda ref: self.day(ref) or "~")  # an unknown day is the last
        claim, report = self._claims[first], self._report(first)
        others = dict.fromkeys(one_line(outlet) for ref in refs if (outlet := self.outlet(ref)))
        source = Source(
            number,
            first,
            self._voice_of.get(first) or one_line(claim.voice.name or claim.voice.text or ""),
            clipped(claim),
            None,
            None,
            None,
            None,
        )
        if report is None:
            return source
        others.pop(one_line(report.publisher or ""), None)
        return msgspec.structs.replace(
            source,
            publisher=report.publisher,
            published=report.published,
            title=report.title,
            url=report.url,
            also=tuple(others),
        )


__all__ = ["Citations"]
