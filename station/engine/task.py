"""The inspection task: a recipe bundle, opened, with all that the engine's loop needs of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from station.core.bundle import CALIBRATION
from station.core.config import EngineSection
from station.core.domain import Finding, Verdict
from station.core.errors import StationError
from station.core.messages import Why
from station.core.recipe import CameraSpec
from station.core.recipe_line import SupervisionSpec
from station.engine.canary import KnownPicture
from station.engine.inspector import Answer, Detecting
from station.engine.runtime.opening import load_tensors, open_bundle
from station.engine.vision.detector import Inspection
from station.engine.vision.drift import DriftWatch, open_watch

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """A detector and its names. `frame` is the recipe's (height, width)."""

    detector: Detecting
    explain: Callable[[Answer, Finding], Why]
    known: Sequence[KnownPicture]
    frame: tuple[int, int]
    runtime: str
    recipe: str
    recipe_id: int
    bundle_sha256: str
    watch: DriftWatch | None = None  # None: too few calibration scores
    supervision: SupervisionSpec = field(default_factory=SupervisionSpec)
    camera: CameraSpec = field(default_factory=CameraSpec)  # what the camera is set to
    reject_bound: float = 1.0  # the promise: 95 % bound of the share of good parts that are rejected; 1 = none


OpenTask = Callable[[EngineSection], Task]
"""Opens the configured bundle and proves it; raises BundleError when it must not be used."""


def open_task(section: EngineSection) -> Task:
    """Verify and open the configured bundle; all its golden pictures got their known verdicts.

    Raises:
        BundleError: names the file and what is wrong with it.
    """
    detector, bundle, golden = open_bundle(Path(section.bundle), Path(section.trust), section.threads)
    verdicts = {True: Verdict.PASS, False: Verdict.REJECT}
    return Task(
        detector=detector,
        explain=lambda answer, finding: detector.why(cast(Inspection, answer), finding),
        known=tuple(KnownPicture(one.frame, verdicts[one.passes]) for one in golden),
        frame=(bundle.recipe.frame.height, bundle.recipe.frame.width),
        runtime=detector.runtime,
        recipe=f"{bundle.recipe.name} {bundle.recipe.version}",
        recipe_id=bundle.number,
        bundle_sha256=bundle.sha256,
        watch=open_watch(bundle.recipe, load_tensors(bundle, CALIBRATION)),
        supervision=bundle.recipe.supervision,
        camera=bundle.recipe.camera,
        reject_bound=bundle.recipe.promise.bound_95,
    )


def evidence(task: Task, answer: Answer | None) -> tuple[Why, ...]:
    """Why the part did not pass: up to three findings, the highest scores first."""
    if answer is None:
        return ()
    highest = sorted(answer.findings, key=lambda finding: finding.score, reverse=True)[:3]
    try:
        return tuple(task.explain(answer, finding) for finding in highest)
    except (StationError, ValueError) as error:
        _log.warning("no evidence for this part: %s", error)
        return ()
