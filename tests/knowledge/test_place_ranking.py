"""Names of a report hear each other all at once as they would one by one."""

import numpy as np
import pytest

from rashomon.knowledge import place_ranking
from rashomon.knowledge.place_features import FEATURES, weights
from rashomon.knowledge.place_ranking import Board, Talk, decided, distance_km
from rashomon.knowledge.place_table import PlaceTable
from rashomon.knowledge.places import PlacesOfReport

TEXT = (
    "Shops in Tripoli closed after a march from Zahle to Beirut. In San Jose nobody took notice, but trade "
    "with Springfield and Lebanon went on, said a clerk from Victoria. Later Tripoli and Sidon were calm."
)


def names() -> list[place_ranking.Name]:
    places = PlacesOfReport(TEXT, title="Calm in Sidon")
    places.gather([])
    return places.names


def alone(boards: list[Board], heeds: np.ndarray) -> list[np.ndarray]:
    """What each candidate hears in the first round, reckoned candidate by candidate."""
    found = []
    shares = []
    for board in boards:
        power = np.exp(np.clip(board.score - board.score.max(), -30, 0))
        share = power / power.sum()
        share[np.argsort(-share, kind="stable")[place_ranking._VOTING :]] = 0.0
        shares.append(share)
    for number, board in enumerate(boards):
        total = heeds[number].sum() or 1.0
        rows = []
        for candidate in board.candidates:
            near = around = country = region = of_lead = lead = 0.0
            mine = candidate.row if candidate.kind == "admin1" else candidate.admin1_row
            for other, share in enumerate(shares):
                heed = heeds[number, other]
                if not heed:
                    continue
                wide = same = 0.0
                for at, weight in enumerate(share.tolist()):
                    there = boards[other].candidates[at]
                    theirs = there.row if there.kind == "admin1" else there.admin1_row
                    same += weight * (there.country is not None and there.country == candidate.country)
                    region += heed / total * weight * (mine >= 0 and mine == theirs)
                    if there.lat is None or there.kind in ("country", "region") or candidate.lat is None:
                        continue
                    km = float(
                        distance_km(*map(np.array, (candidate.lat, candidate.lon, there.lat, there.lon)))
                    )
                    near = max(near, weight * np.exp(-km / place_ranking._NEAR_KM))
                    wide += weight * np.exp(-km / place_ranking._AROUND_KM)
                around += wide * heed / total
                country += same * heed / total
                if boards[other].name.leads:
                    of_lead, lead = max(of_lead, same), max(lead, wide)
            rows.append([near, min(1, 2 * around), country, min(1, 2 * region), of_lead, lead])
        found.append(np.array(rows))
    return found


@pytest.mark.parametrize("at_once", [10**6, 40])
def test_a_round_of_all_names_is_that_of_each(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(place_ranking, "_AT_ONCE", at_once)
    boards = [Board(name, PlaceTable.load().country_rows(), weights()) for name in names()]
    assert len(boards) > 4 and any(board.name.leads for board in boards)
    heeds = place_ranking._nearness([board.name for board in boards])
    wanted = alone(boards, heeds)
    talk = Talk(boards, heeds)
    talk.round()
    talk.close()
    for board, rows in zip(boards, wanted, strict=True):
        assert np.allclose(board.features[:, len(FEATURES) - rows.shape[1] :], rows, atol=1e-9)
        assert np.allclose(board.score, board.features @ board.weights)


def test_memory_does_not_change_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = PlaceTable.load().country_rows()
    whole = [board.score for board in decided(names(), rows)]
    monkeypatch.setattr(place_ranking, "_AT_ONCE", 40)
    for one, other in zip(whole, decided(names(), rows), strict=True):
        assert np.allclose(one, other.score)
