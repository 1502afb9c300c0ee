"""The accounts set: claims, their fields, incidents and disputes against story files.

The figures are those of the set's own scorer, digit for digit. Added here: a 95% interval for each (claims
are drawn by report, incidents and disputes by story), and how far the claims' `confidence` can be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.evaluation import bootstrap, reliability
from rashomon.evaluation.agreement import FIELDS, WHOLE, Claim, agreement, match
from rashomon.evaluation.bootstrap import Counts
from rashomon.evaluation.gold import Story, report_key
from rashomon.evaluation.gold_claims import claims_of_story, reports_of_story
from rashomon.evaluation.outputs import Outputs
from rashomon.evaluation.results import (
    Measure,
    Picture,
    Result,
    Table,
    measure,
    plain,
    retrieval,
    share,
)
from rashomon.reconcile import reconcile

BINS = 10
STATUSES = ("happened", "ongoing", "planned", "conditional", "requested", "possible", "denied")
FRAMES = ("current", "background")


class ReportScore(msgspec.Struct, frozen=True):
    """One report: gold claims, guesses, and which of them are pairs (indices). `optional` gold counts
    neither way."""

    key: str
    story: str
    text: str
    gold: list[Claim]
    guesses: list[Claim]
    pairs: list[tuple[int, int]]
    optional: frozenset[int]

    @property
    def excused(self) -> frozenset[int]:
        """Guesses that are paired with an optional claim."""
        return frozenset(j for i, j in self.pairs if i in self.optional)

    def hits(self) -> list[tuple[Claim, Claim]]:
        """The pairs of equal type that count."""
        return [
            (self.gold[i], self.guesses[j])
            for i, j in self.pairs
            if i not in self.optional and self.gold[i]["type"] == self.guesses[j].get("type")
        ]

    def counts(self, kind: str | None = None) -> tuple[int, int, int]:
        """(hits, found, wanted), of one type or of all."""
        hits = [gold for gold, _ in self.hits() if kind is None or gold["type"] == kind]
        excused = self.excused
        found = sum(
            j not in excused and (kind is None or g.get("type") == kind) for j, g in enumerate(self.guesses)
        )
        wanted = sum(
            i not in self.optional and (kind is None or g["type"] == kind) for i, g in enumerate(self.gold)
        )
        return len(hits), found, wanted


class StoryScore(msgspec.Struct, frozen=True):
    """One story: sums of B-cubed precision and recall over its gold claims, and its disputes: (hits, found,
    wanted), of all fields and of each."""

    story: str
    precision: float
    recall: float
    items: int
    disputes: tuple[int, int, int]
    quiet: bool
    fields: dict[str, tuple[int, int, int]] = {}


class AccountsScore(msgspec.Struct, frozen=True):
    """All that the figures are made of."""

    reports: list[ReportScore]
    stories: list[StoryScore]
    from_gold: list[StoryScore]
    """The stories once more, with the gold claims reconciled in place of those that were read."""


def score(stories: Sequence[Story], outputs: Outputs) -> AccountsScore:
    """Match the outputs to the stories."""
    reports: list[ReportScore] = []
    ends: list[StoryScore] = []
    for story in stories:
        mine = [_score_report(story, report, outputs) for report in story["reports"]]
        reports += mine
        gold_of = {each.guesses[j].get("id"): each.gold[i]["id"] for each in mine for i, j in each.pairs}
        ends.append(_score_story(story, gold_of, outputs.incidents.get(story["story"], [])))
    return AccountsScore(reports, ends, [score_gold(story) for story in stories])


def _score_report(story: Story, report: dict[str, Any], outputs: Outputs) -> ReportScore:
    key = report_key(story, report["id"])
    gold = [claim for claim in story["claims"] if claim["report"] == report["id"]]
    guesses = outputs.claims.get(key, [])
    optional = frozenset(i for i, claim in enumerate(gold) if claim.get("optional"))
    return ReportScore(
        key, story["story"], report["text"], gold, guesses, match(gold, guesses, report["text"]), optional
    )


def score_gold(story: Story) -> StoryScore:
    """A story with its gold claims reconciled."""
    incidents = reconcile(claims_of_story(story), reports_of_story(story))
    told = msgspec.json.decode(msgspec.json.encode(incidents), type=list[dict[str, Any]])
    return _score_story(story, {claim["id"]: claim["id"] for claim in story["claims"]}, told)


def _score_story(story: Story, gold_of: dict[Any, str], incidents: list[dict[str, Any]]) -> StoryScore:
    wanted = {ref: incident["id"] for incident in story["incidents"] for ref in incident["claims"]}
    told = {
        gold_of[ref]: incident.get("id")
        for incident in incidents
        for ref in incident.get("claims") or []
        if ref in gold_of
    }
    p, r = b_cubed(wanted, told)
    gold_disputes = story.get("disputes") or []
    found_disputes = [dispute for incident in incidents for dispute in incident.get("disputes") or []]
    fields = _by_field(gold_disputes, found_disputes, gold_of)
    hits = sum(each[0] for each in fields.values())
    return StoryScore(
        story["story"],
        p,
        r,
        len(wanted),
        (hits, len(found_disputes), len(gold_disputes)),
        not gold_disputes,
        fields,
    )


def b_cubed(gold: dict[str, Any], guess: dict[str, Any]) -> tuple[float, float]:
    """Sums of B-cubed precision and recall over the items of `gold`; an item that `guess` lacks stands
    alone."""
    ours_of = {item: ("in", guess[item]) if item in guess else ("alone", item) for item in gold}
    p = r = 0.0
    for item in gold:
        ours = {other for other in gold if ours_of[other] == ours_of[item]}
        theirs = {other for other in gold if gold[other] == gold[item]}
        p += len(ours & theirs) / len(ours)
        r += len(ours & theirs) / len(theirs)
    return p, r


def _by_field(
    gold: list[dict[str, Any]], found: list[dict[str, Any]], gold_of: dict[Any, str]
) -> dict[str, tuple[int, int, int]]:
    """(hits, found, wanted) of each field: a hit is a dispute whose positions share a claim with the gold."""
    fields = {}
    for field in sorted({str(each["field"]) for each in (*gold, *found)}):
        ours = [each for each in gold if each["field"] == field]
        theirs = [{gold_of.get(ref) for ref in _refs(each)} for each in found if each["field"] == field]
        left = dict(enumerate(theirs))
        for dispute in ours:
            same = [at for at, refs in left.items() if _refs(dispute) & refs]
            if same:
                del left[same[0]]
        fields[field] = len(theirs) - len(left), len(theirs), len(ours)
    return fields


def _refs(dispute: dict[str, Any]) -> set[Any]:
    return {ref for position in dispute["positions"] for ref in position.get("claims") or []}


def types_of(scored: AccountsScore) -> list[str]:
    """Every type that gold or guesses have, sorted."""
    seen = {
        claim["type"]
        for each in scored.reports
        for i, claim in enumerate(each.gold)
        if i not in each.optional
    }
    for each in scored.reports:
        seen |= {str(g.get("type")) for j, g in enumerate(each.guesses) if j not in each.excused}
    return sorted(seen)


def whole_hits(report: ReportScore) -> int:
    """Pairs with type, actor, recipient, voice and status all right."""
    return sum(all(right[field] for field in WHOLE) for right in (agreement(g, h) for g, h in report.hits()))


def as_scorer(scored: AccountsScore) -> dict[str, Any]:
    """The figures in the form, and to the digit, of the set's own scorer."""
    hit, found, wanted = (
        sum(column) for column in zip(*(each.counts() for each in scored.reports), strict=True)
    )
    agree = [agreement(gold, guess) for each in scored.reports for gold, guess in each.hits()]
    items = sum(each.items for each in scored.stories) or 1
    dispute = [sum(column) for column in zip(*(each.disputes for each in scored.stories), strict=True)]
    return {
        "claim": _retrieved(hit, found, wanted),
        "whole": _retrieved(sum(map(whole_hits, scored.reports)), found, wanted),
        "fields": {f: round(sum(a[f] for a in agree) / hit, 4) if hit else 0.0 for f in FIELDS},
        "incident": _rounded(
            sum(s.precision for s in scored.stories) / items,
            sum(s.recall for s in scored.stories) / items,
            sum(s.items for s in scored.stories),
        ),
        "dispute": _retrieved(*dispute)
        | {
            "false alarms in quiet stories": sum(s.disputes[1] for s in scored.stories if s.quiet),
            "quiet stories": sum(s.quiet for s in scored.stories),
        },
        "types": {
            kind: _retrieved(
                *(sum(c) for c in zip(*(each.counts(kind) for each in scored.reports), strict=True))
            )
            for kind in types_of(scored)
        },
    }


