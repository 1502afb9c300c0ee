"""The reading model's one pass: words in, the scores of every head out.

The model is one ONNX file (how it is made: `training/`); its metadata carries the label sets, so that this
code holds none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rashomon.errors import InstallationError
from rashomon.reading.first_look import FirstLook, after_stops
from rashomon.reading.windows import Window, cut_windows
from rashomon.reading.words import IntArray, Words, split_words

FloatArray = NDArray[np.float32]
HalfArray = NDArray[np.float16]
FORMAT = 1
_WHOLE = 8  # windows of a text whose role states stay as the model gives them; of more, half as long numbers
_FARTHEST = 4096
_HALF = np.uint32(0xFFFFE000)  # sign, exponent and the ten bits after the point that halves keep
_SURE = 20.0  # a score beside which the others are nothing
_SLOWER = ["SkipLayerNormFusion"]  # on the CPU its operator takes four times as long as what it replaces


@dataclass(frozen=True)
class Labels:
    """The label sets of the heads, in the order of their outputs."""

    mention: tuple[str, ...]
    event: tuple[str, ...]
    mode: tuple[str, ...]
    status: tuple[str, ...]
    frame: tuple[str, ...]
    sector: tuple[str, ...]
    quantity: tuple[str, ...]
    roles: tuple[str, ...]

    @cached_property
    def modes_of(self) -> dict[str, NDArray[np.bool_]]:
        """For each event type, which of the modes are its own."""
        own = np.array([label.split()[0] for label in self.mode])
        return {name: own == name for name in self.event}


@dataclass(frozen=True)
class Pointing:
    """Where one word, as a trigger, points for each role.

    `nulls` [roles, 2] and `scores` [roles, n] are probabilities that sum to one for each role; `words` [n]
    are the words of the text that the scores are for.
    """

    nulls: FloatArray
    words: IntArray
    scores: FloatArray


class Tags(Mapping[str, FloatArray]):
    """The probabilities of the tag heads, made of their scores [words, labels] when they are asked for."""

    def __init__(self, scores: dict[str, FloatArray]) -> None:
        self._scores = scores
        self._made: dict[str, FloatArray] = {}

    def __getitem__(self, name: str) -> FloatArray:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = _probabilities(self._scores[name])
        return made

    def rows(self, name: str, words: Sequence[int]) -> FloatArray:
        """Those of some words only."""
        return _probabilities(self._scores[name][words])

    def __iter__(self) -> Iterator[str]:
        return iter(self._scores)

    def __len__(self) -> int:
        return len(self._scores)


def _probabilities(scores: FloatArray) -> FloatArray:
    return sigmoid(scores) if scores.shape[-1] == 1 else softmax(scores)


@dataclass(frozen=True)
class Signals:
    """What the model sees in one text: for each tag head probabilities [words, labels] over the text's
    words. `unseen` counts the windows that the model was not shown, for a first look found nothing there."""

    words: Words
    labels: Labels
    tags: Mapping[str, FloatArray]
    windows: tuple[Window, ...]
    roles: tuple[dict[str, FloatArray | HalfArray], ...]
    distance_bias: FloatArray
    null_mask: FloatArray
    unseen: int = 0

    @cached_property
    def _window_of(self) -> IntArray:
        sizes = [w.core_end - w.core_start for w in self.windows]
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    @cached_property
    def _keys_at_hand(self) -> dict[int, FloatArray]:
        """The role keys of one window in full precision: its triggers are asked for one after the other."""
        return {}

    def _role_keys(self, number: int) -> FloatArray:
        keys = self._keys_at_hand.get(number)
        if keys is None:
            keys = _rounded(self.roles[number]["role_key"])
            self._keys_at_hand.clear()
            self._keys_at_hand[number] = keys
        return keys

    @cached_property
    def extents(self) -> list[int]:
        """Of each word how many words the name has that ends with it, by the extent head."""
        lengths: list[int] = (self.tags["extent"].argmax(axis=-1) + 1).tolist()
        return lengths

    def rows(self, name: str, words: Sequence[int]) -> FloatArray:
        """The probabilities of one tag head for some words [words, labels]."""
        return self.tags.rows(name, words) if isinstance(self.tags, Tags) else self.tags[name][words]

    def pointing(self, word: int) -> Pointing:
        """The role pointers of one word, taken as a trigger."""
        return self.pointings([word])[0]

    def pointings(self, words: Sequence[int]) -> list[Pointing]:
        """The role pointers of some words, in ascending order, each taken as a trigger; those of one window
        are made together."""
        chosen = np.asarray(words, np.int32)
        made: list[Pointing] = []
        for number, own in groupby(words, key=lambda word: int(self._window_of[word])):
            count = len(list(own))
            made += self._pointings(number, chosen[len(made) : len(made) + count])
        return made

    def _pointings(self, number: int, words: IntArray) -> list[Pointing]:
        window, part = self.windows[number], self.roles[number]
        at = window.words[window.core_start :].searchsorted(words) + window.core_start
        roles, width = len(self.labels.roles), part["role_key"].shape[1] // len(self.labels.roles)
        queries = _rounded(part["role_query"][at]).reshape(-1, roles, width)
        keys = self._role_keys(number).reshape(-1, roles, width)
        scores = np.matmul(queries.transpose(1, 0, 2), keys.transpose(1, 2, 0)) * np.float32(width**-0.5)
        distances = bucket(window.words - words[:, None], len(self.distance_bias) // 2)
        scores += _rounded(part["role_word"]).T[:, None] + self.distance_bias.T[:, distances]
        nulls = _rounded(part["role_null"][at]).reshape(len(words), roles, -1) + self.null_mask
        everything = softmax(np.concatenate([nulls, scores.transpose(1, 0, 2)], axis=2))
        split = nulls.shape[2]
        return [Pointing(one[:, :split], window.words, one[:, split:]) for one in everything]


def _rounded(states: FloatArray | HalfArray) -> FloatArray:
    """The states in full precision, rounded to half of it where they are not, so that a short text is read as
    a long one is. By bits, for numpy's own conversion of numbers to halves takes twenty times as long."""
    if states.dtype == np.float16:
        return states.astype(np.float32)
    bits = states.view(np.uint32)
    return ((bits + np.uint32(0xFFF) + ((bits >> np.uint32(13)) & np.uint32(1))) & _HALF).view(np.float32)


