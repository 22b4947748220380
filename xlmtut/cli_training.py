"""The commands that train: ``xlmtut pretrain --help`` and ``xlmtut finetune --help``."""

from __future__ import annotations

import csv
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from xlmtut.training import TrainingResult

__all__ = ["finetune", "pretrain"]

_DATA, _MODEL, _UPDATES, _RUN = "Data", "Model", "Updates", "The run"


def training_options(
    out: Annotated[Path, typer.Argument(help="Folder for the model, its tables and the state of the run.")],
    steps: Annotated[int, typer.Option(help="Updates of the weights.", rich_help_panel=_UPDATES)],
    lr: Annotated[
        float,
        typer.Option(
            help="Highest learning rate: about 0.001 to pretrain a small model, a tenth of it to fine-tune.",
            rich_help_panel=_UPDATES,
        ),
    ],
    warmup: Annotated[
        int, typer.Option(help="Updates in which the rate rises from 0.", rich_help_panel=_UPDATES)
    ] = 0,
    schedule: Annotated[
        str, typer.Option(help="How it falls then: linear, cosine, inverse_sqrt.", rich_help_panel=_UPDATES)
    ] = "linear",
    clip: Annotated[
        float, typer.Option(help="Longer gradients are shortened to this.", rich_help_panel=_UPDATES)
    ] = 5.0,
    accumulate: Annotated[
        int,
        typer.Option(help="Compute a batch in so many pieces, to save memory.", rich_help_panel=_UPDATES),
    ] = 1,
    validate_every: Annotated[
        int | None,
        typer.Option(
            help="Updates between two validations; 0 for none. By default ten validations.",
            min=0,
            rich_help_panel=_RUN,
        ),
    ] = None,
    stop_on: Annotated[
        str,
        typer.Option(
            help="Stop when this column of the validation table (ppl, accuracy/en, …) no longer improves, and"
            " keep the best weights.",
            rich_help_panel=_RUN,
        ),
    ] = "",
    patience: Annotated[
        int, typer.Option(help="Stop after so many validations without.", rich_help_panel=_RUN)
    ] = 5,
    seed: Annotated[int, typer.Option(help="Everything random follows from it.", rich_help_panel=_RUN)] = 0,
    save_every: Annotated[
        int, typer.Option(help="Updates between two saved states of the run.", rich_help_panel=_RUN)
    ] = 500,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume/--no-resume",
            help="Go on with a run in OUT that was broken off, or begin anew.",
            rich_help_panel=_RUN,
        ),
    ] = True,
    tracker: Annotated[
        str | None, typer.Option(help="Also log to tensorboard or wandb, in OUT.", rich_help_panel=_RUN)
    ] = None,
) -> Any:
    """The options that both commands have, written once: :class:`xlmtut.training_options.TrainingOptions`.

    Its module is imported only here, and is no annotation, so that ``--help`` need not wait for PyTorch.
    """
    from xlmtut.training_options import TrainingOptions

    every = max(steps // 10, 1) if validate_every is None else validate_every
    return TrainingOptions(
        steps,
        lr,
        warmup=warmup,
        schedule=schedule,  # type: ignore[arg-type]
        clip=clip,
        accumulate=accumulate,
        seed=seed,
        validate_at=[*range(0, steps, every), steps] if every else [],
        stop_on=stop_on,
        patience=patience,
        folder=out,
        save_every=save_every,
        resume=resume,
        tracker=tracker,
    )


def _with_training_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes the arguments of :func:`training_options` instead of ``options``."""
    shared = inspect.signature(training_options, eval_str=True).parameters
    own = dict(inspect.signature(command, eval_str=True).parameters)
    del own["options"]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        options = training_options(**{name: given.pop(name) for name in shared})
        command(options=options, **given)

    parameters = [p.replace(kind=p.KEYWORD_ONLY) for p in (*own.values(), *shared.values())]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


@_with_training_options
def pretrain(
    options: Any,
    languages: Annotated[
        str, typer.Option(help="Codes, with commas.", metavar="CODES", rich_help_panel=_DATA)
    ],
    source: Annotated[
        str,
        typer.Option(
            help="microworld, or a folder with en.txt (a sentence in each line) and en-fr.tsv (a sentence, a"
            " tab, its translation). What is held out: en.validation.txt, en-fr.validation.tsv.",
            rich_help_panel=_DATA,
        ),
    ] = "microworld",
    objectives: Annotated[
        str, typer.Option(help="clm; or mlm; or mlm,tlm, which take turns.", rich_help_panel=_MODEL)
    ] = "mlm",
    pairs: Annotated[
        str | None,
        typer.Option(
            help="Pairs of languages for tlm: en-fr,en-sw. By default English with each other language.",
            metavar="PAIRS",
            rich_help_panel=_DATA,
        ),
    ] = None,
    alpha: Annotated[
        float,
        typer.Option(
            help="Smoothing of the languages: with 1 in proportion to their text, with 0 all equally often.",
            rich_help_panel=_DATA,
        ),
    ] = 0.7,
    length: Annotated[
        int, typer.Option(help="Tokens of the rows that text is cut into.", rich_help_panel=_DATA)
    ] = 256,
    batch_tokens: Annotated[
        int, typer.Option(help="Tokens of an update, at most.", rich_help_panel=_UPDATES)
    ] = 4096,
    tokenizer: Annotated[
        Path | None,
        typer.Option(help="Folder with a vocabulary. By default one is learned.", rich_help_panel=_MODEL),
    ] = None,
    vocab_size: Annotated[
        int, typer.Option(help="Tokens of a vocabulary that is learned.", rich_help_panel=_MODEL)
    ] = 6000,
    shape: Annotated[
        str, typer.Option(help="mini, or the name of a published checkpoint.", rich_help_panel=_MODEL)
    ] = "mini",
) -> None:
    """Train a new model on text (clm, mlm) and on translations (tlm).

    For example: xlmtut pretrain runs/both --languages en,fr,sw --objectives mlm,tlm --steps 4000 --lr 0.001
    """
    from xlmtut.config import XLMConfig
    from xlmtut.model import XLMLanguageModel
    from xlmtut.pretraining import pretrain as train
    from xlmtut.runtime import set_seed
    from xlmtut.tokenizer import Tokenizer, load_tokenizer

    codes, aims = _split(languages), _split(objectives)
    couples = _split(pairs) if pairs else [f"en-{code}" for code in codes if code != "en"]
    couples = couples if "tlm" in aims else []
    text, parallel = _text(source, codes, couples, "train")
    held_out: dict[Any, Any] = {}
    if options.validate_at:
        for part in _text(source, codes, couples, "validation"):
            held_out |= part
    causal = "clm" in aims
    limit = XLMConfig.preset(shape).max_position_embeddings
    tok = load_tokenizer(tokenizer) if tokenizer else Tokenizer.learn(text, vocab_size, max_length=limit)
    set_seed(options.seed)
    config = XLMConfig.preset(shape, vocab_size=len(tok), lang2id=tok.lang2id, causal=causal)
    result = train(
        XLMLanguageModel(config),
        tok,
        text,
        parallel,
        options=options,
        objectives=aims,  # type: ignore[arg-type]
        length=length,
        batch_tokens=batch_tokens,
        alpha=alpha,
        validation=held_out,
    )
    _print(result, options)


@_with_training_options
def finetune(
    options: Any,
    model: Annotated[str, typer.Argument(help="A pretrained model: a folder or a name on the Hub.")],
    task: Annotated[str, typer.Argument(help="xnli, sentiment, topic, ner, qa, …")],
    train_languages: Annotated[
        str, typer.Option(help="Learn from the rows in these.", metavar="CODES", rich_help_panel=_DATA)
    ] = "en",
    languages: Annotated[
        str | None,
        typer.Option(
            help="Predict the rows in these. By default all.", metavar="CODES", rich_help_panel=_DATA
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(help="microworld, hub, or a folder of published files.", rich_help_panel=_DATA)
    ] = "microworld",
    predict: Annotated[
        str, typer.Option(help="Parts to predict; the first is the validation.", rich_help_panel=_DATA)
    ] = "validation",
    batch_size: Annotated[int, typer.Option(help="Rows of an update.", rich_help_panel=_UPDATES)] = 16,
    freeze: Annotated[
        int | None,
        typer.Option(
            help="Keep the embeddings and so many of the lowest layers as they are. By default all learn.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
) -> None:
    """Train a pretrained model on the labels of one language, and see how it does in others.

    For example: xlmtut finetune runs/both xnli runs/xnli --steps 1000 --lr 0.0001

    Predictions are saved in OUT on the way. Score them with xlmtut evaluate.
    """
    from xlmtut.checkpoints import load_model
    from xlmtut.encoding import labelled_task
    from xlmtut.finetuning import finetune as train
    from xlmtut.runtime import set_seed
    from xlmtut.tokenizer import load_tokenizer

    this, tok = labelled_task(task), load_tokenizer(model)
    taught, splits = _split(train_languages), _split(predict)
    set_seed(options.seed)  # a new head is random
    number = len(this.labels) or None
    head: Any = this.head
    pretrained = load_model(model, head=head, num_labels=number)
    held_out = _rows(task, _split(languages) if languages else None, source, splits)
    result = train(
        pretrained,
        tok,
        {**held_out, **_rows(task, taught, source, ["train"])},
        this,
        options=options,
        languages=taught,
        batch_size=batch_size,
        freeze=freeze,
        max_length=min(256, tok.max_length),
        splits=splits,
        model_name=Path(model).name,
    )
    _print(result, options)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _rows(task: str, languages: list[str] | None, source: str, splits: Sequence[str]) -> dict[str, Any]:
    """Parts of a task; the microworld makes only what is asked for."""
    from xlmtut.tasks import load_task

    wanted: dict[str, Any] = {}
    if source == "microworld":
        from xlmtut.microworld import SIZES

        sizes = SIZES.get(task, {})
        wanted["sizes"] = {split: size for split, size in sizes.items() if split in splits}
    data = load_task(task, languages=languages, source=source, **wanted)
    return {split: data[split] for split in splits if split in data}


def _text(
    source: str, languages: list[str], pairs: list[str], split: str
) -> tuple[dict[str, list[str]], dict[tuple[str, str], list[tuple[str, str]]]]:
    """Sentences by language, and pairs of sentences by pair of languages."""
    text: dict[str, list[str]] = {}
    parallel: dict[tuple[str, str], list[tuple[str, str]]] = {}
    if source == "microworld":
        text = {code: [] for code in languages}
        for row in _rows("lm", languages, source, [split])[split]:
            text[row["language"]].append(row["text"])
        for row in _rows("mt", pairs, source, [split])[split] if pairs else []:
            key = row["source_language"], row["target_language"]
            parallel.setdefault(key, []).append((row["source"], row["target"]))
        return text, parallel
    folder = Path(source)
    if not folder.is_dir():
        raise ValueError(f"source is {source!r}; expected microworld or a folder with {languages[0]}.txt")
    ending = "" if split == "train" else f".{split}"
    for code in languages:
        file = folder / f"{code}{ending}.txt"
        if file.is_file() or not ending:
            text[code] = file.read_text(encoding="utf-8").splitlines()
    for pair in pairs:
        file = folder / f"{pair}{ending}.tsv"
        if file.is_file() or not ending:
            first, _, second = pair.partition("-")
            parallel[first, second] = list(_read_pairs(file))
    return text, parallel


def _read_pairs(file: Path) -> Iterator[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for number, cells in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if len(cells) != 2:
                raise ValueError(
                    f"{file}:{number} has {len(cells)} columns; expected a sentence, a tab, another"
                )
            yield cells[0], cells[1]


def _print(result: TrainingResult, options: Any) -> None:
    """The validation table, and where the rest is."""
    if len(result.validation):
        typer.echo(result.validation.round(4).to_string(index=False))
    typer.echo(f"the weights of update {result.step} are in {options.folder}", err=True)
