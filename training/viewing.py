"""At which magnification and under which normalisation are parts looked at? Found on held-out parts.

Magnification and normalisation decide as much as the network. They are tried one after the other on whole pictures,
without a screener: good frames held out from the bank against the same frames with synthetic defects.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.core.errors import NotInspectedError
from station.core.recipe import NormalisationSpec, PictureSpec, VerifySpec
from station.engine.vision.fixture_fit import FittedFixture
from station.engine.vision.preparation import normalise, pad_picture
from station.engine.vision.registration import make_fixture
from station.engine.vision.resampling import Floats, Grey
from training.comparing import Comparison, Described, Evidence, choose_comparison, level_maps
from training.progress import Progress
from training.spoiling import SpoiltFrame
from training.tower import Metric
from training.towers import AnyTower

NORMALISATIONS = ("none", "median_range", "local_contrast")
SCALES = (1.0, 1.4, 2.0)  # times the fixture's own
_CLEARLY = 0.05  # better than the usual way, or that one stays: synthetic defects have sizes of our own choice
_SIGMA_PX = 24.0  # local contrast: blur at the fixture's own scale
_SMALLEST = 64  # px: a shorter side shows too little
_DIMS = 64
_NEAR = 1  # cells of neighbourhood while searching


@dataclass(frozen=True)
class View:
    """A way of looking at parts."""

    fixture: FittedFixture
    normalisation: NormalisationSpec


@dataclass(frozen=True)
class Samples:
    """Frames to choose by: for the bank, good ones held out from it, and these with synthetic defects."""

    bank: Sequence[Grey]
    good: Sequence[Grey]
    spoilt: Sequence[SpoiltFrame]


@dataclass(frozen=True)
class Eyes:
    """What looks: a tower, and the ways of joining its levels that are tried; the best one counts."""

    tower: AnyTower
    levels: Sequence[tuple[str, ...]]
    metric: Metric = "within"
    texture: bool = False  # no two parts look alike at the same place


def view_of(fixture: FittedFixture, kind: str, magnified: float) -> View:
    """The fixture at 1/magnified of its own scale, with a normalisation that blurs over the same part of the part."""
    spec = NormalisationSpec(kind=kind, sigma_px=_SIGMA_PX / magnified)  # type: ignore[arg-type]
    return View(rescaled(fixture, magnified), spec)


def rescaled(fixture: FittedFixture, step: float) -> FittedFixture:
    """The same region of the frame in a picture with sides 1/step as long, rounded to multiples of 16."""
    height, width = (max(16, 16 * round(side / step / 16)) for side in (fixture.picture.height, fixture.picture.width))
    return fixture._replace(picture=PictureSpec(height, width))


def choose_view(
    fixture: FittedFixture,
    samples: Samples,
    eyes: Eyes,
    asked: tuple[str, bool],
    progress: Progress,
) -> tuple[View, Evidence]:
    """Find normalisation, then magnification.

    Args:
        fixture: at its own scale.
        samples: to choose by.
        eyes: describe whole pictures.
        asked: the normalisation, "auto" = found; and whether the magnification may change.
        progress: shows the stages.

    Returns:
        The view and the evidence for the report.
    """
    kind, may_change = asked
    scales = [s for s in SCALES if _large_enough(fixture, s)] if may_change else [1.0]
    middle = usual_scale(fixture, texture=eyes.texture) if may_change else 1.0
    trials = [(name, middle) for name in (NORMALISATIONS if kind == "auto" else (kind,))]
    progress.stage("ways of looking", len(trials) + len(scales) - 1)
    values: dict[tuple[str, float], float] = {}
    for trial in trials:
        values[trial] = _value(view_of(fixture, *trial), samples, eyes)
        progress.advance()
    best = max(values, key=lambda trial: values[trial])
    usual = (usual_normalisation(fixture), middle)
    if values[best] <= values.get(usual, -1.0) + _CLEARLY:
        best = usual
    for scale in scales:
        if (best[0], scale) not in values:
            values[best[0], scale] = _value(view_of(fixture, best[0], scale), samples, eyes)
            progress.advance()
    usual = best
    best = max((trial for trial in values if trial[0] == usual[0]), key=lambda trial: values[trial])
    if values[best] <= values[usual] + _CLEARLY:
        best = usual
    evidence: Evidence = {f"separation, {name} at 1/{scale:g}": round(v, 4) for (name, scale), v in values.items()}
    return view_of(fixture, *best), {"view": f"{best[0]} at 1/{best[1]:g}", **evidence}


def usual_normalisation(fixture: FittedFixture) -> str:
    """Local contrast: the light may change. A loose part on a plain ground keeps its grey values: there is no local
    contrast in plain ground but noise."""
    return "none" if fixture.spec.kind == "silhouette" else "local_contrast"


def usual_scale(fixture: FittedFixture, *, texture: bool) -> float:
    """Textures are seen from afar, parts from a little further than the fixture's own scale."""
    scales = [scale for scale in SCALES if _large_enough(fixture, scale)]
    return scales[-1 if texture else len(scales) // 2]


def _large_enough(fixture: FittedFixture, step: float) -> bool:
    picture = rescaled(fixture, step).picture
    return step == 1.0 or min(picture.height, picture.width) >= _SMALLEST


def _value(view: View, samples: Samples, eyes: Eyes) -> float:
    """Separation by the best of a few ways of comparing."""
    tower = eyes.tower
    verify = VerifySpec(receptive_px=tower.receptive_field, patch_cells=1, dims=1)
    groups = (samples.bank, samples.good, [one.frame for one in samples.spoilt])
    pictures = [[pad_picture(picture, verify) for picture in pictures_of(view, group)] for group in groups]
    if not all(pictures):
        return 0.0  # the fixture finds no part at this scale
    bank, good, spoilt = (level_maps(tower, group) for group in pictures)
    ways = [Comparison(levels=one, metric=eyes.metric) for one in eyes.levels]
    _, value, _ = choose_comparison(Described(tower.used, bank, good, spoilt), ways, _DIMS, _NEAR)
    return value


def pictures_of(view: View, frames: Sequence[Grey]) -> list[Floats]:
    """Pictures of those frames in which the part is found, float32 [h, w]."""
    fixture = make_fixture(view.fixture.spec, view.fixture.picture, view.fixture.reference)
    found: list[NDArray[np.float32]] = []
    for frame in frames:
        with contextlib.suppress(NotInspectedError):
            found.append(normalise(fixture.register(frame).picture, view.normalisation))
    return found
