"""A treebank's predicates become lessons in roles."""

import json
from pathlib import Path

from rashomon.reading.encoder import Encoder
from training import propbank

TREE = """\
# newdoc id = d
# sent_id = s1
# text = Captain Ana Ruiz didn't open the old gate in Lyon.
1\tCaptain\tcaptain\tNOUN\tNN\t_\t6\tnsubj\t_\t_
2\tAna\tAna\tPROPN\tNNP\t_\t1\tflat\t_\t_
3\tRuiz\tRuiz\tPROPN\tNNP\t_\t1\tflat\t_\t_
4-5\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_
4\tdid\tdo\tAUX\tVBD\t_\t6\taux\t_\t_
5\tn't\tnot\tPART\tRB\t_\t6\tadvmod\t_\t_
6\topen\topen\tVERB\tVB\t_\t0\troot\t_\t_
7\tthe\tthe\tDET\tDT\t_\t9\tdet\t_\t_
8\told\told\tADJ\tJJ\t_\t9\tamod\t_\t_
9\tgate\tgate\tNOUN\tNN\t_\t6\tobj\t_\t_
10\tin\tin\tADP\tIN\t_\t11\tcase\t_\t_
11\tLyon\tLyon\tPROPN\tNNP\t_\t6\tobl\t_\tSpaceAfter=No
12\t.\t.\tPUNCT\t.\t_\t6\tpunct\t_\t_

"""
PREDICATE = {
    "sent_id": "s1",
    "preds": [
        {"i": 3, "roleset": "do.01", "args": []},
        {"i": 5, "roleset": "open.01", "args": [[0, 2, "ARG0"], [6, 8, "ARG1"], [9, 10, "ARGM-LOC"]]},
    ],
}


def shared(tmp_path: Path) -> Path:
    (tmp_path / "UD_English-EWT").mkdir()
    (tmp_path / "UD_English-EWT" / "en_ewt-ud-train.conllu").write_text(TREE, encoding="utf-8")
    (tmp_path / "PropBank_EWT").mkdir()
    file = tmp_path / "PropBank_EWT" / "ewt_propbank.train.jsonl"
    file.write_text(json.dumps(PREDICATE) + "\n", encoding="utf-8")
    return tmp_path


def test_arguments_are_pointed_to_at_the_end_of_their_heads_name(tmp_path: Path) -> None:
    tokenizer = Encoder.load().tokenizer
    [example] = propbank.examples(shared(tmp_path), tokenizer)
    words = [tokenizer.id_to_token(int(example.pieces[at])) for at in example.firsts]
    [target] = example.claims  # the auxiliary is none
    assert words[target.word] == "open"
    told = {role: [words[group[0]] for group in names] for role, names in target.roles.items()}
    assert told == {"actor": ["ruiz"], "recipient": ["gate"], "place": ["lyon"], "date": []}


def test_contractions_share_one_span(tmp_path: Path) -> None:
    file = shared(tmp_path) / "UD_English-EWT" / "en_ewt-ud-train.conllu"
    [sentence] = propbank.read_treebank(file)
    assert sentence.text == "Captain Ana Ruiz didn't open the old gate in Lyon."
    assert sentence.spans[3] == sentence.spans[4]
    assert [sentence.text[a:b] for a, b in sentence.spans][5:7] == ["open", "the"]
    assert propbank.head_of(sentence, 6, 9) == 8 and propbank.head_of(sentence, 3, 6) is None
