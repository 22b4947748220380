"""Retrieval, hubness and CKA: equal to their definitions, in blocks and at once; useless vectors refused."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors

from xlmtut import alignment
from xlmtut.alignment import (
    center_languages,
    cka,
    cka_by_layer,
    hubness,
    mean_pool,
    retrieval_accuracy,
    retrieve,
)

Array = NDArray[np.float64]
SCORES = ("cosine", "margin", "csls")


def vectors(n: int, dim: int, seed: int, shift: float = 0.0) -> Array:
    return np.random.default_rng(seed).normal(shift, 1, (n, dim))


def reference_scores(x: Array, y: Array, score: str, k: int) -> Array:
    """The definitions, with scikit-learn's cosine and neighbours."""
    cosines = cosine_similarity(x, y)
    if score == "cosine":
        return cosines
    of_x = 1 - NearestNeighbors(n_neighbors=k, metric="cosine").fit(y).kneighbors(x)[0].mean(axis=1)
    of_y = 1 - NearestNeighbors(n_neighbors=k, metric="cosine").fit(x).kneighbors(y)[0].mean(axis=1)
    neighbours = of_x[:, None] + of_y[None, :]
    return cosines / (neighbours / 2) if score == "margin" else 2 * cosines - neighbours


@pytest.mark.parametrize("score", SCORES)
@given(st.integers(4, 30), st.integers(4, 30), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_retrieval_equals_its_definition(score: Any, n: int, m: int, k: int, seed: int) -> None:
    x, y = vectors(n, 6, seed, shift=2), vectors(m, 6, seed + 1, shift=2)
    expected = np.argsort(-reference_scores(x, y, score, k), axis=1)
    np.testing.assert_array_equal(retrieve(x, y, top=m, score=score, k=k), expected)
    np.testing.assert_array_equal(retrieve(x, y, top=3, score=score, k=k), expected[:, :3])
    np.testing.assert_array_equal(retrieve(x, y, score=score, k=k), expected[:, :1])


@pytest.mark.parametrize("score", SCORES)
def test_blocks_change_nothing(score: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = vectors(50, 8, 0, shift=1), vectors(40, 8, 1, shift=1)
    at_once = retrieve(x, y, top=5, score=score)
    for block in (1, 40, 170):  # one row, one row, four rows with a shorter last block
        monkeypatch.setattr(alignment, "_BLOCK", block)
        np.testing.assert_array_equal(retrieve(x, y, top=5, score=score), at_once)


def test_memory_grows_with_n_and_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 4000
    x, y = (vectors(n, 8, seed, shift=1).astype(np.float32) for seed in (0, 1))
    monkeypatch.setattr(alignment, "_BLOCK", 2**18)  # 1 MB in float32
    tracemalloc.start()
    for score in SCORES:
        retrieve(x, y, score=score)  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6  # the matrix of all similarities has 64 MB


def test_a_translation_is_found_under_noise_and_rotation_is_not_translation() -> None:
    x = vectors(200, 32, 0)
    noisy = x + 0.1 * vectors(200, 32, 1)
    rotation = scipy.stats.ortho_group.rvs(32, random_state=0)
    table = retrieval_accuracy({"en": x, "fr": noisy, "sw": x @ rotation})
    assert table.loc["en", "fr"] == table.loc["fr", "en"] == 1
    assert table.loc["en", "sw"] < 0.05
    assert cka(x, x @ rotation) == pytest.approx(1)


def test_the_table_has_every_pair_in_both_directions() -> None:
    arrays = {language: vectors(30, 5, seed, shift=1) for seed, language in enumerate(("en", "fr", "sw"))}
    for score in SCORES:
        table = retrieval_accuracy(arrays, score=score, k=3)  # type: ignore[arg-type]
        assert [*table.index] == [*table.columns] == ["en", "fr", "sw"]
        for source in arrays:
            for target in arrays:
                if source == target:
                    assert np.isnan(table.loc[source, target])
                    continue
                scores = reference_scores(arrays[source], arrays[target], score, k=3)
                assert table.loc[source, target] == np.mean(scores.argmax(axis=1) == np.arange(30))


def test_csls_and_margin_discount_a_hub() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (300, 10)) + 2
    y = x + rng.normal(0, 0.8, (300, 10))
    y[0] = x.mean(axis=0)  # near to every source
    found = {score: retrieve(x, y, top=10, score=score, k=10) for score in SCORES}  # type: ignore[arg-type]
    skew = {score: hubness(indices, len(y)) for score, indices in found.items()}
    right = {score: np.mean(indices[:, 0] == np.arange(300)) for score, indices in found.items()}
    assert skew["cosine"] > 1
    assert max(skew["margin"], skew["csls"]) < skew["cosine"] / 2
    assert min(right["margin"], right["csls"]) > right["cosine"]


def test_hubness_is_the_skewness_of_the_counts() -> None:
    found = [[0, 1], [0, 2], [0, 1]]
    assert hubness(found, 5) == pytest.approx(scipy.stats.skew([3, 2, 1, 0, 0]))
    assert hubness([[0], [1]], 2) == 0
    # One target of n takes all: counts n, 0, …, 0 have skewness (n - 2) / √(n - 1).
    assert hubness([[3]] * 10, 10) == pytest.approx(8 / 3)


def test_centring_removes_what_all_sentences_of_a_language_share() -> None:
    meaning = vectors(100, 16, 0)
    shifted = {"en": meaning + 5 * vectors(1, 16, 1), "fr": meaning + 5 * vectors(1, 16, 2)}
    centred = center_languages(shifted)
    np.testing.assert_allclose(centred["en"], centred["fr"], atol=1e-12)
    assert abs(centred["en"].mean(axis=0)).max() < 1e-12
    assert retrieval_accuracy(centred).loc["en", "fr"] == 1
    assert retrieval_accuracy(shifted).loc["en", "fr"] < 0.5


def test_mean_pooling_leaves_padding_out() -> None:
    states = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 1, 0, 0]])
    states[1, 2:] = float("nan")  # whatever a model left there
    pooled = mean_pool(states, mask)
    torch.testing.assert_close(pooled[0], states[0].mean(dim=0))
    torch.testing.assert_close(pooled[1], states[1, :2].mean(dim=0))
    torch.testing.assert_close(pooled[2], states[2, 1:3].mean(dim=0))
    assert mean_pool(states.bfloat16(), mask.bool()).dtype == torch.float32


