"""The findings study summarised: a table of values and differences, and hypotheses judged by it."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from findings_plan import PARTS, Plan, cells

from xlmtut.comparison import compare
from xlmtut.evaluation import evaluate
from xlmtut.frames import read_predictions
from xlmtut.intervals import Array, Bootstrap, Sample, bootstrap
from xlmtut.microworld import rows
from xlmtut.selection import checkpoint_scores, select_checkpoints

__all__ = ["COLUMNS", "ZERO_SHOT", "judge", "read_hypotheses", "summarise"]

COLUMNS = ("task", "model", "against", "seed", "language", "n", "value", "low", "high", "p")
KEY = ("task", "model", "against", "language")
ZERO_SHOT = "zero-shot"  # the mean of the languages without labels
ALL = "all"  # seeds
_RESAMPLES = 2000
_SIDES = ("above", "below")


def summarise(plan: Plan, folder: Path) -> pd.DataFrame:
    """Every value and every difference of the study on the test data, with 95 % intervals.

    Parameters
    ----------
    plan : Plan
    folder : Path
        With the results of all cells.

    Returns
    -------
    DataFrame
        ``task, model, against, seed, language, n, value, low, high, p``. With ``against``, the value is a
        difference, `model` minus `against`, tested on the same examples: ``p`` is McNemar's or, for means and
        F1, of the permutation test. ``seed`` is a number, or ``all`` for the mean of the seeds. ``language``
        is a code, ``mean``, ``zero-shot`` (mean of all but the first), or ``gap`` (the first minus that).
        Fine-tuned models are taken at the step that is best on English validation data.
    """
    tables = []
    for task, frames in _test_predictions(plan, folder):
        tables += [_values(task, frame) for frame in frames.values()]
        for model, against in plan.compared:
            if model in frames and against in frames:
                tables.append(_differences(task, frames[model], frames[against]))
    losses = _losses(plan, folder)
    tables += [_perplexity(losses[model]).assign(model=model) for model in losses]
    for model, against in plan.compared:
        if model in losses and against in losses:
            table = _perplexity(losses[model], losses[against])
            tables.append(table.assign(model=model, against=against))
    summary = pd.concat(tables, ignore_index=True)
    summary["against"] = summary["against"].fillna("")
    numbers = {"value": 5, "low": 5, "high": 5, "p": 5}
    return summary[list(COLUMNS)].astype({"n": "Int64", "seed": str}).round(numbers)


def _test_predictions(plan: Plan, folder: Path) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """For every task, the test predictions of every model with all its seeds."""
    found: dict[str, dict[str, list[pd.DataFrame]]] = {}
    for cell in cells(plan):
        if cell.kind == "pretraining":
            continue
        frame = read_predictions(folder / cell.name / "predictions.parquet")
        for task, part in frame.groupby("task", sort=False):
            kept = part if cell.tuning is None else _at_best_step(part)
            found.setdefault(str(task), {}).setdefault(cell.model, []).append(kept.reset_index(drop=True))
    joined = {task: {model: pd.concat(parts) for model, parts in of.items()} for task, of in found.items()}
    for task, frames in joined.items():
        yield task, frames
        if task == "xnli":
            for name, phenomena in PARTS.items():
                ids = _ids(plan, phenomena)
                parts = {model: frame[frame["id"].isin(ids)] for model, frame in frames.items()}
                if all(map(len, parts.values())):
                    yield name, parts


def _at_best_step(frame: pd.DataFrame) -> pd.DataFrame:
    """The test rows at the step that is best on the validation data of the language with the labels."""
    seed = int(frame["seed"].iloc[0])
    chosen = select_checkpoints(checkpoint_scores(frame)).loc[(seed, "source dev"), "step"]
    # Seeds choose different steps, and are evaluated together: the step is no longer what tells rows apart.
    return frame[(frame["split"] == "test") & (frame["step"] == chosen)].assign(step=0)


def _ids(plan: Plan, phenomena: Sequence[str]) -> set[str]:
    size = next(tuning.test for tuning in plan.tunings if tuning.task == "xnli")
    return {row["id"] for row in rows("xnli", "en", "test", size) if row["phenomenon"] in phenomena}


def _settings(frame: pd.DataFrame) -> dict[str, Any]:
    # Sentences to find are classes of their own; other tasks say what their metric is.
    metric = "accuracy" if frame["task"].iloc[0].startswith("retrieval") else None
    return {"metric": metric, "resamples": _RESAMPLES}


def _each(frame: pd.DataFrame) -> Iterator[tuple[str, list[int], list[str] | None]]:
    """What is computed of a model: for all seeds and each, of all languages and of those without labels."""
    seeds = sorted(frame["seed"].unique())
    targets = [code for code in frame["language"].unique() if code != "en"]
    for name, chosen in ((ALL, seeds), *((str(seed), [seed]) for seed in seeds)):
        yield name, chosen, None
        yield name, chosen, targets


def _values(task: str, frame: pd.DataFrame) -> pd.DataFrame:
    tables = []
    for seed, seeds, languages in _each(frame):
        report = evaluate(frame[frame["seed"].isin(seeds)], languages=languages, **_settings(frame))
        tables.append(_only_mean(report.rows(), languages).assign(seed=seed))
    return pd.concat(tables).assign(task=task, model=frame["model"].iloc[0], p=math.nan)


def _differences(task: str, frame: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    tables = []
    for seed, seeds, languages in _each(frame):
        first, second = (one[one["seed"].isin(seeds)] for one in (other, frame))
        found = compare(first, second, languages=languages, **_settings(frame)).rows()
        tables.append(_only_mean(found.rename(columns={"difference": "value"}), languages).assign(seed=seed))
    names = {"model": frame["model"].iloc[0], "against": other["model"].iloc[0]}
    return pd.concat(tables).assign(task=task, **names)


def _only_mean(table: pd.DataFrame, languages: list[str] | None) -> pd.DataFrame:
    """All rows; of the languages without labels only the mean, since the rest has been computed."""
    if languages is None:
        return table
    name = "mean" if len(languages) > 1 else languages[0]
    return table[table["language"] == name].assign(language=ZERO_SHOT)


def _losses(plan: Plan, folder: Path) -> dict[str, pd.DataFrame]:
    """Of every pretrained model: the held-out loss of every row of tokens, for all seeds."""
    found: dict[str, list[pd.DataFrame]] = {}
    for cell in cells(plan):
        if cell.kind == "pretraining":
            frame = pd.read_parquet(folder / cell.name / "losses.parquet")
            found.setdefault(cell.model, []).append(frame.assign(seed=cell.seed))
    return {model: pd.concat(parts, ignore_index=True) for model, parts in found.items()}


def _perplexity(losses: pd.DataFrame, other: pd.DataFrame | None = None) -> pd.DataFrame:
    """Perplexities by language, or differences of them; what is resampled is rows of tokens."""
    lines: list[dict[str, Any]] = []
    languages = losses["language"].unique()
    if other is not None:
        languages = [code for code in languages if code in set(other["language"])]
    for code in languages:
        sides = [_contributions(one, code) for one in (losses, other) if one is not None]
        seeds, size = sorted(losses["seed"].unique()), sides[0].shape[1]

        def estimate(sums: Array, size: int = size) -> Array:
            each = np.exp(sums[..., 0] / sums[..., 1])  # (…, sides × seeds)
            of_seed = each[..., :size] - each[..., size:] if each.shape[-1] > size else each
            return np.concatenate([of_seed.mean(axis=-1, keepdims=True), of_seed], axis=-1)

        result = bootstrap(Sample([np.concatenate(sides, axis=1)]), estimate, resamples=_RESAMPLES)
        lines += _lines(result, [ALL, *map(str, seeds)], code, len(sides[0]), other is not None)
    return pd.DataFrame(lines).assign(task="perplexity")


def _contributions(losses: pd.DataFrame, code: str) -> Array:
    """Loss and number of labels of each row of tokens: (rows, seeds, 2)."""
    table = losses[losses["language"] == code].pivot(index="row", columns="seed", values=["loss", "labels"])
    return np.stack([table["loss"].to_numpy(), table["labels"].to_numpy()], axis=-1)


def _lines(result: Bootstrap, seeds: list[str], code: str, n: int, tested: bool) -> list[dict[str, Any]]:
    columns = {"value": result.value, "low": result.interval()[0], "high": result.interval()[1]}
    columns["p"] = result.p_value() if tested else np.full(len(seeds), math.nan)
    values = pd.DataFrame(columns).to_dict(orient="records")
    return [{"language": code, "n": n, "seed": seed, **row} for seed, row in zip(seeds, values, strict=True)]


def read_hypotheses(path: Path) -> list[dict[str, Any]]:
    """The hypotheses of a file, checked.

    Raises
    ------
    ValueError
        If the file is no TOML, or a claim does not name a row and one side.
    """
    try:
        hypotheses = tomllib.loads(path.read_text(encoding="utf-8")).get("hypothesis", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not TOML ({error}); correct it") from None
    for hypothesis in hypotheses:
        for claim in hypothesis.get("claim", ()):
            sides = [side for side in _SIDES if side in claim]
            if "row" not in claim or len(sides) != 1:
                raise ValueError(
                    f"{path}: a claim of {hypothesis['name']} is {claim}; expected row, and above or below"
                )
        if not hypothesis.get("claim"):
            raise ValueError(f"{path}: {hypothesis.get('name')} has no claim; expected one or more")
    return list(hypotheses)


def judge(hypotheses: Sequence[Mapping[str, Any]], summary: pd.DataFrame) -> pd.DataFrame:
    """Judge hypotheses by the summary, as ``findings/hypotheses.toml`` says at its top.

    Returns
    -------
    DataFrame
        A row per claim: ``hypothesis, hypothesis_verdict, claim, value, low, high, bound_low, bound_high,
        seeds`` (on the claimed side, of how many) ``, verdict``.

    Raises
    ------
    ValueError
        If a claim names no row of the summary.
    """
    lines = []
    for hypothesis in hypotheses:
        judged = [_judge_claim(claim, summary) for claim in hypothesis["claim"]]
        verdicts = {line["verdict"] for line in judged}
        overall = "undecided"
        if "did not hold" in verdicts:
            overall = "did not hold"
        elif verdicts == {"held"}:
            overall = "held"
        lines += [
            {"hypothesis": hypothesis["name"], "hypothesis_verdict": overall, **line} for line in judged
        ]
    return pd.DataFrame(lines)


def _judge_claim(claim: Mapping[str, Any], summary: pd.DataFrame) -> dict[str, Any]:
    side = next(side for side in _SIDES if side in claim)
    low, high, values = _find(claim["row"], summary)
    bound = claim[side]
    if isinstance(bound, Mapping):
        bound_low, bound_high, bounds = _find(bound, summary)
        words = _say(bound)
    else:
        bound_low = bound_high = float(bound)
        bounds, words = values * 0 + bound_low, str(bound)
    above, below = (low > bound_high, values > bounds), (high < bound_low, values < bounds)
    claimed, opposite = (above, below) if side == "above" else (below, above)
    verdict = "undecided"
    if claimed[0] and claimed[1].all():
        verdict = "held"
    elif opposite[0] and opposite[1].all():
        verdict = "did not hold"
    return {
        "claim": f"{_say(claim['row'])} {side} {words}",
        "value": round(float(values.mean()), 5),
        "low": low,
        "high": high,
        "bound_low": bound_low,
        "bound_high": bound_high,
        "seeds": f"{int(claimed[1].sum())} of {len(values)}",
        "verdict": verdict,
    }


def _find(row: Mapping[str, str], summary: pd.DataFrame) -> tuple[float, float, pd.Series]:
    """The interval of a row for the mean of the seeds, and the value of each seed."""
    wanted = {"against": "", **row}
    found = summary
    for column in KEY:
        found = found[found[column] == wanted.get(column)]
    mean, seeds = found[found["seed"] == ALL], found[found["seed"] != ALL].set_index("seed")["value"]
    if len(mean) != 1 or not len(seeds):
        raise ValueError(
            f"the summary has no row {_say(row)!r}; correct the hypothesis, its columns are {', '.join(KEY)}"
        )
    value, low, high = (float(mean[column].iloc[0]) for column in ("value", "low", "high"))
    # Where resampling changes nothing there is no interval: all answers are right, or all are wrong.
    return (value, value, seeds) if math.isnan(low) else (low, high, seeds)


def _say(row: Mapping[str, str]) -> str:
    model = f"{row.get('model')} − {row['against']}" if row.get("against") else row.get("model")
    return f"{row.get('task')}, {model}, {row.get('language')}"
