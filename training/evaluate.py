"""`saiken-train evaluate`: judge a test set with the exported bundle, through the station's own code.

All methods of `station.engine.vision.ablation` stand side by side: the first against the last but one is the claim
that this product stands on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Verdict
from station.core.errors import ConfigError, NotInspectedError
from station.core.recipe import Recipe
from station.engine.runtime.opening import open_bundle
from station.engine.vision.ablation import ROWS, Ablation
from station.engine.vision.detector import Detector
from training.dataset import DataSet, Example, Frame, read_frame, read_mask
from training.judged import Judged, Result
from training.progress import Progress

_WORST = math.inf
_TIMED = 20  # parts whose CPU time is taken
_Size = tuple[int, int]  # height, width


def evaluate(
    bundle: Path, trust: Path, data: DataSet, threads: int, progress: Progress, *, apart: Sequence[str] = ()
) -> Result:
    """Judge all pictures of DATA/test.

    Args:
        bundle: directory of the exported bundle.
        trust: directory of trusted public keys.
        data: its test pictures are judged.
        threads: cores for one network.
        progress: shows how far it is.
        apart: kinds without which all figures are given a second time.

    Raises:
        BundleError: the bundle is not to be trusted.
        ConfigError: the data set has no test pictures, or they have another size than the recipe's; or it has no
            pictures of a kind that shall stand apart.
    """
    if not data.test:
        raise ConfigError(f"{data.root}: no test pictures; put good ones into test/good and bad ones into test/<kind>")
    kinds = sorted({example.kind for example in data.test if example.bad})
    for kind in apart:
        if kind not in kinds:
            raise ConfigError(f"{data.root}: apart = {kind!r}: test has no such kind; it has {', '.join(kinds)}")
    opened = open_bundle(bundle, trust, threads)
    recipe, detector = opened.bundle.recipe, opened.detector
    ablation = Ablation(detector)
    progress.stage("evaluation", len(data.test))
    judged = []
    for number, example in enumerate(data.test, 1):
        judged.append(_judge(ablation, example, recipe, data.root))
        progress.step(number)
    cpu_ms = _cpu_ms(detector, [read_test_frame(example, recipe) for example in _spread(data.test, _TIMED)])
    detector.close()
    size = len(opened.bundle.manifest) + sum(map(len, opened.bundle.files.values()))
    decision, promise = recipe.decision, recipe.promise
    return Result(
        bundle_sha256=opened.bundle.sha256,
        runtime=detector.runtime,
        limit=decision.limit,
        bound_95=promise.bound_95,
        judged=tuple(judged),
        bundle_bytes=size,
        cpu_ms=cpu_ms,
        apart=tuple(apart),
    )


def read_test_frame(example: Example, recipe: Recipe) -> Frame:
    """A test picture as the recipe's camera frame, uint8 [H, W].

    Raises:
        ConfigError: it has another size, and the recipe was not made of scaled pictures.
    """
    if size := _scaled(recipe):
        return read_frame(example.path, size)
    frame = read_frame(example.path)
    if frame.shape != (recipe.frame.height, recipe.frame.width):
        raise ConfigError(
            f"{example.path}: is {frame.shape[1]} x {frame.shape[0]} pixels, but the bundle was made for "
            f"{recipe.frame.width} x {recipe.frame.height}; evaluate it with the bundle of its own product"
        )
    return frame


def _scaled(recipe: Recipe) -> _Size | None:
    """The size to which pictures are scaled; None when they must have it already."""
    return (recipe.frame.height, recipe.frame.width) if recipe.provenance.get("resized") == 1 else None


def _judge(ablation: Ablation, example: Example, recipe: Recipe, root: Path) -> Judged:
    frame = read_test_frame(example, recipe)
    mask = _mask(example, frame.shape, _scaled(recipe))
    file = example.path.relative_to(root).as_posix()
    try:
        compared = ablation.compare(frame, want_maps=mask is not None)
    except NotInspectedError:  # the line rejects it
        return Judged(example.kind, Verdict.NOT_INSPECTED, dict.fromkeys(ROWS, _WORST), 0, 0, file=file)
    seen = compared.inspection
    scores = {row: compared.scores[row] for row in ROWS}
    return Judged(example.kind, seen.verdict, scores, len(seen.findings), seen.cleared, compared.maps, mask, file)


def _mask(example: Example, shape: tuple[int, ...], scaled: _Size | None) -> NDArray[np.bool_] | None:
    """Ground truth; nothing is bad in a good part; None when it was not drawn."""
    if not example.bad:
        return np.zeros(shape, bool)
    if example.mask is None:
        return None
    mask = read_mask(example.mask, scaled) if scaled else read_mask(example.mask)
    if mask.shape != shape:
        raise ConfigError(f"{example.mask}: has another size than its picture {example.path}")
    return mask


def _spread(examples: Sequence[Example], count: int) -> list[Example]:
    """At most `count` examples, evenly over all kinds."""
    return [examples[index] for index in np.unique(np.linspace(0, len(examples) - 1, count).astype(int))]


def _cpu_ms(detector: Detector, frames: Sequence[Frame]) -> dict[str, float]:
    """Median CPU time of one part, by row: of all threads of this process, so of more than one core if they are used.

    The reconstruction partner has no entry: it exists for the comparison only.
    """
    times = [found for frame in frames if (found := _part_cpu_ms(detector, frame))]
    return {row: float(np.median([found[row] for found in times])) for row in (times[0] if times else ())}


def _part_cpu_ms(detector: Detector, frame: Frame) -> dict[str, float] | None:
    """CPU time of one part, by row; None when it cannot be inspected."""
    verifier = detector.verifier
    try:
        began = time.process_time()
        picture = detector.preparation.prepare(frame).picture
        detector.screener.screen(picture)
        screened = time.process_time()
        verifier.compare_everywhere(verifier.describe_everywhere(picture))
        looked = time.process_time()
        detector.inspect(frame)
        inspected = time.process_time()
    except NotInspectedError:
        return None
    screen, cascade, everywhere = screened - began, inspected - looked, looked - began
    seconds = {"vae_raw": screen, "vae_whitened": screen, "cascade": cascade, "whole_frame": everywhere}
    return {row: 1e3 * value for row, value in seconds.items()}
