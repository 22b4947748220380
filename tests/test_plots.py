"""Figures: what they show, not how they look."""

from __future__ import annotations

import json
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import torch

from xlmtut import plots


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    with mpl.rc_context():
        mpl.use("agg")
        yield
        plt.close("all")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in mpl.colors.to_rgb(colour)
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def test_palette_is_seen_on_white() -> None:
    assert len(set(plots.PALETTE)) == len(plots.PALETTE)
    for colour in plots.PALETTE:
        assert 1.05 / (luminance(colour) + 0.05) > 2
    plots.use_style()
    assert tuple(mpl.rcParams["axes.prop_cycle"].by_key()["color"]) == plots.PALETTE


def test_small_map_prints_its_weights() -> None:
    weights = torch.tensor([[0.25, 0.75], [1.0, 0.0]], requires_grad=True)
    ax = plots.attention_map(weights, ["a", "b"], ["x", "y"], title="Head 1")
    assert [text.get_text() for text in ax.texts] == ["0.25", "0.75", "1.00", "0.00"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x", "y"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("key", "query", "Head 1")


def test_large_map_has_a_colour_bar_and_draws_where_told() -> None:
    figure, axes = plt.subplots(1, 2)
    tokens = [str(i) for i in range(12)]
    assert plots.attention_map(torch.eye(12), tokens, tokens, ax=axes[1]) is axes[1]
    assert not axes[1].texts
    assert len(figure.axes) == 3
    assert figure.axes[2].get_ylabel() == "weight"


def test_zero_weights_can_be_drawn() -> None:
    plots.attention_map(torch.zeros(2, 2), ["a", "b"], ["x", "y"]).figure.canvas.draw()


@pytest.mark.parametrize("shape", [(2, 3), (1, 2, 2), (2,)])
def test_wrong_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"weights have shape .*; expected \(2, 2\)"):
        plots.attention_map(torch.zeros(shape), ["a", "b"], ["x", "y"])


def test_a_scene_shows_each_shape_where_it_is() -> None:
    scene = [
        {"shape": "circle", "colour": "red", "x": 0.2, "y": 0.7},
        {"shape": "star", "colour": "white", "x": 0.8, "y": 0.7},
    ]
    axes = plots.draw_scene(json.dumps(scene))
    drawn = [(line.get_marker(), line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines]
    assert drawn == [("o", 0.2, 0.7), ("*", 0.8, 0.7)]


@pytest.mark.parametrize("scene", ["", "[1]", '[{"shape": "cube", "colour": "red", "x": 0, "y": 0}]'])
def test_what_is_no_scene_is_refused(scene: str) -> None:
    with pytest.raises(ValueError, match=r"scene is .*; expected the column 'scene' of a row of 'captions'"):
        plots.draw_scene(scene)
