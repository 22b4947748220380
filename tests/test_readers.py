"""Every published format: what is read equals what was written, and what is wrong is named with its line."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlmtut import readers
from xlmtut.readers import Remarks, Row

# As in XNLI 1.0.
XNLI_HEADER = [
    *("language", "gold_label", "sentence1_binary_parse", "sentence2_binary_parse", "sentence1_parse"),
    *(
        "sentence2_parse",
        "sentence1",
        "sentence2",
        "promptID",
        "pairID",
        "genre",
        "label1",
        "label2",
        "label3",
    ),
    *("label4", "label5", "sentence1_tokenized", "sentence2_tokenized", "match"),
]

NLI = ["entailment", "neutral", "contradiction"]

# One line of text: what a file divided at line feeds can hold, with separators that str.splitlines would cut.
line = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r\ufeff"), min_size=1, max_size=20
)
word = st.text(st.characters(categories=["L", "N", "P", "M"]), min_size=1, max_size=8)
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def read(
    reader: Callable[[list[Path], str, Remarks], Iterator[Row]], *paths: Path, language: str = "en"
) -> list[Row]:
    """All rows; nothing may be skipped."""
    remarks = Remarks()
    rows = list(reader(list(paths), language, remarks))
    assert not remarks.counts
    return rows


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def xnli_line(**fields: str) -> str:
    return "\t".join(fields.get(column, "") for column in XNLI_HEADER)


def xnli(*rows: dict[str, str]) -> str:
    return "\n".join(["\t".join(XNLI_HEADER), *(xnli_line(**row) for row in rows)]) + "\n"


PAIR = {
    "language": "en",
    "gold_label": "neutral",
    "sentence1": "A cat.",
    "sentence2": "A dog.",
    "pairID": "7",
}


def squad(*questions: dict[str, Any], context: str = "Ada lives in Paris.") -> dict[str, Any]:
    return {"data": [{"title": "t", "paragraphs": [{"context": context, "qas": list(questions)}]}]}


QUESTION = {"id": "q1", "question": "Where?", "answers": [{"text": "Paris", "answer_start": 13}]}


# ---- what is written is read ------------------------------------------------------------------------------


@in_one_folder
@given(
    pairs=st.lists(
        st.tuples(line, line, st.sampled_from(["entailment", "neutral", "contradiction"])), min_size=1
    )
)
def test_xnli_agrees_with_the_csv_module(tmp_path: Path, pairs: list[tuple[str, str, str]]) -> None:
    rows = [
        {"language": "fr", "gold_label": label, "sentence1": a, "sentence2": b, "pairID": str(i)}
        for i, (a, b, label) in enumerate(pairs)
    ]
    path = write(tmp_path / "xnli.dev.tsv", xnli(*rows))
    with path.open(encoding="utf-8", newline="\n") as file:
        reference = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    got = read(readers.read_xnli, path)
    assert [(row["id"], row["premise"], row["hypothesis"], NLI[row["label"]]) for row in got] == [
        (row["pairID"], row["sentence1"], row["sentence2"], row["gold_label"]) for row in reference
    ]
    json_lines = "\n".join(json.dumps(row) for row in rows)
    assert read(readers.read_xnli, write(tmp_path / "xnli.dev.jsonl", json_lines)) == got


@in_one_folder
@given(st.lists(st.tuples(line, line, st.integers(0, 1)), min_size=1))
def test_pawsx_keeps_what_is_written(tmp_path: Path, pairs: list[tuple[str, str, int]]) -> None:
    pairs = [(a, b, label) for a, b, label in pairs if {a.strip(), b.strip()}.isdisjoint({"", "NS"})]
    lines = ["id\tsentence1\tsentence2\tlabel", *(f"{i}\t{a}\t{b}\t{c}" for i, (a, b, c) in enumerate(pairs))]
    got = read(readers.read_pawsx, write(tmp_path / "dev_2k.tsv", "\n".join(lines)), language="ko")
    assert [(row["sentence1"], row["sentence2"], row["label"]) for row in got] == pairs
    assert {row["language"] for row in got} <= {"ko"}


@in_one_folder
@given(before=st.text(max_size=20), answer=st.text(min_size=1, max_size=8), after=st.text(max_size=20))
def test_squad_counts_code_points(tmp_path: Path, before: str, answer: str, after: str) -> None:
    question = {**QUESTION, "answers": [{"text": answer, "answer_start": len(before)}]}
    content = squad(question, context=before + answer + after)
    (row,) = read(readers.read_squad, write(tmp_path / "xquad.en.json", json.dumps(content)))
    start = row["answers"]["answer_start"][0]
    assert row["context"][start : start + len(answer)] == row["answers"]["text"][0] == answer


@in_one_folder
@given(st.lists(st.lists(st.tuples(word, st.sampled_from(range(7))), min_size=1, max_size=5), min_size=1))
def test_wikiann_keeps_tokens_and_tags(tmp_path: Path, sentences: list[list[tuple[str, int]]]) -> None:
    tags = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
    blocks = ["\n".join(f"sw:{token}\t{tags[tag]}" for token, tag in sentence) for sentence in sentences]
    got = read(readers.read_wikiann, write(tmp_path / "train", "\n\n".join(blocks) + "\n\n"), language="sw")
    assert [list(zip(row["tokens"], row["ner_tags"], strict=True)) for row in got] == sentences
    assert [row["id"] for row in got] == [f"sw-{i}" for i in range(len(sentences))]


@in_one_folder
@given(st.lists(st.tuples(line, line), min_size=1))
def test_tatoeba_pairs_lines(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    pairs = [(a, b) for a, b in pairs if a.strip() and b.strip()] or [("a", "b")]
    paths = [
        write(tmp_path / f"tatoeba.fra-eng.{code}", "".join(f"{pair[side]}\n" for pair in pairs))
        for side, code in enumerate(["fra", "eng"])
    ]
    got = read(readers.read_tatoeba, *paths, language="fr")
    texts = {(row["language"], row["id"]): row["text"] for row in got}
    assert texts == {
        (code, f"fr-{i}"): pair[side]
        for side, code in enumerate(["fr", "en"])
        for i, pair in enumerate(pairs)
    }


def test_multinli_reads_the_spelling_of_its_labels(tmp_path: Path) -> None:
    text = "premise\thypo\tlabel\nOne .\tTwo .\tcontradictory\nThree .\tFour .\tneutral\n"
    got = read(readers.read_multinli, write(tmp_path / "multinli.train.en.tsv", text))
    assert [(row["id"], row["label"]) for row in got] == [("train-0", 2), ("train-1", 1)]


CONLLU = """\
# sent_id = w01
# text = Vámonos al mar
1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\t_\t_\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t_\t_
3-4\tal\t_\t_\t_\t_\t_\t_\t_\t_
3\ta\ta\tADP\t_\t_\t5\tcase\t_\t_
4\tel\tel\tDET\t_\t_\t5\tdet\t_\t_
4.1\tgran\tgrande\tADJ\t_\t_\t_\t_\t5:amod\t_
5\tmar\tmar\tNOUN\t_\t_\t1\tobl\t_\t_

