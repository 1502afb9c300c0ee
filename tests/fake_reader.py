"""A reader that needs no model, for what stands before and after reading: every "arrested" is a claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rashomon.errors import EmptyText
from rashomon.model import Claim, Reading, Report, claim_id, publisher_voice, span_of

BATCH = 3


class FakeReader:
    """Takes reports in batches, as the real one does, and refuses those that say "refuse me"."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, report: Report) -> Reading:
        if "refuse me" in report.text:
            raise EmptyText("the fake reader was told to refuse")
        return Reading(
            report, tuple(self._claim(report, match) for match in re.finditer("arrested", report.text))
        )

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading]:
        batch: list[Report] = []
        for report in reports:
            self.taken += 1
            batch.append(report)
            if len(batch) == BATCH:
                yield from [self.read(entry) for entry in batch]
                batch = []
        yield from [self.read(entry) for entry in batch]

    def _claim(self, report: Report, match: re.Match[str]) -> Claim:
        trigger = span_of(report.text, *match.span())
        return Claim(
            id=claim_id(report.id, "COERCE", trigger),
            report=report.id,
            type="COERCE",
            mode="arrest",
            contexts=(),
            quad=4,
            score=-7.0,
            cameo="173",
            quote=trigger,
            trigger=trigger,
            actors=(),
            recipients=(),
            voice=publisher_voice(),
            status="happened",
            frame="current",
            date=None,
            place=None,
            figures=(),
            confidence=0.5,
        )
