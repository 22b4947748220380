"""The command line: ``xlmtut --help``.

Exit codes: 0, done; 1, a bug; 2, something is wrong with what was asked or with the files, said in one line.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar

import typer

from xlmtut import cli_training

if TYPE_CHECKING:
    import pandas as pd

    from xlmtut.report import Written

__all__ = ["app"]

app = typer.Typer(
    name="xlmtut",
    help="Train cross-lingual models, and evaluate them: intervals, paired tests, transfer gap.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

P = ParamSpec("P")
R = TypeVar("R")


def one_line_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Print what is wrong with the input in one line, and exit with 2."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (ValueError, OSError, ImportError, FloatingPointError) as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None

    return run


class Format(StrEnum):
    """How a result is printed."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    csv = "csv"
    json = "json"


Languages = Annotated[
    str | None, typer.Option(help="Only these languages, with commas: en,fr,sw.", metavar="CODES")
]
Metric = Annotated[
    str | None,
    typer.Option(
        help="accuracy, macro_f1, tag_accuracy, entity_f1, span_f1, exact_match, squad_f1, squad_exact_match,"
        " bleu or chrf. By default the task's."
    ),
]
Labels = Annotated[
    str | None, typer.Option(help="All classes, with commas. By default those of the task, or those seen.")
]
SourceLanguage = Annotated[str, typer.Option(help="The language of the training labels, for the gap.")]
Resamples = Annotated[int, typer.Option(min=2, help="Resamples of the bootstrap.")]
Seed = Annotated[int, typer.Option(help="Chooses the resamples.")]
Output = Annotated[Format, typer.Option("--format", "-f", help="How to print the result.")]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json: everything, unrounded.")]
Data = Annotated[str, typer.Option(help="Where the data come from: microworld, hub, or a folder of files.")]


app.command()(one_line_errors(cli_training.pretrain))
app.command()(one_line_errors(cli_training.finetune))


@app.command()
@one_line_errors
def evaluate(
    predictions: Annotated[
        Path | None, typer.Argument(help="Saved predictions, .parquet or .csv. Or pass --model and --task.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A fine-tuned model to run: a folder or a name on the Hub.")
    ] = None,
    task: Annotated[str | None, typer.Option(help="What the model is run on: xnli, ner, qa, …")] = None,
    source: Data = "microworld",
    split: Annotated[str, typer.Option(help="Which part of the data.")] = "test",
    save: Annotated[
        Path | None, typer.Option(help="Where to save the predictions of the model, .parquet or .csv.")
    ] = None,
    batch_tokens: Annotated[int, typer.Option(min=1, help="Positions of a batch at most.")] = 4096,
    languages: Languages = None,
    metric: Metric = None,
    labels: Labels = None,
    source_language: SourceLanguage = "en",
    resamples: Resamples = 10_000,
    random_state: Seed = 0,
    output: Output = Format.text,
    as_json: Json = False,
) -> None:
    """Score a model in every language, with confidence intervals, mean and transfer gap.

    Either from saved predictions (columns id, language, label, prediction), or by running a model on a task.
    """
    from xlmtut.evaluation import evaluate as evaluate_predictions

    if (predictions is None) == (model is None) or (model is None) != (task is None):
        raise ValueError("pass either a file of predictions, or --model together with --task")
    if save is not None and model is None:
        raise ValueError("--save is for the predictions of a model; pass --model and --task")
    given: Path | pd.DataFrame | None = predictions
    if model is not None and task is not None:
        given = _run_model(model, task, source, split, _codes(languages), batch_tokens)
    if save is not None:
        from xlmtut.frames import save_predictions

        save_predictions(given, save)
        typer.echo(f"predictions saved to {save}", err=True)
    report = evaluate_predictions(
        given,
        metric=metric,
        labels=_codes(labels),
        languages=_codes(languages),
        source=source_language,
        resamples=resamples,
        random_state=random_state,
    )
    _print(report, output, as_json)


