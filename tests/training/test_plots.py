"""Plots: the points of a ROC curve by hand; PNG files that are the same every time."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from training.metrics import auroc
from training.plots import Curve, Panel, roc_plot, roc_points, score_plot, sheet_plot

SCORES = [0.0, 1.0, 1.0, 2.0, 1.0, 3.0, math.inf]
BAD = [False, False, False, False, True, True, True]


def test_points_of_a_curve_by_hand() -> None:
    fpr, tpr = roc_points(SCORES, BAD)
    np.testing.assert_allclose(fpr, [0, 0, 0, 1 / 4, 3 / 4, 1])
    np.testing.assert_allclose(tpr, [0, 1 / 3, 2 / 3, 2 / 3, 1, 1])
    assert np.trapezoid(tpr, fpr) == pytest.approx(auroc(SCORES, BAD))


def _size(png: bytes) -> tuple[int, ...]:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.std() > 1
    return image.shape


def test_plots_are_pictures_and_repeatable() -> None:
    curves = [Curve("a", SCORES, BAD), Curve("a", SCORES[::-1], BAD), Curve("b", SCORES, BAD, dashed=True)]
    rng = np.random.default_rng(0)
    panels = [Panel("one", rng.integers(0, 255, (24, 32), np.uint8), np.ones((24, 32), np.float32))] * 5

    def plots() -> list[bytes]:
        return [
            roc_plot("title", curves),
            score_plot("title", SCORES, BAD, 1.5),
            sheet_plot("title", {"bad": panels, "good": panels[:1]}, (0.0, 2.0), "distance"),
        ]

    first = plots()
    assert first == plots()
    roc, scores, sheet = (_size(png) for png in first)
    assert roc[:2] == (500, 600)
    assert scores[:2] == (400, 700)
    assert sheet[0] > 600  # three lines of panels


def test_far_scores_share_the_last_bar_and_nothing_to_show_is_still_a_picture() -> None:
    assert score_plot("title", [1.0, 2.0, 1e9], [False, False, True], 3.0) == score_plot(
        "title", [1.0, 2.0, math.inf], [False, False, True], 3.0
    )
    assert score_plot("title", [], [], 1.0).startswith(b"\x89PNG")
    assert score_plot("title", [math.inf], [True], 1.0).startswith(b"\x89PNG")
    assert sheet_plot("title", {"bad": []}, (0.0, 1.0), "distance").startswith(b"\x89PNG")
