"""Learn the weights by which the gazetteer chooses between the places that bear a name.

The corpus says of its places which country they lie in, not which entry of the table they are. So the
likelihood of a mention is the sum of the shares of all candidates in the right country, and a penalty keeps
the weights near those that reason gives (`PRIOR`), so that what tells places of one country apart stays as it
is. The features that the other names of a report give depend on the weights; they are reckoned anew in each
round. The same is done for the country of mentions that name no place of the table.

    python -m training.places            measures the weights that ship on the held-out stories
    python -m training.places --write    learns them from the others, and writes the table
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from rashomon.evaluation.agreement import gold_spans, locate
from rashomon.knowledge import place_features, place_ranking, place_unnamed
from rashomon.knowledge.place_context import publisher_hints
from rashomon.knowledge.place_features import COUNTRY_FEATURES, FEATURES, NO_ENTRY, NO_ENTRY_FOR_PART
from rashomon.knowledge.place_table import PlaceTable
from rashomon.knowledge.places import Mention, PlacesOfReport
from rashomon.model import Span, span_of
from rashomon.reading.claims import DEEDS
from training import corpus
from training.stories import load_story

# The scale of a score: a place of ten times the people counts 1 more. What is not listed starts at 0.
PRIOR: dict[str, float] = {
    "kind country": 6.0, "kind capital": 1.5, "kind admin1": 1.0, "kind region": 5.5, "kind admin2": 2.0,
    "kind water": -1.5, "kind land": -2.0, "kind area": -1.5, "kind site": -2.0,
    "matched by name": 1.0, "matched by bare name": 0.6, "matched by alias": -2.0,
    "matched by bare alias": -2.2, "matched by code": 0.5, "population": 1.0, "the words name its kind": 2.5,
    "named after its seat": -7.0, "another place's proper name": -2.5, "in the unit named beside it": 7.0,
    "in a unit named elsewhere": 3.0, "in the country named with it": 5.0, "in a country ruled out": -8.0,
    "country of the story": 4.0, "near another place": 4.0, "around the other places": 2.0,
    "country of other places": 2.5, "region of other places": 5.0,
    NO_ENTRY: 5.5, NO_ENTRY_FOR_PART: 6.5, COUNTRY_FEATURES[0]: 3.0, COUNTRY_FEATURES[1]: 3.0,
}  # fmt: skip
NAMED = (*FEATURES, NO_ENTRY, NO_ENTRY_FOR_PART)
TABLE = Path(place_features.__file__).parent / "tables" / place_features.TABLE
# How firmly the weights are held to the prior: the penalty for moving the scores by about 1. With 20 no more
# countries were right on the held-out stories, and fewer places of LGL.
PENALTY = 100.0
# What tells places of one country apart cannot be learnt from countries: it is held this much more firmly.
FIRMLY = 50.0
FREE = frozenset(
    feature
    for feature in (*FEATURES, NO_ENTRY, NO_ENTRY_FOR_PART, *COUNTRY_FEATURES)
    if "country" in feature.removeprefix("kind country") or "countries" in feature or ":" in feature
)
PENALTY_OF_COUNTRIES = 30.0
ROUNDS = 2
LEAST_SPREAD = 0.1  # a feature that hardly ever differs is held as if it did so much
_CANDIDATES = 80  # of one name, the best, that are learnt from


@dataclass
class Case:
    """A mention: the features of what it may be, a row each, and which of the rows are right."""

    rows: np.ndarray
    right: np.ndarray


@dataclass
class Reported:
    """A report with the spans of the places that its claims name, and their countries; `deeds` are the
    triggers of deeds that are told without their place, with the countries where they were done."""

    report: dict[str, Any]
    held_out: bool
    spans: dict[tuple[int, int], str | None] = field(default_factory=dict)
    deeds: dict[tuple[int, int], str] = field(default_factory=dict)

    def places(self, table: PlaceTable) -> tuple[PlacesOfReport, list[Mention]]:
        """Its places, gathered as the reader does it."""
        text, dateline = self.report["text"], self.report.get("dateline")
        spans = set(self.spans)
        if dateline and text.startswith(dateline):
            spans.add((0, len(dateline)))
        hints = publisher_hints(self.report.get("publisher"))
        found = PlacesOfReport(text, self.report.get("title"), dateline, hints, table)
        return found, found.gather([span_of(text, *offsets) for offsets in sorted(spans)])

    def country(self, span: Span) -> str | None:
        """The right country of a mention, None where nobody said it."""
        return self.spans.get((span.start, span.end))


def reports(folder: Path) -> list[Reported]:
    """All reports of the corpus whose claims name places."""
    found = []
    for path in corpus.story_files(folder):
        story = load_story(path)
        by_id = {row["id"]: Reported(row, corpus.is_held_out(path)) for row in story["reports"]}
        for claim in story["claims"]:
            mine = by_id[claim["report"]]
            spans = locate(claim["place"], mine.report["text"]) if claim["place"] else []
            quote, trigger = gold_spans(claim, mine.report["text"])
            inside = [s for s in spans if quote and quote[0] <= s[0] and s[1] <= quote[1]]
            if trigger and claim["country"] and claim["type"] in DEEDS and not inside:
                mine.deeds[trigger] = claim["country"]
            if spans:
                mine.spans.setdefault((inside or spans)[0], claim["country"])
        found += [each for each in by_id.values() if any(each.spans.values()) or each.deeds]
    return found


def _decided(
    report: Reported, table: PlaceTable, weights: Mapping[str, float]
) -> tuple[PlacesOfReport, list[Mention], list[place_ranking.Board], list[place_ranking.Choice]]:
    """A report's places and mentions, and what was compared and chosen for each of its names."""
    places, mentions = report.places(table)
    boards = place_ranking.decided(places.names, table.country_rows(), weights) if places.names else []
    choices = [board.choice() for board in boards]
    places.take(choices)
    return places, mentions, boards, choices


