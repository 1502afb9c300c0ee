"""From trained weights to what ships: `python -m training.export runs/NAME`.

Writes `src/rashomon/reading/model/` (or `--to`): `reader.onnx`, quantised to int8 where that keeps the
scores, `tokenizer.json` and `manifest.json` with the hash of each. Labels and the small tables of the role
scorer travel in the metadata of the ONNX file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from training import bases, labels
from training.fused import fused_states
from training.network import TAG_HEADS, Geometry, Reader

FORMAT = 1
INPUTS = ("pieces", "segments", "firsts", "shapes", "breaks")
UNCALIBRATED = {"threshold": 0.5, "slope": 1.0, "intercept": 0.0}  # until `training.calibrate` has been run
ROLE_OUTPUTS = ("role_query", "role_key", "role_word", "role_null")


class Exported(nn.Module):
    """The graph that ships: word states, tag scores, and the parts of the role scorer before their
    product. Nothing in it shuts out padding: a window goes through it alone (`encoder.py` says why)."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(
        self, pieces: Tensor, segments: Tensor, firsts: Tensor, shapes: Tensor, breaks: Tensor
    ) -> tuple[Tensor, ...]:
        words = self.reader.words_of(
            fused_states(self.reader.encoder, pieces, segments), firsts, shapes, breaks
        )
        tags = tuple(self.reader.tags[name](words) for name in TAG_HEADS)
        roles = tuple(getattr(self.reader, name)(words) for name in ROLE_OUTPUTS)
        return tags + roles


def export(weights: Path, target: Path, quantise: bool) -> None:
    """Write the model folder."""
    state = torch.load(weights, weights_only=True)
    reader = Reader(Geometry.of(state))
    reader.load_state_dict(state)
    reader.eval()
    example = tuple(torch.ones((2, n), dtype=torch.int64) for n in (24, 24, 16, 16, 16))
    axes = {name: {0: "batch", 1: "pieces" if name in ("pieces", "segments") else "words"} for name in INPUTS}
    outputs = [*TAG_HEADS, *ROLE_OUTPUTS]
    axes |= {name: {0: "batch", 1: "words"} for name in outputs}
    target.mkdir(parents=True, exist_ok=True)
    path = target / "reader.onnx"
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            Exported(reader),
            example,
            str(plain),
            input_names=list(INPUTS),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            custom_opsets={"com.microsoft": 1},
            dynamo=False,
        )
        if quantise:
            quantize_dynamic(
                plain,
                path,
                weight_type=QuantType.QInt8,
                per_channel=True,
                op_types_to_quantize=["MatMul", "Gemm", "Gather"],
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # behind the fused attention
            )
        else:
            shutil.copy(plain, path)
    model = onnx.load(path)
    metadata = {
        "format": FORMAT,
        "heads": {
            "mention": labels.MENTION,
            "event": labels.EVENT,
            "mode": labels.MODE,
            "status": labels.STATUS,
            "frame": labels.FRAME,
            "sector": labels.SECTOR,
            "quantity": labels.FIGURE,
        },
        "roles": labels.ROLES,
        "nulls": labels.NULLS,
        "role_distance": [[round(float(x), 5) for x in row] for row in reader.role_distance.weight.detach()],
        "null_mask": reader.null_mask.tolist(),
    }
    del model.metadata_props[:]
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=json.dumps(value))
    onnx.save(model, path)
    shutil.copy(bases.minilm() / "tokenizer.json", target / "tokenizer.json")
    (target / "calibration.json").write_text(json.dumps(UNCALIBRATED, indent=1) + "\n", encoding="utf-8")
    write_manifest(target)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def write_manifest(folder: Path) -> None:
    """Version and hashes of the model's files; `rashomon doctor` checks them."""
    shipped = [folder / name for name in ("reader.onnx", "tokenizer.json", "calibration.json")]
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped}
    version = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:12]
    look = folder / "first_look.npz"  # learnt apart from the model (`training.first_look`)
    if look.is_file():
        files[look.name] = hashlib.sha256(look.read_bytes()).hexdigest()
    manifest = {"version": version, "format": FORMAT, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--to", type=Path, default=Path("src/rashomon/reading/model"))
    parser.add_argument("--weights", default="model.pt")
    parser.add_argument("--quantise", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    export(options.run / options.weights, options.to, options.quantise)


if __name__ == "__main__":
    main()
