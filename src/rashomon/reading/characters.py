"""Characters that are no part of any word: what they are, and a text without them at the same offsets."""

from __future__ import annotations

import re

SURROGATE = re.compile("[\ud800-\udfff]")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Control characters but tab, the line ends, form feed (a page break) and NEL.
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ODD = re.compile(f"{BIDI.pattern[:-1]}{CONTROL.pattern[1:]}")


def readable(text: str) -> str:
    """The text with each control and direction character as one blank, and each lone surrogate as U+FFFD: one
    for one, so that offsets hold."""
    return SURROGATE.sub("\ufffd", _ODD.sub(" ", text))
