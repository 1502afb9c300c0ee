"""The reference report: which of its required claims are found, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence

from rashomon.evaluation.accounts import AccountsScore
from rashomon.evaluation.agreement import WHOLE, agreement
from rashomon.evaluation.mistakes import Mistake, mistakes, value
from rashomon.evaluation.results import Result, Table, share


def result(scored: AccountsScore, notes: Sequence[str] = ()) -> Result:
    """Required claims found with type, actor, recipient, voice and status right; the rest with the reason.

    The unit of the intervals is the claim: there is one report.
    """
    found: list[tuple[int, int]] = []
    typed: list[tuple[int, int]] = []
    guesses = hits = 0
    for report in scored.reports:
        partner = {id(gold): guess for gold, guess in report.hits()}
        for i, claim in enumerate(report.gold):
            if i in report.optional:
                continue
            guess = partner.get(id(claim))
            typed.append((int(guess is not None), 1))
            right = guess is not None and all(agreement(claim, guess)[field] for field in WHOLE)
            found.append((int(right), 1))
        hit, told, _ = report.counts()
        hits, guesses = hits + hit, guesses + told
    measures = (
        share("required claims right", found),
        share("required claims found with their type", typed),
        share("claims told that are in the gold", [(1, 1)] * hits + [(0, 1)] * (guesses - hits)),
    )
    lacking = [each for each in mistakes(scored) if (reason := why(each)) and reason != "spurious"]
    return Result(
        "reference",
        "The reference report",
        f"{len(found)} required claims of one agency report: found with type, actor, recipient, voice and "
        "status right. Claims on which careful readers may differ count neither way.",
        measures,
        ("required claims right", "required claims found with their type"),
        tuple(notes),
        (
            Table(
                "What is lacking",
                ("claim", "type", "trigger", "why"),
                tuple((g["id"], g["type"], g["trigger"], why(each)) for each in lacking if (g := each.gold)),
            ),
        ),
    )


def why(mistake: Mistake) -> str:
    """Why a claim does not count, in a few words; empty if only fields are wrong that are not asked for."""
    if mistake.gold is None:
        return "spurious"
    if mistake.guess is None:
        return "no claim there"
    asked = [field for field in mistake.wrong if field == "type" or field in WHOLE]
    return "; ".join(f"{f}: {value(mistake.guess, f)}, not {value(mistake.gold, f)}" for f in asked)
