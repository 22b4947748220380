"""The command line: what it prints, its exit codes, one line for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pytest
import torch
from typer.testing import CliRunner

import xlmtut as xt
from tests.samples import predictions
from xlmtut import tasks
from xlmtut.cli import app
from xlmtut.evaluation import evaluate
from xlmtut.frames import read_predictions

LABELS = ["--labels", "no,yes", "--resamples", "200"]


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Predictions of two models as someone else may have them."""
    paths = tmp_path / "mlm.csv", tmp_path / "tlm.csv"
    for path, rate, seed in zip(paths, (0.7, 0.85), (1, 2), strict=True):
        frame = predictions(200, {"en": 0.9, "fr": rate}, seed=seed)
        frame.drop(columns="seed").to_csv(path, index=False)
    return paths


def test_a_report_of_a_csv(files: tuple[Path, Path]) -> None:
    result = run("evaluate", files[0], *LABELS)
    assert result.exit_code == 0
    assert "gap (en − others)" in result.stdout
    assert result.stderr == ""
    expected = evaluate(files[0], labels=["no", "yes"], resamples=200)
    assert result.stdout == f"{expected}\n"


@pytest.mark.parametrize("output", ["markdown", "latex", "html", "csv", "json"])
def test_other_formats(files: tuple[Path, Path], output: str) -> None:
    result = run("evaluate", files[0], *LABELS, "--format", output)
    expected = evaluate(files[0], labels=["no", "yes"], resamples=200)
    assert result.stdout.strip() == getattr(expected, f"to_{output}")().strip()


def test_json_of_a_report_and_of_a_comparison(files: tuple[Path, Path]) -> None:
    report = json.loads(run("evaluate", files[0], "--languages", "fr, en", *LABELS, "--json").stdout)
    assert list(report["languages"]) == ["fr", "en"]
    result = run("compare", *files, *LABELS, "--json", "--source-language", "fr")
    assert result.exit_code == 0
    comparison = json.loads(result.stdout)
    assert (comparison["a"], comparison["b"]) == ("mlm", "tlm")
    assert comparison["languages"]["fr"]["p_holm"] < 0.05
    assert comparison["aggregates"]["gap"]["a"] < 0


