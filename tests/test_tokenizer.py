"""The tokenizer against transformers' XLMTokenizer, and what it does on its own."""

from __future__ import annotations

import json
import pickle
import random
import sys
import types
import warnings
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_in_hub import write_vocabulary
from transformers import XLMTokenizer

import xlmtut as xt
from benchmarks.texts import LANGUAGES, sentences
from xlmtut.bpe import SPECIAL_TOKENS
from xlmtut.preprocessing import segmenter

HARD = [
    "",
    " ",
    "\t\n\r",
    "0 1 23 4,567 8.9 10.11.12 1,2,3 ½ ² ٣٤٥ १२३ 12% 5 % 1\u00a0000 nº\u00a05 No. 5 no. x Art. 7",
    "https://example.org/a_b?c=d&e=%20f#g www.x.y me@host.com @handle #tag C:\\dir ftp://h/p.txt",
    "😀 👩\u200d👩\u200d👧 🇫🇷 ❤️ ☕️text😀text",
    "e\u0301le\u0300ve A\u030a ñ n\u0303 ẹ̄́ ǖ i\u0307 İ I ı ß ẞ ΣΑΣ ς ﬁ ﬂ K Å",
    "русский-english中文عربي हिन्दीไทย mixed한국어 ひらがな カタカナ",
    "a\x00b\x07c\x1bd\x7fe\u200bf\u200eg\u2028h\ufeffi\u00adj",
    "“Curly” ‘single’ „low“ «guillemets» ‚x‛ ``back'' '' ''' \" \"' '\" `a`",
    "wait… wait... wait.... . .. ... end.. .'x '.",
    "ＡＢＣ，１２３。《书》（括号）：；！？～％【】〈〉「」、．━∶",
    "don't l'homme 'quoted' dogs' 'tis rock'n'roll O'Neill's 1960's l' 'a d'",
    "Mr. Smith vs. the U.S. government, e.g. in N.Y. etc. and so on. The end.",
    "a, b,c ,d , e 1,2 1, 2 ,3 x,,y ,",
    "a-b --- - -- state-of-the-art co‑op – — ― _ | ~ ^ = + * / \\ < > [ ] { } & $ € £ ¥ ° §",
    "<s> </s> a</s>b <special1> <special10> <unk> <pad> </w> a</w> <S> < s>",
    "DOTMULTI DOTDOTMULTI MULTI aDOTMULTIb",
    "สวัสดี  ครับ ๆ ฯลฯ 10 บาท กรุงเทพฯ เป็น. a b",
    "\u00a0x\u00a0:\u00a0y\u2003z\u3000w ! : ; ?",
    "x" * 300,
    "Ünïcödé ÀÉÎÕÜ ŞşŢţ ȘșȚț ĂăÂâÎî ŁłØøĐđ",
]


@cache
def learned(lowercase: bool) -> tuple[xt.Tokenizer, str]:
    """A vocabulary over the 15 languages and the folder it is saved in."""
    corpora = {lang: sentences(lang, 60) for lang in LANGUAGES}
    tok = xt.Tokenizer.learn(corpora, 2500, lowercase=lowercase)
    folder = mkdtemp()
    tok.save(folder)
    return tok, folder


@cache
def reference(folder: str, lang: str) -> XLMTokenizer:
    """Transformers' tokenizer; calling it offers no way to set the language, so `_tokenize` is given it."""
    tokenizer = XLMTokenizer.from_pretrained(folder)
    tokenizer._tokenize = partial(tokenizer._tokenize, lang=lang)
    return tokenizer


