"""XLM's tokenizer: texts in, padded batches with languages and positions out.

One BPE vocabulary serves all languages: learned as in section 3.1 of Lample & Conneau (2019), or read from
published files. BPE runs in the Rust library ``tokenizers``, and every word is cut once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from transformers import BatchEncoding

from xlmtut.bpe import BPE, END_OF_WORD, SPECIAL_TOKENS, learn_bpe, sample_sentences
from xlmtut.files import find_folder
from xlmtut.preprocessing import CACHE_SIZE, lowercase_and_remove_accent, segmenter
from xlmtut.sequences import pack
from xlmtut.vocabulary import FILES, read_settings, read_vocabulary, write_files

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["Tokenizer", "load_tokenizer"]

FirstToken: TypeAlias = Literal["</s>", "<s>"]


class Tokenizer:
    """A BPE vocabulary with XLM's preprocessing; called on texts, it makes batches.

    Ids are those of transformers' ``XLMTokenizer`` set to the text's language, except for the first of a
    sequence: pretraining put ``</s>`` there, transformers puts ``<s>``.

    Parameters
    ----------
    vocab : mapping from token to id
        Holds XLM's special tokens ``<s> </s> <pad> <unk> <special0> … <special9>``.
    merges : sequence of pairs of tokens
        BPE merges, first learned first.
    lang2id : mapping from language code to id
        The rows of the model's language embedding.
    lowercase : bool
        Lower-case and strip accents (all published vocabularies but those of 17 and 100 languages).
    max_length : int
        Positions the model has.
    first_token : {"</s>", "<s>"}
        What a sequence starts with.

    Raises
    ------
    ValueError
        If a special token is missing, two languages share an id, or `first_token` is another token.

    Examples
    --------
    >>> tok = Tokenizer.learn({"en": ["a cat sat"] * 9, "fr": ["un chat"] * 4}, vocab_size=40)
    >>> batch = tok(["A cat!", "a"], lang="en")
    >>> tok.convert_ids_to_tokens(batch.input_ids[1])
    ['</s>', 'a</w>', '</s>', '<pad>', '<pad>']
    >>> tok.decode(batch.input_ids)
    ['a cat <unk>', 'a']
    """

    def __init__(
        self,
        vocab: Mapping[str, int],
        merges: Sequence[tuple[str, str]],
        lang2id: Mapping[str, int],
        *,
        lowercase: bool = True,
        max_length: int = 512,
        first_token: FirstToken = "</s>",
    ) -> None:
        missing = [token for token in SPECIAL_TOKENS if token not in vocab]
        if missing:
            raise ValueError(f"the vocabulary lacks XLM's special tokens {', '.join(missing)}")
        if first_token not in ("</s>", "<s>"):
            raise ValueError(f"first_token is {first_token!r}; expected '</s>' (pretraining) or '<s>'")
        if not lang2id or len(set(lang2id.values())) < len(lang2id):
            raise ValueError(f"lang2id is {dict(lang2id)}; expected one id of its own for each language")
        self.vocab, self.merges, self.lang2id = dict(vocab), list(merges), dict(lang2id)
        self.lowercase, self.max_length, self.first_token = lowercase, max_length, first_token
        self.pad_token_id, self.unk_token_id = self.vocab["<pad>"], self.vocab["<unk>"]
        self.bos_token_id, self.sep_token_id = self.vocab["<s>"], self.vocab["</s>"]
        self.mask_token_id = self.vocab["<special1>"]  # XLM's [MASK]
        self._tokens = {index: token for token, index in self.vocab.items()}
        self._special = re.compile(f"({'|'.join(map(re.escape, SPECIAL_TOKENS))})")
        self._bpe = BPE(self.vocab, self.merges)
        self._word_ids = lru_cache(CACHE_SIZE)(self._cut_word)

    def __len__(self) -> int:
        """Number of ids: the rows that a model's token embedding needs."""
        return max(self._tokens) + 1

    def __repr__(self) -> str:
        return f"Tokenizer({len(self)} tokens, languages: {' '.join(self.lang2id)})"

    def __reduce__(self) -> tuple[Any, ...]:  # caches and Rust objects are built anew in another process
        settings = {name: getattr(self, name) for name in ("lowercase", "max_length", "first_token")}
        return partial(Tokenizer, **settings), (self.vocab, self.merges, self.lang2id)

    @classmethod
    def learn(
        cls,
        corpora: Mapping[str, Sequence[str]],
        vocab_size: int,
        *,
        alpha: float = 0.5,
        lowercase: bool = True,
        max_length: int = 512,
        seed: int = 0,
    ) -> Tokenizer:
        """Learn a joint vocabulary (section 3.1); languages get their ids in alphabetical order, as in XLM.

        Parameters
        ----------
        corpora : mapping from language code to sentences
        vocab_size : int
            Number of tokens; fewer are learned when no pair of symbols is left that occurs twice.
        alpha : float
            Smoothing of the language sampling: the lower, the larger the share of small corpora.
        lowercase, max_length
            As in :class:`Tokenizer`.
        seed : int
            Chooses the sentences. Same corpora and seed, same vocabulary.

        Raises
        ------
        ValueError
            If a corpus is empty, alpha is not in 0 … 1, or `vocab_size` cannot hold the characters.
        """
        checked = {lang: _check_texts(lang, texts) for lang, texts in corpora.items()}
        sentences = []
        for lang, text in sample_sentences(checked, alpha, seed):
            sentence = " ".join(segmenter(lang)(text))
            sentences.append(lowercase_and_remove_accent(sentence) if lowercase else sentence)
        vocab, merges = learn_bpe(sentences, vocab_size)
        lang2id = {lang: index for index, lang in enumerate(sorted(corpora))}
        return cls(vocab, merges, lang2id, lowercase=lowercase, max_length=max_length)

    def __call__(
        self,
        texts: str | Sequence[str],
        pairs: str | Sequence[str] | None = None,
        *,
        lang: str | None = None,
        pair_lang: str | None = None,
        pair: Literal["classification", "tlm"] = "classification",
        max_length: int | None = None,
    ) -> BatchEncoding:
        """Turn texts, or pairs of texts, into a padded batch.

        ==============================  ====================================  ======================
        input                           ``input_ids``                         ``position_ids``
        ==============================  ====================================  ======================
        one text                        ``</s> A </s>``                       0 1 2 …
        ``pair="classification"``       ``</s> A </s> B </s>``                run on over both
        ``pair="tlm"`` (section 3.4)    ``</s> A </s> </s> B </s>``           restart at 0 for B
        ==============================  ====================================  ======================

        Parameters
        ----------
        texts, pairs : str or sequence of str
            The first texts, and the second texts if there are any. An empty text is a sequence of length
            zero: ``</s> </s>``.
        lang : str
            Language of the texts; may be left out when the tokenizer has only one.
        pair_lang : str
            Language of the second texts of TLM pairs. Classification pairs have one language.
        pair : {"classification", "tlm"}
            How two texts share a sequence.
        max_length : int
            Longest sequence, special tokens included. Tokens beyond it are dropped from the end of the longer
            text, with a warning. Default: what the model can take.

        Returns
        -------
        BatchEncoding
            ``input_ids``, ``attention_mask`` (1 for a token, 0 for padding), ``langs`` and ``position_ids``,
            int64 tensors of shape (batch, length): ``model(**tok(texts, lang="fr"))``.

        Raises
        ------
        ValueError
            If there is no text, something is not a str, a language is unknown, or sides do not match.
        """
        firsts = _check_texts("texts", texts)
        if not firsts:
            raise ValueError("texts is empty; expected one text or more")
        if pair not in ("classification", "tlm"):
            raise ValueError(f"pair is {pair!r}; expected 'classification' or 'tlm'")
        tlm = pair == "tlm"
        seconds = None
        if pairs is None:
            if tlm or pair_lang is not None:
                raise ValueError("there are no pairs; pass the second texts, or leave out pair and pair_lang")
        else:
            seconds = _check_texts("pairs", pairs)
            if len(seconds) != len(firsts):
                raise ValueError(f"{len(firsts)} texts but {len(seconds)} pairs; expected as many of each")
            if tlm and pair_lang is None:
                raise ValueError("pair_lang is missing; a TLM pair needs the language of each side")
            if not tlm and pair_lang is not None and pair_lang != self._language(lang):
                raise ValueError(f"pair_lang is {pair_lang!r}; a classification pair is all in lang {lang!r}")
        limit = self.max_length if max_length is None else max_length
        least = 3 if seconds is None else 6 if tlm else 5  # the special tokens and one token of each text
        if not least <= limit <= self.max_length:
            raise ValueError(f"max_length is {limit}; expected {least} to {self.max_length}, the model's")
        pair_lang = pair_lang or lang
        batch = pack(
            self.ids(firsts, lang=lang),
            None if seconds is None else self.ids(seconds, lang=pair_lang),
            tlm=tlm,
            langs=(self.lang2id[self._language(lang)], self.lang2id[self._language(pair_lang)]),
            special_ids=(self.vocab[self.first_token], self.sep_token_id, self.pad_token_id),
            max_length=limit,
        )
        return BatchEncoding(batch)

    def ids(self, texts: str | Iterable[str], *, lang: str | None = None) -> list[list[int]]:
        """Ids of each text without anything added: for streams of sentences, or word by word for labels.

        Parameters
        ----------
        texts : str or iterable of str
        lang : str
            Their language; may be left out when the tokenizer has only one.
        """
        words = segmenter(self._language(lang))
        word_ids = self._word_ids
        rows = []
        for text in _check_texts("texts", texts):
            row: list[int] = []
            for part in self._special.split(text) if "<" in text else [text]:
                if part in SPECIAL_TOKENS:  # a text may spell out a special token, as in transformers
                    row.append(self.vocab[part])
                else:
                    row.extend(chain.from_iterable(map(word_ids, words(part))))
            rows.append(row)
        return rows

    def _cut_word(self, word: str) -> tuple[int, ...]:
        if self.lowercase:
            parts = lowercase_and_remove_accent(word).split(" ")
            return tuple(chain.from_iterable(map(self._bpe.cut, parts)))
        return tuple(self._bpe.cut(word))

    def _language(self, lang: str | None) -> str:
        if lang is None and len(self.lang2id) == 1:
            return next(iter(self.lang2id))
        if not isinstance(lang, str) or lang not in self.lang2id:
            raise ValueError(f"lang is {lang!r}; expected one of {', '.join(self.lang2id)}")
        return lang

    def convert_ids_to_tokens(self, ids: Iterable[int]) -> list[str]:
        """Tokens of one sequence of ids, ``</w>`` and special tokens included.

        Raises
        ------
        ValueError
            If an id is not in the vocabulary.
        """
        indices = [int(index) for index in ids]
        for index in indices:
            if index not in self._tokens:
                raise ValueError(f"id {index} is not in the vocabulary; expected 0 to {len(self) - 1}")
        return [self._tokens[index] for index in indices]

    def decode(self, ids: Any) -> str | list[str]:
        """Text of a sequence of ids, or texts of a batch, without ``<s>``, ``</s>`` and ``<pad>``.

        Words come as the model saw them: split from punctuation, and lower-cased if the vocabulary is.
        """
        nested = ids.tolist() if hasattr(ids, "tolist") else ids
        nested = [nested] if isinstance(nested, int) else list(nested)
        if nested and isinstance(nested[0], Iterable):
            return [str(self.decode(row)) for row in nested]
        tokens = self.convert_ids_to_tokens(nested)
        text = "".join(token for token in tokens if token not in ("<s>", "</s>", "<pad>"))
        return text.replace(END_OF_WORD, " ").strip()

    def statistics(self, corpora: Mapping[str, Iterable[str]]) -> pd.DataFrame:
        """How well the vocabulary serves each language, given texts by language code.

        Returns
        -------
        DataFrame
            One row per language: ``words``, ``tokens``, ``fertility`` (tokens per word; 1 means that no word
            is cut), ``cut_words`` (share of the words that are cut) and ``unk_rate`` (share of the tokens
            that are ``<unk>``).

        Raises
        ------
        ValueError
            If a language is unknown or has no words.
        """
        import pandas as pd

        rows = {}
        for lang, texts in corpora.items():
            segment = segmenter(self._language(lang))
            cut = (self._word_ids(word) for text in _check_texts("texts", texts) for word in segment(text))
            words = [ids for ids in cut if ids]
            if not words:
                raise ValueError(f"the texts of {lang!r} have no words; expected at least one")
            tokens = sum(map(len, words))
            rows[lang] = {
                "words": len(words),
                "tokens": tokens,
                "fertility": tokens / len(words),
                "cut_words": sum(len(ids) > 1 for ids in words) / len(words),
                "unk_rate": sum(ids.count(self.unk_token_id) for ids in words) / tokens,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("language")

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write ``vocab.json``, ``merges.txt`` and ``tokenizer_config.json``; ``XLMTokenizer`` reads them."""
        config = {
            "tokenizer_class": "XLMTokenizer",
            "do_lowercase_and_remove_accent": self.lowercase,
            "model_max_length": self.max_length,
            "lang2id": self.lang2id,
            "id2lang": {str(index): lang for lang, index in self.lang2id.items()},
        }
        contents = {
            "vocab.json": json.dumps(self.vocab, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
            "merges.txt": "".join(f"{first} {second}\n" for first, second in self.merges),
            "tokenizer_config.json": json.dumps(config, indent=2) + "\n",
        }
        write_files(Path(folder), contents)


def load_tokenizer(
    name_or_path: str | os.PathLike[str],
    *,
    lang2id: Mapping[str, int] | None = None,
    first_token: FirstToken = "</s>",
    revision: str | None = None,
) -> Tokenizer:
    """Load a tokenizer from a folder or from the Hugging Face Hub.

    Parameters
    ----------
    name_or_path : str or path
        A folder with ``vocab.json`` and ``merges.txt``, and ``tokenizer_config.json`` or ``config.json`` for
        the languages and the lower-casing; or a Hub id: ``"FacebookAI/xlm-mlm-tlm-xnli15-1024"``.
    lang2id : mapping from language code to id
        Instead of the files' own, for files that have none or to add a language.
    first_token : {"</s>", "<s>"}
        What a sequence starts with: ``</s>`` as in pretraining, ``<s>`` as in transformers.
    revision : str
        Commit, tag or branch on the Hub.

    Raises
    ------
    ValueError
        If files are missing, corrupt or not XLM's, or nothing says which languages there are.
    ConnectionError
        If the Hub cannot be reached and the files are not in its local cache.
    """
    folder = find_folder(name_or_path, FILES, revision)
    vocab, merges = read_vocabulary(folder)
    settings = read_settings(folder, Path(name_or_path).name)
    lang2id = lang2id or settings["lang2id"]
    if not lang2id:
        raise ValueError(f"no lang2id in the files of {name_or_path}; pass lang2id={{'en': 0, …}}")
    lowercase = settings.get("do_lowercase_and_remove_accent")
    if lowercase is None:  # a vocabulary with capitals was not lower-cased
        lowercase = all(token == token.lower() for token in vocab)
    return Tokenizer(
        vocab,
        merges,
        lang2id,
        lowercase=lowercase,
        max_length=settings["max_length"],
        first_token=first_token,
    )


def _check_texts(name: str, texts: str | Iterable[str]) -> list[str]:
    """One text, or several, as a list; refuse what is not a str."""
    if isinstance(texts, str):
        return [texts]
    if not isinstance(texts, Iterable):
        raise ValueError(f"{name} is {texts!r}; expected a str or a sequence of str")
    texts = list(texts)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"{name}[{i}] is {text!r}; expected a str")
    return texts