def _retrieved(hit: int, found: int, wanted: int) -> dict[str, Any]:
    return _rounded(hit / found if found else 0.0, hit / wanted if wanted else 0.0, wanted)


def _rounded(p: float, r: float, n: int) -> dict[str, Any]:
    return {"p": round(p, 4), "r": round(r, 4), "f1": round(2 * p * r / (p + r), 4) if p + r else 0.0, "n": n}


class Calibration(msgspec.Struct, frozen=True):
    """How far `confidence` can be trusted: the error, the bins, what thresholds give, in words, drawn."""

    error: Measure
    bins: Table
    thresholds: Table
    words: str
    picture: Picture


def calibration(reports: Sequence[ReportScore]) -> Calibration:
    """Expected calibration error of `confidence` (right: matched, of equal type) over bins of equal mass."""
    rows = [_confidences(each) for each in reports]
    rows = [row for row in rows if len(row)]

    def error(drawn: NDArray[np.intp]) -> float:
        return float(
            sum(
                abs(mean - right) * size
                for size, mean, right in _bins(np.concatenate([rows[i] for i in drawn]))
            )
        )

    found = bootstrap.resampled(len(rows), error)
    claims = sum(len(row) for row in rows)
    pairs = np.concatenate(rows) if rows else np.zeros((0, 2))
    bins = _bins(pairs) if rows else []
    table = tuple((f"{size * claims:.0f}", f"{mean:.3f}", f"{right:.3f}") for size, mean, right in bins)
    return Calibration(
        plain("calibration error", found, claims),
        Table(
            "Confidence against share of claims that are right", ("claims", "mean confidence", "right"), table
        ),
        reliability.thresholds(pairs, sum(each.counts()[2] for each in reports)),
        reliability.statement(pairs),
        Picture(
            "reliability.svg",
            "Reliability: confidence from left to right, the share of claims that are right upwards",
            reliability.svg(bins, found.value, claims),
        ),
    )


