"""CLM, MLM and TLM: what is predicted, what is hidden, and where the rows come from."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import DataCollatorForLanguageModeling, XLMTokenizer

from tests.tiny_training import tokenizer
from xlmtut.bpe import sampling_probabilities
from xlmtut.encoding import IGNORED
from xlmtut.objectives import clm, cut_stream, join_sentences, mlm, sample_language, stream_batch
from xlmtut.sequences import pack

MASK, VOCABULARY = 5, 200
seeds = st.integers(0, 2**32 - 1)
# Ordinary tokens have ids from 10 on; a random replacement may be any id.
sentence = st.lists(st.integers(10, VOCABULARY - 1), min_size=0, max_size=12)
many_pairs = st.lists(st.tuples(sentence, sentence), min_size=1, max_size=8)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rows(batch: int, length: int, seed: int = 0) -> dict[str, torch.Tensor]:
    return stream_batch(torch.randint(10, VOCABULARY, (batch, length), generator=chance(seed)), lang=3)


def tlm_pairs(pairs: list[tuple[list[int], list[int]]]) -> dict[str, torch.Tensor]:
    firsts, seconds = zip(*pairs, strict=True)
    return pack(firsts, seconds, tlm=True, langs=(4, 6), special_ids=(1, 1, 2), max_length=64)


def masked(batch: dict[str, torch.Tensor], seed: int = 0, rate: float = 0.15) -> dict[str, torch.Tensor]:
    return mlm(batch, mask_id=MASK, vocab_size=VOCABULARY, generator=chance(seed), rate=rate)


# MLM -----------------------------------------------------------------------------------------------------


def test_shares_of_masks_of_random_tokens_and_of_kept_ones() -> None:
    batch = rows(400, 257)
    result = masked(batch)
    labels, inputs = result["labels"], result["input_ids"]
    chosen = labels != IGNORED
    n = 400 * 256  # position 0 is never chosen
    # Four standard errors of a share.
    assert chosen.sum() / n == pytest.approx(0.15, abs=4 * (0.15 * 0.85 / n) ** 0.5)
    k = int(chosen.sum())
    hidden, kept = (inputs[chosen] == MASK).float().mean(), (inputs[chosen] == labels[chosen]).float().mean()
    assert hidden == pytest.approx(0.8 + 0.1 / VOCABULARY, abs=4 * (0.16 / k) ** 0.5)
    assert kept == pytest.approx(0.1 + 0.1 / VOCABULARY, abs=4 * (0.09 / k) ** 0.5)


def test_every_position_but_the_first_is_chosen_equally_often() -> None:
    chosen = (masked(rows(4000, 16))["labels"] != IGNORED).float().mean(dim=0)
    assert chosen[0] == 0
    assert (chosen[1:] - 0.15).abs().max() < 5 * (0.15 * 0.85 / 4000) ** 0.5


def test_replacements_are_uniform_over_the_whole_vocabulary() -> None:
    batch = stream_batch(torch.full((1000, 200), 17), lang=0)
    inputs = mlm(batch, mask_id=5, vocab_size=20, generator=chance())["input_ids"]
    counts = inputs.flatten().bincount(minlength=20)
    counts = torch.cat([counts[:5], counts[6:17], counts[18:]])  # without the mask and the token itself
    expected = 0.015 * 1000 * 199 / 20
    assert len(counts) == 18
    assert ((counts - expected) ** 2 / expected).sum() < 42.3  # chi-squared with 18 degrees, p = 0.001


def test_shares_are_those_of_transformers_collator(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tokenizer")
    tok = tokenizer()
    tok.save(folder)
    theirs = XLMTokenizer.from_pretrained(folder)
    ids = torch.randint(20, len(tok), (500, 101), generator=chance())
    torch.manual_seed(0)
    reference = DataCollatorForLanguageModeling(theirs)([{"input_ids": row} for row in ids])
    ours = mlm(stream_batch(ids, lang=0), mask_id=tok.mask_token_id, vocab_size=len(tok), generator=chance())
    shares = []
    for batch in (ours, reference):
        inputs, labels = batch["input_ids"][:, 1:], batch["labels"][:, 1:]
        chosen = labels != IGNORED
        hidden = (inputs[chosen] == tok.mask_token_id).float().mean()
        kept = (inputs[chosen] == labels[chosen]).float().mean()
        shares.append(torch.stack([chosen.float().mean(), hidden, kept]))
    assert (shares[0] - shares[1]).abs().max() < 0.02


@given(many_pairs, seeds, st.sampled_from([0.0, 0.15, 0.7, 1.0]))
def test_labels_are_what_stood_there_and_nothing_else_changes(
    pairs: list[tuple[list[int], list[int]]], seed: int, rate: float
) -> None:
    batch = tlm_pairs(pairs)
    before = {name: values.clone() for name, values in batch.items()}
    result = masked(batch, seed, rate)
    chosen = result["labels"] != IGNORED
    assert result["labels"][chosen].equal(batch["input_ids"][chosen])
    assert result["input_ids"][~chosen].equal(batch["input_ids"][~chosen])
    assert not chosen[~batch["attention_mask"].bool()].any()
    assert not chosen[batch["position_ids"] == 0].any()
    if rate in (0.0, 1.0):
        allowed = batch["attention_mask"].bool() & (batch["position_ids"] > 0)
        assert chosen.equal(allowed if rate else torch.zeros_like(allowed))
    for name in ("attention_mask", "langs", "position_ids"):
        assert result[name] is batch[name]
    assert all(values.equal(before[name]) for name, values in batch.items())  # the input is left alone


@given(seeds)
def test_equal_generators_give_equal_batches(seed: int) -> None:
    batch = rows(3, 40)
    one, two = masked(batch, seed), masked(batch, seed)
    assert all(one[name].equal(two[name]) for name in one)


def test_a_rate_is_a_share() -> None:
    with pytest.raises(ValueError, match="rate is 15; expected a share of the tokens from 0 to 1"):
        masked(rows(1, 4), rate=15)


# TLM -----------------------------------------------------------------------------------------------------


def test_a_pair_is_masked_on_both_sides_with_a_language_and_positions_of_each() -> None:
    batch = masked(tlm_pairs([([10] * 20, [11] * 30)] * 200))
    chosen = batch["labels"] != IGNORED
    first, second = (batch["langs"] == lang for lang in (4, 6))
    assert (first.sum(1).unique().tolist(), second.sum(1).unique().tolist()) == ([22], [32])
    assert batch["position_ids"][0].tolist() == [*range(22), *range(32)]
    for side, length in ((first, 21), (second, 31)):  # without the first position of the side
        n = 200 * length
        assert chosen[side].sum() / n == pytest.approx(0.15, abs=4 * (0.15 * 0.85 / n) ** 0.5)
    assert not chosen[:, [0, 22]].any()
    assert chosen[:, [21, 53]].any()  # the closing </s> of a side is a token like others


# CLM -----------------------------------------------------------------------------------------------------


@given(many_pairs)
def test_every_token_predicts_the_next_one(pairs: list[tuple[list[int], list[int]]]) -> None:
    batch = pack([first for first, _ in pairs], langs=(4, 4), special_ids=(1, 1, 2), max_length=64)
    labels = clm(batch)["labels"]
    for ids, kept, row in zip(batch["input_ids"], batch["attention_mask"], labels, strict=True):
        n = int(kept.sum())
        assert row[: n - 1].equal(ids[1:n])
        assert (row[n - 1 :] == IGNORED).all()


# Streams -------------------------------------------------------------------------------------------------


def test_sentences_are_joined_by_the_separator() -> None:
    stream = join_sentences(iter([[7, 8], [], [9]]), separator=1)
    assert stream.tolist() == [7, 8, 1, 1, 9, 1]


@given(st.integers(1, 300), st.integers(1, 40), st.integers(1, 9), seeds)
def test_a_pass_reads_every_token_and_few_twice(tokens: int, length: int, size: int, seed: int) -> None:
    batches = cut_stream(tokens, length, size, chance(seed))
    starts = torch.cat(batches)
    read = (starts[:, None] + torch.arange(length)) % tokens
    assert set(read.flatten().tolist()) == set(range(tokens))
    assert len(starts) == -(-tokens // length)  # no more rows than needed
    sizes = [len(batch) for batch in batches]
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1
    gaps = {(b - a) % tokens for a, b in pairwise(sorted(starts.tolist()))}
    assert not gaps or max(gaps) <= length


def test_passes_differ_in_order_and_in_where_they_cut() -> None:
    first, second = (torch.cat(cut_stream(1000, 10, 8, chance(seed))) for seed in (0, 1))
    assert not first.equal(second)
    assert set(first.tolist()) != set(second.tolist())


@pytest.mark.parametrize(
    ("name", "sizes"), [("tokens", (0, 1, 1)), ("length", (1, 0, 1)), ("rows", (1, 1, 0))]
)
def test_nothing_cannot_be_cut(name: str, sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=f"{name} is 0; expected at least 1"):
        cut_stream(*sizes, chance())


# Languages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0])
def test_languages_are_drawn_as_often_as_their_probabilities_say(alpha: float) -> None:
    shares = sampling_probabilities({"en": 900, "fr": 90, "sw": 10}, alpha)
    generator, n = chance(), 20000
    drawn = [sample_language(shares, generator) for _ in range(n)]
    for lang, share in shares.items():
        assert drawn.count(lang) / n == pytest.approx(share, abs=4 * (share * (1 - share) / n) ** 0.5)