def cases(
    found: Iterable[Reported], table: PlaceTable, weights: Mapping[str, float]
) -> Iterator[tuple[str, Case]]:
    """What is to be learnt: ("named" or "unnamed", case) of each mention with a known country."""
    for each in found:
        places, mentions, boards, choices = _decided(each, table, weights)
        for mention in mentions:
            iso3 = each.country(mention.span)
            if iso3 is None:
                continue
            countries = places.countries_at(mention.span)
            if mention.name is not None:
                instead = place_unnamed.best(countries, weights, mention.phrase.not_country)
                yield "named", _named(boards[mention.name], iso3, instead)
            if (mention.name is None or choices[mention.name].place is None) and countries:
                yield "unnamed", _unnamed(countries, iso3)
        for trigger, iso3 in each.deeds.items():
            if countries := places.countries_at(span_of(places.text, *trigger)):
                yield "unnamed", _unnamed(countries, iso3)


def _unnamed(countries: Mapping[str, Mapping[str, float]], iso3: str) -> Case:
    rows = [[row.get(feature, 0.0) for feature in COUNTRY_FEATURES] for row in countries.values()]
    return Case(np.array(rows), np.array([code == iso3 for code in countries]))


def _named(board: place_ranking.Board, iso3: str, instead: str | None) -> Case:
    best = np.argsort(-board.score, kind="stable")[:_CANDIDATES]
    right = [board.candidates[n].country == iso3 for n in best.tolist()]
    rows = np.zeros((len(best), len(NAMED)))
    rows[:, : len(FEATURES)] = board.features[best]
    if board.name.countries and board.candidates[int(best[0])].kind not in place_ranking.SURE_KINDS:
        nothing = np.zeros((1, len(NAMED)))
        nothing[0, NAMED.index(NO_ENTRY if board.name.whole else NO_ENTRY_FOR_PART)] = 1.0
        rows, right = np.concatenate([rows, nothing]), [*right, instead == iso3]
    return Case(rows, np.array(right))


