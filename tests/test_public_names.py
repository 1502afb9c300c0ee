from __future__ import annotations

import subprocess
import sys

import rashomon

PUBLIC = [
    "Claim", "ClaimList", "Desk", "EmptyText", "Incident", "InputError", "InstallationError",
    "MalformedInput", "MissingExtra", "RashomonError", "Reading", "Report", "SourceMissing", "StoreError",
    "TextTooLong", "UnsupportedLanguage", "__version__", "read", "read_many", "reconcile",
]  # fmt: skip


def test_the_public_names_are_these() -> None:
    assert sorted(rashomon.__all__) == PUBLIC
    assert set(PUBLIC) <= set(dir(rashomon))
    for name in PUBLIC:
        assert getattr(rashomon, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(rashomon, "no_such_name")


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_importing_loads_nothing_heavy() -> None:
    heavy = "numpy onnxruntime polars py3langid trafilatura rich typer msgspec tokenizers torch sqlalchemy"
    code = f"import sys, rashomon; print([name for name in '{heavy}'.split() if name in sys.modules])"
    assert run(code) == "[]"


def test_reconcile_stays_a_function_when_its_folder_is_imported() -> None:
    code = (
        "import rashomon.reconcile.incidents, rashomon.api, rashomon, rashomon.reconcile\n"
        "from rashomon.reconcile import reconcile\n"
        "print(rashomon.reconcile is reconcile, rashomon.reconcile([]))"
    )
    assert run(code) == "True []"


def test_star_import_gives_the_public_names() -> None:
    assert run("from rashomon import *\nprint(callable(read), Report(text='x').text)") == "True x"
