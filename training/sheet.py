"""The sheet of the worst errors: bad parts of the lowest and good parts of the highest scores, beside their maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from station.core.errors import NotInspectedError
from station.core.recipe import Recipe
from station.engine.runtime.opening import open_bundle
from station.engine.vision.ablation import Ablation
from training.dataset import DataSet, Example
from training.evaluate import read_test_frame
from training.judged import Judged, Result
from training.plots import Panel, sheet_plot

Pairs = Sequence[tuple[Example, Judged]]


def worst(data: DataSet, result: Result, count: int) -> dict[str, Pairs]:
    """The `count` bad parts that look best and the `count` good parts that look worst, the worst error first.

    They are errors only as far as their verdict says so; where there is no error, the nearest to one are shown.
    """
    pairs = list(zip(data.test, result.judged, strict=True))
    bad = sorted((pair for pair in pairs if pair[1].bad), key=_score)
    good = sorted((pair for pair in pairs if not pair[1].bad), key=_score, reverse=True)
    return {"bad": bad[:count], "good": good[:count]}


def worst_sheet(bundle: Path, trust: Path, data: DataSet, result: Result, title: str, *, count: int = 8) -> bytes:
    """PNG of `worst`, made with the bundle that gave `result`.

    All maps have one scale: the standardised distance to the golden patches, from "equal to a golden patch" (black) to
    twice the limit.

    Raises:
        BundleError: the bundle is not to be trusted.
        ConfigError: a picture cannot be read.
    """
    opened = open_bundle(bundle, trust)
    recipe = opened.bundle.recipe
    ablation = Ablation(opened.detector)
    groups = {
        f"{kind} part": [_panel(ablation, recipe, *pair) for pair in pairs]
        for kind, pairs in worst(data, result, count).items()
    }
    opened.detector.close()
    decision = recipe.decision
    scale = f"standardised distance; the score's limit is {decision.limit:.2f}"
    return sheet_plot(title, groups, (-decision.d_mean / decision.d_std, max(1.0, 2 * decision.limit)), scale)


def _score(pair: tuple[Example, Judged]) -> float:
    return pair[1].scores["cascade"]


def _panel(ablation: Ablation, recipe: Recipe, example: Example, judged: Judged) -> Panel:
    frame = read_test_frame(example, recipe)
    error = ("missed" if judged.bad else "rightly passed", "rightly rejected" if judged.bad else "false reject")
    title = f"{judged.file}\nT = {judged.scores['cascade']:.2f}, {error[judged.verdict.rejects]}"
    try:
        heat = ablation.compare(frame, want_maps=True).maps["cascade"]
    except NotInspectedError:
        return Panel(f"{title}, not inspected", frame, np.zeros(frame.shape, np.float32))
    decision = recipe.decision
    return Panel(title, frame, ((heat - decision.d_mean) / decision.d_std).astype(np.float32))
