"""Corpora as tensors, and passes over them that can be taken up anywhere."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny_training import pairs, texts, tokenizer
from xlmtut.corpora import Passes, Rows, fingerprint, pair_corpus, text_corpus
from xlmtut.randomness import Use, generator

TOK = tokenizer()


def passes(n: int, seed: int = 0, number: int = 0) -> Passes:
    return Passes(lambda chance: torch.randperm(n, generator=chance), seed, number)


def first_pass(corpus_order: object) -> list[torch.Tensor]:
    return list(corpus_order(generator(0, Use.PASS)))  # type: ignore[operator]


@given(st.integers(1, 9), st.integers(0, 40))
def test_each_pass_reads_everything_and_a_position_is_enough_to_go_on(n: int, read: int) -> None:
    one = passes(n)
    seen = [int(one.next()) for _ in range(read)]
    for begin in range(0, read - n + 1, n):
        assert sorted(seen[begin : begin + n]) == list(range(n))
    two = passes(n)
    two.position = one.position
    assert [int(one.next()) for _ in range(2 * n)] == [int(two.next()) for _ in range(2 * n)]


def test_corpora_and_seeds_have_orders_of_their_own() -> None:
    orders = {tuple(int(p.next()) for _ in range(30)) for p in (passes(15), passes(15, 1), passes(15, 0, 1))}
    assert len(orders) == 3


@given(st.lists(st.lists(st.integers(3, 99), min_size=1, max_size=9), min_size=1, max_size=9), st.data())
def test_rows_come_back_as_they_were(sequences: list[list[int]], data: st.DataObject) -> None:
    width = max(map(len, sequences))
    ids = torch.tensor([[*ids, *[2] * (width - len(ids))] for ids in sequences])
    mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids in sequences])
    rows = Rows([{"input_ids": ids, "attention_mask": mask}], {"input_ids": 2})
    assert len(rows) == len(sequences)
    chosen = data.draw(st.lists(st.integers(0, len(sequences) - 1), min_size=1, max_size=12))
    batch = rows.take(torch.tensor(chosen))
    longest = max(len(sequences[i]) for i in chosen)
    assert batch["input_ids"].tolist() == [
        [*sequences[i], *[2] * (longest - len(sequences[i]))] for i in chosen
    ]
    assert batch["attention_mask"].sum(dim=1).tolist() == [len(sequences[i]) for i in chosen]


def test_a_text_is_read_in_full_rows_of_its_language() -> None:
    sentences = texts()["fr"]
    corpus = text_corpus(TOK, "fr", sentences, length=12, batch_tokens=40)
    stream = [i for ids in TOK.ids(sentences, lang="fr") for i in [*ids, TOK.sep_token_id]]
    ring = stream + stream
    assert (corpus.name, corpus.size) == ("fr", 30)
    for starts in first_pass(corpus.order):
        batch = corpus.read(starts)
        assert batch["input_ids"].shape == (len(starts), 12)
        assert len(starts) <= 3
        assert all(
            row == ring[i : i + 12]
            for row, i in zip(batch["input_ids"].tolist(), starts.tolist(), strict=True)
        )
        assert batch["langs"].unique().tolist() == [TOK.lang2id["fr"]]
        assert batch["position_ids"].equal(torch.arange(12).expand(len(starts), 12))
        assert batch["attention_mask"].all()


def test_pairs_are_those_of_the_tokenizer_within_the_budget_and_of_like_length() -> None:
    translated = pairs()["en", "fr"]
    corpus = pair_corpus(TOK, ("en", "fr"), translated, batch_tokens=120)
    reference = TOK(*map(list, zip(*translated, strict=True)), lang="en", pair_lang="fr", pair="tlm")
    seen, padding = [], 0
    for item in first_pass(corpus.order):
        batch = corpus.read(item)
        assert batch["input_ids"].numel() <= 120
        padding += int((batch["attention_mask"] == 0).sum())
        for i, row in enumerate(item.tolist()):
            n = int(reference["attention_mask"][row].sum())
            for name in ("input_ids", "langs", "position_ids"):
                assert batch[name][i, :n].equal(reference[name][row, :n])
            assert batch["attention_mask"][i].sum() == n
            assert (batch["input_ids"][i, n:] == TOK.pad_token_id).all()
            seen.append(row)
    assert sorted(seen) == list(range(40))
    assert padding < 0.1 * int(reference["attention_mask"].sum())


def test_batches_of_pairs_change_from_pass_to_pass() -> None:
    corpus = pair_corpus(TOK, ("en", "fr"), pairs()["en", "fr"], batch_tokens=120)
    orders = [corpus.order(generator(0, Use.PASS, 0, number)) for number in range(2)]
    first, second = ({tuple(sorted(batch.tolist())) for batch in order} for order in orders)
    assert first != second


def test_pairs_too_long_for_the_model_are_cut_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="1 of 2 sequences had more than 12 tokens and lost their ends"):
        corpus = pair_corpus(
            TOK, ("en", "fr"), [("a cat", "un chat"), ("a " * 9, "un " * 9)], max_length=12, batch_tokens=40
        )
    assert {corpus.read(item)["input_ids"].shape[1] for item in first_pass(corpus.order)} == {12}


def test_a_fingerprint_tells_tensors_apart() -> None:
    one = torch.arange(6)
    others = [one.int(), one.view(2, 3), one.flip(0), torch.arange(7)]
    assert fingerprint(one) == fingerprint(one.clone())
    assert len({fingerprint(tensor) for tensor in (one, *others)}) == 5
    assert fingerprint(torch.ones(3, dtype=torch.bfloat16)) != fingerprint(
        torch.zeros(3, dtype=torch.bfloat16)
    )


def test_bad_text_is_refused() -> None:
    sizes = {"length": 12, "batch_tokens": 40}
    with pytest.raises(ValueError, match="text of 'en' has no words; expected at least one sentence"):
        text_corpus(TOK, "en", [], **sizes)
    with pytest.raises(ValueError, match="text of 'en' has no words"):
        text_corpus(TOK, "en", ["", " "], **sizes)
    with pytest.raises(ValueError, match="lang is 'de'; expected one of en, fr"):
        text_corpus(TOK, "de", ["ein Haus"], **sizes)
    with pytest.raises(ValueError, match="batch_tokens is 11; expected at least one row of 12 tokens"):
        text_corpus(TOK, "en", ["a cat"], length=12, batch_tokens=11)


def test_bad_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="no pairs for 'en-fr'; expected at least one"):
        pair_corpus(TOK, ("en", "fr"), [], batch_tokens=40)
    with pytest.raises(ValueError, match="en-fr holds 'a cat'; expected pairs of a text and its translation"):
        pair_corpus(TOK, ("en", "fr"), ["a cat"], batch_tokens=40)  # type: ignore[list-item]
    with pytest.raises(
        ValueError, match="batch_tokens is 5; the longest pair of en-fr has 6 tokens, raise it"
    ):
        pair_corpus(TOK, ("en", "fr"), [("a", "un")], batch_tokens=5)
