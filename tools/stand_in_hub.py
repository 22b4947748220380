"""Write a small folder that stands in for the Hugging Face Hub: ``python tools/stand_in_hub.py FOLDER``.

With ``XLMTUT_HUB=FOLDER``, ``load_task(..., source="hub")``, ``load_model`` and ``load_tokenizer`` run
everything but the download. The folder has every repository of ``benchmarks.csv``, in the layout and with the
columns of the Hub, and a few sentences of no meaning in each language; and checkpoints in the layout of the
published ones, with as many layers, heads and languages, but small and random. Enough to run on, nothing to
measure.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
import yaml
from datasets import Dataset, Features, Value, disable_progress_bars
from safetensors.torch import save_file

from xlmtut.config import XLMConfig
from xlmtut.hub import Benchmark, benchmarks
from xlmtut.tasks import TASKS, features, load_task
from xlmtut.tokenizer import Tokenizer

CHECKPOINTS = {"xlm-mlm-xnli15-1024": torch.float32, "xlm-mlm-tlm-xnli15-1024": torch.float16}
"""The checkpoints that stand in, and the precision that the published one is stored in."""

SPLITS = ("train", "validation", "test")
SIZES = {"train": 12, "validation": 6, "test": 6}


def rows(task: str, language: str, split: str) -> list[dict[str, Any]]:
    """Rows of a task in our schema; the same row of two languages has the same id and the same answer."""
    made = []
    for i in range(SIZES[split]):
        words = [f"{language}{number}" for number in range(i + 1, i + 6)]
        text = " ".join(words)
        labels = len(TASKS[task].labels)
        columns: dict[str, dict[str, Any]] = {
            "xnli": {"premise": text, "hypothesis": words[-1], "label": i % 3, "phenomenon": None},
            "pawsx": {"sentence1": text, "sentence2": " ".join(words[::-1]), "label": i % 2},
            "qa": {
                "context": f"{text}.",
                "question": f"{words[2]}?",
                "answers": {"text": [words[2]], "answer_start": [text.index(words[2])]},
            },
            "ner": {"tokens": words, "ner_tags": [0, 1, 2, 0, (i % 3) * 2 + 1]},
            "pos": {"tokens": words, "pos_tags": [(i + place) % (labels or 1) for place in range(5)]},
            "retrieval": {"text": text},
        }
        made.append({"id": str(i), "language": language, **columns[task]})
    return made


def published(benchmark: Benchmark, language: str, ours: Sequence[dict[str, Any]]) -> Dataset:
    """Rows of our schema with the columns that a repository has instead."""
    schema = features(benchmark.task)
    if benchmark.task == "retrieval":
        text = Value("string")
        columns = ("source_sentence", "target_sentence", "source_lang", "target_lang")
        code = benchmark.config_of(language).rpartition(".")[2]
        english = rows("retrieval", "en", "test")
        pairs = zip(ours, english, strict=True)
        # As published there: with the line feeds of the files they come from.
        sides = [(f"{own['text']}\n", f"{other['text']}\n", code, "eng") for own, other in pairs]
        dicts = [dict(zip(columns, side, strict=True)) for side in sides]
        return Dataset.from_list(dicts, features=Features(dict.fromkeys(columns, text)))
    ours_only = {"language", "phenomenon", *(() if benchmark.task in ("pawsx", "qa") else ("id",))}
    kept = {name: feature for name, feature in schema.items() if name not in ours_only}
    if benchmark.task == "pawsx":
        kept["id"] = Value("int32")
    return Dataset.from_list([{name: row[name] for name in kept} for row in ours], features=Features(kept))


def write_checkpoint(folder: Path, name: str, tok: Tokenizer) -> None:
    """Write a random model and its vocabulary as ``FacebookAI/{name}`` has them."""
    shape = XLMConfig.preset(name, vocab_size=len(tok), emb_dim=32)
    fields = ("vocab_size", "emb_dim", "n_layers", "n_heads", "n_langs", "use_lang_emb", "lang2id")
    settings: dict[str, Any] = {field: getattr(shape, field) for field in fields}
    settings["id2lang"] = {str(index): language for language, index in shape.lang2id.items()}
    config = transformers.XLMConfig(**settings, architectures=["XLMWithLMHeadModel"])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(list(CHECKPOINTS).index(name))
        state = transformers.XLMWithLMHeadModel(config).state_dict()
    # The published files hold the tied output weights too, and not the positions 0, 1, 2, …
    weights = {key: value.to(CHECKPOINTS[name], copy=True) for key, value in state.items()}
    weights.pop("transformer.position_ids", None)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(weights, folder / "pytorch_model.bin")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config.to_json_file(folder / "config.json", use_diff=False)
    languages = {"id2lang": settings["id2lang"], "lang2id": settings["lang2id"]}
    reading = {"do_lowercase_and_remove_accent": tok.lowercase, **languages, "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(reading), encoding="utf-8")
    write_vocabulary(folder, tok.vocab, tok.merges)


def write_vocabulary(folder: Path, vocab: Mapping[str, int], merges: Sequence[tuple[str, str]]) -> None:
    """Write ``vocab.json`` and ``merges.txt`` as published, with how often a merge was seen."""
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    lines = [f"{first} {second} {9999 - i}\n" for i, (first, second) in enumerate(merges)]
    (folder / "merges.txt").write_text("".join(lines), encoding="utf-8")


def vocabulary(languages: Sequence[str]) -> Tokenizer:
    """BPE of a few sentences of the microworld and of those that the data sets have."""
    texts: dict[str, list[str]] = {
        language: [row["text"] for row in rows("retrieval", language, "train")] for language in languages
    }
    for row in load_task("retrieval", languages, sizes={"test": 60})["test"]:
        texts[row["language"]].append(row["text"])
    return Tokenizer.learn(texts, 3000)


def write(folder: Path, languages: Sequence[str], checkpoints: Sequence[str] = ()) -> None:
    """Write every repository of ``benchmarks.csv``, in the languages that it has, and checkpoints."""
    configurations: dict[Path, list[dict[str, Any]]] = defaultdict(list)
    for benchmark in benchmarks().values():
        repository = folder / benchmark.repository
        for language in languages:
            if language not in benchmark.languages:
                continue
            config = benchmark.config_of(language)
            for ours, theirs in benchmark.splits.items():
                data = published(benchmark, language, rows(benchmark.task, language, ours))
                (repository / config).mkdir(parents=True, exist_ok=True)
                data.to_parquet(repository / config / f"{theirs}-00000-of-00001.parquet")
            files = [{"split": split, "path": f"{config}/{split}-*"} for split in benchmark.splits.values()]
            configurations[repository].append({"config_name": config, "data_files": files})
    for repository, configs in configurations.items():
        card = f"---\n{yaml.safe_dump({'configs': configs})}---\nStands in for a repository of the Hub.\n"
        (repository / "README.md").write_text(card, encoding="utf-8")
    if checkpoints:
        tok = vocabulary(languages)
        for name in checkpoints:
            write_checkpoint(folder / "FacebookAI" / name, name, tok)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    disable_progress_bars()
    write(Path(sys.argv[1]), benchmarks()["xnli"].languages, list(CHECKPOINTS))
