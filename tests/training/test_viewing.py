"""Views: the same region at another magnification, and of all ways of looking the one that separates is found."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from station.core.recipe import NormalisationSpec, PictureSpec
from station.engine.vision.fixture_fit import FittedFixture, fit_none, fit_silhouette
from training.progress import Progress
from training.spoiling import SpoiltFrame
from training.tower import Tower
from training.viewing import (
    SCALES,
    Eyes,
    Samples,
    View,
    choose_view,
    pictures_of,
    rescaled,
    usual_normalisation,
    view_of,
)

Frame = NDArray[np.uint8]
SIDE = 128


class _Pixels(Tower):
    """Describes each cell by its 64 pixels: it sees what a picture shows, no more and no less."""

    def __init__(self) -> None:
        super().__init__(("fine",))

    def levels(self, x: Tensor) -> tuple[Tensor, ...]:
        return (functional.pixel_unshuffle(x[:, :, 17:-18, 17:-18], 8),)  # without the margin of 43 pixels


def _part(rng: np.random.Generator, noise: float, light: float = 1.0) -> NDArray[np.float64]:
    part = np.full((SIDE, SIDE), 90.0)
    cv2.circle(part, (64, 64), 44, 150, -1, cv2.LINE_AA)
    cv2.circle(part, (64, 64), 18, 60, -1, cv2.LINE_AA)
    return np.asarray(part * light + rng.normal(0, noise, part.shape))


def _frame(part: NDArray[np.float64]) -> Frame:
    return np.asarray(np.clip(np.rint(part), 0, 255), np.uint8)


def _samples(
    spoil: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    noise: float = 2.0,
    lights: tuple[float, float] = (1, 1),
) -> Samples:
    rng = np.random.default_rng(0)
    bank, good, raw = ([_part(rng, noise, rng.uniform(*lights)) for _ in range(10)] for _ in range(3))
    spoilt = [SpoiltFrame(_frame(spoil(part)), number, (64.0, 64.0)) for number, part in enumerate(raw)]
    return Samples([_frame(part) for part in bank], [_frame(part) for part in good], spoilt)


def _choose(samples: Samples, normalisation: str, may_change: bool) -> tuple[View, dict[str, str | int | float]]:
    fixture = fit_none(samples.bank)
    return choose_view(
        fixture, samples, Eyes(_Pixels(), [("fine",)]), (normalisation, may_change), Progress(io.StringIO())
    )


def _darker(part: NDArray[np.float64]) -> NDArray[np.float64]:
    return part * 0.8


def _spot(part: NDArray[np.float64]) -> NDArray[np.float64]:
    spoilt = part.copy()
    spoilt[24:56, 56:96] *= 0.9  # more cells than are counted
    return spoilt


def _fine_pattern(part: NDArray[np.float64]) -> NDArray[np.float64]:
    spoilt = part.copy()
    spoilt[40:56, 70:86] += 6 * (-1) ** np.indices((16, 16)).sum(0)
    return spoilt


def _faint_stain(part: NDArray[np.float64]) -> NDArray[np.float64]:
    spoilt = part.copy()
    spoilt[16:48, 48:80] -= 9
    return spoilt


def test_where_only_the_grey_level_tells_the_picture_stays_as_it_is() -> None:
    view, evidence = _choose(_samples(_darker), "auto", False)
    assert view.normalisation.kind == "none"
    assert evidence["view"] == "none at 1/1"
    assert float(evidence["separation, none at 1/1"]) > 0.95
    assert float(evidence["separation, local_contrast at 1/1"]) < 0.8
    assert len(evidence) == 1 + 3


def test_where_the_light_changes_from_part_to_part_it_is_taken_out() -> None:
    view, evidence = _choose(_samples(_spot, lights=(0.5, 1.5)), "auto", False)
    assert view.normalisation.kind != "none"
    assert float(evidence[f"separation, {evidence['view']}"]) > float(evidence["separation, none at 1/1"]) + 0.1


@pytest.mark.parametrize(("spoil", "noise", "scale"), [(_fine_pattern, 4.0, 1.0), (_faint_stain, 24.0, 2.0)])
def test_the_magnification_at_which_defects_show_is_found(
    spoil: Callable[[NDArray[np.float64]], NDArray[np.float64]], noise: float, scale: float
) -> None:
    """A fine pattern is averaged away by a smaller picture; of a large faint stain only the noise is."""
    view, evidence = _choose(_samples(spoil, noise), "none", True)
    assert evidence["view"] == f"none at 1/{scale:g}"
    assert view.fixture.picture == PictureSpec(round(SIDE / scale), round(SIDE / scale))
    assert [f"separation, none at 1/{s:g}" in evidence for s in SCALES] == [True, True, True]


def test_only_what_was_not_asked_for_is_searched() -> None:
    view, evidence = _choose(_samples(_spot), "median_range", False)
    assert view.normalisation.kind == "median_range"
    assert view.fixture.picture == PictureSpec(SIDE, SIDE)
    assert set(evidence) == {"view", "separation, median_range at 1/1"}


def test_small_pictures_are_not_made_smaller() -> None:
    samples = _samples(_spot)
    fixture = fit_none(samples.bank)._replace(picture=PictureSpec(64, 96))
    eyes = Eyes(_Pixels(), [("fine",)])
    view, evidence = choose_view(fixture, samples, eyes, ("none", True), Progress(io.StringIO()))
    assert view.fixture.picture == PictureSpec(64, 96)
    assert set(evidence) == {"view", "separation, none at 1/1"}


def test_rescaled_shows_the_same_region_in_sides_that_are_multiples_of_16() -> None:
    frame = _frame(_part(np.random.default_rng(0), 0.0))
    fixture = fit_none([frame])
    half = rescaled(fixture, 2.0)
    assert half == fixture._replace(picture=PictureSpec(64, 64))
    whole, small = (pictures_of(View(one, NormalisationSpec()), [frame])[0] for one in (fixture, half))
    assert np.allclose(small, whole.reshape(64, 2, 64, 2).mean((1, 3)), atol=0.01)
    wide = fixture._replace(picture=PictureSpec(160, 480))
    assert rescaled(wide, 1.0) == wide
    assert rescaled(wide, 1.4).picture == PictureSpec(112, 336)
    assert rescaled(wide, 100.0).picture == PictureSpec(16, 16)


def test_a_view_blurs_over_the_same_part_of_the_part_at_any_magnification() -> None:
    fixture = fit_none([np.zeros((SIDE, SIDE), np.uint8)])
    usual, half = view_of(fixture, "local_contrast", 1.0), view_of(fixture, "local_contrast", 2.0)
    assert half.normalisation.sigma_px == pytest.approx(usual.normalisation.sigma_px / 2)
    assert half.fixture == rescaled(fixture, 2.0)
    assert view_of(fixture, "none", 2.0).normalisation.kind == "none"


def _rods() -> FittedFixture:
    return fit_silhouette([_rod(angle) for angle in (0.1, 0.4, 0.8, 1.2)])


def _rod(angle: float) -> Frame:
    frame = np.full((SIDE, SIDE), 200, np.uint8)
    along = np.array([np.cos(angle), np.sin(angle)]) * 40
    start, end = ((np.array([64, 64]) + way).round().astype(int) for way in (-along, along))
    cv2.line(frame, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 60, 12)
    cv2.circle(frame, (int(end[0]), int(end[1])), 12, 60, -1)
    return frame


@pytest.mark.parametrize("step", [1.0, 2.0])
def test_a_loose_part_is_found_at_any_magnification_and_an_empty_frame_is_left_out(step: float) -> None:
    view = view_of(_rods(), "none", step)
    pictures = pictures_of(view, [_rod(0.3), np.full((SIDE, SIDE), 200, np.uint8), _rod(2.0)])
    assert len(pictures) == 2
    size = view.fixture.picture
    assert [picture.shape for picture in pictures] == [(size.height, size.width)] * 2
    assert float(np.corrcoef(pictures[0].ravel(), pictures[1].ravel())[0, 1]) > 0.9


def test_frames_in_which_no_part_is_found_have_no_separation() -> None:
    empty = np.full((SIDE, SIDE), 200, np.uint8)
    rods = [_rod(0.1), _rod(0.5)]
    samples = Samples(rods, rods, [SpoiltFrame(empty, 0, (64.0, 64.0))])
    eyes = Eyes(_Pixels(), [("fine",)])
    _, evidence = choose_view(_rods(), samples, eyes, ("none", False), Progress(io.StringIO()))
    assert evidence["separation, none at 1/1"] == 0


def test_a_loose_part_usually_keeps_its_grey_values() -> None:
    assert usual_normalisation(_rods()) == "none"
    assert usual_normalisation(fit_none([_rod(0.0)])) == "local_contrast"
