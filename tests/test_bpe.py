"""How the joint vocabulary is learned, and that it does not change from run to run."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlmtut.bpe import BPE, SPECIAL_TOKENS, learn_bpe, sample_sentences, sampling_probabilities

SIZES = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**6), min_size=1)


@given(SIZES)
def test_alpha_from_equal_shares_to_those_of_the_corpora(sizes: dict[str, int]) -> None:
    equal, smoothed, own = (sampling_probabilities(sizes, alpha) for alpha in (0, 0.5, 1))
    total = sum(sizes.values())
    assert sum(smoothed.values()) == pytest.approx(1)
    for lang, size in sizes.items():
        assert equal[lang] == pytest.approx(1 / len(sizes))
        assert own[lang] == pytest.approx(size / total)
    smallest = min(sizes, key=sizes.__getitem__)
    assert own[smallest] <= smoothed[smallest] + 1e-12 <= equal[smallest] + 2e-12


def test_sampled_sentences_have_the_smoothed_shares() -> None:
    corpora = {"en": [f"e{i}" for i in range(900)], "sw": [f"s{i}" for i in range(100)]}
    drawn = Counter(sample_sentences(corpora, alpha=0.5, seed=0))
    by_lang = {lang: [n for (code, _), n in drawn.items() if code == lang] for lang in corpora}
    assert sum(by_lang["en"]) == 750  # q = 0.9^.5 / (0.9^.5 + 0.1^.5) = 0.75
    assert sum(by_lang["sw"]) == 250
    assert set(by_lang["sw"]) == {2, 3}  # two passes, and half of the sentences once more
    assert drawn == Counter(sample_sentences(corpora, alpha=0.5, seed=0))
    assert drawn != Counter(sample_sentences(corpora, alpha=0.5, seed=1))


def test_lower_alpha_gives_a_small_language_longer_tokens() -> None:
    big, small = "abcdefghij", "klmnopqrst"
    corpora = {
        "big": [
            " ".join(big[i % 7 : i % 7 + 3] + big[i % 5 : i % 5 + 3] for i in range(k, k + 9))
            for k in range(400)
        ],
        "small": [
            " ".join(small[i % 7 : i % 7 + 3] + small[i % 5 : i % 5 + 3] for i in range(k, k + 9))
            for k in range(8)
        ],
    }
    merges = {}
    for alpha in (0.0, 1.0):
        _, learned = learn_bpe([text for _, text in sample_sentences(corpora, alpha, 0)], 14 + 40 + 20)
        merges[alpha] = sum(pair[0][0] in small for pair in learned)
    assert merges[0.0] > merges[1.0]


@pytest.mark.parametrize(
    ("sizes", "alpha"), [({"en": 1}, -0.1), ({"en": 1}, 1.5), ({"en": 0}, 0.5), ({}, 0.5)]
)
def test_bad_sampling(sizes: dict[str, int], alpha: float) -> None:
    with pytest.raises(ValueError, match=r"^(alpha is|no sentences for)"):
        sampling_probabilities(sizes, alpha)


def test_vocabulary_too_small() -> None:
    with pytest.raises(ValueError, match="vocab_size is 22; special tokens and characters alone need 23"):
        learn_bpe(["abc cab xyz"], 22)
    vocab, merges = learn_bpe(["abc cab xyz"] * 2, 23)  # 14 special tokens, a b c x y z, b c z at the end
    assert (len(vocab), merges) == (23, [])


def test_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="the sentences have no words"):
        learn_bpe(["", " "], 40)


def test_special_tokens_come_first() -> None:
    vocab, _ = learn_bpe(["the cat the dog"] * 3, 40)
    assert tuple(sorted(vocab, key=vocab.__getitem__))[:14] == SPECIAL_TOKENS
    assert sorted(vocab.values()) == list(range(len(vocab)))


def test_learning_is_the_same_in_every_process() -> None:
    code = (
        "import random, hashlib; from xlmtut.bpe import learn_bpe\n"
        "rng = random.Random(0); words = [''.join(rng.choices('abcdefаб你好', k=5)) for _ in range(300)]\n"
        "texts = [' '.join(rng.choices(words, k=8)) for _ in range(200)]\n"
        "print(hashlib.sha256(repr(learn_bpe(texts, 300)).encode()).hexdigest())"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout != ""


@settings(deadline=None, derandomize=True)
@given(st.text(alphabet="ab", min_size=1, max_size=12))
def test_cut_is_bpe_as_the_paper_has_it(word: str) -> None:
    """Against the algorithm of Sennrich et al.: merge the pair learned first, everywhere, then look again."""
    vocab, merges = learn_bpe(["abba baab aab abab bbb aaaa ab ba"] * 3, 40)
    pieces = [*word[:-1], word[-1] + "</w>"]
    while True:
        pairs = [pair for pair in merges if pair in itertools.pairwise(pieces)]
        if not pairs:
            break
        i = 0
        while i < len(pieces) - 1:
            if (pieces[i], pieces[i + 1]) == pairs[0]:
                pieces[i : i + 2] = [pieces[i] + pieces[i + 1]]
            i += 1
    assert BPE(vocab, merges).cut(word) == [vocab[piece] for piece in pieces]