def test_a_comparison_in_words(files: tuple[Path, Path]) -> None:
    result = run("compare", *files, *LABELS)
    assert "On the mean over 2 languages tlm is better than mlm" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["evaluate", "none.csv"],
            "error: there is no file 'none.csv'; expected predictions in .parquet or .csv",
        ),
        (["evaluate"], "error: pass either a file of predictions, or --model together with --task"),
        (
            ["evaluate", "--model", "m"],
            "error: pass either a file of predictions, or --model together with --task",
        ),
        (["evaluate", "FILE", "--task", "xnli"], "error: pass either a file of predictions, or --model"),
        (["evaluate", "FILE", "--save", "p.csv"], "error: --save is for the predictions of a model"),
        (
            ["evaluate", "FILE", "--languages", "sw"],
            "error: there are no examples in 'sw'; the predictions have en",
        ),
        (
            ["evaluate", "FILE", "--metric", "f1"],
            "error: no metric 'f1'; expected macro_f1 or one of accuracy",
        ),
        (["evaluate", "--model", "nowhere", "--task", "lm"], "error: task 'lm' has no labels to predict"),
        (["compare", "FILE", "none.csv"], "error: there is no file 'none.csv'"),
        (["data", "squad"], "error: no task 'squad'; expected one of xnli"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    files: tuple[Path, Path], arguments: list[str], message: str
) -> None:
    result = run(*(files[0] if argument == "FILE" else argument for argument in arguments))
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_usage_errors_exit_with_2_and_bugs_with_1(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("evaluate", "--resamples", "many").exit_code == 2
    assert run("compare", files[0]).exit_code == 2

    def broken(*arguments: Any, **options: Any) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("xlmtut.evaluation.evaluate", broken)
    result = run("evaluate", files[0])
    assert result.exit_code == 1
    assert isinstance(result.exception, KeyError)


def test_help_names_every_command_and_imports_little() -> None:
    code = "import sys, xlmtut.cli; print('torch' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    text = run("--help").stdout
    assert all(command in text for command in ("evaluate", "compare", "data"))


@pytest.fixture
def sentiment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small task behind `load_task`."""
    texts = {"en": ["a good day", "a bad day", "good food"], "fr": ["un bon jour", "un jour triste", "bon"]}
    rows = [
        {"id": str(i), "language": code, "text": text, "label": int("o" in text)}
        for code, sentences in texts.items()
        for i, text in enumerate(sentences)
    ]

    def load_task(name: str, languages: list[str] | None, source: str) -> datasets.DatasetDict:
        assert (name, source) == ("sentiment", "published")
        chosen = [row for row in rows if languages is None or row["language"] in languages]
        return datasets.DatasetDict({"test": datasets.Dataset.from_list(chosen)})

    monkeypatch.setattr(tasks, "load_task", load_task)


def test_a_model_is_run_and_its_predictions_saved(sentiment: None, tmp_path: Path) -> None:
    tok = xt.Tokenizer.learn({"en": ["a good bad day food"] * 5, "fr": ["un bon jour triste"] * 5}, 80)
    torch.manual_seed(0)
    shape = {"n_layers": 1, "emb_dim": 16, "n_heads": 2, "vocab_size": len(tok)}
    folder = tmp_path / "mini"
    xt.save_model(xt.XLMClassifier(xt.XLMConfig.preset("mini", **shape), num_labels=2), folder)
    tok.save(folder)
    saved = tmp_path / "saved.parquet"
    common = [
        "--model",
        folder,
        "--task",
        "sentiment",
        "--source",
        "published",
        "--resamples",
        "100",
        "--json",
    ]
    result = run("evaluate", *common, "--save", saved)
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert (report["model"], report["examples"]) == ("mini", 3)
    assert "predictions saved to" in result.stderr
    frame = read_predictions(saved)
    assert len(frame) == 6
    assert json.loads(run("evaluate", saved, "--resamples", "100", "--json").stdout) == report
    french = json.loads(run("evaluate", *common, "--languages", "fr").stdout)
    assert french["languages"]["fr"] == report["languages"]["fr"] | {"rank": 1, "rank_low": 1, "rank_high": 1}
    pd.testing.assert_frame_equal(frame, read_predictions(saved))


def test_a_model_without_a_head_is_not_evaluated(sentiment: None, tmp_path: Path) -> None:
    tok = xt.Tokenizer.learn({"en": ["a good bad day food"] * 5}, 60)
    shape = {"n_layers": 1, "emb_dim": 16, "n_heads": 2, "vocab_size": len(tok)}
    xt.save_model(xt.XLMLanguageModel(xt.XLMConfig.preset("mini", **shape)), tmp_path / "mlm")
    tok.save(tmp_path / "mlm")
    for task, message in (
        ("qa", "no question-answering head; fine-tune it first"),
        ("xnli", "no classification"),
    ):
        result = run("evaluate", "--model", tmp_path / "mlm", "--task", task)
        assert result.exit_code == 2
        assert message in result.stderr


def test_the_microworld_makes_only_the_rows_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def load_task(name: str, **options: Any) -> datasets.DatasetDict:
        asked.append(options)
        return datasets.DatasetDict({"test": datasets.Dataset.from_list([{"language": "en"}])})

    monkeypatch.setattr(tasks, "load_task", load_task)
    assert run("data", "xnli", "-n", "3", "--languages", "en").exit_code == 0
    assert asked == [{"languages": ["en"], "source": "microworld", "sizes": {"test": 3}}]


def test_rows_of_a_task_are_printed(sentiment: None) -> None:
    result = run("data", "sentiment", "--source", "published", "-n", "1")
    assert result.exit_code == 0
    assert "text:        a good day\nlabel:       1 (positive)\n" in result.stdout
    assert "un bon jour" in result.stdout
    assert "a bad day" not in result.stdout
    lines = [
        json.loads(line)
        for line in run(
            "data", "sentiment", "--source", "published", "--languages", "fr", "--json"
        ).stdout.splitlines()
    ]
    assert [line["text"] for line in lines] == ["un bon jour", "un jour triste"]
    wrong = run("data", "sentiment", "--source", "published", "--split", "dev")
    assert wrong.exit_code == 2
    assert wrong.stderr == "error: split is 'dev'; the data have test\n"