def bucket(distances: IntArray, size: int) -> IntArray:
    """Signed word distances to rows of the distance bias; as `training.network.bucket`."""
    return _buckets(size)[np.clip(distances, -_FARTHEST, _FARTHEST) + _FARTHEST]


@cache
def _buckets(size: int) -> IntArray:
    """The rows for all distances up to one beyond which they are all alike."""
    distances = np.arange(-_FARTHEST, _FARTHEST + 1)
    near = np.abs(distances)
    far = 24 + (np.log(np.maximum(near, 24) / 24) / np.log(512 / 24) * (size - 25)).astype(np.int64)
    return np.asarray(size + np.sign(distances) * np.where(near <= 24, near, np.minimum(far, size)), np.int32)


def softmax(scores: FloatArray) -> FloatArray:
    """Along the last axis."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), np.float32)


def sigmoid(scores: FloatArray) -> FloatArray:
    """Of each score."""
    return np.asarray(1 / (1 + np.exp(-scores)), np.float32)


def model_folder() -> Path:
    """Where the shipped model lies."""
    return Path(str(files("rashomon.reading"))) / "model"


def _calibration(path: Path) -> dict[str, float]:
    """Threshold, and slope and intercept of the confidence. Raises InstallationError where one is missing."""
    try:
        figures = msgspec.json.decode(path.read_bytes(), type=dict[str, float])
    except msgspec.DecodeError as fault:
        raise InstallationError(
            f"the calibration is damaged: {fault}", where=path.name, hint="install rashomon again"
        ) from fault
    if missing := sorted({"threshold", "slope", "intercept"} - figures.keys()):
        raise InstallationError(
            f"the calibration lacks {', '.join(missing)}", where=path.name, hint="install rashomon again"
        )
    return figures


class Encoder:
    """The loaded model. Raises InstallationError where its files are missing or of another format.

    With a `look`, windows in which it finds nothing are not shown to the model: no word there is an event.
    """

    def __init__(self, folder: Path, threads: int | None = None, look: FirstLook | None = None) -> None:
        import onnxruntime

        path, vocabulary = folder / "reader.onnx", folder / "tokenizer.json"
        curve = folder / "calibration.json"  # set anew where reading changes and weights do not
        for file in (path, vocabulary, curve):
            if not file.is_file():
                raise InstallationError(
                    "a file of the reading model is missing",
                    where=file.name,
                    hint="install rashomon again; `rashomon doctor` says what else is missing",
                )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if threads:
            options.intra_op_num_threads = threads
        try:
            self.session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
            )
            metadata = self.session.get_modelmeta().custom_metadata_map
            read: dict[str, Any] = {key: json.loads(value) for key, value in metadata.items()}
            self.tokenizer = Tokenizer.from_file(str(vocabulary))
        except Exception as fault:  # the libraries raise their own kinds, bare Exception among them
            raise InstallationError(
                f"the reading model is damaged: {fault}", where=path.name, hint="install rashomon again"
            ) from fault
        if read.get("format") != FORMAT:
            raise InstallationError(
                f"the reading model has format {read.get('format')}, this version reads {FORMAT}",
                where=path.name,
                hint="install model and code of one version",
            )
        self.calibration = _calibration(curve)
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.tokenizer.encode_special_tokens = True
        self.labels = Labels(**{k: tuple(v) for k, v in read["heads"].items()}, roles=tuple(read["roles"]))
        self._distance_bias = np.asarray(read["role_distance"], np.float32)
        self._null_mask = np.asarray(read["null_mask"], np.float32)
        self._widths = {output.name: int(output.shape[-1]) for output in self.session.get_outputs()}
        self._outputs = list(self._widths)
        self.look = look

    @staticmethod
    @cache
    def load() -> Encoder:
        """The shipped model, loaded once."""
        return Encoder(model_folder())

    def run(self, texts: Sequence[tuple[str, str | None]]) -> list[Signals]:
        """Signals of many (text, title) pairs, in their order."""
        split = [
            (split_words(text, self.tokenizer), split_words(title, self.tokenizer) if title else None)
            for text, title in texts
        ]
        return [self._seen(words, cut_windows(words, title)) for words, title in split]

    def _seen(self, words: Words, windows: list[Window]) -> Signals:
        if self.look is None:
            shown = [True] * len(windows)
        else:
            flags = self.look.flags(words)
            shown = [
                bool(flags[window.words[window.core_start : window.core_end]].any()) for window in windows
            ]
        parts: list[dict[str, NDArray[Any]]] = []
        for window, show in zip(windows, shown, strict=True):
            part = self._run_window(words, window) if show else self._blank(words, window)
            if len(parts) >= _WHOLE:  # a long text has many windows, and nothing else kept is as large
                part = {k: v.astype(np.float16) if k.startswith("role_") else v for k, v in part.items()}
            parts.append(part)
        return self._gather(words, windows, parts, shown.count(False))

    def _blank(self, words: Words, window: Window) -> dict[str, NDArray[Any]]:
        """Outputs without an event, and with the sentences that stops and capitals tell."""
        count = len(window.words)
        out: dict[str, NDArray[Any]] = {
            name: np.zeros((0 if name.startswith("role_") else count, width), np.float32)
            for name, width in self._widths.items()
        }
        for name in ("event", "mention"):
            out[name][:, 0] = _SURE  # the first label is that of none
        out["sentence"][:, 0] = np.where(after_stops(words)[window.words], _SURE, -_SURE)
        return out

    def _run_window(self, words: Words, window: Window) -> dict[str, NDArray[Any]]:
        """The outputs for one window.

        Windows go through one at a time: int8 activations are scaled over all that is in a pass, so that in a
        batch a report's claims would depend on the reports beside it.
        """
        inputs = {
            "pieces": window.pieces,
            "segments": window.segments,
            "firsts": window.first_pieces,
            "shapes": words.shapes[window.words],
            "breaks": words.breaks[window.words],
        }
        rows = {name: np.asarray(value, np.int64)[None] for name, value in inputs.items()}
        outputs = self.session.run(self._outputs, rows)
        return {name: value[0] for name, value in zip(self._outputs, outputs, strict=True)}

    def _gather(
        self, words: Words, windows: list[Window], parts: list[dict[str, NDArray[Any]]], unseen: int
    ) -> Signals:
        scores: dict[str, FloatArray] = {}
        for name in self._outputs:
            if name.startswith("role_"):
                continue
            own = [p[name][w.core_start : w.core_end] for p, w in zip(parts, windows, strict=True)]
            none = np.zeros((0, self._widths[name]), np.float32)
            scores[name] = own[0] if len(own) == 1 else np.concatenate(own) if own else none
        roles = tuple({k: v for k, v in p.items() if k.startswith("role_")} for p in parts)
        bias, mask = self._distance_bias, self._null_mask
        return Signals(words, self.labels, Tags(scores), tuple(windows), roles, bias, mask, unseen)
