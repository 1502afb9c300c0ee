"""The reading model's one pass: words in, the scores of every head out.

The model is one ONNX file (how it is made: `training/`); its metadata carries the label sets, so that this
code holds none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

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
_FARTHEST = 4096
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


@dataclass(frozen=True)
class Signals:
    """What the model sees in one text: for each tag head probabilities [words, labels] over the text's
    words. `unseen` counts the windows that the model was not shown, for a first look found nothing there."""

    words: Words
    labels: Labels
    tags: dict[str, FloatArray]
    windows: tuple[Window, ...]
    roles: tuple[dict[str, HalfArray], ...]
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
            keys = self.roles[number]["role_key"].astype(np.float32)
            self._keys_at_hand.clear()
            self._keys_at_hand[number] = keys
        return keys

    def pointing(self, word: int) -> Pointing:
        """The role pointers of one word, taken as a trigger."""
        number = int(self._window_of[word])
        window, part = self.windows[number], self.roles[number]
        k = int(window.words[window.core_start :].searchsorted(word)) + window.core_start
        roles, width = len(self.labels.roles), part["role_key"].shape[1] // len(self.labels.roles)
        query = part["role_query"][k].astype(np.float32).reshape(roles, width)
        keys = self._role_keys(number).reshape(-1, roles, width)
        scores = np.einsum("rd,nrd->rn", query, keys) / np.sqrt(width)
        bias = self.distance_bias[bucket(window.words - word, len(self.distance_bias) // 2)]
        scores = scores + part["role_word"].T + bias.T
        nulls = part["role_null"][k].reshape(roles, -1) + self.null_mask
        everything = softmax(np.concatenate([nulls, scores], axis=1).astype(np.float32))
        split = nulls.shape[1]
        return Pointing(everything[:, :split], window.words, everything[:, split:])


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


class Encoder:
    """The loaded model. Raises InstallationError where its files are missing or of another format.

    With a `look`, windows in which it finds nothing are not shown to the model: no word there is an event.
    """

    def __init__(self, folder: Path, threads: int | None = None, look: FirstLook | None = None) -> None:
        import onnxruntime

        path, vocabulary = folder / "reader.onnx", folder / "tokenizer.json"
        for file in (path, vocabulary):
            if not file.is_file():
                raise InstallationError(
                    "the reading model is missing",
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
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.tokenizer.encode_special_tokens = True
        self.labels = Labels(**{k: tuple(v) for k, v in read["heads"].items()}, roles=tuple(read["roles"]))
        self.calibration: dict[str, float] = read["calibration"]
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
            return self._gather(words, windows, [self._run_window(words, window) for window in windows], 0)
        flags = self.look.flags(words)
        shown = [bool(flags[window.words[window.core_start : window.core_end]].any()) for window in windows]
        parts = [
            self._run_window(words, window) if show else self._blank(words, window)
            for window, show in zip(windows, shown, strict=True)
        ]
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
        # Half precision for the roles: a long text has many windows, and nothing else kept is as large.
        return {
            name: value[0].astype(np.float16) if name.startswith("role_") else value[0]
            for name, value in zip(self._outputs, outputs, strict=True)
        }

    def _gather(
        self, words: Words, windows: list[Window], parts: list[dict[str, NDArray[Any]]], unseen: int
    ) -> Signals:
        tags: dict[str, FloatArray] = {}
        for name in self._outputs:
            if name.startswith("role_"):
                continue
            own = [p[name][w.core_start : w.core_end] for p, w in zip(parts, windows, strict=True)]
            scores = np.concatenate(own) if own else np.zeros((0, 1), np.float32)
            tags[name] = sigmoid(scores) if scores.shape[-1] == 1 else softmax(scores)
        roles = tuple({k: v for k, v in p.items() if k.startswith("role_")} for p in parts)
        bias, mask = self._distance_bias, self._null_mask
        return Signals(words, self.labels, tags, tuple(windows), roles, bias, mask, unseen)
