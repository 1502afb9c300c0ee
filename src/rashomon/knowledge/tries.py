"""Many words as one pattern, in which each character of a text is looked at about once."""

from __future__ import annotations

import re
from collections.abc import Iterable


class _Trie(dict[str, "_Trie"]):
    """Words by their first characters; the empty string marks the end of a word."""


_LOOSE = {" ": r"\s{1,3}", "'": "['’]"}


def trie(words: Iterable[str]) -> str:
    """The source of a pattern that matches any of the words, the longest that stands there; white space and
    apostrophes are those of running text."""
    root = _Trie()
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, _Trie())
        node[""] = _Trie()
    return _source(root)


def _source(node: _Trie) -> str:
    branches = [_LOOSE.get(c, re.escape(c)) + _source(child) for c, child in sorted(node.items()) if c]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and "" not in node else f"(?:{'|'.join(branches)})"
    return body + "?" if "" in node else body
