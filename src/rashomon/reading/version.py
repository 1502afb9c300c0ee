"""Which reader this is: what is stored beside a reading, so that one can tell what a later reader would
change."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

_MANIFEST = Path(__file__).parent / "model" / "manifest.json"


@cache
def reader_version() -> str:
    """Version of the package and of the model, as "0.1.0+a51fe0f91995". "unknown" stands for a model without
    a manifest, which `rashomon doctor` complains of."""
    import rashomon

    try:
        model = str(json.loads(_MANIFEST.read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        model = "unknown"
    return f"{rashomon.__version__}+{model}"
