"""Which reports are the same, and which are near copies of each other.

The same: the same id and words, the same fields, or one link with the same words. Near copies share most of
their runs of five words; candidates are found by MinHash in bands (Broder 1997; Leskovec, Rajaraman, Ullman,
"Mining of Massive Datasets", chapter 3), then their whole signatures are compared.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.errors import MissingExtra
from rashomon.knowledge.names import fold
from rashomon.model import Report
from rashomon.reading.characters import SURROGATE

PERMUTATIONS = 128
BANDS, ROWS = 25, 5
"""With 25 bands of five, 99 of 100 pairs that share 0.7 of their runs are found, and 6 of 100 that share
0.3."""
NEAR = 0.7
"""Share of runs of words in common from which a report is a near copy."""
RUN = 5
_SEED = 1
_FEWEST_WORDS = 20  # shorter texts are alike by chance
_TEXT_FIELDS = ("text", "id", "published", "publisher", "title", "url", "story", "language")
_TRACKING = re.compile(r"(?:utm_|at_|mc_)\w*|fbclid|gclid|dclid|msclkid|igshid|cmpid|ref_src", re.IGNORECASE)

Signature = NDArray[np.uint32]


def tidy(report: Report) -> Report:
    """The report with what no database holds, NULs and lone surrogates, as U+FFFD: offsets stay."""
    clean = {}
    for field in _TEXT_FIELDS:
        value = getattr(report, field)
        if isinstance(value, str) and ("\0" in value or SURROGATE.search(value)):
            clean[field] = SURROGATE.sub("\ufffd", value.replace("\0", "\ufffd"))
    return msgspec.structs.replace(report, **clean) if clean else report


def content_of(text: str) -> str:
    """The same for texts of the same words, whatever their case, accents, punctuation and breaks."""
    return hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).hexdigest()


def link_of(url: str | None) -> str | None:
    """A link without what does not tell pages apart (scheme, "www.", fragment, tracking); None for none."""
    if not url or len(url) > 4000:
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
        asked = sorted(
            pair
            for pair in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.fullmatch(pair[0])
        )
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    return urlunsplit(("", host + port, parts.path.rstrip("/"), urlencode(asked), "")).removeprefix("//")


def signature_of(text: str) -> Signature | None:
    """The MinHash signature of a text's runs of words; None for a text too short to tell.

    Raises:
        MissingExtra: rensa is not installed.
    """
    words = fold(text).split()
    if len(words) < _FEWEST_WORDS:
        return None
    try:
        from rensa import RMinHash
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "the package rensa is needed to find copies", hint="pip install 'rashomon[desk]'"
        ) from error
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update([" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)])
    return np.array(sketch.digest(), dtype=np.uint32)


def bands_of(signature: Signature) -> list[int]:
    """Keys of which near copies have one in common: whole numbers of 63 bits."""
    keys = []
    for band in range(BANDS):
        piece = signature[band * ROWS : (band + 1) * ROWS].tobytes()
        digest = hashlib.blake2b(piece, digest_size=8, salt=band.to_bytes(2, "big")).digest()
        keys.append(int.from_bytes(digest, "big") >> 1)
    return keys


def likeness(one: Signature, other: Signature) -> float:
    """Share of runs of words that two texts have in common, as their signatures tell it."""
    if one.shape != other.shape:
        return 0.0
    return float(np.mean(one == other))


def packed(signature: Signature | None) -> bytes | None:
    """A signature as bytes."""
    return None if signature is None else signature.astype("<u4").tobytes()


def unpacked(data: bytes | None) -> Signature | None:
    """A signature from bytes."""
    return None if data is None else np.frombuffer(data, dtype="<u4").astype(np.uint32)


def tomb_keys(sha256: str, content: str, link: str | None) -> list[tuple[str, str]]:
    """What a deleted report is known by, as (kind, key): hashes only, nothing of what it said."""
    keys = [("sha256", sha256), ("content", content)]
    if link is not None:
        keys.append(("link", hashlib.sha256(link.encode("utf-8", "surrogatepass")).hexdigest()))
    return keys
