"""A pruned reader is smaller, and as near to the whole one as what is left of it allows."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.batching import collate  # noqa: E402
from training.network import Geometry, Reader  # noqa: E402
from training.pruning import pruned, record  # noqa: E402
from training.stories import Example  # noqa: E402

WHOLE = Geometry(48, 2, 4, 12, 64, 0)


def examples(count: int) -> list[Example]:
    """Windows of random pieces, some of whose words are events."""
    rng = np.random.default_rng(5)
    made = []
    for _ in range(count):
        pieces = rng.integers(1000, 9000, 20)
        words = np.arange(1, 19)
        tags = {"event": (rng.random(18) < 0.3).astype(np.int64) * 3}
        made.append(
            Example(
                "test", pieces, np.zeros(20, np.int64), words, words % 3, words % 2, np.arange(18), tags, []
            )
        )
    return made


def reader() -> Reader:
    torch.manual_seed(2)
    made = Reader(WHOLE).eval()
    for layer in made.encoder.layers:  # half of the heads and of the inner units say what the others say
        for part, half in ((layer.query, 24), (layer.key, 24), (layer.value, 24), (layer.inner, 32)):
            part.weight.data[half:] = part.weight.data[:half]
            part.bias.data[half:] = part.bias.data[:half]
        layer.output.weight.data[:, 24:] *= 0.01  # so that the first ones are felt more
        layer.outer.weight.data[:, 32:] *= 0.01
    return made


def states(of: Reader, windows: list[Example]) -> np.ndarray:
    batch = collate(windows)
    with torch.no_grad():
        found: np.ndarray = of.encoder(batch["pieces"], batch["segments"]).numpy()
    return found


def smaller(heads: int, inner: int, windows: list[Example]) -> Reader:
    whole = reader()
    state = pruned(whole, record(whole, [windows, []], 200), heads, inner)
    size = Geometry(48, 2, heads, 12, inner, 0)
    made = Reader(size).eval()
    made.load_state_dict(state)
    return made


def test_what_only_repeats_goes_without_a_loss() -> None:
    windows = examples(12)
    whole, half = states(reader(), windows), states(smaller(2, 32, windows), windows)
    assert np.abs(whole - half).max() < 0.02


def test_what_remains_takes_over_from_what_goes() -> None:
    windows = examples(12)
    whole = reader()
    fitted = smaller(2, 24, windows)
    plain = smaller(2, 24, windows)
    for layer, of in zip(plain.encoder.layers, whole.encoder.layers, strict=True):
        rows = [
            int((of.inner.weight == row).all(1).nonzero()[0, 0]) for row in layer.inner.weight
        ]  # which units were kept
        layer.outer.weight.data = of.outer.weight.data[:, rows]
        layer.outer.bias.data = of.outer.bias.data
    wanted = states(whole, windows)
    errors = [float(((states(one, windows) - wanted) ** 2).mean()) for one in (fitted, plain)]
    assert errors[0] < 0.8 * errors[1]


def test_the_size_is_read_off_the_weights() -> None:
    size = Geometry(384, 1, 6, 32, 512, 0)
    assert Geometry.of(Reader(size).state_dict()) == size
