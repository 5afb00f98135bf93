"""The logical score learnt: what good parts look like as a whole, and whether it helps to ask.

It is judged as everything else is: on good parts that were held out, and on faults made from the user's own good
pictures. It enters the recipe only if it finds faults that the local score misses, and costs no good parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from station.core.recipe import LogicalSpec, ModelSpec, NormalisationSpec
from station.engine.vision.logical import LogicalScore, Overview, area_average, fuse_logical
from station.engine.vision.preparation import screen_picture
from station.engine.vision.resampling import Floats
from station.engine.vision.session import Session
from training.defects import draw_place, interest

Tensors = dict[str, NDArray[np.generic]]
Evidence = dict[str, str | int | float]
LIGHTS = (1.0, 0.9, 1.1)  # gains: a good part in a little more or less light is a good part
_DIRECTIONS = 16  # in which good parts differ
_FOLDS = 4
_MARGIN = 3.0  # standard deviations that stay free above the highest good part
_FEW = 1 / 50  # of the good parts may be raised
_CLEARLY = 0.02  # more faults found, or it is not worth a third score
_FINEST = 32  # cells along the longer side at which two pictures are compared
_ALIKE = 1.5  # of the difference between two good parts: less is no fault


class LogicalFault(NamedTuple):
    """A good picture made into that of a wrong part; `kind` says how."""

    picture: Floats  # [h, w]
    kind: str


class Judged(NamedTuple):
    """What both scores say about one fault."""

    kind: str
    local: float  # T
    logical: float  # distance


class LearntLogical(NamedTuple):
    """The third score of a recipe; `spec` is None where it does not help."""

    spec: LogicalSpec | None
    tensors: Tensors
    evidence: Evidence


def learn_logical(
    session: Session,
    pictures: Floats,
    local: Sequence[float],
    faults: Sequence[tuple[LogicalFault, float]],
    normalisation: NormalisationSpec,
) -> LearntLogical:
    """Fit the score and decide whether the recipe gets it.

    Args:
        session: the screener with its latent: its spec is `vae_spec(..., latent=True)`.
        pictures: good inspection pictures [n, h, w], all that may be learnt from.
        local: T of good parts that the local score did not learn from.
        faults: from `logical_faults`, each with its T.
        normalisation: of the recipe; it decides what the light can still change.
    """
    views = describe(session, pictures, lights_of(normalisation))
    tensors = fit_logical(session.spec, views)
    score = LogicalScore(session.spec, tensors)
    judged = []
    for fault, fault_local in faults:
        view = describe(session, fault.picture[None], (1.0,))[0, 0]
        judged.append(Judged(fault.kind, fault_local, score.distance(view)))
    spec, evidence = choose_logical(local, held_out_distances(session.spec, views), judged)
    return LearntLogical(spec, tensors if spec else {}, evidence)


def lights_of(normalisation: NormalisationSpec) -> tuple[float, ...]:
    """Gains in which a good part is to be accepted: only where normalisation does not take them out anyway."""
    return LIGHTS if normalisation.kind == "none" else LIGHTS[:1]


def describe(session: Session, pictures: Floats, lights: Sequence[float] = LIGHTS) -> Floats:
    """Views of inspection pictures [n, h, w] in each of k lights, float32 [n, k, d] (`Overview.describe`)."""
    spec, overview = session.spec, Overview(session.spec)
    scale, latent = pictures.shape[1] // spec.input.shape[1], spec.outputs[-1].name
    views = np.empty((len(pictures), len(lights), overview.length), np.float32)
    for picture, ours in zip(pictures, views, strict=True):
        lit = [np.clip(picture * np.float32(gain), 0, 1) for gain in lights]
        batch = np.stack([screen_picture(one, scale) for one in lit])[:, None]
        answer = session.run({spec.input.name: batch})
        for number, reconstruction in enumerate(answer[spec.output.name]):
            ours[number] = overview.describe(answer[latent][number], batch[number, 0], reconstruction[0])
    return views


def fit_logical(spec: ModelSpec, views: Floats) -> Tensors:
    """Tensors "logical.*" from views [n, k, d] of n good parts in k lights; for the model see `LogicalScore`.

    The views of one part are not independent, so only n counts against the number of directions.
    """
    parts, length = len(views), views.shape[2]
    flat = views.reshape(-1, length).astype(np.float64)
    mean, scale = flat.mean(0), np.empty(length)
    for block in Overview(spec).blocks:
        scale[block] = flat[:, block].std(0).mean() + 1e-6
    x = (flat - mean) / scale
    _, singular, directions = np.linalg.svd(x, full_matrices=False)
    variance = singular**2 / len(x)
    kept = min(_DIRECTIONS, parts // 2)
    rest = variance[kept:].sum() / (length - kept) * parts / (parts - kept) + 1e-6
    spread = np.sqrt([*np.maximum(variance[:kept], rest), rest])
    return {
        "logical.mean": mean.astype(np.float32),
        "logical.scale": scale.astype(np.float32),
        "logical.basis": directions[:kept].astype(np.float16),
        "logical.spread": spread.astype(np.float32),
    }


def held_out_distances(spec: ModelSpec, views: Floats) -> NDArray[np.float64]:
    """Distance of each view [n, k, d] by a score that was fitted without its part and its neighbours, [n, k].

    The folds are runs of neighbours: several pictures of one physical part stand side by side.
    """
    distances = np.empty(views.shape[:2], np.float64)
    for fold in np.array_split(np.arange(len(views)), _FOLDS):
        score = LogicalScore(spec, fit_logical(spec, np.delete(views, fold, axis=0)))
        distances[fold] = [[score.distance(view) for view in views[part]] for part in fold]
    return distances


def choose_logical(
    local: Sequence[float], logical: NDArray[np.float64], faults: Sequence[Judged]
) -> tuple[LogicalSpec | None, Evidence]:
    """Decide whether the logical score helps, and from which value on it counts.

    The offset puts the highest good part `_MARGIN` standard deviations below the highest local score of good parts,
    so that the limit stays where the local score alone would have it. Whether that holds for parts not seen yet is
    asked by leaving each part out in turn.

    Args:
        local: T of held-out good parts.
        logical: distances of held-out good parts [n, k] in k lights.
        faults: both scores of logical faults.

    Returns:
        None where it does not help; and the evidence for the report.
    """
    highest = float(max(local))
    spec = _calibrated(logical, highest)
    raised = float(np.mean([_raised(logical, part, highest) for part in range(len(logical))]))
    missed = [one for one in faults if one.local <= highest]
    gained = [one for one in missed if fuse_logical(one.local, one.logical, spec) > highest]
    evidence: Evidence = {
        "logical faults": len(faults),
        "logical faults found by the local score": _share(len(faults) - len(missed), faults),
        "logical faults found by both": _share(len(faults) - len(missed) + len(gained), faults),
        "good parts raised by the logical score": round(raised, 3),
    }
    for kind in sorted({one.kind for one in faults}):
        among = [one for one in faults if one.kind == kind]
        evidence[f"logical faults found by both, {kind}"] = _share(
            sum(o not in missed or o in gained for o in among), among
        )
    if raised >= _FEW:
        return None, {"logical": "off: it would cost good parts", **evidence}
    if len(gained) <= _CLEARLY * len(faults):
        return None, {"logical": "off: the local score finds the same faults", **evidence}
    return spec, {"logical": "on", **evidence}


def _share(count: int, among: Sequence[Judged]) -> float:
    return round(count / max(1, len(among)), 3)


def _calibrated(logical: NDArray[np.float64], highest: float) -> LogicalSpec:
    """Mean and spread of good parts as they are; the offset heeds all lights."""
    mean, std = float(logical[:, 0].mean()), float(logical[:, 0].std()) + 1e-6
    offset = (float(logical.max()) - mean) / std + _MARGIN - highest
    return msgspec.convert({"mean": mean, "std": std, "offset": max(0.0, offset)}, LogicalSpec)


def _raised(logical: NDArray[np.float64], part: int, highest: float) -> bool:
    """Would this part, had it not been seen, stand above all local scores of good parts?"""
    spec = _calibrated(np.delete(logical, part, axis=0), highest)
    return fuse_logical(highest, float(logical[part].max()), spec) > highest


def logical_faults(pictures: Floats, rng: np.random.Generator, count: int = 48) -> list[LogicalFault]:
    """Wrong parts made from good inspection pictures [n, h, w]: up to `count`, each kind equally often.

    What differs from its good picture no more than two good parts do is no fault, and left out: the mirror image of
    a symmetrical part, a piece of a texture covered by the piece beside it.
    """
    matrices = area_average(pictures.shape[1], pictures.shape[2], _FINEST)
    coarse = [_coarse(picture, matrices) for picture in pictures]
    usual = float(np.median([_difference(a, b) for a, b in zip(coarse, [*coarse[1:], coarse[0]], strict=True)]))
    weight, kinds = interest(pictures), list(_KINDS.items())
    faults = []
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        which = int(rng.integers(len(pictures)))
        changed = np.ascontiguousarray(make(pictures[which], draw_place(weight, rng), rng), np.float32)
        if _difference(_coarse(changed, matrices), coarse[which]) > _ALIKE * usual:
            faults.append(LogicalFault(changed, kind))
    return faults


def _coarse(picture: Floats, matrices: tuple[Floats, Floats]) -> Floats:
    """The picture through the raster, without what the light changes: mean 0, spread 1."""
    coarse = matrices[0] @ picture @ matrices[1]
    return np.asarray((coarse - coarse.mean()) / (coarse.std() + 1e-6), np.float32)


def _difference(a: Floats, b: Floats) -> float:
    return float(np.sqrt(np.square(a - b).mean()))


def _erased(picture: Floats, place: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A large piece gives way to the median of the picture, or of its border: to what the part lies on."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    filling = np.float32(np.median(picture if rng.random() < 0.5 else border))
    return _mixed(picture, filling, _piece(picture, place, rng))


def _covered(picture: Floats, place: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A large piece gives way to what lies beside it."""
    mask, axis = _piece(picture, place, rng), int(rng.integers(2))
    beside = np.roll(picture, picture.shape[axis] // 3 * int(rng.choice([-1, 1])), axis)
    return _mixed(picture, beside, mask)


def _turned(picture: Floats, place: tuple[int, int], rng: np.random.Generator) -> Floats:
    """By 180 degrees."""
    return picture[::-1, ::-1]


def _mirrored(picture: Floats, place: tuple[int, int], rng: np.random.Generator) -> Floats:
    return picture[:, ::-1] if rng.random() < 0.5 else picture[::-1]


def _swapped(picture: Floats, place: tuple[int, int], rng: np.random.Generator) -> Floats:
    """The two halves have changed places."""
    axis = int(rng.integers(2))
    return np.roll(picture, picture.shape[axis] // 2, axis)


def _shifted(picture: Floats, place: tuple[int, int], rng: np.random.Generator) -> Floats:
    """By a tenth of the picture; its border is repeated."""
    height, width = picture.shape
    axis, way = int(rng.integers(2)), int(rng.choice([-1, 1]))
    rows, columns = np.arange(height), np.arange(width)
    if axis == 0:
        rows = np.clip(rows + way * (height // 10), 0, height - 1)
    else:
        columns = np.clip(columns + way * (width // 10), 0, width - 1)
    return picture[np.ix_(rows, columns)]


def _mixed(picture: Floats, other: Floats | np.float32, mask: Floats) -> Floats:
    return np.asarray(picture * (1 - mask) + other * mask, np.float32)


def _piece(picture: Floats, place: tuple[int, int], rng: np.random.Generator) -> Floats:
    """0..1: a block of a quarter to two fifths of each side around `place`, with soft edges."""
    height, width = picture.shape
    half_height, half_width = (int(side * rng.uniform(0.125, 0.2)) for side in picture.shape)
    x, y = place
    mask = np.zeros((height, width), np.float32)
    mask[max(0, y - half_height) : y + half_height + 1, max(0, x - half_width) : x + half_width + 1] = 1
    return cv2.GaussianBlur(mask, (0, 0), 1.0).astype(np.float32, copy=False)


_KINDS: dict[str, Callable[[Floats, tuple[int, int], np.random.Generator], Floats]] = {
    "piece missing": _erased,
    "piece covered": _covered,
    "turned": _turned,
    "mirrored": _mirrored,
    "halves swapped": _swapped,
    "shifted": _shifted,
}
