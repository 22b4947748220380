"""Pretraining: which batches in which order, what is measured, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

import xlmtut as xt
from tests.tiny_training import config, language_model, pairs, texts, tokenizer
from xlmtut import pretraining
from xlmtut.bpe import sampling_probabilities
from xlmtut.encoding import IGNORED
from xlmtut.metrics import perplexity
from xlmtut.objectives import Batch, clm
from xlmtut.pretraining import language_model_loss, pretrain
from xlmtut.training import TrainingResult
from xlmtut.training_options import TrainingOptions

TOK = tokenizer()
ENGLISH, FRENCH = TOK.lang2id["en"], TOK.lang2id["fr"]


def run(steps: int = 4, **changes: Any) -> TrainingResult:
    """A short run; changes of the options and of the call."""
    names = TrainingOptions.__dataclass_fields__
    options = TrainingOptions(
        **{"steps": steps, "lr": 0.01, **{k: v for k, v in changes.items() if k in names}}
    )
    call: dict[str, Any] = {"monolingual": texts(), "parallel": pairs(), "length": 16, "batch_tokens": 70}
    call |= {k: v for k, v in changes.items() if k not in names}
    model = call.pop("model", None) or language_model(causal="clm" in call.get("objectives", ()))
    return pretrain(model, call.pop("tokenizer", TOK), options=options, **call)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """The batches that models were trained or validated on."""
    batches: list[Batch] = []

    def loss(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
        batches.append(batch)
        return language_model_loss(model, batch)

    monkeypatch.setattr(pretraining, "language_model_loss", loss)
    return batches


def equal(one: Batch, two: Batch) -> bool:
    return all(one[name].equal(two[name]) for name in one)


def test_the_objectives_take_turns_one_language_at_a_time(seen: list[Batch]) -> None:
    history = run(12, objectives=("mlm", "tlm")).history
    assert history["objective"].tolist() == ["mlm", "tlm"] * 6
    assert set(history["language"][1::2]) == {"en-fr"}
    assert set(history["language"][::2]) == {"en", "fr"}
    for batch, language in zip(seen, history["language"], strict=True):
        assert set(batch["langs"][batch["attention_mask"].bool()].tolist()) == {
            TOK.lang2id[code] for code in language.split("-")
        }
        assert batch["input_ids"].numel() <= 70
    assert history["tokens"].iloc[-1] == sum(int(batch["attention_mask"].sum()) for batch in seen)


def test_tlm_adds_to_the_batches_of_mlm_and_changes_none(seen: list[Batch]) -> None:
    run(6)
    alone = seen.copy()
    seen.clear()
    run(12, objectives=("mlm", "tlm"))
    assert all(equal(one, two) for one, two in zip(alone, seen[::2], strict=True))


@pytest.mark.parametrize(("alpha", "share"), [(1.0, 2 / 3), (0.0, 1 / 2)])
def test_languages_are_drawn_by_their_smoothed_sizes(alpha: float, share: float) -> None:
    assert sampling_probabilities({"en": 60, "fr": 30}, alpha)["en"] == pytest.approx(share)
    language = run(200, model=language_model(n_layers=1, emb_dim=8), alpha=alpha).history["language"]
    assert (language == "en").mean() == pytest.approx(share, abs=4 * (share * (1 - share) / 200) ** 0.5)


def test_seeds_see_other_batches(seen: list[Batch]) -> None:
    for seed in (0, 0, 1):
        run(1, seed=seed)
    assert equal(seen[0], seen[1])
    assert not equal(seen[0], seen[2])


def test_clm_predicts_every_next_token(seen: list[Batch]) -> None:
    history = run(3, objectives=("clm",)).history
    assert set(history["objective"]) == {"clm"}
    for batch in seen:
        assert batch["labels"].equal(clm(batch)["labels"])


def test_the_loss_is_that_of_transformers() -> None:
    """The mean over the predicted tokens of a padded pair."""
    import transformers

    model = language_model().eval()
    reference = transformers.XLMWithLMHeadModel(
        transformers.XLMConfig(**vars(model.transformer.config))
    ).eval()
    reference.load_state_dict(model.state_dict())
    batch = dict(
        TOK(["a cat sees the dog", "a cat"], ["un chat", "un chien"], lang="en", pair_lang="fr", pair="tlm")
    )
    labels = torch.full_like(batch["input_ids"], IGNORED)
    labels[0, [2, 5, 8]], labels[1, 2] = torch.tensor([40, 41, 42]), 43
    expected = reference(**batch, labels=labels).loss
    loss = language_model_loss(model, {**batch, "labels": labels}) / 4
    torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize(("objective", "steps", "lr"), [("mlm", 300, 0.003), ("clm", 60, 0.01)])
def test_a_language_of_one_sentence_is_learned_by_heart(objective: str, steps: int, lr: float) -> None:
    text = {"en": ["the big dog sees a small cat"] * 50}
    model = language_model(emb_dim=32, dropout=0.0, attention_dropout=0.0, causal=objective == "clm")
    loss = run(
        steps, model=model, objectives=(objective,), monolingual=text, batch_tokens=256, warmup=30, lr=lr
    ).history["loss"]
    assert loss.iloc[0] > math.log(config().vocab_size) - 1
    assert loss[-20:].mean() < 0.5  # guessing among its eight tokens costs log 8 = 2.1


@pytest.mark.parametrize("seed", [0, 1])
def test_perplexity_is_of_all_held_out_tokens(seed: int, seen: list[Batch]) -> None:
    held_out = {"fr": texts(seed=1)["fr"], ("en", "fr"): pairs(9, seed=1)["en", "fr"]}
    result = run(3, objectives=("mlm", "tlm"), validation=held_out, validate_at=(0, 3), seed=seed)
    assert list(result.validation) == ["step", "ppl/fr", "ppl/en-fr", "ppl"]
    n = (len(seen) - 3) // 2
    before, after = seen[:n], seen[-n:]
    assert all(equal(one, two) for one, two in zip(before, after, strict=True))  # the masks stay
    with torch.no_grad():
        losses = [float(language_model_loss(result.model, batch)) for batch in after]
    labels = [int((batch["labels"] != IGNORED).sum()) for batch in after]
    expected = perplexity(sum(losses), sum(labels))
    assert result.validation["ppl"].iloc[-1] == pytest.approx(expected, rel=1e-5)


def test_the_masks_of_a_validation_do_not_depend_on_the_seed(seen: list[Batch]) -> None:
    for seed in (0, 1):
        run(1, validation={"fr": texts(seed=1)["fr"]}, validate_at=(0,), seed=seed)
    n = len(seen) // 2  # the last batch of each half is the update's
    assert all(equal(one, two) for one, two in zip(seen[: n - 1], seen[n:-1], strict=True))


def test_a_causal_model_is_validated_causally(seen: list[Batch]) -> None:
    run(1, objectives=("clm",), validation={"fr": texts(seed=1)["fr"]}, validate_at=(1,))
    assert all(batch["labels"].equal(clm(batch)["labels"]) for batch in seen)


def test_settings_may_be_numbers_of_numpy(tmp_path: Path) -> None:
    import numpy as np

    changes = {"lr": np.float32(0.01), "seed": np.int64(3), "batch_tokens": np.int64(70)}
    run(2, folder=tmp_path, **changes)
    assert len(run(2, folder=tmp_path, **changes).history) == 2  # the state can be read


def test_iterables_are_read_once() -> None:
    run(1, monolingual={lang: iter(lines) for lang, lines in texts().items()})


def test_the_folder_holds_a_model_and_its_tokenizer(tmp_path: Path) -> None:
    result = run(2, folder=tmp_path)
    model, tok = xt.load_model(tmp_path, head="lm"), xt.load_tokenizer(tmp_path)
    inputs = tok(["a cat"], lang="en")
    assert torch.equal(model(**inputs).logits, result.model(**inputs).logits)
    assert (tmp_path / "history.csv").read_text().startswith("step,objective,language,loss,lr,")


# What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"monolingual": {"en": ["a cat"], "fr": []}},
            "the text of 'fr' has no words; expected at least one",
        ),
        (
            {"monolingual": {"en": ["a cat"], "sw": ["paka"]}},
            "no language 'sw' in the vocabulary; it has en, fr",
        ),
        (
            {"parallel": {("en", "sw"): [("a", "b")]}, "objectives": ("tlm",)},
            "no language 'sw' in the vocabulary",
        ),
        ({"monolingual": {}}, "objectives has 'mlm', but there are no sentences; pass some"),
        (
            {"parallel": None, "objectives": ("mlm", "tlm")},
            "'tlm', but there are no pairs of sentences; pass some",
        ),
        (
            {"objectives": ("tlm",), "batch_tokens": 9},
            r"batch_tokens is 9; the longest pair of en-fr has \d+ tokens",
        ),
        ({"batch_tokens": 15}, "batch_tokens is 15; expected at least one row of 16 tokens"),
        ({"length": 65}, "length is 65; expected 2 to 64, the model's positions"),
        ({"length": 1}, "length is 1; expected 2 to 64"),
        ({"objectives": ()}, "objectives is empty; expected one or more of clm, mlm, tlm"),
        ({"objectives": ("nsp",)}, "objectives has 'nsp'; expected clm, mlm or tlm"),
        ({"alpha": 2.0}, "alpha is 2.0; expected a number from 0"),
        ({"validate_at": (1,)}, "validate_at is set, but there is no validation text; pass some"),
        ({"model": language_model(causal=True)}, "objectives has 'mlm', but the model is causal"),
        (
            {"model": language_model(), "objectives": ("clm",)},
            "objectives has 'clm', but the model is not causal; build it with another config",
        ),
        ({"model": language_model().transformer}, "the model is a XLM; expected an XLMLanguageModel"),
        ({"model": language_model(vocab_size=50)}, r"the tokenizer has \d+ tokens; the model has only 50"),
        (
            {"model": language_model(lang2id={"en": 1, "fr": 0})},
            "language 'en' is number 0 of the tokenizer and 1 of the model; build the model with",
        ),
    ],
)
def test_bad_input_is_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        run(2, **changes)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps is 0; expected at least 1"),
        ({"lr": -1.0}, "lr is -1.0; expected a positive number"),
        ({"lr": math.nan}, "lr is nan; expected a positive number"),
        ({"clip": 0.0}, "clip is 0.0; expected a positive number"),
        ({"warmup": 5}, "warmup is 5; expected 0 to 4, the steps"),
        ({"schedule": "constant"}, "schedule is 'constant'; expected one of linear, cosine, inverse_sqrt"),
        ({"seed": -1}, "seed is -1; expected a whole number from 0 to 4294967295"),
        ({"validate_at": (2, 5)}, "validate_at holds 5; expected updates from 0 to 4"),
        ({"stop_on": "ppl"}, "stop_on is 'ppl', but validate_at is empty; expected some updates"),
        (
            {"tracker": "tensorboard"},
            "tracker is 'tensorboard', but there is no folder; pass one for its files",
        ),
        ({"accumulate": 0}, "accumulate is 0; expected at least 1"),
    ],
)
def test_bad_options_are_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        run(**changes)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"lr": 0.02}, "lr 0.01 and not 0.02"),
        ({"steps": 5}, "steps 4 and not 5"),
        ({"seed": 3}, "seed 0 and not 3"),
        ({"alpha": 0.5}, "alpha 0.7 and not 0.5"),
        ({"objectives": ("mlm", "tlm")}, "objectives"),
        ({"monolingual": texts(seed=4)}, "text"),
        ({"model": language_model(n_layers=1)}, "model"),
    ],
)
def test_a_run_goes_on_only_with_the_same_configuration(
    changes: dict[str, Any], name: str, tmp_path: Path
) -> None:
    run(folder=tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(ValueError, match=f"holds a run with {name}"):
        run(folder=tmp_path, **changes)
    assert before == {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert len(run(folder=tmp_path, resume=False, **changes).history) >= 4


def test_a_model_may_have_room_for_more_tokens_and_positions() -> None:
    model = language_model(vocab_size=len(TOK) + 9, max_position_embeddings=99)
    unused = model.transformer.embeddings.weight[len(TOK) :].detach().clone()
    assert len(run(3, model=model).history) == 3
    assert not unused.equal(model.transformer.embeddings.weight[len(TOK) :])  # the softmax reaches them