def fit(found: list[Case], names: tuple[str, ...], penalty: float) -> dict[str, float]:
    """The weights that make the right countries likeliest, less the penalty."""
    found = [case for case in found if case.right.any() and not case.right.all()]
    rows = np.concatenate([case.rows for case in found])
    right = np.concatenate([case.right for case in found])
    starts = np.cumsum([0, *(len(case.rows) for case in found[:-1])])
    sizes = np.array([len(case.rows) for case in found])
    prior = np.array([PRIOR.get(name, 0.0) for name in names])
    means = np.repeat(np.add.reduceat(rows, starts) / sizes[:, None], sizes, axis=0)
    held = penalty * np.maximum(LEAST_SPREAD, np.sqrt(((rows - means) ** 2).mean(axis=0))) ** 2

    held = held * np.array([1.0 if name in FREE else FIRMLY for name in names])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = rows @ weights
        power = np.exp(score - np.repeat(np.maximum.reduceat(score, starts), sizes))
        share = power / np.repeat(np.add.reduceat(power, starts), sizes)
        good = np.add.reduceat(share * right, starts)
        of_right = share * right / np.repeat(np.maximum(good, 1e-12), sizes)
        off = weights - prior
        value = -np.log(np.maximum(good, 1e-12)).sum() + (held * off**2).sum()
        return float(value), rows.T @ (share - of_right) + 2 * held * off

    best = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return dict(zip(names, best.x.tolist(), strict=True))


def learn(found: list[Reported], table: PlaceTable) -> dict[str, float]:
    """The weights of all features, from the stories that are not held out."""
    weights = {name: PRIOR.get(name, 0.0) for name in (*NAMED, *COUNTRY_FEATURES)}
    for _ in range(ROUNDS):
        made = list(cases((each for each in found if not each.held_out), table, weights))
        named = [case for kind, case in made if kind == "named"]
        unnamed = [case for kind, case in made if kind == "unnamed"]
        weights = fit(named, NAMED, PENALTY) | fit(unnamed, COUNTRY_FEATURES, PENALTY_OF_COUNTRIES)
    return weights


def measure(
    found: Iterable[Reported], table: PlaceTable, weights: Mapping[str, float]
) -> dict[str, tuple[int, int]]:
    """Mentions with a known country, and how many of them are given it: those that an entry of the table was
    chosen for, and the others; and the same of deeds that are told without their place."""
    right = {"named places": 0, "places without an entry": 0, "deeds without a place": 0}
    total = dict.fromkeys(right, 0)
    for each in found:
        places, mentions, _, choices = _decided(each, table, weights)
        for mention in mentions:
            iso3 = each.country(mention.span)
            if iso3 is None:
                continue
            place = choices[mention.name].place if mention.name is not None else None
            given = places.resolved(mention, choices, weights).country
            kind = "places without an entry" if place is None else "named places"
            total[kind] += 1
            right[kind] += given == iso3
        for trigger, iso3 in each.deeds.items():
            countries = places.countries_at(span_of(places.text, *trigger))
            total["deeds without a place"] += 1
            right["deeds without a place"] += place_unnamed.best(countries, weights, None) == iso3
    return {kind: (right[kind], total[kind]) for kind in total}


def write(weights: Mapping[str, float], target: Path) -> None:
    """The table of weights, in the order of the features."""
    with target.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["feature", "weight"])
        table.writerows([name, round(weights[name], 3)] for name in (*NAMED, *COUNTRY_FEATURES))


def main() -> None:
    """Measure, and with `--write` learn."""
    parser = argparse.ArgumentParser(description="Learn the weights of the gazetteer's ranking.")
    parser.add_argument("--stories", type=Path, default=Path(__file__).parent / "corpus")
    parser.add_argument("--write", action="store_true", help="learn the weights and write the table")
    arguments = parser.parse_args()
    found, table = reports(arguments.stories), PlaceTable.load()
    start = {name: PRIOR.get(name, 0.0) for name in (*NAMED, *COUNTRY_FEATURES)}
    weights: Mapping[str, float] = learn(found, table) if arguments.write else place_features.weights()
    for title, used in (("set by hand", start), ("learnt", weights)):
        for part in (True, False):
            figures = measure((each for each in found if each.held_out is part), table, used)
            told = ", ".join(f"{k} {good / (of or 1):.3f} of {of}" for k, (good, of) in figures.items())
            print(f"{title}: {'held-out' if part else 'train'} stories: country right of {told}")
    if arguments.write:
        write(weights, TABLE)
        print(f"written: {TABLE.name}; now: python -m rashomon.doctor --write")


if __name__ == "__main__":
    main()