def hsic_cka(x: Array, y: Array) -> float:
    """CKA by its definition: HSIC of the two Gram matrices, with the centring matrix H."""
    n = len(x)
    h = np.eye(n) - np.ones((n, n)) / n

    def hsic(k: Array, other: Array) -> float:
        return float(np.trace(k @ h @ other @ h)) / (n - 1) ** 2

    k, other = x @ x.T, y @ y.T
    return hsic(k, other) / np.sqrt(hsic(k, k) * hsic(other, other))


@given(st.integers(2, 20), st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_cka_equals_its_definition_by_hsic(n: int, dim: int, other: int, seed: int) -> None:
    x, y = vectors(n, dim, seed, shift=3), vectors(n, other, seed + 1)
    assert cka(x, y) == pytest.approx(hsic_cka(x, y), abs=1e-9)
    assert cka(x, y) == pytest.approx(cka(y, x))
    assert -1e-9 < cka(x, y) < 1 + 1e-9


def test_cka_knows_neither_rotation_nor_scale_nor_shift_but_stretching() -> None:
    x, y = vectors(50, 6, 0), vectors(50, 6, 1)
    rotation = scipy.stats.ortho_group.rvs(6, random_state=0)
    assert cka(x, y) == pytest.approx(cka(1e-30 * x @ rotation, 1e6 * y + 7))
    assert cka(x, x * np.array([9, 1, 1, 1, 1, 1])) < 0.8


def test_cka_of_few_sentences_in_many_dimensions_is_high_for_anything() -> None:
    assert cka(vectors(20, 1000, 0), vectors(20, 1000, 1)) > 0.9
    assert cka(vectors(2000, 20, 0), vectors(2000, 20, 1)) < 0.1


def test_cka_by_layer_is_that_of_every_pair() -> None:
    states = {
        language: vectors(3 * 40, 5, i).reshape(3, 40, 5) for i, language in enumerate(("en", "fr", "sw"))
    }
    table = cka_by_layer(states)
    assert table.shape == (3, 3)
    assert [*table.columns] == [("en", "fr"), ("en", "sw"), ("fr", "sw")]
    for layer in range(3):
        assert table.loc[layer, ("fr", "sw")] == pytest.approx(cka(states["fr"][layer], states["sw"][layer]))
    listed = {language: [*torch.tensor(layers)] for language, layers in states.items()}
    pd.testing.assert_frame_equal(cka_by_layer(listed), table)


def test_tensors_of_any_precision_are_accepted() -> None:
    x = vectors(20, 4, 0)
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        tensor = torch.tensor(x, dtype=dtype, requires_grad=True)
        assert retrieve(tensor, x)[:, 0].tolist() == [*range(20)]
        assert cka(tensor, x) == pytest.approx(1, abs=1e-3)


def with_row(row: int, value: float) -> Array:
    x = vectors(5, 3, 0)
    x[row] = value
    return x


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (with_row(3, np.nan), r"\[3\] is not finite; expected no NaN and no infinity"),
        (with_row(2, np.inf), r"\[2\] is not finite"),
        (vectors(5, 3, 0)[0], r"has shape \(3,\) of float64; expected numbers \(n, dim\)"),
        (np.zeros((0, 3)), r"has shape \(0, 3\)"),
        ([["a", "b"]], r"has shape \(1, 2\) of <U1"),
    ],
)
def test_vectors_that_are_no_numbers_are_refused(x: Any, message: str) -> None:
    good = vectors(5, 3, 1)
    for name, call in {
        "source": lambda: retrieve(x, good),
        "target": lambda: retrieve(good, x),
        "fr": lambda: retrieval_accuracy({"en": good, "fr": x}),
        "en": lambda: center_languages({"en": x}),
        "y": lambda: cka(good, x),
        "layer 1 of fr": lambda: cka_by_layer({"en": [good, good], "fr": [good, x]}),
    }.items():
        with pytest.raises(ValueError, match=f"^{name} ?{message}") as error:
            call()
        assert "\n" not in str(error.value)


