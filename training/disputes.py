"""How the weights of disputes are made: logistic regression over pairs of gold claims of different voices.

    python -m training.disputes 'training/corpus/accounts/*.yaml' [--check | --score]

writes `dispute_weights.csv` of `src/rashomon/reconcile`. There are four questions. "figure": do two numbers
contradict each other; "denial": does a denial answer a claim; "cleared": is only the doer denied; "actor":
is one deed laid at two doors. A pair is right where the gold has both claims in one dispute about it, at
different positions. The pairs are those of the incidents that `reconcile` makes of the gold claims.

With `--check` nothing is written: the weights are fitted on seven eighths of the stories and tried on the
rest, eight times. With `--score` the weights are measured as they are.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path

from rashomon.evaluation.accounts import score_gold
from rashomon.evaluation.gold import Story, load_stories, story_files
from rashomon.evaluation.gold_claims import claims_of_story, reports_of_story
from rashomon.reconcile import contests, counts, denials, rivals
from rashomon.reconcile.building import scenes_of
from rashomon.reconcile.scene import Scene
from rashomon.reconcile.told_counts import counts as counts_of
from training.joining import Row, fit

WEIGHTS = Path("src/rashomon/reconcile/dispute_weights.csv")
RARE = {"figure": 4, "denial": 4, "cleared": 3, "actor": 4}
"""Pairs that must have a sign for it to get a weight."""
FOLDS = 8
_NUMBERS = ("hits", "found", "wanted")

Rows = dict[str, list[Row]]
Scores = dict[str, tuple[int, int, int]]
Fields = Mapping[tuple[str, str], set[str]]


def rows(story: Story) -> Rows:
    """Signs and rightness of every pair of a story that is weighed, by question."""
    fields = _fields(story)
    found: Rows = defaultdict(list)
    for stage in scenes_of(claims_of_story(story), reports_of_story(story)):
        for question, row in _of_scene(stage, fields):
            found[question].append(row)
    return found


def _fields(story: Story) -> Fields:
    """What is in dispute between two claims, for each pair at different positions of a gold dispute."""
    fields: dict[tuple[str, str], set[str]] = defaultdict(set)
    for dispute in story.get("disputes") or []:
        for ours, theirs in permutations(dispute["positions"], 2):
            for one in ours.get("claims") or []:
                for other in theirs.get("claims") or []:
                    fields[one, other].add(dispute["field"])
    return fields


def _of_scene(stage: Scene, fields: Fields) -> Iterator[tuple[str, Row]]:
    claims = stage.claims
    for kind, found in counts_of(stage).items():
        for low, high in counts.figure_pairs(found, stage):
            right = kind in fields.get((low.claim, high.claim), ())
            yield "figure", (counts.signs_of_pair(low, high, stage), right)
    answered: dict[int, list[int]] = defaultdict(list)
    for denied, told in denials.denial_pairs(stage):
        about = fields.get((claims[denied].id, claims[told].id), set())
        yield "denial", (denials.signs_of_pair(denied, told, stage), bool(about))
        if about & {"actor", "occurred"}:
            answered[denied].append(told)
    for denied_, against in denials.kinds_of(stage, answered):
        about = {
            field
            for no in denied_
            for yes in against
            for field in fields.get((claims[no].id, claims[yes].id), ())
        }
        yield "cleared", (denials.signs_of_kind(denied_, against, stage), "actor" in about)
    for one, other in rivals.rival_pairs(stage):
        right = "actor" in fields.get((claims[one].id, claims[other].id), ())
        yield "actor", (rivals.signs_of_pair(one, other, stage), right)


def fit_all(stories: Iterable[Rows]) -> dict[str, dict[str, float]]:
    """The weights of each question."""
    together: Rows = defaultdict(list)
    for each in stories:
        for question, its in each.items():
            together[question] += its
    return {question: fit(its, RARE[question], {}) for question, its in sorted(together.items())}


def check(stories: Sequence[Story]) -> Scores:
    """(hits, found, wanted) of each field, and of all, where no story was fitted on."""
    found = [rows(story) for story in stories]
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for fold in range(FOLDS):
        weight = fit_all(its for at, its in enumerate(found) if at % FOLDS != fold)
        with _weighing(weight):
            for field, numbers in score(stories[fold::FOLDS]).items():
                total[field].update(dict(zip(_NUMBERS, numbers, strict=True)))
    return _in_order(total)


def score(stories: Iterable[Story]) -> Scores:
    """(hits, found, wanted) of each field, and of all, with the weights as they are."""
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for story in stories:
        told = score_gold(story)
        for field, numbers in (*told.fields.items(), ("all", told.disputes)):
            total[field].update(dict(zip(_NUMBERS, numbers, strict=True)))
        if told.quiet:
            total["(quiet stories)"].update({"found": told.disputes[1]})
    return _in_order(total)


def _in_order(total: Mapping[str, Counter[str]]) -> Scores:
    return {field: (each["hits"], each["found"], each["wanted"]) for field, each in sorted(total.items())}


@contextmanager
def _weighing(weight: dict[str, dict[str, float]]) -> Iterator[None]:
    """Let `reconcile` weigh with these weights for a while."""
    known = contests.dispute_weights
    contests.dispute_weights = lambda: weight  # type: ignore[assignment]
    try:
        yield
    finally:
        contests.dispute_weights = known


def write(weights: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """The table, question by question, sign by sign in the order of the alphabet."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("question", "sign", "weight"))
        for question, signs in weights.items():
            table.writerows((question, sign, f"{signs[sign]:.3f}") for sign in sorted(signs))


def main(arguments: Sequence[str]) -> None:
    """Fit on the stories that the patterns name, and write the table; or cross-validate."""
    stories = [
        story
        for pattern in arguments
        if not pattern.startswith("--")
        for story in load_stories(story_files(pattern))
    ]
    if "--check" in arguments or "--score" in arguments:
        measured = check(stories) if "--check" in arguments else score(stories)
        for field, (hits, found, wanted) in measured.items():
            p, r = hits / max(found, 1), hits / max(wanted, 1)
            f1 = 2 * hits / max(found + wanted, 1)
            print(f"{field:15} P {p:.3f} R {r:.3f} F1 {f1:.3f}  ({hits} of {found} found, {wanted} wanted)")
        return
    its = [rows(story) for story in stories]
    weights = fit_all(its)
    write(weights, WEIGHTS)
    sizes = Counter({question: sum(len(each[question]) for each in its) for question in weights})
    print(f"{len(stories)} stories; pairs: {dict(sizes)}")


if __name__ == "__main__":
    main(sys.argv[1:])
