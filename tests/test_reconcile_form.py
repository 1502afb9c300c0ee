from __future__ import annotations

import msgspec

from rashomon.model import publisher_voice
from rashomon.reconcile.incidents import Account, Dispute, Incident, OneSided, Position, Update


def test_incidents_encode_as_the_form_of_the_output_says() -> None:
    incident = Incident(
        id="i-1",
        type="COERCE",
        modes=("arrest",),
        date=None,
        place=None,
        claims=("c-1", "c-2"),
        accounts=(Account(publisher_voice(), ("c-1",)),),
        disputes=(
            Dispute("injured", (Position("Police", "1", ("c-1",)), Position("Traders", "2", ("c-2",)))),
        ),
        updates=(Update("killed", "Police", 3, 5, ("c-1", "c-2")),),
        one_sided=(OneSided("a shop was robbed", "Police", ("Traders",), ("c-1",)),),
    )
    encoded = msgspec.json.decode(msgspec.json.encode(incident))
    assert list(encoded) == [
        "id", "type", "modes", "date", "place", "claims", "accounts", "disputes", "updates", "one_sided",
    ]  # fmt: skip
    assert encoded["updates"] == [
        {"field": "killed", "voice": "Police", "from": 3, "to": 5, "claims": ["c-1", "c-2"]}
    ]
    assert list(encoded["disputes"][0]["positions"][0]) == ["voice", "value", "claims"]
    assert list(encoded["one_sided"][0]) == ["fact", "told_by", "silent", "claims"]
    assert msgspec.convert(encoded, Incident) == incident