def test_what_does_not_fit_is_refused() -> None:
    x, y = vectors(5, 3, 0), vectors(5, 4, 0)
    with pytest.raises(ValueError, match="vectors have 3 and 4 dimensions; expected the same"):
        retrieve(x, y)
    with pytest.raises(ValueError, match=r"source\[2\] is zero; expected a vector with a direction"):
        retrieve(with_row(2, 0), x)
    with pytest.raises(ValueError, match="top is 6; expected 1 to 5, the number of targets"):
        retrieve(x, x, top=6)
    with pytest.raises(ValueError, match="k is 6; expected 1 to 5, the sentences of each language"):
        retrieve(x, x, score="csls", k=6)
    with pytest.raises(ValueError, match="score is 'l2'; expected cosine, margin or csls"):
        retrieve(x, x, score="l2")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the margin's denominator falls to -1; expected above 0, use csls"):
        retrieve([[1.0, 0.0]], [[-1.0, 0.0]], score="margin", k=1)
    with pytest.raises(ValueError, match="found 5 en and 4 fr; expected as many of each"):
        retrieval_accuracy({"en": x, "fr": x[:4]})
    with pytest.raises(ValueError, match=r"embeddings has the languages \['en'\]; expected at least two"):
        retrieval_accuracy({"en": x})
    with pytest.raises(ValueError, match="found 5 x and 4 y; expected as many of each"):
        cka(x, x[:4])
    with pytest.raises(ValueError, match="x has only equal rows; expected representations that differ"):
        cka(np.full((5, 3), 0.1), x)
    with pytest.raises(ValueError, match="found 1 layers of en and 2 layers of fr; expected as many of each"):
        cka_by_layer({"en": [x], "fr": [x, x]})
    with pytest.raises(ValueError, match="found 5 en and 4 fr; expected as many of each"):
        cka_by_layer({"en": [x], "fr": [x[:4]]})
    with pytest.raises(ValueError, match=r"attention_mask leaves row 1 no token; expected at least one"):
        mean_pool(torch.ones(2, 2, 3), torch.tensor([[1, 0], [0, 0]]))
    with pytest.raises(
        ValueError, match=r"hidden_states are \(2, 2, 3\) and attention_mask \(2, 3\); expected"
    ):
        mean_pool(torch.ones(2, 2, 3), torch.ones(2, 3))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([[0], [5]], "found holds 5; expected rows of the targets, 0 to 4"),
        ([[-1]], "found holds -1; expected rows of the targets"),
        ([], r"found has shape \(0,\) of float64; expected indices \(n, k\)"),
        ([[0.5]], r"found has shape \(1, 1\) of float64"),
    ],
)
def test_indices_that_are_no_targets_are_refused(found: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hubness(found, 5)
