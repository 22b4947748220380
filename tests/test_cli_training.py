"""``xlmtut pretrain`` and ``xlmtut finetune``, from text files and from the microworld."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import xlmtut as xt
from tests.tiny_training import pairs, texts
from xlmtut import cli_training
from xlmtut.cli import app
from xlmtut.frames import read_predictions
from xlmtut.microworld import SIZES
from xlmtut.training_options import TrainingOptions

SMALL = "--steps 4 --lr 0.01 --length 32 --batch-tokens 128 --vocab-size 200"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [part for argument in arguments for part in str(argument).split()])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Text files as the help describes them."""
    made = tmp_path / "text"
    made.mkdir()
    for ending, seed in (("", 0), (".validation", 1)):
        for lang, lines in texts(seed=seed).items():
            (made / f"{lang}{ending}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        lines = ["\t".join(pair) for pair in pairs(seed=seed)["en", "fr"]]
        (made / f"en-fr{ending}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def test_text_files_become_a_model(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "both"
    result = run("pretrain", out, "--languages en,fr --objectives mlm,tlm --source", folder, SMALL)
    assert result.exit_code == 0, result.output
    assert result.stdout.split()[:5] == ["step", "ppl/en", "ppl/fr", "ppl/en-fr", "ppl"]
    history = pd.read_csv(out / "history.csv")
    assert history["objective"].tolist() == ["mlm", "tlm", "mlm", "tlm"]
    model, tok = xt.load_model(out, head="lm"), xt.load_tokenizer(out)
    assert model.transformer.config.lang2id == tok.lang2id == {"en": 0, "fr": 1}
    assert model(**tok(["a cat"], lang="en")).logits.shape[-1] == len(tok)


def test_a_causal_model_and_a_vocabulary_that_exists(folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run("pretrain", first, "--languages en,fr --source", folder, SMALL)
    result = run(
        "pretrain", second, "--languages fr --objectives clm --validate-every 0 --source", folder, SMALL,
        "--tokenizer", first,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout == ""  # nothing was validated
    assert xt.load_model(second, head="lm").transformer.config.causal
    assert (first / "vocab.json").read_bytes() == (second / "vocab.json").read_bytes()


def test_the_microworld_from_pretraining_to_predictions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"train": 20, "validation": 6}
    for task in ("lm", "mt", "sentiment"):
        monkeypatch.setitem(SIZES, task, few)
    base, out = tmp_path / "base", tmp_path / "task"
    result = run("pretrain", base, "--languages en,fr --objectives mlm,tlm", SMALL)
    assert result.exit_code == 0, result.output
    command = ("finetune", base, "sentiment", out, "--languages en,fr --steps 4 --lr 0.001 --freeze 1")
    result = run(*command)
    assert result.exit_code == 0, result.output
    assert result.stdout.split()[:4] == ["step", "accuracy", "accuracy/en", "accuracy/fr"]
    frame = read_predictions(out / "predictions-000004.parquet")
    assert frame.groupby("language").size().to_dict() == {"en": 6, "fr": 6}
    assert set(frame["model"]) == {"base"}
    again = run(*command)
    assert again.stdout == result.stdout
    assert "going on from update 4 of 4" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "--languages en --source nowhere",
            "source is 'nowhere'; expected microworld or a folder with en.txt",
        ),
        ("--languages en,de --source FOLDER", "No such file or directory"),
        (
            "--languages en --source FOLDER --objectives mlm,nsp",
            "objectives has 'nsp'; expected clm, mlm or tlm",
        ),
        (
            "--languages en --source FOLDER --schedule constant",
            "schedule is 'constant'; expected one of linear",
        ),
        ("--languages en --source FOLDER --shape huge", "no preset 'huge'; expected 'mini' or one of"),
        ("--languages en --source FOLDER --lr 1e30", "the loss on held-out text is nan after update 1; try"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: str, message: str, folder: Path, tmp_path: Path
) -> None:
    result = run("pretrain", tmp_path / "out", SMALL, arguments.replace("FOLDER", str(folder)))
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert message in errors[0]
    assert "Traceback" not in result.output


def test_a_line_that_is_no_pair_is_named(folder: Path, tmp_path: Path) -> None:
    file = folder / "en-fr.tsv"
    file.write_text(file.read_text(encoding="utf-8") + "a cat, un chat\n", encoding="utf-8")
    result = run(
        "pretrain", tmp_path / "out", "--languages en,fr --objectives mlm,tlm --source", folder, SMALL
    )
    assert result.exit_code == 2
    assert "en-fr.tsv:41 has 1 columns; expected a sentence, a tab, another" in result.stderr


def test_help_names_every_option_and_its_default() -> None:
    for command in ("pretrain", "finetune"):
        result = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, [command, "--help"])
        assert result.exit_code == 0
        for parameter in inspect.signature(getattr(cli_training, command)).parameters.values():
            name = parameter.name.replace("_", "-")
            assert f"--{name}" in result.output or name in ("out", "model", "task"), name
    fields = {field.name for field in dataclasses.fields(TrainingOptions)}
    shared = set(inspect.signature(cli_training.training_options).parameters)
    assert fields - shared == {"folder", "validate_at"}  # they are called out and validate_every
