"""Which fixture finds these parts? Each is fitted on some good frames and judged on others (self-consistency)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from station.core.errors import ConfigError, NotInspectedError
from station.engine.vision.fixture_fit import FittedFixture, fit_none, fit_shift, fit_silhouette
from station.engine.vision.registration import Fixture, make_fixture
from station.engine.vision.resampling import Floats, Grey

_FITTERS = {"none": fit_none, "shift": fit_shift, "silhouette": fit_silhouette}
_WORTH_IT = 0.02  # a more complex fixture must be better by this much
_ALIKE = 0.7  # correlation of unseen parts with the mean part below which there are no places, only texture
_LARGEST = 110_000  # pixels of an inspection picture when the scale is chosen


@dataclass(frozen=True)
class ChosenFixture:
    """The fixture, and one sentence that says why."""

    fitted: FittedFixture
    why: str
    texture: bool  # no two parts look alike at the same place


def choose(frames: Sequence[Grey], kind: str, scale: float) -> ChosenFixture:
    """Fit the asked fixture, or the one under which unseen parts look most alike.

    Args:
        frames: uint8 [H, W], good parts.
        kind: "auto", "none", "shift" or "silhouette".
        scale: frame pixels per picture pixel; 0 = so that the picture has at most about 110,000 pixels.

    Raises:
        ConfigError: the asked fixture finds no part in these frames.
    """
    if kind != "auto":
        texture = kind == "none" and consistency(kind, frames) < _ALIKE
        return ChosenFixture(_fit(kind, frames, scale), f"{kind}: as asked", texture)
    found = {name: consistency(name, frames) for name in _FITTERS}
    best = "none"
    for name in ("shift", "silhouette"):
        if found[name] > found[best] + _WORTH_IT:
            best = name
    evidence = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    fitted = _fit(best, frames, scale)
    why = f"{best}: correlation of unseen good parts with the mean good part: {evidence} ({fitted.why})"
    return ChosenFixture(fitted, why, best == "none" and found[best] < _ALIKE)


def consistency(kind: str, frames: Sequence[Grey]) -> float:
    """Mean correlation -1..1 of pictures of unseen parts with the mean picture; a part not found counts 0."""
    seen, unseen = frames[: 2 * len(frames) // 3][:60], frames[2 * len(frames) // 3 :][:20]
    try:
        fitted = _fit(kind, seen, 0.0)
    except ConfigError:
        return 0.0
    fixture = make_fixture(fitted.spec, fitted.picture, fitted.reference)

    learnt = _pictures(fixture, seen)
    if not learnt:
        return 0.0
    mean = np.mean(learnt, axis=0).ravel()
    values = [_correlation(picture.ravel(), mean) for picture in _pictures(fixture, unseen)]
    return float(sum(values)) / max(1, len(unseen))


def _pictures(fixture: Fixture, frames: Sequence[Grey]) -> list[Floats]:
    """Those that the fixture finds."""
    found = (_picture(fixture, frame) for frame in frames)
    return [picture for picture in found if picture is not None]


def _picture(fixture: Fixture, frame: Grey) -> Floats | None:
    try:
        return fixture.register(frame).picture.astype(np.float32)
    except NotInspectedError:
        return None


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-6))


def _fit(kind: str, frames: Sequence[Grey], scale: float) -> FittedFixture:
    try:
        fitted = _FITTERS[kind](frames, scale or 1.0)
        pixels = fitted.picture.height * fitted.picture.width
        if scale or pixels <= _LARGEST:
            return fitted
        return _FITTERS[kind](frames, float(np.sqrt(pixels / _LARGEST)))
    except NotInspectedError as error:
        raise ConfigError(f"--fixture {kind}: {error}; choose another fixture") from error
