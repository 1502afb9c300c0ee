"""The encoder as it ships gives what the one that is trained gives."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

from training.export import export  # noqa: E402
from training.fused import fused_states  # noqa: E402
from training.network import Geometry, Reader  # noqa: E402

GEOMETRIES = [Geometry(384, 1, 12, 32, 1536, 0), Geometry(768, 1, 12, 64, 3072, 32)]


def small_reader(size: Geometry) -> Reader:
    torch.manual_seed(3)
    return Reader(size).eval()


@pytest.mark.parametrize("size", GEOMETRIES, ids=["minilm", "mpnet"])
def test_states_are_those_of_the_trained_encoder(size: Geometry) -> None:
    encoder = small_reader(size).encoder
    pieces = torch.randint(1000, 20000, (2, 50))
    segments = (torch.arange(50)[None] < 7).long().expand(2, -1)
    with torch.no_grad():
        assert torch.equal(encoder(pieces, segments), fused_states(encoder, pieces, segments))


def test_the_graph_gives_the_tags_of_the_trained_reader(tmp_path: Path) -> None:
    reader = small_reader(GEOMETRIES[0])
    torch.save(reader.state_dict(), tmp_path / "model.pt")
    export(tmp_path / "model.pt", tmp_path / "shipped", quantise=False)
    given = {
        "pieces": torch.randint(1000, 20000, (1, 40)),
        "segments": torch.zeros((1, 40), dtype=torch.int64),
        "firsts": torch.arange(1, 31)[None],
        "shapes": torch.ones((1, 30), dtype=torch.int64),
        "breaks": torch.ones((1, 30), dtype=torch.int64),
    }
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(tmp_path / "shipped" / "reader.onnx"), options)
    [event] = session.run(["event"], {name: value.numpy() for name, value in given.items()})
    with torch.no_grad():
        wanted = reader.tags["event"](reader.word_states(**given)).numpy()
    assert np.abs(event - wanted).max() < 1e-4
