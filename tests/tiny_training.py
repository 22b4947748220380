"""Two made-up languages that are ciphers of each other, and models so small that a run takes a second."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import torch

import xlmtut as xt
from xlmtut.tokenizer import Tokenizer

_LEXICON = """
en cat dog sees a the big small house tree runs eats good nice warm bad ugly cold wet
fr chat chien voit un le grand petit maison arbre court mange bon beau chaud mal laid froid eau
"""
WORDS = {lang: words for lang, *words in map(str.split, _LEXICON.strip().split("\n"))}
GOOD, BAD = range(11, 14), range(14, 17)


def meanings(n: int, seed: int = 0) -> list[list[int]]:
    """Sentences as indices of words."""
    rng = random.Random(seed)
    return [[rng.randrange(18) for _ in range(rng.randint(3, 9))] for _ in range(n)]


def say(meaning: list[int], language: str) -> str:
    return " ".join(WORDS[language][i] for i in meaning)


def texts(n: int = 60, seed: int = 0) -> dict[str, list[str]]:
    """English has twice as many sentences as French."""
    sizes = {"en": n, "fr": n // 2}
    return {
        lang: [say(m, lang) for m in meanings(size, 10 * seed + i)]
        for i, (lang, size) in enumerate(sizes.items())
    }


def pairs(n: int = 40, seed: int = 0) -> dict[tuple[str, str], list[tuple[str, str]]]:
    return {("en", "fr"): [(say(m, "en"), say(m, "fr")) for m in meanings(n, 10 * seed + 5)]}


def reviews(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Rows of the task ``sentiment``, translated: one good or bad word decides."""
    rng, rows = random.Random(seed), []
    for i in range(n):
        label = rng.randrange(2)
        meaning = [rng.randrange(11) for _ in range(rng.randint(2, 8))]
        meaning.insert(rng.randrange(len(meaning) + 1), rng.choice((BAD, GOOD)[label]))
        rows += [
            {"id": str(i), "language": lang, "text": say(meaning, lang), "label": label} for lang in WORDS
        ]
    return rows


def task_data(train: int = 60) -> dict[str, list[dict[str, Any]]]:
    return {"train": reviews(train, 0), "validation": reviews(12, 1), "test": reviews(8, 2)}


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.learn(
        {lang: [*words] * 3 for lang, words in WORDS.items()}, vocab_size=110, max_length=64
    )


def config(**changes: Any) -> xt.XLMConfig:
    shape = {"n_layers": 2, "emb_dim": 16, "n_heads": 2, "max_position_embeddings": 64, "n_langs": 2}
    tok = tokenizer()
    return xt.XLMConfig.preset("mini", **{**shape, "vocab_size": len(tok), "lang2id": tok.lang2id, **changes})


def language_model(seed: int = 0, **changes: Any) -> xt.XLMLanguageModel:
    torch.manual_seed(seed)
    return xt.XLMLanguageModel(config(**changes))


def classifier(seed: int = 0, **changes: Any) -> xt.XLMClassifier:
    torch.manual_seed(seed)
    return xt.XLMClassifier(config(**changes), num_labels=2)
