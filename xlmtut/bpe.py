"""Byte-pair encoding shared by all languages: how it is learned, and how it cuts a word.

BPE (Sennrich et al. 2016) starts from characters and merges the most frequent pair of neighbours, again and
again. The last symbol of a word carries ``</w>``: ``the</w>`` is a word or its end, ``the`` a beginning.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tokenizers import Tokenizer as RustTokenizer
from tokenizers import models, pre_tokenizers, trainers

__all__ = ["BPE", "END_OF_WORD", "SPECIAL_TOKENS", "learn_bpe", "sample_sentences", "sampling_probabilities"]

END_OF_WORD = "</w>"
SPECIAL_TOKENS = ("<s>", "</s>", "<pad>", "<unk>", *(f"<special{i}>" for i in range(10)))


class BPE:
    """Cut words with a vocabulary and its merges.

    Parameters
    ----------
    vocab : mapping from token to id
    merges : sequence of pairs of tokens
        First learned first.

    Examples
    --------
    >>> bpe = BPE({"<unk>": 0, "l": 1, "o": 2, "w</w>": 3, "lo": 4}, [("l", "o")])
    >>> bpe.cut("low"), bpe.cut("slow")
    ([4, 3], [0, 4, 3])
    """

    def __init__(self, vocab: Mapping[str, int], merges: Sequence[tuple[str, str]]) -> None:
        self._vocab, self._unk, self._size = vocab, vocab["<unk>"], max(vocab.values()) + 1
        # Rust wants every symbol of a merge in its vocabulary, but a published one may have dropped rare
        # symbols. They get ids beyond the vocabulary, and are read as <unk> when no merge used them up.
        symbols = dict(vocab)
        for first, second in merges:
            for symbol in (first, second, first + second):
                symbols.setdefault(symbol, self._size + len(symbols))
        self._rust = models.BPE(
            vocab=symbols, merges=list(merges), unk_token="<unk>", end_of_word_suffix=END_OF_WORD
        )

    def cut(self, word: str) -> list[int]:
        """Ids of the pieces of a word; a piece that is not in the vocabulary is ``<unk>``."""
        pieces = self._rust.tokenize(word)
        if " " not in word:
            return [piece.id if piece.id < self._size else self._unk for piece in pieces]
        # Spaces are words of Thai. XLMTokenizer joins the pieces with spaces and splits them there again.
        raw = word.encode()
        joined = " ".join(raw[slice(*piece.offsets)].decode() for piece in pieces) + END_OF_WORD
        return [self._vocab.get(piece, self._unk) for piece in joined.split(" ")]


def sampling_probabilities(sizes: Mapping[str, float], alpha: float) -> dict[str, float]:
    """Smoothed language probabilities q_i ∝ p_i^α (Lample & Conneau 2019, section 3.1).

    Parameters
    ----------
    sizes : mapping from language code to number
        Number of sentences of each language.
    alpha : float
        1 keeps the proportions of the corpora, 0 makes all languages equal. XLM uses 0.5 to learn BPE and
        0.7 to sample training batches.

    Raises
    ------
    ValueError
        If a corpus is empty, or alpha is not in 0 … 1.

    Examples
    --------
    >>> sampling_probabilities({"en": 900, "sw": 100}, alpha=0.5)
    {'en': 0.75, 'sw': 0.25}
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha is {alpha}; expected a number from 0 (all equal) to 1 (as in the corpora)")
    empty = [lang for lang, size in sizes.items() if size <= 0]
    if empty or not sizes:
        raise ValueError(f"no sentences for {empty or 'any language'}; expected at least one per language")
    total = sum(sizes.values())
    weights = {lang: (size / total) ** alpha for lang, size in sizes.items()}
    return {lang: weight / sum(weights.values()) for lang, weight in weights.items()}


def sample_sentences(
    corpora: Mapping[str, Sequence[str]], alpha: float, seed: int
) -> Iterator[tuple[str, str]]:
    """Draw as many (language, sentence) pairs as the corpora hold, languages smoothed with α.

    A language's share is made of as many full passes over its corpus as fit, then of a random part of it.
    """
    rng = random.Random(seed)
    shares = sampling_probabilities({lang: len(texts) for lang, texts in corpora.items()}, alpha)
    total = sum(map(len, corpora.values()))
    for lang, texts in corpora.items():
        passes, rest = divmod(round(shares[lang] * total), len(texts))
        for text in [*texts] * passes + rng.sample(texts, rest):
            yield lang, text


def learn_bpe(sentences: Iterable[str], vocab_size: int) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Learn a BPE vocabulary from sentences whose words are separated by spaces.

    The same sentences give the same vocabulary, in every process.

    Parameters
    ----------
    sentences : iterable of str
        Preprocessed text.
    vocab_size : int
        Number of tokens, the 14 special tokens and all characters included.

    Returns
    -------
    vocab : dict from token to id
    merges : list of pairs of tokens, in the order learned

    Raises
    ------
    ValueError
        If there are no words, or the special tokens and the characters alone are more than `vocab_size`.
    """
    sentences = list(sentences)
    words = {word for sentence in sentences for word in sentence.split()}
    if not words:
        raise ValueError("the sentences have no words; expected at least one")
    endings = sorted({word[-1] + END_OF_WORD for word in words})
    needed = len(SPECIAL_TOKENS) + len(endings) + len({char for word in words for char in word})
    if vocab_size < needed:
        raise ValueError(f"vocab_size is {vocab_size}; special tokens and characters alone need {needed}")
    rust = RustTokenizer(models.BPE(end_of_word_suffix=END_OF_WORD))
    rust.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        # Left alone, the trainer numbers final characters as its hash table yields them, which differs
        # from run to run and decides ties between merges. As special tokens they come first, in order.
        special_tokens=[*SPECIAL_TOKENS, *endings],
        end_of_word_suffix=END_OF_WORD,
        show_progress=False,
    )
    rust.train_from_iterator(sentences, trainer)
    model = json.loads(rust.to_str())["model"]
    return model["vocab"], [(first, second) for first, second in model["merges"]]
