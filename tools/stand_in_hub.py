"""Write a small folder that stands in for the Hugging Face Hub: ``python tools/stand_in_hub.py FOLDER``.

With ``XLMTUT_HUB=FOLDER``, ``load_task(..., source="hub")`` runs everything but the download. The folder has
every repository of ``benchmarks.csv``, in the layout and with the columns of the Hub, and a few sentences of
no meaning in each language: enough to run on, nothing to measure.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from datasets import Dataset, Features, Value, disable_progress_bars

from xlmtut.hub import Benchmark, benchmarks
from xlmtut.tasks import TASKS, features

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


def write(folder: Path, languages: Sequence[str]) -> None:
    """Write every repository of ``benchmarks.csv``, in those of the languages that it has."""
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


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    disable_progress_bars()
    write(Path(sys.argv[1]), benchmarks()["xnli"].languages)
