"""What a claim's `confidence` is worth: the share of claims that are right at each, and above each threshold.

The picture is an SVG of our own making, so that the documentation needs no plotting library; it follows the
reader's light or dark scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from rashomon.evaluation.bootstrap import Counts
from rashomon.evaluation.results import Table

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
Bin = tuple[float, float, float]
"""Share of the claims, mean confidence, share that is right."""

_SIDE, _LEFT, _TOP = 320, 56, 44
_WIDTH, _HEIGHT = _LEFT + _SIDE + 24, _TOP + _SIDE + 56
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 14px; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .ideal { stroke: #6e7781; stroke-width: 1.5; stroke-dasharray: 5 4 }
  .line { fill: none; stroke: #0550ae; stroke-width: 2 }
  .gap { stroke: #0550ae; stroke-width: 1; opacity: .35 }
  .dot { fill: #0550ae }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .grid { stroke: #30363d } .ideal { stroke: #8b949e }
    .line, .gap { stroke: #58a6ff } .dot { fill: #58a6ff }
  }
"""


def thresholds(pairs: Counts, wanted: float) -> Table:
    """What is kept above each threshold: how many claims, the share of them that is right, and of those
    wanted the share that is found.

    Args:
        pairs: a row a claim that was told: confidence, and 1 where the claim is right, else 0.
        wanted: the number of claims that the gold has.
    """
    rows = []
    for threshold in THRESHOLDS:
        kept = pairs[pairs[:, 0] >= threshold]
        if len(kept):
            right = float(kept[:, 1].sum())
            recall = right / wanted if wanted else 0.0
            name = f"{threshold:.2f}" if threshold else "none"
            rows.append((name, f"{len(kept)}", f"{right / len(kept):.3f}", f"{recall:.3f}"))
    header = ("confidence of at least", "claims kept", "precision", "recall")
    return Table("What a threshold gives", header, tuple(rows))


def statement(pairs: Counts, aim: float = 0.9) -> str:
    """A sentence with the least threshold above which at least `aim` of the claims are right."""
    ordered = pairs[np.argsort(-pairs[:, 0], kind="stable")]
    share = np.cumsum(ordered[:, 1]) / np.arange(1, len(ordered) + 1)
    # A threshold cannot part claims of equal confidence.
    last = np.append(ordered[1:, 0] != ordered[:-1, 0], True)[: len(ordered)]
    good = np.flatnonzero((share >= aim) & last)
    if not len(good):
        return f"No threshold gives a precision of {aim:g} on these claims"
    cut = int(good[-1])
    kept = cut + 1
    return (
        f"On these claims a threshold of {float(ordered[cut, 0]):g} gives a precision of {share[cut]:.2f}: "
        f"it keeps {kept} of {len(ordered)} claims"
    )


def svg(bins: Sequence[Bin], error: float | None, claims: int) -> str:
    """The reliability plot: confidence from left to right, the share that is right upwards; a claim that can
    be taken at its word lies on the broken line. The size of a dot is the bin's share of the claims."""
    title = f"Confidence and correctness of {claims:,} claims"
    about = f"expected calibration error {error:.3f}" if error is not None else "no claims"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="t">',
        f'<title id="t">{escape(title)}: {escape(about)}</title>',
        f"<style>{_STYLE}</style>",
        _text(_LEFT, 18, title, "title", "start"),
        _text(_LEFT, 35, about, "", "start"),
    ]
    for step in range(6):
        at = step / 5
        x, y = _x(at), _y(at)
        parts.append(f'<path class="grid" d="M{_x(0)} {y}H{_x(1)}M{x} {_y(0)}V{_y(1)}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{at:.1f}", "", "end"))
        parts.append(_text(x, _y(0) + 18, f"{at:.1f}", "", "middle"))
    parts.append(f'<path class="ideal" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>')
    parts += [f'<path class="gap" d="M{_x(mean)} {_y(mean)}V{_y(right)}"/>' for _, mean, right in bins]
    if bins:
        path = "L".join(f"{_x(mean)} {_y(right)}" for _, mean, right in bins)
        parts.append(f'<path class="line" d="M{path}"/>')
    for size, mean, right in bins:
        note = f"{size * claims:.0f} claims: confidence {mean:.3f}, right {right:.3f}"
        radius = round(2.5 + 8 * size**0.5, 1)
        spot = f'cx="{_x(mean)}" cy="{_y(right)}" r="{radius}"'
        parts.append(f'<circle class="dot" {spot}><title>{note}</title></circle>')
    middle = _TOP + _SIDE / 2
    parts.append(_text(_x(0.5), _HEIGHT - 12, "mean confidence of the bin", "", "middle"))
    parts.append(
        f'<text x="16" y="{middle:g}" text-anchor="middle" transform="rotate(-90 16 {middle:g})">'
        "share that is right</text>"
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(value: float) -> float:
    return round(_LEFT + _SIDE * value, 1)


def _y(value: float) -> float:
    return round(_TOP + _SIDE * (1 - value), 1)


def _text(x: float, y: float, words: str, kind: str, anchor: str) -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{style} text-anchor="{anchor}">{escape(words)}</text>'


__all__ = ["Bin", "statement", "svg", "thresholds"]
