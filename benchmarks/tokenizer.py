"""Our tokenizer against transformers' XLMTokenizer: same vocabulary, same sentences, one core.

Run ``python -m benchmarks.tokenizer``. The ids are checked to be equal before anything is timed, in CPU time.
The sentences are made up (``benchmarks/texts.py``). Both sides remember the words they have cut; every round
starts with these memories empty, except in the lines called "second pass".
"""

from __future__ import annotations

import os
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one core means one core

from collections.abc import Callable
from itertools import chain
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import XLMTokenizer

import xlmtut as xt
from benchmarks.common import Comparison, compare, print_table, use_one_core, write_result
from benchmarks.texts import LANGUAGES, sentences
from xlmtut.preprocessing import segmenter

SENTENCES = 400  # per language
BATCH = 32
VOCABULARY = 20_000


class Reference(XLMTokenizer):
    """XLMTokenizer with a language; calling the original offers no way to set it."""

    lang = "en"

    def _tokenize(self, text: str, lang: str = "", bypass_tokenizer: bool = False) -> Any:
        return super()._tokenize(text, lang=self.lang)


class AfterMoses(XLMTokenizer):
    """XLMTokenizer given the words of each text, so that only lower-casing, BPE and ids remain."""

    words: dict[str, list[str]]

    def moses_pipeline(self, text: str, lang: str) -> str:
        return text

    def moses_tokenize(self, text: str, lang: str) -> list[str]:
        return self.words[text]


Texts = dict[str, list[str]]
Sides = tuple[Callable[[], list[Any]], Callable[[], list[Any]]]


def batches(texts: Texts) -> list[tuple[str, list[str]]]:
    """All texts in batches of one language."""
    return [(lang, rows[i : i + BATCH]) for lang, rows in texts.items() for i in range(0, len(rows), BATCH)]


def end_to_end(ours: xt.Tokenizer, reference: Reference, texts: Texts) -> Sides:
    """From texts to padded tensors, on both sides."""

    def run_reference() -> list[Any]:
        made = []
        for lang, batch in batches(texts):
            reference.lang = lang
            made.append(reference(batch, padding=True, return_tensors="pt").input_ids)
        return made

    return lambda: [ours(batch, lang=lang).input_ids for lang, batch in batches(texts)], run_reference


def after_moses(ours: xt.Tokenizer, reference: AfterMoses, texts: Texts) -> Sides:
    """From words to ids, on both sides."""
    words = {lang: {text: segmenter(lang)(text) for text in rows} for lang, rows in texts.items()}

    def run_ours() -> list[Any]:
        return [
            list(chain.from_iterable(map(ours._word_ids, words[lang][text])))
            for lang, rows in texts.items()
            for text in rows
        ]

    def run_reference() -> list[Any]:
        made = []
        for lang, rows in texts.items():
            reference.words = words[lang]
            made += [reference.convert_tokens_to_ids(reference._tokenize(text)) for text in rows]
        return made

    return run_ours, run_reference


def main() -> None:
    """Check, measure, print, write."""
    use_one_core()
    texts = {lang: sentences(lang, SENTENCES) for lang in LANGUAGES}
    corpora = {lang: sentences(lang, 2 * SENTENCES, seed=1) for lang in LANGUAGES}
    with TemporaryDirectory() as folder:
        xt.Tokenizer.learn(corpora, VOCABULARY).save(folder)
        ours = xt.load_tokenizer(folder, first_token="<s>")
        reference, after = Reference.from_pretrained(folder), AfterMoses.from_pretrained(folder)

    def forget() -> None:
        """Empty the memories of both sides; rules and dictionaries stay loaded."""
        ours._word_ids.cache_clear()
        reference.cache.clear()
        after.cache.clear()
        segmenter.cache_clear()
        for lang in LANGUAGES:
            segmenter(lang)

    def measure(name: str, sides: Sides, n: int, **options: Any) -> Comparison:
        for mine, theirs in zip(sides[0](), sides[1](), strict=True):  # equality first
            assert torch.equal(torch.as_tensor(mine), torch.as_tensor(theirs)), name
        return compare(name, "sentences", n, *sides, clock=time.process_time, **options)

    n = SENTENCES * len(LANGUAGES)
    all_texts = end_to_end(ours, reference, texts)
    rest = after_moses(ours, after, texts)
    comparisons = [
        measure("end to end", all_texts, n, prepare=forget),
        measure("end to end, second pass", all_texts, n),
        measure("after Moses", rest, n, prepare=forget),
        measure("after Moses, second pass", rest, n),
    ]
    for lang in LANGUAGES:
        sides = end_to_end(ours, reference, {lang: texts[lang]})
        comparisons.append(measure(f"end to end, {lang}", sides, SENTENCES, rounds=3, prepare=forget))
    print_table(comparisons)
    statistics = ours.statistics(texts)
    path = write_result(
        "tokenizer",
        comparisons,
        reference="transformers.XLMTokenizer",
        clock="CPU time of the process, one core",
        sentences=n,
        words=int(statistics["words"].sum()),
        languages=list(LANGUAGES),
        vocabulary=len(ours),
        batch=BATCH,
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()
