"""Pretrain the checkpoints that the package ships, on the microworld: ``make checkpoints``.

Interrupted, it goes on where it was. Each checkpoint gets a ``provenance.json`` beside its weights: how it
was made, on what, and what it reached.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from held_out import batch_losses
from stages import SHORT, Stage, pretrain_in_stages

from xlmtut.alignment import center_languages, retrieval_accuracy
from xlmtut.checkpoints import save_model
from xlmtut.config import XLMConfig
from xlmtut.corpora import Corpus, pair_corpus, text_corpus
from xlmtut.metrics import perplexity
from xlmtut.microworld import languages, rows
from xlmtut.model import XLMLanguageModel
from xlmtut.prediction import sentence_vectors
from xlmtut.tokenizer import Tokenizer

ROOT = Path(__file__).parents[1]
MINI = ROOT / "xlmtut" / "mini"

# Adding TLM leaves the updates of MLM as they are. Batches are small, because to align languages takes many
# updates rather than much text: about 1,750 of TLM for each language.
LENGTH, BATCH_TOKENS, LEARNING_RATE = 64, 1024, 2e-3
SHORT_ROWS = Stage(("mlm",), 400, SHORT, BATCH_TOKENS)
PLANS: dict[str, tuple[Stage, ...]] = {
    "mini-mlm": (SHORT_ROWS, Stage(("mlm",), 3500, LENGTH, BATCH_TOKENS)),
    "mini-mlm-tlm": (SHORT_ROWS, Stage(("mlm", *("tlm",) * 7), 28_000, LENGTH, BATCH_TOKENS)),
    "mini-clm": (Stage(("clm",), 3900, LENGTH, BATCH_TOKENS),),
}
SENTENCES = 60_000  # of the largest language; the others by the microworld's table
PAIRS = 10_000  # of English with each other language
VOCABULARY = 6000


def data() -> tuple[dict[str, list[str]], dict[tuple[str, str], list[tuple[str, str]]]]:
    """Text of every language, and translations from English."""
    text = {code: [row["text"] for row in rows("lm", code, "train", SENTENCES)] for code in languages()}
    pairs = {
        ("en", code): [(row["source"], row["target"]) for row in rows("mt", f"en-{code}", "train", PAIRS)]
        for code in languages()
        if code != "en"
    }
    return text, pairs


def learn_vocabulary(text: Mapping[str, list[str]]) -> Tokenizer:
    """One vocabulary for all checkpoints, from equally long samples of all languages."""
    return Tokenizer.learn({code: sentences[:6000] for code, sentences in text.items()}, VOCABULARY)


def measure(model: XLMLanguageModel, tokenizer: Tokenizer) -> dict[str, Any]:
    """What a checkpoint reaches on held-out data: perplexities, and sentences found across languages."""
    sums: dict[str, tuple[float, int]] = {}
    for i, code in enumerate(languages()):
        text = [row["text"] for row in rows("lm", code, "test", 500)]
        corpus = text_corpus(tokenizer, code, text, length=LENGTH, batch_tokens=4096)
        sums[code] = _loss(model, tokenizer, corpus, i)
    if not model.transformer.config.causal:
        for i, code in enumerate(code for code in languages() if code != "en"):
            pairs = [(row["source"], row["target"]) for row in rows("mt", f"en-{code}", "test", 500)]
            corpus = pair_corpus(tokenizer, ("en", code), pairs, batch_tokens=4096)
            sums[f"en-{code}"] = _loss(model, tokenizer, corpus, i)
    sentences = {code: [row["text"] for row in rows("retrieval", code, "test", 1000)] for code in languages()}
    vectors = {
        code: sentence_vectors(model.transformer, tokenizer, text, code)[-1]
        for code, text in sentences.items()
    }
    found = {
        "retrieval": retrieval_accuracy(vectors),
        "retrieval, centred": retrieval_accuracy(center_languages(vectors)),
    }
    return {
        "perplexity": {name: round(perplexity(*total), 3) for name, total in sums.items()},
        **{
            name: {code: round(float(table.loc["en", code]), 4) for code in languages() if code != "en"}
            for name, table in found.items()
        },
    }


def _loss(model: XLMLanguageModel, tokenizer: Tokenizer, corpus: Corpus, seed: int) -> tuple[float, int]:
    losses, labels = zip(*batch_losses(model, tokenizer, corpus, seed), strict=True)
    return sum(losses), sum(labels)


def make(name: str) -> None:
    """Pretrain one checkpoint and put it into the package."""
    stages = PLANS[name]
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    text, pairs = data()
    tokenizer = learn_vocabulary(text)
    torch.manual_seed(0)
    config = XLMConfig.preset(
        "mini",
        vocab_size=len(tokenizer),
        lang2id=tokenizer.lang2id,
        causal=stages[0].objectives == ("clm",),
        dropout=0.0,  # so small a model cannot learn all this text by heart
        attention_dropout=0.0,
    )
    model = XLMLanguageModel(config)
    history, _ = pretrain_in_stages(
        model, tokenizer, text, pairs, stages, lr=LEARNING_RATE, folder=ROOT / "_build" / "checkpoints" / name
    )
    folder = MINI / name
    save_model(model, folder)
    tokenizer.save(folder)
    last = history.iloc[-1]
    provenance = {
        "command": f"python tools/checkpoints.py {name}",
        "commit": commit.stdout.strip(),
        "data": {
            "source": "microworld",
            "seed": 0,
            "sentences": SENTENCES,
            "pairs": PAIRS,
            "languages": languages(),
        },
        "training": {
            "stages": [asdict(stage) for stage in stages],
            "lr": LEARNING_RATE,
            "seed": 0,
            "tokens": int(last["tokens"]),
            "seconds": round(float(last["seconds"])),
        },
        "machine": {
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "processor": platform.machine(),
        },
        "versions": {"python": platform.python_version(), "torch": version("torch")},
        "measured": measure(model, tokenizer),
    }
    text_of = json.dumps(provenance, indent=2, ensure_ascii=False)
    (folder / "provenance.json").write_text(text_of + "\n", encoding="utf-8")


def main() -> int:
    """Make the checkpoints named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(PLANS), choices=list(PLANS), help="all by default")
    for name in parser.parse_args().names:
        make(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
