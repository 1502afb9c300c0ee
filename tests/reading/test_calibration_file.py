"""The threshold and the confidence lie beside the weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rashomon.errors import InstallationError
from rashomon.reading.encoder import Encoder, model_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("reader.onnx", "tokenizer.json"):
        (tmp_path / name).symlink_to(model_folder() / name)
    return tmp_path


def test_another_calibration_is_read_with_the_same_weights(folder: Path) -> None:
    figures = {"threshold": 0.9, "slope": 2.0, "intercept": -1.0, "held out claim F1": 0.5}
    (folder / "calibration.json").write_text(json.dumps(figures))
    assert Encoder(folder).calibration == figures


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, "a file of the reading model is missing"),
        ("{", "the calibration is damaged"),
        ('{"threshold": "high"}', "the calibration is damaged"),
        ('{"threshold": 0.5}', "the calibration lacks intercept, slope"),
    ],
)
def test_one_that_cannot_be_used_is_named(folder: Path, written: str | None, told: str) -> None:
    if written is not None:
        (folder / "calibration.json").write_text(written)
    with pytest.raises(InstallationError, match=told) as fault:
        Encoder(folder)
    assert "calibration.json" in str(fault.value) and "install rashomon again" in str(fault.value)
