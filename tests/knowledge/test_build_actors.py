"""What of the State Media Matrix becomes a row of the table of media."""

from __future__ import annotations

from pathlib import Path

from rashomon.knowledge.build_actors import _state_media

MATRIX = """Country,Media company,Main assets,Typology
Congo,River Broadcasting,Radio Fleuve,SC
DR Congo,River Broadcasting,Radio Rive Gauche,SC
China,Kite Group,Print: Kite Daily,SC
China,Kite Group,Kite Weekly),SC
China,Kite Group,Daily News,SC
Serbia,Plum Group,Plum TV,SC
"""


def test_rows_of_the_matrix(tmp_path: Path) -> None:
    (tmp_path / "state-media").mkdir()
    (tmp_path / "state-media" / "State_Media_Matrix.csv").write_text(MATRIX, encoding="utf-8")
    (tmp_path / "media_namesakes.csv").write_text("name\nDaily news\n", encoding="utf-8")
    found = [(row["name"], row["country"], row["side"]) for row in _state_media(tmp_path, tmp_path)]
    assert found == [
        ("Radio Fleuve", "COG", "state"),
        ("Radio Rive Gauche", "COD", "state"),
        ("Kite Daily", "CHN", "state"),
    ]
