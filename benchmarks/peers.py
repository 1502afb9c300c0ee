"""What bulk reading is measured against: the bare encoder, spaCy's pipeline of small networks, and an
encoder of the shape of RoBERTa-base. The weights of the last two are random: speed does not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rashomon.reading.encoder import Encoder, model_folder
from rashomon.reading.windows import cut_windows
from rashomon.reading.words import split_words

Pass = Callable[[Sequence[str]], None]
_TAGS, _DEPENDENCIES, _ENTITIES = 50, 45, 18  # labels of spaCy's English pipelines


def bare_encoder(encoder: Encoder, prepare: Sequence[str]) -> Pass:
    """The session alone, on the windows that reading makes of these texts, one at a time as reading does."""
    inputs: dict[str, list[dict[str, Any]]] = {}
    for text in prepare:
        words = split_words(text, encoder.tokenizer)
        inputs[text] = [
            {
                "pieces": w.pieces, "segments": w.segments, "firsts": w.first_pieces,
                "shapes": words.shapes[w.words], "breaks": words.breaks[w.words],
            }
            for w in cut_windows(words, None)
        ]  # fmt: skip
    ready = {
        text: [{k: np.asarray(v, np.int64)[None] for k, v in window.items()} for window in windows]
        for text, windows in inputs.items()
    }
    names = [output.name for output in encoder.session.get_outputs()]

    def run(texts: Sequence[str]) -> None:
        for text in texts:
            for window in ready[text]:
                encoder.session.run(names, window)

    return run


def spacy_pipeline() -> Pass:
    """tok2vec (as in en_core_web_sm: width 96, depth 4), tagger, parser and named entities, untrained."""
    import spacy
    from spacy.training import Example

    nlp: Any = spacy.blank("en")
    nlp.add_pipe(
        "tok2vec",
        config={
            "model": {
                "@architectures": "spacy.Tok2Vec.v2",
                "embed": {
                    "@architectures": "spacy.MultiHashEmbed.v2", "width": 96,
                    "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"],
                    "rows": [5000, 1000, 2500, 2500, 50, 50], "include_static_vectors": False,
                },
                "encode": {
                    "@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 96, "depth": 4,
                    "window_size": 1, "maxout_pieces": 3,
                },
            }
        },
    )  # fmt: skip
    listen = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}
    tagger = nlp.add_pipe(
        "tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listen}}
    )
    state = {"@architectures": "spacy.TransitionBasedParser.v2", "hidden_width": 64, "maxout_pieces": 2,
             "use_upper": True, "tok2vec": listen}  # fmt: skip
    parser = nlp.add_pipe(
        "parser", config={"model": state | {"state_type": "parser", "extra_state_tokens": False}}
    )
    ner = nlp.add_pipe("ner", config={"model": state | {"state_type": "ner", "extra_state_tokens": False}})
    for pipe, count, kind in ((tagger, _TAGS, "T"), (parser, _DEPENDENCIES, "D"), (ner, _ENTITIES, "E")):
        for n in range(count):
            pipe.add_label(f"{kind}{n}")
    doc = nlp.make_doc("Police arrested two men .")
    facts = {
        "tags": ["T0"] * 5, "heads": [1, 1, 3, 1, 1], "deps": ["D0", "ROOT", "D1", "D2", "D3"],
        "entities": [(0, 6, "E0")],
    }  # fmt: skip
    nlp.initialize(lambda: [Example.from_dict(doc, facts)])

    def run(texts: Sequence[str]) -> None:
        for _ in nlp.pipe(texts, batch_size=64):
            pass

    return run


def roberta_base(folder: Path, encoder: Encoder, prepare: Sequence[str]) -> Pass:
    """An encoder with the shape of RoBERTa-base (12 layers of 768, int8), on windows as long as reading's.

    It is made once in `folder`, which takes some minutes (torch, transformers and onnx are needed).
    """
    import onnxruntime

    path = folder / "roberta-base-shaped.int8.onnx"
    if not path.is_file():
        _make_roberta(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(  # without the fusion that slows down our own session too
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )
    ready = {}
    for text in prepare:
        words = split_words(text, encoder.tokenizer)
        ready[text] = [np.asarray(w.pieces, np.int64)[None] for w in cut_windows(words, None)]

    def run(texts: Sequence[str]) -> None:
        for text in texts:
            for pieces in ready[text]:
                session.run(None, {"pieces": pieces})

    return run


def _make_roberta(path: Path) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import RobertaConfig, RobertaModel

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            shape = RobertaConfig(vocab_size=50265, max_position_embeddings=514, attn_implementation="eager")
            self.model = RobertaModel(shape, add_pooling_layer=False)

        def forward(self, pieces: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = self.model(pieces, attention_mask=torch.ones_like(pieces))[0]
            return states

    plain = path.with_suffix(".plain")
    torch.onnx.export(
        States().eval(), (torch.ones((1, 32), dtype=torch.int64),), str(plain), input_names=["pieces"],
        output_names=["states"], dynamic_axes={"pieces": {0: "batch", 1: "length"}}, opset_version=17,
        dynamo=False,
    )  # fmt: skip
    quantize_dynamic(
        plain, path, weight_type=QuantType.QInt8, per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
    )  # fmt: skip
    plain.unlink()


def shipped() -> Encoder:
    """The reading model on one thread."""
    return Encoder(model_folder(), threads=1)
