"""Predictions of the three heads: equal to a loop over single rows, complete, in order."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest
import torch
from torch import nn

import xlmtut as xt
from xlmtut.encoding import collate, context_words, encode
from xlmtut.prediction import LONGEST_ANSWER, predict
from xlmtut.tasks import TASKS

SENTENCES = {
    "en": "the quick brown fox jumps over a lazy dog in Rome on Monday while Ann reads books",
    "de": "der schnelle braune Fuchs springt am Montag in Rom über einen faulen Hund und Anna liest",
}
WORDS = {lang: sentence.split() for lang, sentence in SENTENCES.items()}


@cache
def tokenizer() -> xt.Tokenizer:
    return xt.Tokenizer.learn({lang: [sentence] * 5 for lang, sentence in SENTENCES.items()}, 120)


def text(lang: str, i: int, length: int) -> str:
    words = WORDS[lang]
    return " ".join(words[(i * 7 + k * k) % len(words)] for k in range(length))


def rows_of(task: str, n: int = 12) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for lang in WORDS:
        for i in range(n):
            row: dict[str, Any] = {"id": str(i), "language": lang}
            if task == "xnli":
                row |= {"premise": text(lang, i, 3 + i), "hypothesis": text(lang, i + 1, 4), "label": i % 3}
            elif task == "sentiment":
                row |= {"text": text(lang, i, 2 + i), "label": i % 2}
            elif task == "ner":
                row |= {"tokens": text(lang, i, 2 + 3 * i).split(), "ner_tags": [i % 7] * (2 + 3 * i)}
            else:
                context = f"({text(lang, i, 10 + 3 * i)}), {text(lang, i + 5, 6)}."
                answer = " ".join(context.split()[3:5])
                answers = {"text": [answer, answer], "answer_start": [context.index(answer)] * 2}
                row |= {"context": context, "question": text(lang, i, 4) + "?", "answers": answers}
            rows.append(row)
    return rows


@cache
def model_for(task: str, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    shape = {"n_layers": 2, "emb_dim": 32, "n_heads": 2, "vocab_size": len(tokenizer())}
    config = xt.XLMConfig.preset("mini", **shape)
    labels = len(TASKS[task].labels)
    head = TASKS[task].head
    model: nn.Module
    if head == "qa":
        model = xt.XLMSpanQA(config)
    else:
        model = (xt.XLMClassifier if head == "classification" else xt.XLMTokenClassifier)(config, labels)
    for parameter in model.parameters():  # predictions that differ from row to row
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=0.3)
    return model.train()


def run(task: str, rows: list[dict[str, Any]], **options: Any) -> pd.DataFrame:
    options = {"model_name": "m", "batch_tokens": 300, "max_length": 48, "progress": False} | options
    return predict(model_for(task), tokenizer(), rows, task, **options)


@pytest.mark.parametrize("task", ["xnli", "sentiment", "ner", "qa"])
def test_predictions_equal_those_of_one_row_at_a_time(task: str) -> None:
    rows = rows_of(task)
    together = run(task, rows)
    alone = pd.concat([run(task, [row]) for row in rows], ignore_index=True)
    assert together.drop(columns="scores").equals(alone.drop(columns="scores"))
    for mine, other in zip(together["scores"], alone["scores"], strict=True):
        assert mine == pytest.approx(other, abs=1e-5)
    assert together["prediction"].map(str).nunique() > 1


def test_classes_and_probabilities_are_the_models() -> None:
    rows, model, tok = rows_of("xnli"), model_for("xnli").eval(), tokenizer()
    frame = run("xnli", rows)
    for row, (_, found) in zip(rows, frame.iterrows(), strict=True):
        batch = tok(row["premise"], row["hypothesis"], lang=row["language"])
        with torch.no_grad():
            expected = model(**batch).logits[0].softmax(-1)
        assert found["scores"] == pytest.approx(expected.tolist(), abs=1e-5)
        assert found["prediction"] == TASKS["xnli"].labels[int(expected.argmax())]
        assert found["label"] == TASKS["xnli"].labels[row["label"]]
    model.train()


def test_a_word_has_the_tag_of_its_first_piece() -> None:
    row = {"id": "1", "language": "en", "tokens": ["quick", "jumpsbrown", "Ann"], "ner_tags": [0, 1, 2]}
    tok, model = tokenizer(), model_for("ner").eval()
    encoded = encode(tok, [row], "ner")[0]
    assert len(encoded) > 5  # a word has more than one piece
    inputs, _ = collate([encoded], tok)
    with torch.no_grad():
        logits = model(**inputs).logits[0]
    first = [0, *[len(ids) for ids in tok.ids(row["tokens"], lang="en")]]
    positions = [1 + sum(first[: k + 1]) for k in range(3)]
    expected = [TASKS["ner"].labels[int(logits[k].argmax())] for k in positions]
    frame = run("ner", [row])
    assert frame["prediction"][0] == expected
    assert frame["label"][0] == ["O", "B-PER", "I-PER"]
    model.train()


def test_the_best_span_is_that_of_an_exhaustive_search() -> None:
    rows, tok, model = rows_of("qa"), tokenizer(), model_for("qa").eval()
    frame = run("qa", rows)
    for i, row in enumerate(rows):
        spans = context_words(row["context"], row["language"])
        candidates = []
        for one in encode(tok, [row], "qa", max_length=48):
            inputs, _ = collate([one], tok)
            with torch.no_grad():
                output = model(**inputs)
            for a, (first, _) in enumerate(one.words):
                for b, (_, last) in enumerate(one.words[a:], start=a):
                    if last - first < LONGEST_ANSWER:
                        score = float(output.start_logits[0, first] + output.end_logits[0, last])
                        words = slice(spans[one.first_word + a][0], spans[one.first_word + b][1])
                        candidates.append((score, row["context"][words]))
        best = max(candidates)
        total = torch.tensor([score for score, _ in candidates]).double().softmax(0).max()
        assert frame["prediction"][i] == best[1]
        assert frame["scores"][i] == pytest.approx([float(total)], abs=1e-5)
        assert frame["label"][i] == row["answers"]["text"][:1]
    assert any(len(encode(tok, [row], "qa", max_length=48)) > 1 for row in rows)
    model.train()


def test_the_frame_says_what_was_run_and_the_model_is_left_as_it_was() -> None:
    model = model_for("sentiment")
    data = {"validation": rows_of("sentiment", 2), "test": rows_of("sentiment", 3)}
    options: dict[str, Any] = {"model_name": "mini", "seed": 3, "step": 40, "progress": False}
    frame = predict(model, tokenizer(), data, "sentiment", split="validation", **options)
    columns = ["id", "language", "task", "split", "model", "seed", "step", "label", "prediction", "scores"]
    assert frame.columns.tolist() == columns
    assert frame.iloc[0, :8].tolist() == ["0", "en", "sentiment", "validation", "mini", 3, 40, "negative"]
    assert frame["id"].tolist() == ["0", "1", "0", "1"]
    assert model.training


def test_the_progress_bar_is_shown_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    run("sentiment", rows_of("sentiment", 2))
    assert not capsys.readouterr().err
    run("sentiment", rows_of("sentiment", 2), progress=True)
    assert "predict sentiment" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("task", "head", "message"),
    [
        ("xnli", "sentiment", r"logits of shape \(.*, 2\); task 'xnli' needs a classification head with 3"),
        ("xnli", "ner", "task 'xnli' needs a classification head with 3 labels"),
        ("ner", "xnli", "task 'ner' needs a token head with 7 labels"),
        ("qa", "xnli", "the model has no question-answering head; task 'qa' needs one"),
        ("sentiment", "qa", "the model gives no logits; task 'sentiment' needs a classification head"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(task: str, head: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        predict(model_for(head), tokenizer(), rows_of(task, 2), task, model_name="m", progress=False)


def test_bad_data_are_refused() -> None:
    with pytest.raises(ValueError, match="split is 'dev'; the data have validation, test"):
        run("sentiment", {"validation": [], "test": []}, split="dev")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the data set has no rows; expected one or more"):
        run("sentiment", [])
    with pytest.raises(ValueError, match="the budget is 8; raise it or truncate"):
        run("sentiment", rows_of("sentiment"), batch_tokens=8)


def test_sentence_vectors_are_the_means_of_each_sentence_alone() -> None:
    encoder = model_for("xnli").transformer.eval()
    texts = [text("de", i, 2 + i) for i in range(7)]
    found = xt.sentence_vectors(encoder, tokenizer(), texts, "de", batch_size=3)
    assert found.shape == (3, 7, 32)  # the embeddings and two layers
    for i, sentence in enumerate(texts):
        with torch.inference_mode():
            states = encoder(**tokenizer()(sentence, lang="de"), output_hidden_states=True).hidden_states
        expected = torch.stack([layer[0].mean(dim=0) for layer in states])
        torch.testing.assert_close(torch.from_numpy(found[:, i]), expected, rtol=1e-4, atol=1e-5)


def test_sentence_vectors_leave_the_model_as_it_was_and_can_be_cut() -> None:
    encoder = model_for("xnli").transformer.train()
    long = text("en", 3, 30)
    cut = xt.sentence_vectors(encoder, tokenizer(), [long], "en", max_length=6)
    assert encoder.training
    encoder.eval()
    with torch.inference_mode():
        states = encoder(**tokenizer()(long, lang="en", max_length=6)).last_hidden_state
    torch.testing.assert_close(torch.from_numpy(cut[-1]), states.mean(dim=1), rtol=1e-4, atol=1e-5)


def test_sentence_vectors_want_sentences() -> None:
    with pytest.raises(ValueError, match="texts in 'en' is empty; expected one or more"):
        xt.sentence_vectors(model_for("xnli").transformer, tokenizer(), [], "en")
