"""A smaller encoder from a trained one: `python -m training.pruning runs/NAME/model.pt --to pruned.pt`.

Of each layer are kept the attention heads and the inner units whose loss would be felt most, by the
first-order estimate |activation x gradient| (Michel et al. 2019, Molchanov et al. 2019); what is kept then
takes over from what goes: the matrix behind it is fitted anew by least squares, so that its output stays as
near as may be to what it was. The result is a start for further training (`training.train --start`), not a
reader to ship.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor, nn

from training import corpus
from training.batching import batches, collate
from training.losses import losses, total
from training.network import Geometry, Layer, Reader
from training.stories import Example

RIDGE = 1e-3  # of the mean square of an input, added to each on the diagonal


@dataclass
class Record:
    """What was seen of the inputs [tokens, units] of one matrix: the sum of their products [units, units], of
    themselves [units], their number, and how much the loss would change without each unit [units]."""

    products: Tensor
    sums: Tensor
    count: int
    felt: Tensor

    @classmethod
    def empty(cls, units: int) -> Record:
        """Nothing seen yet."""
        return cls(torch.zeros(units, units), torch.zeros(units), 0, torch.zeros(units))

    def add(self, inputs: Tensor, gradient: Tensor) -> None:
        """Add the inputs of one pass, and the loss' gradient there."""
        rows = inputs.detach().flatten(0, -2)
        self.products += rows.T @ rows
        self.sums += rows.sum(0)
        self.count += len(rows)
        self.felt += (rows * gradient.flatten(0, -2)).abs().sum(0)


def record(reader: Reader, sources: list[list[Example]], size: int) -> list[tuple[Record, Record]]:
    """For each layer what goes into the matrices behind its attention and behind its inner units, over the
    windows of all sources, in batches of one source and at most `size` padded pieces each."""
    reader.eval()
    layers: list[Layer] = list(reader.encoder.layers)  # type: ignore[arg-type]
    records = [(Record.empty(one.output.in_features), Record.empty(one.outer.in_features)) for one in layers]
    seen: list[tuple[Record, Tensor]] = []

    def keep(one: Record, inputs: Tensor) -> None:
        inputs.retain_grad()
        seen.append((one, inputs))

    hooks = [
        matrix.register_forward_pre_hook(lambda _, inputs, one=one: keep(one, inputs[0]))
        for layer, pair in zip(layers, records, strict=True)
        for matrix, one in zip((layer.output, layer.outer), pair, strict=True)
    ]
    for batch in chain.from_iterable(batches(source, size, random.Random(0)) for source in sources if source):
        total(losses(reader, collate(batch))).backward()  # type: ignore[no-untyped-call]
        for one, inputs in seen:
            if inputs.grad is not None:
                one.add(inputs, inputs.grad)
        seen.clear()
        reader.zero_grad(set_to_none=True)
    for hook in hooks:
        hook.remove()
    return records


def refit(matrix: nn.Linear, seen: Record, kept: Tensor) -> tuple[Tensor, Tensor]:
    """Weight and bias for the kept inputs, such that the output is nearest to that of all (least squares)."""
    mean = (seen.sums / seen.count).double()
    spread = (seen.products / seen.count).double() - torch.outer(mean, mean)
    own = spread[kept][:, kept]
    own += torch.eye(len(kept), dtype=own.dtype) * spread.diagonal().mean() * RIDGE
    weight = torch.linalg.solve(own, spread[kept] @ matrix.weight.detach().double().T).T
    bias = matrix.bias.detach().double() + matrix.weight.detach().double() @ mean - weight @ mean[kept]
    return weight.float(), bias.float()


def pruned(reader: Reader, records: list[tuple[Record, Record]], heads: int, inner: int) -> dict[str, Tensor]:
    """The reader's weights with so many heads and inner units a layer."""
    state = dict(reader.state_dict())
    for number, (attended, activated) in enumerate(records):
        layer: Layer = reader.encoder.layers[number]  # type: ignore[assignment]
        by_head = attended.felt.view(layer.heads, layer.head).sum(1)
        units = torch.arange(layer.heads * layer.head).view(layer.heads, layer.head)
        of_heads = units[by_head.topk(heads).indices.sort().values].flatten()
        of_inner = activated.felt.topk(inner).indices.sort().values
        name = f"encoder.layers.{number}."
        for part in ("query", "key", "value"):
            for kind in ("weight", "bias"):
                state[f"{name}{part}.{kind}"] = state[f"{name}{part}.{kind}"][of_heads].clone()
        for kind in ("weight", "bias"):
            state[f"{name}inner.{kind}"] = state[f"{name}inner.{kind}"][of_inner].clone()
        for part, matrix, seen, kept in (
            ("output", layer.output, attended, of_heads),
            ("outer", layer.outer, activated, of_inner),
        ):
            state[f"{name}{part}.weight"], state[f"{name}{part}.bias"] = refit(matrix, seen, kept)
    return state


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--heads", type=int, default=6, help="attention heads a layer")
    parser.add_argument("--inner", type=int, default=1024, help="inner units a layer")
    parser.add_argument("--stories", type=Path, default=Path("training/corpus"))
    parser.add_argument("--soft", type=Path, nargs="*", default=[], help="what a teacher said of other text")
    parser.add_argument("--windows", type=int, default=700, help="looked at, of each of the two")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    state = torch.load(options.weights, weights_only=True)
    reader = Reader(Geometry.of(state))
    reader.load_state_dict(state)
    rng = random.Random(0)
    stories = corpus.stories(options.stories)[0]
    taught = [example for path in options.soft for example in torch.load(path, weights_only=False)]
    chosen = [rng.sample(source, min(options.windows, len(source))) for source in (stories, taught)]
    records = record(reader, chosen, 1600)
    torch.save(pruned(reader, records, options.heads, options.inner), options.to)


if __name__ == "__main__":
    main()