# sent_id = w02
1\t_\t_\tNOUN\t_\t_\t0\troot\t_\t_

# sent_id = w03
1\tSí\tsí\tINTJ\t_\t_\t0\troot\t_\t_
"""


def test_conllu_reads_the_words_of_the_format_description(tmp_path: Path) -> None:
    """The example of universaldependencies.org/format.html, with an empty node and a word kept back."""
    remarks = Remarks()
    path = write(tmp_path / "es_x-ud-test.conllu", CONLLU)
    rows = list(readers.read_conllu([path], "es", remarks))
    assert [row["tokens"] for row in rows] == [["Vamos", "nos", "a", "el", "mar"], ["Sí"]]
    verb, pronoun, adposition, determiner, noun, interjection = 15, 10, 1, 5, 7, 6
    assert [row["pos_tags"] for row in rows] == [
        [verb, pronoun, adposition, determiner, noun],
        [interjection],
    ]
    assert [row["id"] for row in rows] == ["es_x-0", "es_x-2"]
    assert remarks.counts.total() == 1


def test_parallel_treebanks_pair_their_sentences(tmp_path: Path) -> None:
    text = CONLLU.split("\n\n")[2]
    ids = set()
    for code in ("es", "de"):
        path = write(tmp_path / f"{code}_pud-ud-test.conllu", text)
        ids |= {row["id"] for row in read(readers.read_conllu, path, language=code)}
    assert ids == {"pud-w03"}


def test_windows_line_ends_and_a_byte_order_mark_are_no_text(tmp_path: Path) -> None:
    text = xnli(PAIR).replace("\n", "\r\n").encode("utf-8-sig")
    (row,) = read(readers.read_xnli, write(tmp_path / "xnli.dev.tsv", text))
    assert row["hypothesis"] == "A dog."


# ---- what a format lets pass is counted -------------------------------------------------------------------


def test_pairs_without_agreement_are_counted_and_told_once(tmp_path: Path) -> None:
    undecided = {**PAIR, "gold_label": "-"}
    path = write(tmp_path / "xnli.test.tsv", xnli(PAIR, undecided, {**undecided, "pairID": "8"}))
    remarks = Remarks()
    assert len(list(readers.read_xnli([path], "", remarks))) == 1
    message = "xnli.test.tsv: 2 rows skipped that have the label '-': the annotators did not agree"
    with pytest.warns(UserWarning, match=f"^{message}$") as told:
        remarks.report()
    assert len(told) == 1


def test_untranslated_pairs_are_counted(tmp_path: Path) -> None:
    text = "id\tsentence1\tsentence2\tlabel\n1\tNS\tb\t0\n2\ta\tb\t1\n3\ta\t\t1\n"
    remarks = Remarks()
    path = write(tmp_path / "fr" / "test_2k.tsv", text)
    assert [row["id"] for row in readers.read_pawsx([path], "fr", remarks)] == ["2"]
    reason = "rows skipped that have 'NS' or nothing for a translation"
    assert remarks.counts == {("fr/test_2k.tsv", reason): 2}


def test_nothing_to_tell_is_not_told() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Remarks().report()


# ---- what is wrong is named -------------------------------------------------------------------------------

WRONG: dict[tuple[str, str], list[tuple[str | bytes, str]]] = {
    ("xnli", "xnli.dev.tsv"): [
        (b"", "xnli.dev.tsv is empty; fetch it again"),
        ("language\tgold_label\n", "line 1: no column 'sentence1'; expected language, gold_label, "),
        (xnli(PAIR, {**PAIR, "gold_label": "maybe"}), "line 3: label 'maybe'; expected one of entailment, "),
        (xnli(PAIR) + "en\tneutral\n", "line 3: 2 fields; expected 19, as in the header"),
        (xnli(PAIR).encode() + "né\n".encode("latin-1"), "line 3: byte 0xe9 is not UTF-8; convert"),
        (xnli(PAIR).encode("utf-16"), "line 1: byte 0xff is not UTF-8"),
    ],
    ("xnli", "xnli.dev.jsonl"): [
        ('{"language": "en"}\n', "line 1: no 'gold_label'; expected language, gold_label"),
        (json.dumps(PAIR) + "\n{\n", "line 2: not JSON"),
        ("[1]\n", "line 1: no 'language'"),
    ],
    ("multinli", "multinli.train.en.tsv"): [
        ("premise\tlabel\n", "line 1: no column 'hypo'; expected premise, hypo, label"),
        ("premise\thypo\tlabel\na\tb\tc\n", "line 2: label 'c'; expected one of"),
    ],
    ("pawsx", "train.tsv"): [
        ("id\tsentence1\tsentence2\tlabel\n1\ta\tb\t2\n", "line 2: label '2'; expected one of 0, 1"),
    ],
    ("squad", "xquad.en.json"): [
        ('{"data": [\n1,', "line 2: not JSON"),
        ("[]", "no 'data' in an entry; expected JSON as of SQuAD 1.1"),
        ('{"data": [{"title": "t"}]}', "no 'paragraphs' in an entry"),
        (json.dumps(squad({"id": "q"})), "line 1: no 'question' in an entry"),
        (
            json.dumps(squad(QUESTION, {**QUESTION, "id": "q2", "answers": []}), indent=1),
            "line 20: question q2 has no answer; expected at least one",
        ),
        (
            json.dumps(squad({**QUESTION, "answers": [{"text": "Paris", "answer_start": 12}]})),
            "line 1: question q1: its context has ' Pari' at 12; expected the answer 'Paris'",
        ),
        (
            json.dumps(squad({**QUESTION, "answers": [{"text": ".", "answer_start": -1}]})),
            "question q1: its context has '' at -1; expected the answer '.'",
        ),
    ],
    ("wikiann", "train"): [
        ("en:Ada\tB-PER\n\nen:Paris B-LOC\n", "line 3: 'en:Paris B-LOC'; expected en:token, a tab and a tag"),
        ("en:Paris\n", "line 1: 'en:Paris'; expected en:token"),
        ("en:\tO\n", "line 1: 'en:.*O'; expected en:token"),
        ("fr:Paris\tB-LOC\n", "line 1: language 'fr'; expected 'en'"),
        ("en:Paris\tB-CITY\n", "line 1: label 'B-CITY'; expected one of O, B-PER"),
    ],
    ("conllu", "en_x-ud-dev.conllu"): [
        ("# a\n1 a a NOUN\n", "line 2: '1 a a NOUN'; expected the 10 fields of CoNLL-U"),
        ("x" + "\ta" * 9, "line 1: 'x.*; expected the 10 fields of CoNLL-U"),
        ("1\ta\ta\tNN" + "\t_" * 6, "line 1: label 'NN'; expected one of ADJ, ADP"),
    ],
}


@pytest.mark.parametrize(
    ("reader", "name", "content", "message"),
    [(*where, *case) for where, cases in WRONG.items() for case in cases],
    ids=[f"{reader} {message}" for (reader, _), cases in WRONG.items() for _, message in cases],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, reader: str, name: str, content: str | bytes, message: str
) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(ValueError, match=message) as error:
        list(getattr(readers, f"read_{reader}")([path], "en", Remarks()))
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_tatoeba_needs_both_sides_of_equal_length(tmp_path: Path) -> None:
    french = write(tmp_path / "tatoeba.fra-eng.fra", "Oui.\nNon.\n")
    english = write(tmp_path / "tatoeba.fra-eng.eng", "Yes.\n")
    with pytest.raises(
        ValueError, match=r"eng\.fra has 2 lines and tatoeba\.fra-eng\.eng has 1 lines; expected"
    ):
        read(readers.read_tatoeba, french, english, language="fr")
    with pytest.raises(ValueError, match=r"eng\.fra: the other language of the pair is missing; fetch both"):
        read(readers.read_tatoeba, french, language="fr")
    write(english, "Yes.\n \n")
    with pytest.raises(ValueError, match=r"tatoeba\.fra-eng\.eng, line 2: empty; expected a sentence"):
        read(readers.read_tatoeba, french, english, language="fr")
