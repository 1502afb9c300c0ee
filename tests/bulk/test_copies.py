"""Copies of texts read before: what is taken for one, and what its claims are then."""

from __future__ import annotations

import msgspec
import pytest
from fake_reader import FakeReader

from rashomon.bulk.copies import Copies, pieces
from rashomon.model import Claim, Report, Span

FIRST = "VRELO - Police arrested nine men near the old mill on Sunday evening, the mayor of the town said."
SECOND = (
    'Neighbours had called them. "They were arrested in a barn," said the head of the watch, Ilda Moreau.'
)
THIRD = "Two of the men had been arrested before, a clerk at the court of Port Salema told this paper."


def report(*paragraphs: str, **fields: str) -> Report:
    return Report(text="\n\n".join(paragraphs), **({"published": "2021-05-04"} | fields))


def claims_of(given: Report) -> tuple[Claim, ...]:
    """Claims by the fake reader, the trigger of each with a sentence as its quote."""
    found = []
    for claim in FakeReader().read(given).claims:
        piece, start = next(p for p in pieces(given.text) if p[1] <= claim.trigger.start < p[1] + len(p[0]))
        found.append(msgspec.structs.replace(claim, quote=Span(piece, start, start + len(piece))))
    return tuple(found)


@pytest.fixture
def copies() -> Copies:
    source = report(FIRST, SECOND, THIRD, publisher="Harbour Post")
    known = Copies()
    known.add(source, claims_of(source))
    return known


@pytest.mark.parametrize(
    ("paragraphs", "count"),
    [
        ((FIRST, SECOND, THIRD), 3),
        ((FIRST, SECOND), 2),
        ((SECOND, THIRD), 2),
        ((FIRST, THIRD), 2),
        ((FIRST, SECOND, THIRD, "(Reporting by Ana Weld; editing by Tom Orr)"), 3),
        ((FIRST, "* * *", SECOND, "© 2021 The Agency. All rights reserved."), 2),
    ],
)
def test_a_copy_has_the_claims_of_its_source(copies: Copies, paragraphs: tuple[str, ...], count: int) -> None:
    copy = report(*paragraphs, publisher="Valley Echo")
    found = copies.claims_of(copy)
    assert found is not None
    source, claims = found
    assert source == report(FIRST, SECOND, THIRD, publisher="Harbour Post").id
    assert len(claims) == count
    for claim in claims:
        assert copy.text[claim.trigger.start : claim.trigger.end] == claim.trigger.text == "arrested"
        assert copy.text[claim.quote.start : claim.quote.end] == claim.quote.text
        assert claim.report == copy.id
    assert len({claim.id for claim in claims}) == count


@pytest.mark.parametrize(
    "paragraphs",
    [
        (FIRST.replace("nine", "ten"), SECOND, THIRD),
        (FIRST, SECOND, THIRD, "A tenth man was arrested at noon."),
        (FIRST, SECOND, THIRD, "Five died."),
        (THIRD, SECOND, FIRST),
        ("Something else was arrested altogether in the valley of the mill, and nobody saw it happen.",),
    ],
)
def test_what_has_news_is_read(copies: Copies, paragraphs: tuple[str, ...]) -> None:
    assert copies.claims_of(report(*paragraphs)) is None


def test_the_day_counts(copies: Copies) -> None:
    assert copies.claims_of(report(FIRST, SECOND, THIRD, published="2021-05-05")) is None
    assert copies.claims_of(report(FIRST, SECOND, THIRD, published="2021-05-04T08:00:00Z")) is not None


def test_a_claim_that_points_at_what_was_cut_is_not_carried() -> None:
    source = report(FIRST, SECOND)
    mayor = Span("Ilda Moreau", *(source.text.index("Ilda Moreau") + n for n in (0, 11)))
    claims = tuple(
        msgspec.structs.replace(claim, voice=msgspec.structs.replace(claim.voice, cue=mayor))
        for claim in claims_of(source)
    )
    known = Copies()
    known.add(source, claims)
    assert known.claims_of(report(FIRST, SECOND)) is not None
    assert known.claims_of(report(FIRST)) is None


def test_ids_are_those_that_reading_gives() -> None:
    from rashomon.model import claim_id

    source = report(FIRST)
    known = Copies()
    known.add(source, claims_of(source))
    copy = report(FIRST, publisher="Valley Echo")
    found = known.claims_of(copy)
    assert found is not None
    [claim] = found[1]
    assert claim.id == claim_id(f"{copy.id}\0{copy.sha256}", claim.type, claim.trigger)