def _confidences(report: ReportScore) -> Counts:
    hit = {id(guess) for _, guess in report.hits()}
    excused = report.excused
    return np.array(
        [
            (float(guess.get("confidence") or 0.0), id(guess) in hit)
            for j, guess in enumerate(report.guesses)
            if j not in excused
        ],
        dtype=np.float64,
    ).reshape(-1, 2)


def _bins(pairs: Counts) -> list[tuple[float, float, float]]:
    """(share of claims, mean confidence, share right) of each bin, least confident first."""
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    parts = [part for part in np.array_split(ordered, min(BINS, len(ordered))) if len(part)]
    return [(len(part) / len(ordered), float(part[:, 0].mean()), float(part[:, 1].mean())) for part in parts]


def confusion(scored: AccountsScore, field: str, values: Sequence[str]) -> Table:
    """Gold against guess of one field, over matched pairs of equal type."""
    pairs = [(gold[field], str(guess.get(field))) for each in scored.reports for gold, guess in each.hits()]
    columns = [*values, *sorted({guess for _, guess in pairs} - set(values))]
    rows = tuple(
        (value, *(str(pairs.count((value, column)) or "") for column in columns))
        for value in values
        if any(gold == value for gold, _ in pairs)
    )
    return Table(f"{field}: gold in rows, guess in columns", ("gold", *columns), rows)


def _of_incidents(stories: Sequence[StoryScore], source: str = "") -> list[Measure]:
    items = [(s.precision, s.recall, s.items) for s in stories]
    quiet = [(s.disputes[1], 1) for s in stories if s.quiet]
    alarms = sum(count for count, _ in quiet)
    return [
        measure(f"{source}incident B-cubed F1", items, _b_cubed_f1, None, sum(s.items for s in stories)),
        *retrieval(f"{source}dispute", [s.disputes for s in stories]),
        measure(
            f"{source}false disputes a quiet story", quiet, bootstrap.ratio, alarms, len(quiet), "disputes"
        ),
    ]


def result(scored: AccountsScore, notes: Sequence[str] = ()) -> Result:
    """Every figure with its counts and interval."""
    reports, stories = scored.reports, scored.stories
    claim = [each.counts() for each in reports]
    measures = retrieval("claim", claim)
    measures += retrieval(
        "whole", [(whole_hits(r), found, want) for r, (_, found, want) in zip(reports, claim, strict=True)]
    )
    agree = [[agreement(gold, guess) for gold, guess in each.hits()] for each in reports]
    measures += [
        share(f"field {f}", [(sum(a[f] for a in rows), len(rows)) for rows in agree]) for f in FIELDS
    ]
    measures += _of_incidents(stories)
    measures += _of_incidents(scored.from_gold, "from gold claims: ")
    trust = calibration(reports)
    measures.append(trust.error)
    measures += [
        m for kind in types_of(scored) for m in retrieval(kind, [r.counts(kind) for r in reports])[2:]
    ]
    wanted = sum(row[2] for row in claim)
    return Result(
        "accounts",
        "Accounts: who says what happened, and where accounts differ",
        f"{len(stories)} constructed stories, {len(reports)} reports, {wanted} claims. Claims and fields: "
        "intervals over reports; incidents and disputes: over stories. Fields are shares of the matched "
        "claims of equal type; `whole` has type, actor, recipient, voice and status right.",
        tuple(measures),
        ("claim F1", "whole F1", "field voice", "field status", "incident B-cubed F1", "dispute F1"),
        (*notes, trust.words),
        (
            confusion(scored, "status", STATUSES),
            confusion(scored, "frame", FRAMES),
            trust.bins,
            trust.thresholds,
        ),
        (trust.picture,),
    )  # fmt: skip


def _b_cubed_f1(sums: Counts) -> Counts:
    """From the columns (sum of precision, sum of recall, items)."""
    p = sums[..., 0] / np.maximum(sums[..., 2], 1)
    r = sums[..., 1] / np.maximum(sums[..., 2], 1)
    return bootstrap.harmonic(p, r)