def assert_equal(tok: xt.Tokenizer, ref: XLMTokenizer, texts: list[str], lang: str) -> None:
    """The same batch as the reference, but for `</s>` instead of `<s>` at position 0."""
    ours = tok(texts, lang=lang)
    theirs = ref(texts, padding=True, return_tensors="pt")
    assert (theirs.input_ids[:, 0] == ref.bos_token_id).all()
    assert (ours.input_ids[:, 0] == ref.sep_token_id).all()
    for text, mine, other in zip(texts, ours.input_ids, theirs.input_ids, strict=True):
        assert mine[1:].tolist() == other[1:].tolist(), text
    assert torch.equal(ours.attention_mask, theirs.attention_mask)


def test_calling_transformers_drops_the_language() -> None:
    """Why the reference is patched: XLMTokenizer takes `lang` and uses the rules of English."""
    _, folder = learned(True)
    ref = XLMTokenizer.from_pretrained(folder)
    text = "l'homme"
    assert ref(text, lang="fr").input_ids == ref(text).input_ids
    assert ref._tokenize(text, lang="fr") != ref._tokenize(text)


def test_there_are_ten_thousand_different_sentences() -> None:
    assert len({text for lang in LANGUAGES for text in sentences(lang, 700, mean_words=6, seed=1)}) > 10_000


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_equal_transformers(lang: str, lowercase: bool) -> None:
    tok, folder = learned(lowercase)
    texts = sentences(lang, 700, mean_words=6, seed=1)
    assert_equal(tok, reference(folder, lang), texts, lang)


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_equal_transformers_on_hard_texts(lang: str, lowercase: bool) -> None:
    tok, folder = learned(lowercase)
    assert_equal(tok, reference(folder, lang), HARD, lang)


PIECES = st.sampled_from(
    [
        *" .,'\"-`()%:;!?/<&aB9é٣中Σİ،。…“”’«»",
        "\u00a0",
        "\u200b",
        "\u0301",
        "\n",
        "  ",
        ". ",
        " '",
        "...",
        "Mr.",
        "don't",
    ]
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    text=st.text(max_size=20) | st.lists(PIECES, max_size=14).map("".join),
    lang=st.sampled_from(LANGUAGES),
    lowercase=st.booleans(),
)
def test_ids_equal_transformers_on_any_text(text: str, lang: str, lowercase: bool) -> None:
    tok, folder = learned(lowercase)
    ref = reference(folder, lang)
    assert tok.ids([text], lang=lang)[0] == ref(text, add_special_tokens=False).input_ids


def test_romanian_and_korean_equal_transformers() -> None:
    tok, folder = learned(False)
    for lang in ("ro", "ko"):
        tok.lang2id[lang] = len(tok.lang2id)
        assert_equal(tok, reference(folder, lang), HARD, lang)
    tok.lang2id = {lang: tok.lang2id[lang] for lang in LANGUAGES}


def test_japanese_equals_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mykytea:  # stands in for KyTea, which needs a C++ library: cuts every two characters
        def __init__(self, options: str) -> None:
            assert options.startswith("-model /")
            assert options.endswith("/local/share/kytea/model.bin")

        def getWS(self, text: str) -> list[str]:
            return [text[i : i + 2] for i in range(0, len(text), 2)]

    monkeypatch.setitem(sys.modules, "Mykytea", types.SimpleNamespace(Mykytea=Mykytea))
    segmenter.cache_clear()
    _tok, folder = learned(False)
    other = xt.load_tokenizer(folder, lang2id={"ja": 0})
    texts = [text for text in HARD if text.strip() and "\t" not in text]
    assert_equal(other, reference(folder, "ja"), texts, "ja")
    segmenter.cache_clear()


def test_first_token_of_transformers_on_request() -> None:
    _, folder = learned(True)
    tok = xt.load_tokenizer(folder, first_token="<s>")
    texts = sentences("en", 20)
    theirs = reference(folder, "en")(texts, texts[::-1], padding=True, return_tensors="pt")
    assert torch.equal(tok(texts, texts[::-1], lang="en").input_ids, theirs.input_ids)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(7, 40))
