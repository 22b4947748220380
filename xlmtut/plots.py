"""The look of the book's figures, and the figures that more than one chapter draws."""

from __future__ import annotations

import json
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from cycler import cycler
from matplotlib.axes import Axes
from torch import Tensor

__all__ = ["PALETTE", "attention_map", "draw_scene", "use_style"]

# Okabe and Ito's colours, told apart with any common colour blindness; without black, and without yellow,
# which is too pale on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def use_style() -> None:
    """Set the book's figure style; call it once, at the top of a chapter."""
    plt.rcParams.update(
        {
            "figure.figsize": (6, 3.4),
            "figure.dpi": 120,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "axes.prop_cycle": cycler(color=PALETTE),
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.6,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "image.cmap": "cividis",
        }
    )


def attention_map(
    weights: Tensor | npt.ArrayLike,
    queries: Sequence[str],
    keys: Sequence[str],
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one matrix of attention weights: a row per query, a column per key, darker for more weight.

    Up to 10 by 10, the weights stand in the cells; larger maps have a colour bar.

    Parameters
    ----------
    weights : Tensor or array of shape (n, m)
        One head of one sentence.
    queries : sequence of n str
        Labels of the rows, in Latin script.
    keys : sequence of m str
        Labels of the columns.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    title : str, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the weights are not one (n, m) matrix.
    """
    matrix = np.asarray(
        weights.detach().float().cpu() if isinstance(weights, Tensor) else weights, dtype=float
    )
    if matrix.shape != (len(queries), len(keys)):
        raise ValueError(
            f"weights have shape {matrix.shape}; expected {(len(queries), len(keys))}, a row for each of the"
            " queries and a column for each of the keys"
        )
    if ax is None:
        ax = plt.subplots()[1]
    image = ax.imshow(matrix, cmap="Blues", vmin=0, vmax=max(matrix.max(), 1e-9))
    ax.set_xticks(range(len(keys)), keys, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(queries)), queries)
    ax.set(xlabel="key", ylabel="query", title=title)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if max(matrix.shape) <= 10:
        for (row, column), weight in np.ndenumerate(matrix):
            colour = "white" if weight > 0.6 * matrix.max() else "black"
            ax.text(column, row, f"{weight:.2f}", ha="center", va="center", fontsize="small", color=colour)
    else:
        ax.figure.colorbar(image, ax=ax, label="weight")
    return ax


_SCENE_COLOURS = {
    "red": PALETTE[1],
    "blue": PALETTE[0],
    "green": PALETTE[2],
    "yellow": "#F0E442",
    "black": "#222222",
    "white": "#FFFFFF",
}
_SCENE_MARKERS = {"circle": "o", "square": "s", "triangle": "^", "star": "*"}


def draw_scene(scene: str, ax: Axes | None = None) -> Axes:
    """Draw a scene of the microworld's captions.

    Parameters
    ----------
    scene : str
        The column ``scene`` of a row: JSON, a list of shapes with ``shape``, ``colour``, ``x`` and ``y`` from
        0 to 1.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the text is not such a list.
    """
    try:
        shapes = [
            (s["x"], s["y"], _SCENE_MARKERS[s["shape"]], _SCENE_COLOURS[s["colour"]])
            for s in json.loads(scene)
        ]
    except (ValueError, TypeError, KeyError):
        raise ValueError(f"scene is {scene!r}; expected the column 'scene' of a row of 'captions'") from None
    if ax is None:
        ax = plt.subplots(figsize=(3, 3))[1]
    for x, y, marker, colour in shapes:
        ax.plot(x, y, marker, color=colour, markersize=34, markeredgecolor="#222222", markeredgewidth=1)
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(True)
    return ax
