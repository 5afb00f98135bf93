"""Plots of a benchmark as PNG: the same numbers give the same bytes with the same Matplotlib.

Drawn on figures of their own, never through pyplot: no window, no state that one plot leaves to the next.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

_DPI = 100
_COLUMNS = 4  # pairs of picture and map in one line of a sheet


@dataclass(frozen=True)
class Curve:
    """Scores of one run for a ROC plot."""

    label: str  # equal labels get one colour and one entry
    scores: ArrayLike  # [n]
    bad: ArrayLike  # [n]
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """One picture of a sheet, and its map in the same pixels."""

    title: str
    picture: NDArray[np.uint8]  # [H, W]
    heat: NDArray[np.float32]  # [H, W], on the sheet's scale


def roc_points(scores: ArrayLike, bad: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """False-positive and true-positive rates at every limit, from "reject nothing" to "reject all".

    Returns:
        Two arrays [k], rising from 0 to 1; parts with equal scores make one step.
    """
    s, b = np.asarray(scores, np.float64), np.asarray(bad, bool)
    limits = np.unique(s)[::-1]
    rejected = s[None, :] >= limits[:, None]
    fpr = np.concatenate([[0.0], rejected[:, ~b].mean(axis=1)])
    tpr = np.concatenate([[0.0], rejected[:, b].mean(axis=1)])
    return fpr, tpr


def roc_plot(title: str, curves: Sequence[Curve]) -> bytes:
    """PNG with one curve per run; the false-positive axis ends at 0.3, where a line can still be used."""
    figure, axes = _figure(6.0, 5.0)
    colours = {label: f"C{number % 10}" for number, label in enumerate(dict.fromkeys(c.label for c in curves))}
    named: set[str] = set()
    for curve in curves:
        label = f"_{curve.label}" if curve.label in named else curve.label  # "_": not in the legend again
        named.add(curve.label)
        style = "--" if curve.dashed else "-"
        axes.plot(*roc_points(curve.scores, curve.bad), style, color=colours[curve.label], lw=1.2, label=label)
    axes.set(xlim=(0, 0.3), ylim=(0, 1.01), title=title, xlabel="good parts rejected", ylabel="bad parts rejected")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize=8)
    return _png(figure)


def score_plot(title: str, scores: ArrayLike, bad: ArrayLike, limit: float) -> bytes:
    """PNG with the histograms of good and bad parts, and the limit.

    The axis ends three times as far above the limit as the lowest score lies below it: what is higher, or was not
    inspected, stands in the last bar, so that single high scores do not press all others into one.
    """
    s, b = np.asarray(scores, np.float64), np.asarray(bad, bool)
    shown = np.minimum(s, limit + 3 * max(1.0, limit - float(s.min(initial=limit))))
    edges = np.histogram_bin_edges(np.append(shown, limit), bins=50)
    figure, axes = _figure(7.0, 4.0)
    axes.hist([shown[~b], shown[b]], list(edges), color=["C2", "C3"], label=["good", "bad"], stacked=True)
    axes.axvline(limit, color="black", lw=1.2, label=f"limit {limit:.3f}")
    axes.set(title=title, xlabel="score T (rightmost: all that is higher, or not inspected)", ylabel="parts")
    axes.legend(fontsize=8)
    return _png(figure)


def sheet_plot(title: str, groups: Mapping[str, Sequence[Panel]], ends: tuple[float, float], scale: str) -> bytes:
    """PNG with pictures beside their maps, all maps on one scale.

    Args:
        title: of the sheet.
        groups: panels by what they show; each group begins a line.
        ends: values of the scale's ends; beyond them the colour stays.
        scale: what the values are.
    """
    lines = [
        (name, panels[start : start + _COLUMNS])
        for name, panels in groups.items()
        for start in range(0, len(panels), _COLUMNS)
    ]
    figure = Figure(figsize=(2 * 1.8 * _COLUMNS, 2.2 * max(1, len(lines)) + 0.8), dpi=_DPI, layout="constrained")
    figure.suptitle(title, fontsize=10)
    grid = np.asarray(figure.subplots(max(1, len(lines)), 2 * _COLUMNS, squeeze=False))
    for axes in grid.flat:
        axes.set_axis_off()
    drawn = None
    for row, (name, panels) in enumerate(lines):
        for column, panel in enumerate(panels):
            left, right = grid[row, 2 * column], grid[row, 2 * column + 1]
            left.imshow(panel.picture, cmap="gray", vmin=0, vmax=255)
            left.set_title(f"{name}\n{panel.title}", fontsize=6, loc="left")
            drawn = right.imshow(panel.heat, cmap="inferno", vmin=ends[0], vmax=ends[1])
    if drawn is not None:
        figure.colorbar(drawn, ax=list(grid.flat), shrink=0.6, label=scale)
    return _png(figure)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    return figure, figure.add_subplot()


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    FigureCanvasAgg(figure)  # the figure draws on it from now on
    figure.savefig(file, format="png", metadata={"Software": None})  # no version, no time
    return file.getvalue()