@app.command()
@one_line_errors
def compare(
    first: Annotated[Path, typer.Argument(help="Predictions of the first model, .parquet or .csv.")],
    second: Annotated[Path, typer.Argument(help="Predictions of the second, on the same examples.")],
    languages: Languages = None,
    metric: Metric = None,
    labels: Labels = None,
    source_language: SourceLanguage = "en",
    resamples: Resamples = 10_000,
    random_state: Seed = 0,
    output: Output = Format.text,
    as_json: Json = False,
) -> None:
    """Test two models against each other on the same examples; differences are second minus first."""
    from xlmtut.comparison import compare as compare_predictions

    comparison = compare_predictions(
        first,
        second,
        metric=metric,
        labels=_codes(labels),
        languages=_codes(languages),
        source=source_language,
        resamples=resamples,
        random_state=random_state,
    )
    _print(comparison, output, as_json)


@app.command()
@one_line_errors
def data(
    task: Annotated[str, typer.Argument(help="xnli, sentiment, topic, ner, qa, retrieval, mt, lm, …")],
    languages: Languages = None,
    source: Data = "microworld",
    split: Annotated[str, typer.Option(help="Which part of the data.")] = "test",
    rows: Annotated[int, typer.Option("--rows", "-n", min=1, help="Rows of each language.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each row.")] = False,
) -> None:
    """Print the first rows of a task in every language."""
    from xlmtut.tasks import TASKS

    printed: dict[str, int] = {}
    for row in _load_split(task, _codes(languages), source, split, rows):
        printed[row["language"]] = printed.get(row["language"], 0) + 1
        if printed[row["language"]] > rows:
            continue
        if as_json:
            typer.echo(json.dumps(row, ensure_ascii=False))
            continue
        target = TASKS[task].target
        for name, value in row.items():
            named = name == target and isinstance(value, int)
            typer.echo(f"{name + ':':12} {value}{f' ({TASKS[task].labels[value]})' if named else ''}")
        typer.echo()


def _load_split(
    task: str, languages: list[str] | None, source: str, split: str, rows: int | None = None
) -> Any:
    """One split of a task; the microworld makes no more of it than is asked for."""
    from xlmtut.tasks import load_task
    from xlmtut.tasks import task as find_task

    find_task(task)
    options: dict[str, Any] = {}
    if source == "microworld":
        from xlmtut.microworld import SIZES

        sizes = SIZES.get(task, {})
        options["sizes"] = {name: rows or size for name, size in sizes.items() if name == split} or sizes
    splits = load_task(task, languages=languages, source=source, **options)
    if split not in splits:
        raise ValueError(f"split is {split!r}; the data have {', '.join(splits)}")
    return splits[split]


def _run_model(
    name: str, task: str, source: str, split: str, languages: list[str] | None, batch_tokens: int
) -> pd.DataFrame:
    from xlmtut.checkpoints import load_model
    from xlmtut.encoding import labelled_task
    from xlmtut.prediction import predict
    from xlmtut.runtime import device
    from xlmtut.tokenizer import load_tokenizer

    head: Any = labelled_task(task).head
    tokenizer = load_tokenizer(name)
    if head == "qa":
        _check_answers_questions(name)
    model = load_model(name, head=head).to(device())
    dataset = _load_split(task, languages, source, split)
    return predict(
        model,
        tokenizer,
        dataset,
        task,
        split=split,
        model_name=Path(name).name,
        batch_tokens=batch_tokens,
        max_length=tokenizer.max_length,
        progress=sys.stderr.isatty(),
    )


def _check_answers_questions(name: str) -> None:
    """Refuse a checkpoint without the head: `load_model` would start a new, random one to be fine-tuned."""
    from xlmtut.files import find_folder, read_json

    settings = read_json(find_folder(name, ["config.json"]) / "config.json")
    if not any("QuestionAnswering" in architecture for architecture in settings.get("architectures") or []):
        raise ValueError(f"{name} has no question-answering head; fine-tune it first")


def _codes(text: str | None) -> list[str] | None:
    return None if text is None else [code.strip() for code in text.split(",")]


def _print(result: Written, output: Format, as_json: bool) -> None:
    if as_json:
        output = Format.json
    text = str(result) if output is Format.text else getattr(result, f"to_{output}")()
    typer.echo(text.rstrip("\n"))


if __name__ == "__main__":
    app()
