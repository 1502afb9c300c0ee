"""What the heads of the reading model say: the label sets, in the order of the model's outputs.

`reading/encoder.py` reads the same lists from the metadata of the ONNX file, so that code and model cannot
drift apart.
"""

from __future__ import annotations

from rashomon import ontology

TYPES = (
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
)
MODES = {
    "CONSULT": "visit third-party multilateral phone",
    "RETREAT": "withdraw release disarm ceasefire access resign",
    "REQUEST": "assist change yield meet",
    "ACCUSE": "disapprove investigate allege",
    "REJECT": "assist change yield meet",
    "THREATEN": "restrict territory arrest relations expel violence",
    "PROTEST": "demo strike riot hunger boycott obstruct vandalize",
    "SANCTION": "convict withdraw discontinue expel",
    "MOBILIZE": "troops weapons police militia",
    "COERCE": "seize restrict arrest deport withhold cyber censor curfew misinformation martial-law",
    "ASSAULT": "beat crowd-control primitive abduct torture sexual destroy firearms explosives targeted "
    "suicide-attack aerial drone heavy-weapons unconventional",
}
EVENT = ("none", *TYPES)
MODE = tuple(f"{t} {m}".strip() for t in TYPES for m in ("", *MODES.get(t, "").split()))
STATUS = ("happened", "ongoing", "planned", "conditional", "requested", "possible", "denied")
FRAME = ("current", "background")
MENTION_TYPES = ("person", "organisation", "place", "group", "facility", "office", "figure", "date")
MENTION = ("O", *(f"{p}-{t}" for t in MENTION_TYPES for p in "BI"))
SECTOR = ontology.SECTORS
FIGURE = (
    "none",
    "killed",
    "injured",
    "arrested",
    "displaced",
    "missing",
    "troops",
    "protesters",
    "released",
    "damage",
    "abducted",
    "expelled",
    "convicted",
)
ROLES = ("actor", "recipient", "voice", "place", "date", "figure")
# Besides the words of the window a role may point to: nothing; for the voice that is the publisher, for the
# date the second one is the day of publication.
NULLS = ("none", "publication day")
MAX_NAME = 12  # words of a name, for the head that says how far back it begins
MAX_REACH = 8  # words of a trigger, from its anchor on

# What each source's label set covers; a word with label O there is not of these types.
COVERS = {
    "uner": {"person", "place", "organisation"},
    "wikigold": {"person", "place", "organisation"},
    "politics": {"person", "place", "organisation"},
    "defence": {"person", "place", "organisation", "date"},
    "corpus": {"date", "figure"},
}
SOURCES = tuple(COVERS)
OPEN = len(MENTION)  # a mention label of OPEN + n: any tag that source n leaves possible
