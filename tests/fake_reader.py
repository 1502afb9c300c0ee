"""A reader that needs no model, for what stands before and after reading: every "arrested" is a claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from rashomon.errors import EmptyText
from rashomon.model import Claim, Reading, Report, claim_id, publisher_voice, span_of
from rashomon.reading.intake import Checked


class FakeReader:
    """Refuses reports that say "refuse me", as the real one refuses what it cannot read."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, report: Report) -> Reading:
        if "refuse me" in report.text:
            raise EmptyText("the fake reader was told to refuse")
        return Reading(
            report, tuple(self._claim(report, match) for match in re.finditer("arrested", report.text))
        )

    def read_checked(self, checked: Checked) -> Reading:
        self.taken += 1
        return msgspec.structs.replace(self.read(checked.report), notes=checked.notes)

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading]:
        for report in reports:
            yield self.read(report)

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