def test_truncation_equals_transformers(first: int, second: int, max_length: int) -> None:
    tok, folder = learned(True)
    a, b = "a " * first, "b " * second
    ref = reference(folder, "en")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = tok(a, b, lang="en", max_length=max_length)
        single = tok(a, lang="en", max_length=max_length)
    theirs = ref(a, b, truncation=True, max_length=max_length)
    assert ours.input_ids[0, 1:].tolist() == theirs.input_ids[1:]
    theirs = ref(a, truncation=True, max_length=max_length)
    assert single.input_ids[0, 1:].tolist() == theirs.input_ids[1:]


def test_published_layout(tmp_path: Path) -> None:
    """Merges with counts, a vocabulary that lost rare tokens, languages in config.json."""
    tok, _ = learned(True)
    rng = random.Random(0)
    kept = [token for token in tok.vocab if token in SPECIAL_TOKENS or rng.random() < 0.7]
    vocab = {token: index for index, token in enumerate(kept)}
    write_vocabulary(tmp_path, vocab, tok.merges)
    config = {"model_type": "xlm", "n_langs": 15, "lang2id": tok.lang2id, "max_position_embeddings": 512}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    thinned = xt.load_tokenizer(tmp_path)
    assert thinned.lowercase  # nothing says so, but no token has a capital
    assert thinned.lang2id == tok.lang2id
    ref = XLMTokenizer(str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt"))
    texts = sentences("en", 100, seed=2) + HARD
    assert_equal(thinned, ref, texts, "en")
    ids = [index for row in thinned.ids(texts, lang="en") for index in row]
    assert 0.05 < ids.count(thinned.unk_token_id) / len(ids) < 0.9
    assert max(ids) < len(thinned) == len(vocab)


def test_round_trip_through_transformers(tmp_path: Path) -> None:
    for lowercase in (True, False):
        tok, folder = learned(lowercase)
        XLMTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
        again = xt.load_tokenizer(tmp_path)
        assert again.vocab == tok.vocab
        assert again.merges == tok.merges
        assert (again.lang2id, again.lowercase, again.max_length) == (tok.lang2id, lowercase, 512)
        assert reference(folder, "en").lang2id == tok.lang2id
        assert reference(folder, "en").model_max_length == 512


def test_saving_again_changes_nothing(tmp_path: Path) -> None:
    _tok, folder = learned(True)
    xt.load_tokenizer(folder).save(tmp_path)
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        assert (tmp_path / name).read_bytes() == (Path(folder) / name).read_bytes()


def test_pickle() -> None:
    tok, _ = learned(True)
    again = pickle.loads(pickle.dumps(tok))
    assert repr(again) == repr(tok)
    assert again.ids(["A small cat."], lang="en") == tok.ids(["A small cat."], lang="en")


def test_tlm_pairs() -> None:
    tok, _ = learned(True)
    first, second = "the small house", "la petite maison de l'école"
    batch = tok([first, first], [second, ""], lang="en", pair_lang="fr", pair="tlm")
    [a], [b] = tok.ids([first], lang="en"), tok.ids([second], lang="fr")
    end, n, m = tok.sep_token_id, len(a) + 2, len(b) + 2
    assert batch.input_ids[0].tolist() == [end, *a, end, end, *b, end]
    assert batch.position_ids[0].tolist() == [*range(n), *range(m)]
    assert batch.langs[0].tolist() == [tok.lang2id["en"]] * n + [tok.lang2id["fr"]] * m
    assert batch.input_ids[1, : n + 2].tolist() == [end, *a, end, end, end]
    assert batch.attention_mask.sum(dim=1).tolist() == [n + m, n + 2]


def test_classification_pairs() -> None:
    tok, _ = learned(True)
    batch = tok(["a man"], ["the man saw"], lang="en", pair="classification")
    [a], [b] = tok.ids(["a man"], lang="en"), tok.ids(["the man saw"], lang="en")
    end = tok.sep_token_id
    assert batch.input_ids.tolist() == [[end, *a, end, *b, end]]
    assert batch.position_ids.tolist() == [[*range(len(a) + len(b) + 3)]]
    assert (batch.langs == tok.lang2id["en"]).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    texts=st.lists(st.text(max_size=60), min_size=1, max_size=5),
    pairs=st.none() | st.just(True),
    tlm=st.booleans(),
    lang=st.sampled_from(LANGUAGES),
    max_length=st.integers(6, 40),
)
def test_every_batch(texts: list[str], pairs: bool | None, tlm: bool, lang: str, max_length: int) -> None:
    tok, _ = learned(True)
    tlm = tlm and pairs is not None
    kind = {"pair": "tlm", "pair_lang": "en"} if tlm else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = tok(texts, texts[::-1] if pairs else None, lang=lang, max_length=max_length, **kind)
    lengths = batch.attention_mask.sum(dim=1)
    assert batch.input_ids.shape == (len(texts), int(lengths.max()))
    assert 2 <= lengths.min() <= lengths.max() <= max_length
    for name, tensor in batch.items():
        assert tensor.shape == batch.input_ids.shape
        assert tensor.dtype == torch.int64, name
    assert ((batch.input_ids >= 0) & (batch.input_ids < len(tok))).all()
    assert ((batch.position_ids >= 0) & (batch.position_ids < max_length)).all()
    assert ((batch.langs >= 0) & (batch.langs < len(tok.lang2id))).all()
    inside = torch.arange(batch.input_ids.shape[1]) < lengths[:, None]
    assert torch.equal(batch.attention_mask.bool(), inside)
    assert (batch.input_ids[~inside] == tok.pad_token_id).all()
    assert (batch.input_ids[:, 0] == tok.sep_token_id).all()
    assert (batch.input_ids.gather(1, lengths[:, None] - 1) == tok.sep_token_id).all()


