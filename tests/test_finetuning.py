"""Fine-tuning: what is learned from, what is predicted when, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pytest
import torch
import torch.nn.functional as F

import xlmtut as xt
from tests.tiny_training import classifier, config, language_model, reviews, say, task_data, tokenizer
from xlmtut import finetuning
from xlmtut.encoding import IGNORED, collate, encode
from xlmtut.finetuning import finetune, predictions_file
from xlmtut.metrics import accuracy
from xlmtut.objectives import Batch
from xlmtut.prediction import predict
from xlmtut.training import TrainingResult
from xlmtut.training_options import TrainingOptions

TOK = tokenizer()


def run(steps: int = 4, task: str = "sentiment", **changes: Any) -> TrainingResult:
    """A short run; changes of the options and of the call."""
    names = TrainingOptions.__dataclass_fields__
    options = TrainingOptions(
        **{"steps": steps, "lr": 0.01, **{k: v for k, v in changes.items() if k in names}}
    )
    call: dict[str, Any] = {"dataset": task_data(), "batch_size": 8, "max_length": 64}
    call |= {k: v for k, v in changes.items() if k not in names}
    model = call.pop("model", None) or classifier()
    return finetune(model, TOK, task=task, options=options, **call)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """The batches that models were trained on."""
    batches: list[Batch] = []
    loss = finetuning._LOSSES["classification"]

    def spy(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
        batches.append(batch)
        return loss(model, batch)

    monkeypatch.setitem(finetuning._LOSSES, "classification", spy)
    return batches


def test_only_the_rows_of_the_languages_are_trained_on(seen: list[Batch]) -> None:
    history = run(8).history
    assert set(history["language"]) == {"en"}
    rows = torch.cat([batch["attention_mask"].sum(dim=1) for batch in seen])
    english = [row for row in task_data()["train"] if row["language"] == "en"]
    lengths = [len(one) for one in encode(TOK, english, "sentiment", max_length=64)]
    assert sorted(rows.tolist()) == sorted(lengths)  # 60 rows in 8 batches: each row once
    seen.clear()
    run(15, languages=("en", "fr"))
    assert sum(len(batch["labels"]) for batch in seen) == 120


def test_batches_hold_rows_of_like_length_in_another_order_each_pass(seen: list[Batch]) -> None:
    run(16)
    padding = sum(int((batch["attention_mask"] == 0).sum()) for batch in seen)
    assert padding < 0.1 * sum(batch["attention_mask"].numel() for batch in seen)
    widths = [batch["input_ids"].shape[1] for batch in seen]
    assert widths[:8] != sorted(widths[:8])
    assert widths[:8] != widths[8:]


def test_it_learns_english_and_says_how_well_each_language_does(tmp_path: Path) -> None:
    result = run(
        120, folder=tmp_path, validate_at=(0, 60, 120), splits=("validation", "test"), seed=3, model_name="m"
    )
    table, frame = result.validation, result.predictions
    assert list(table) == ["step", "accuracy", "accuracy/en", "accuracy/fr"]
    assert table["accuracy/en"].iloc[-1] == 1.0
    assert frame is not None
    assert frame.groupby(["step", "split"]).size().to_dict() == {
        (step, split): n for step in (0, 60, 120) for split, n in (("validation", 24), ("test", 16))
    }
    assert set(frame["model"]) == {"m"}
    assert set(frame["seed"]) == {3}
    for row in table.itertuples():
        part = frame[(frame["step"] == row.step) & (frame["split"] == "validation")]
        each = {lang: accuracy(rows["label"], rows["prediction"]) for lang, rows in part.groupby("language")}
        values = dict(zip(table.columns, row[1:], strict=True))
        assert (values["accuracy/en"], values["accuracy/fr"]) == (each["en"], each["fr"])
        assert values["accuracy"] == pytest.approx((each["en"] + each["fr"]) / 2)
    last = predict(
        result.model,
        TOK,
        task_data(),
        "sentiment",
        split="test",
        model_name="m",
        seed=3,
        step=120,
        max_length=64,
    )
    kept = frame[(frame["step"] == 120) & (frame["split"] == "test")].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, last)
    loaded = xt.load_model(tmp_path, head="classification").state_dict()
    assert all(weight.equal(loaded[name]) for name, weight in result.model.state_dict().items())


def test_a_run_that_is_over_gives_its_predictions_again(tmp_path: Path) -> None:
    options = {"folder": tmp_path, "validate_at": (2, 4), "splits": ("test",)}
    first = run(4, **options)
    assert predictions_file(tmp_path, 2).is_file()
    again = run(4, **options)
    assert first.predictions is not None
    assert again.predictions is not None
    pd.testing.assert_frame_equal(first.predictions, again.predictions, check_dtype=False)


def test_frozen_weights_stay_and_are_free_again_afterwards() -> None:
    model = classifier()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    run(3, model=model, freeze=1)
    changed = {name for name, weight in model.state_dict().items() if not weight.equal(before[name])}
    assert changed
    assert all(".1." in name or "sequence_summary" in name for name in changed)
    assert all(weight.requires_grad for weight in model.parameters())


def test_early_stopping_on_one_language_keeps_the_best_weights() -> None:
    result = run(60, validate_at=range(0, 61, 5), stop_on="accuracy/en", patience=3)
    assert result.step < 60
    table = result.validation
    best = table.loc[table["accuracy/en"].idxmax()]
    assert best["step"] == result.step
    frame = predict(
        result.model, TOK, task_data(), "sentiment", split="validation", model_name="m", max_length=64
    )
    english = frame[frame["language"] == "en"]
    assert accuracy(english["label"], english["prediction"]) == best["accuracy/en"]


def test_a_dataset_of_the_hub_is_as_good_as_lists() -> None:
    lists = task_data()
    hub = datasets.DatasetDict({split: datasets.Dataset.from_list(rows) for split, rows in lists.items()})
    one, two = (run(3, dataset=data).history["loss"].tolist() for data in (lists, hub))
    assert one == two


# The losses of the heads ---------------------------------------------------------------------------------


def tagged(n: int) -> list[dict[str, Any]]:
    """Every good word is a person, every bad one a place."""
    rows = []
    for row in reviews(n):
        words = row["text"].split()
        tags = [1 if word in GOOD else 5 if word in BAD else 0 for word in words]
        rows.append({"id": row["id"], "language": row["language"], "tokens": words, "ner_tags": tags})
    return rows


GOOD = {say([i], lang) for i in range(11, 14) for lang in ("en", "fr")}
BAD = {say([i], lang) for i in range(14, 17) for lang in ("en", "fr")}


def test_the_loss_of_tags_is_the_mean_over_words() -> None:
    rows = tagged(20)
    torch.manual_seed(0)
    model = xt.XLMTokenClassifier(config(), num_labels=7)
    batch = encode(TOK, rows, "ner", max_length=64)
    inputs, labels = collate(batch, TOK)
    loss = finetuning._token_loss(model.eval(), {**inputs, "labels": labels})
    logits = model(**inputs).logits
    words = labels != IGNORED
    assert words.sum() == sum(len(row["tokens"]) for row in rows)
    expected = F.cross_entropy(logits[words], labels[words])
    torch.testing.assert_close(loss / words.sum(), expected)


def test_tags_are_learned() -> None:
    data = {"train": tagged(60), "validation": tagged(10)}
    model = xt.XLMTokenClassifier(config(), num_labels=7)
    result = run(60, "ner", model=model, dataset=data, validate_at=(60,))
    assert result.validation["entity_f1/en"].iloc[-1] == 1.0


def questions(n: int) -> list[dict[str, Any]]:
    """The answer is the good or bad word of the text."""
    rows = []
    for row in reviews(n):
        words = row["text"].split()
        answer = next(word for word in words if word in GOOD | BAD)
        start = row["text"].split().index(answer)
        offset = len(" ".join(words[:start])) + (start > 0)
        rows.append(
            {
                "id": row["id"],
                "language": row["language"],
                "context": row["text"],
                "question": "good" if row["language"] == "en" else "bon",
                "answers": {"text": [answer], "answer_start": [offset]},
            }
        )
    return rows


def test_the_loss_of_answers_is_the_mean_of_start_and_end() -> None:
    torch.manual_seed(0)
    model = xt.XLMSpanQA(config()).eval()
    inputs, labels = collate(encode(TOK, questions(5), "qa", max_length=64), TOK)
    output = model(**inputs)
    expected = (
        F.cross_entropy(output.start_logits, labels[:, 0]) + F.cross_entropy(output.end_logits, labels[:, 1])
    ) / 2
    loss = finetuning._span_loss(model, {**inputs, "labels": labels}) / labels.numel()
    torch.testing.assert_close(loss, expected)


def test_answers_are_learned() -> None:
    torch.manual_seed(0)
    data = {"train": questions(60), "validation": questions(10)}
    result = run(100, "qa", model=xt.XLMSpanQA(config()), dataset=data, validate_at=(100,))
    assert result.validation["span_f1/en"].iloc[-1] == 1.0


# What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"languages": ("en", "sw")}, r"no training rows in \['sw'\]; the data have en, fr"),
        ({"languages": ()}, "no training rows in any language; the data have en, fr"),
        ({"splits": ("validation", "dev")}, r"no split \['dev'\]; the data have train, validation, test"),
        ({"splits": ()}, r"no split \(\); the data have"),
        ({"dataset": {"test": reviews(3)}}, r"no split \['train', 'validation'\]; the data have test"),
        ({"max_length": 65}, "max_length is 65; expected at most 64, the model's positions"),
        ({"batch_size": 0}, "batch_size is 0; expected at least 1"),
        ({"freeze": 3}, "freeze is 3; expected 0 to 2, the encoder's layers"),
        (
            {"model": language_model()},
            "the model is a XLMLanguageModel; task 'sentiment' needs a XLMClassifier",
        ),
        ({"model": xt.XLMClassifier(config(), 3)}, "the model has 3 classes; task 'sentiment' has 2"),
        ({"task": "retrieval"}, "task 'retrieval' has no labels to predict"),
        (
            {"validate_at": (1,), "stop_on": "accuracy/sw"},
            "stop_on is 'accuracy/sw'; the validation gives accuracy",
        ),
    ],
)
def test_bad_input_is_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        run(2, **changes)
    assert "\n" not in str(error.value)


def test_a_loss_that_is_not_finite_names_the_update_and_the_languages() -> None:
    model = classifier()
    with torch.no_grad():
        model.sequence_summary["summary"].weight.fill_(float("inf"))
    with pytest.raises(FloatingPointError, match="the loss is nan in update 1, sentiment in en fr"):
        run(2, model=model, languages=("en", "fr"))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"batch_size": 4}, "batch_size 8 and not 4"),
        ({"freeze": 0}, "freeze None and not 0"),
        ({"languages": ("fr",)}, r"languages \['en'\] and not \['fr'\]"),
        ({"dataset": task_data(train=50)}, "training rows"),
    ],
)
def test_a_run_goes_on_only_with_the_same_configuration(
    changes: dict[str, Any], name: str, tmp_path: Path
) -> None:
    run(folder=tmp_path)
    with pytest.raises(ValueError, match=f"holds a run with {name}"):
        run(folder=tmp_path, **changes)
