"""Our types and statuses as the roots of PLOVER's first version, which has no status.

There an event that is only intended has a root of its own (the manual's note on auxiliary modes, and the
table from CAMEO: 03, "express intent to", is AGREE throughout): cooperation, and yielding, that is promised
is AGREE; hostile deeds that are announced are THREATEN; what is asked for is REQUEST; cooperation that
somebody says will not be given is REJECT. Our claims keep the deed's type and say the rest in `status`;
CONCEDE, which in the second version covers promised yielding too, tells by its trigger whether it is a
promise. An agreement that is signed or ratified is AGREE with us; there it comes from CAMEO's 057, "sign
formal agreement", and so is SUPPORT.
"""

from __future__ import annotations

import re

_YIELDS = frozenset({"CONCEDE", "RETREAT"})
_COOPERATION = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID"}) | _YIELDS
_HOSTILITY = frozenset({"PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"})
_INTENDED = frozenset({"planned", "conditional"})
_PROMISES = ("agree", "promis", "pledg", "vow", "offer", "commit", "undert", "willing", "ready", "prepared")
_SIGNED = re.compile(r"(?:sign(?:s|ed|ing)?|ratif\w+|finali[sz]\w+|inks?|inked|initial(?:s|led|ed))\b", re.I)


def root_of(type_: str, status: str = "happened", trigger: str = "") -> str:
    """The root of a claim's type with its status, and of the words that trigger it: one of 15, for CONCEDE
    and RETREAT are YIELD there."""
    if status == "requested":
        return "REQUEST"
    if status in _INTENDED and type_ in _HOSTILITY:
        return "THREATEN"
    promised = type_ in _YIELDS and trigger.lower().startswith(_PROMISES)
    if type_ in _COOPERATION and (status in _INTENDED or promised):
        return "AGREE"
    if type_ in _COOPERATION | {"AGREE"} and status == "denied":
        return "REJECT"
    if type_ == "AGREE" and status == "happened" and _SIGNED.match(trigger):
        return "SUPPORT"
    return "YIELD" if type_ in _YIELDS else type_