def test_truncation_says_so() -> None:
    tok, _ = learned(True)
    with pytest.warns(UserWarning, match=r"^1 of 2 sequences had more than 8 tokens") as caught:
        batch = tok(["a a a", "a a a a a a a a"], lang="en", max_length=8)
    assert caught[0].filename == __file__
    assert batch.input_ids.shape == (2, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tok("a a a a a a", lang="en", max_length=8).input_ids.shape == (1, 8)


def test_a_text_of_ten_thousand_tokens() -> None:
    tok, _ = learned(True)
    text = "a " * 10_000
    with pytest.warns(UserWarning, match="more than 512 tokens"):
        batch = tok(text, lang="en")
    assert batch.input_ids.shape == (1, 512)
    assert len(tok.ids([text], lang="en")[0]) == 10_000


def test_empty_text_is_a_sequence_of_length_zero() -> None:
    tok, _ = learned(True)
    assert tok("", lang="en").input_ids.tolist() == [[tok.sep_token_id] * 2]
    assert tok("", "", lang="en").input_ids.tolist() == [[tok.sep_token_id] * 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"texts": [], "lang": "en"}, "texts is empty"),
        ({"texts": None, "lang": "en"}, "texts is None; expected a str"),
        ({"texts": ["a", 3], "lang": "en"}, r"texts\[1\] is 3; expected a str"),
        ({"texts": "a", "pairs": [b"b"], "lang": "en"}, r"pairs\[0\] is b'b'"),
        ({"texts": "a"}, "lang is None; expected one of ar, bg, de"),
        ({"texts": "a", "lang": "xx"}, "lang is 'xx'; expected one of ar, bg, de"),
        ({"texts": "a", "pairs": ["b", "c"], "lang": "en"}, "1 texts but 2 pairs"),
        ({"texts": "a", "pairs": "b", "lang": "en", "pair": "nli"}, "pair is 'nli'; expected"),
        ({"texts": "a", "pairs": "b", "lang": "en", "pair": "tlm"}, "pair_lang is missing"),
        ({"texts": "a", "pairs": "b", "lang": "en", "pair": "tlm", "pair_lang": "xx"}, "lang is 'xx'"),
        ({"texts": "a", "pairs": "b", "lang": "en", "pair_lang": "fr"}, "pair_lang is 'fr'"),
        ({"texts": "a", "lang": "en", "pair_lang": "fr"}, "there are no pairs"),
        ({"texts": "a", "lang": "en", "pair": "tlm"}, "there are no pairs"),
        ({"texts": ["a", "b"], "lang": ["en", "fr"]}, r"lang is \['en', 'fr'\]; expected one of"),
        ({"texts": "a", "lang": "en", "max_length": 2}, "max_length is 2; expected 3 to 512"),
        ({"texts": "a", "pairs": "b", "lang": "en", "max_length": 4}, "max_length is 4; expected 5 to 512"),
        ({"texts": "a", "lang": "en", "max_length": 513}, "max_length is 513; expected 3 to 512"),
    ],
)
def test_bad_calls(arguments: dict[str, object], message: str) -> None:
    tok, _ = learned(True)
    with pytest.raises(ValueError, match=message) as error:
        tok(**arguments)
    assert "\n" not in str(error.value)


def test_bad_settings() -> None:
    tok, _ = learned(True)
    with pytest.raises(ValueError, match=r"lacks XLM's special tokens </s>, <pad>"):
        xt.Tokenizer({"<s>": 0, "<unk>": 1}, [], {"en": 0})
    with pytest.raises(ValueError, match="first_token is '<pad>'"):
        xt.Tokenizer(tok.vocab, tok.merges, {"en": 0}, first_token="<pad>")
    for lang2id in ({}, {"en": 0, "fr": 0}):
        with pytest.raises(ValueError, match="lang2id is"):
            xt.Tokenizer(tok.vocab, tok.merges, lang2id)


def test_one_language_needs_no_lang() -> None:
    tok = xt.Tokenizer.learn({"en": ["a cat"] * 2}, 30)
    assert tok("a cat").langs.unique().tolist() == [0]
    assert tok("a", "cat", pair_lang="en").langs.unique().tolist() == [0]


def test_decode_equals_transformers() -> None:
    tok, folder = learned(False)
    texts = sentences("fr", 30, seed=3)
    batch = tok(texts, lang="fr")
    ref = reference(folder, "fr")
    ours = [text.replace("<unk>", "") for text in tok.decode(batch.input_ids)]  # transformers drops it
    assert ours == ref.batch_decode(batch.input_ids, skip_special_tokens=True)
    assert tok.decode(batch.input_ids[0]) == tok.decode(batch.input_ids[0].tolist())
    assert tok.decode(batch.input_ids[0, 1]) == tok.decode([batch.input_ids[0, 1].item()])
    with pytest.raises(ValueError, match="id 2500 is not in the vocabulary; expected 0 to 2499"):
        tok.decode([2500])
    with pytest.raises(ValueError, match="id -100"):
        tok.decode([[-100]])


def test_statistics() -> None:
    words = {"en": ["low lower 你"], "fr": ["low"]}
    vocab = {
        token: i
        for i, token in enumerate([*SPECIAL_TOKENS, "l", "o", "e", "w", "w</w>", "r</w>", "lo", "low</w>"])
    }
    tok = xt.Tokenizer(vocab, [("l", "o"), ("lo", "w</w>")], {"en": 0, "fr": 1})
    table = tok.statistics(words)
    assert table.loc["en"].to_dict() == {  # low</w> | lo w e r</w> | <unk>
        "words": 3,
        "tokens": 6,
        "fertility": 2,
        "cut_words": pytest.approx(1 / 3),
        "unk_rate": pytest.approx(1 / 6),
    }
    assert table.loc["fr", "fertility"] == 1
    with pytest.raises(ValueError, match="the texts of 'en' have no words"):
        tok.statistics({"en": [""]})
