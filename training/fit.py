"""`saiken-train fit`: from a folder of good pictures to a calibrated recipe in a RUN directory.

Order: read and check all pictures, split by part, choose the fixture, learn (screener, tower, bank), score the parts
that were kept apart, set the limit, write the result. Finished stages are kept, so that a cancelled run resumes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import cv2
import msgspec
import numpy as np
import torch

from station.core.domain import Verdict
from station.core.errors import ConfigError, NotInspectedError
from station.core.recipe import (
    DecisionSpec,
    FrameSpec,
    GoldenSpec,
    PromiseSpec,
    Recipe,
    ScreenSpec,
    VerifySpec,
    encode_recipe,
    tower_spec,
    vae_spec,
)
from station.engine.vision.detector import Detector
from station.engine.vision.evidence import encode_gallery
from training.calibration import GreyBand, Limit, chosen_rank, grey_from, order_limit
from training.dataset import Frame, frames_sha256
from training.defects import draw_place, interest, spoil
from training.folding import folded, weights
from training.golden import flipped
from training.learning import Job, Learned, Learning, Tensors, open_learned, tower_facts
from training.material import Material, prepare_material, read_parts
from training.progress import Progress
from training.run import Run
from training.settings import FitSettings, chosen_screen_scale
from training.splits import plan_splits
from training.tower import PARTS, receptive_field
from training.towers import AnyTower, open_tower

_GOLDEN_GOOD, _GOLDEN_BAD = 3, 1


def fit(paths: Sequence[Path], out: Path, settings: FitSettings, progress: Progress) -> Limit:
    """Learn a recipe from pictures of good parts and leave it in `out`.

    Raises:
        ConfigError: a picture, a setting or the number of parts is wrong; or `out` holds another run.
        StorageError: the disk refuses.
    """
    make_repeatable(settings.threads)
    tower = _open_tower(settings)
    parts = read_parts(paths, settings)
    plan_splits(parts.names, settings.seed)  # too few parts are refused before anything is written
    job = Job(settings, Run.begin(out, settings, frames_sha256(parts.frames)), progress)
    progress.say(parts.why)
    # A fresh tower sees nothing yet: the shipped one chooses magnification and normalisation for it.
    eyes = folded(open_tower("generic", "", 0, PARTS) if settings.tower == "scratch" else tower)
    material = prepare_material(parts, eyes, settings, progress)
    progress.say(material.plan.describe())
    kind = material.plan.kind
    held_out = {material.parts[i] for split in material.plan.rounds for i in split.calibrate}
    _limit([0.0] * len(held_out), kind, settings)  # what cannot be promised is refused before anything is learnt
    open_recipe, fixed = _open_recipe(material, settings)
    learning = Learning(open_recipe, fixed, material.pictures, material.spoilt, job, texture=material.texture)
    learned, found = _learn_and_score(learning, material, tower, job)
    scores = _per_part(material.parts, found)
    limit, band = _limit(scores, kind, settings)
    _write_result(job, learned, (limit, band), material, scores)
    progress.say(
        f"limit {limit.limit:.3f}: {limit.rank}. largest of {limit.n} good parts ({limit.kind}); false rejects: mean "
        f"{limit.mean:.1%}, with 95 % confidence below {limit.bound_95:.1%}"
    )
    return limit


def _open_tower(settings: FitSettings) -> AnyTower:
    tower = open_tower(settings.tower, settings.backbone, settings.seed)
    for level in settings.levels:
        if level not in tower.used:
            raise ConfigError(f"levels = {level!r}: tower {settings.tower} has {', '.join(tower.used)}")
    return tower


def _learn_and_score(
    learning: Learning, material: Material, tower: AnyTower, job: Job
) -> tuple[Learned, dict[int, float]]:
    """What ships, and T of every calibration picture by a detector that never saw its part.

    The folds take over the settings and the standardisation of what ships, so that their scores are on its scale.
    """
    plan = material.plan
    name = "final" if plan.kind == "cross" else "round0"
    shipped = learning.learn(plan.final.only(material.found), tower, name)
    scores: dict[int, float] = {}
    for number, split in enumerate(plan.rounds):
        judge = shipped
        if plan.kind == "cross":
            judge = learning.learn(split.only(material.found), tower, f"round{number}", shipped)
        seen = _scores(judge.detector(), [material.frames[i] for i in split.calibrate], job.progress)
        scores |= zip(split.calibrate, seen, strict=True)
    return shipped, scores


def _per_part(parts: Sequence[str], scores: Mapping[int, float]) -> list[float]:
    """The highest score of each physical part: parts are exchangeable, several pictures of one part are not."""
    highest: dict[str, float] = {}
    for index, score in scores.items():
        highest[parts[index]] = max(score, highest.get(parts[index], -math.inf))
    return list(highest.values())


def make_repeatable(threads: int) -> None:
    """The same command gives the same numbers on the same machine."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)


def _open_recipe(material: Material, settings: FitSettings) -> tuple[Recipe, Tensors]:
    """The recipe with all sizes, its verifier still open, and the tensors that are known before learning."""
    fitted, (height, width) = material.fixture, material.frames[0].shape
    fixed: Tensors = {}
    if fitted.reference is not None:
        fixed["fixture.reference"] = fitted.reference
    if material.mask is not None:
        fixed["mask"] = material.mask
    cells = min(settings.patch_cells, *fitted.picture.grid)
    verify = VerifySpec(receptive_px=receptive_field(PARTS), patch_cells=cells, dims=settings.dims)
    screen = ScreenSpec(scale=chosen_screen_scale(settings, fitted.picture))
    recipe = Recipe(
        name=settings.name,
        version=settings.version,
        product=settings.name,
        frame=FrameSpec(height, width),
        fixture=fitted.spec,
        picture=fitted.picture,
        verify=verify,
        decision=DecisionSpec(limit=0.0, fusion="sum"),
        promise=PromiseSpec(n=0, rank=1, mean=1.0, bound_95=1.0),
        vae=vae_spec(fitted.picture, screen),
        tower=tower_spec(verify, fitted.picture),
        normalisation=material.view.normalisation,
        screen=screen,
    )
    return recipe, fixed


def _scores(detector: Detector, frames: Sequence[Frame], progress: Progress) -> list[float]:
    """T of good parts that were never learnt from, by the line's own code; infinity where it would refuse to judge."""
    progress.stage("calibration", len(frames))
    scores = []
    for number, frame in enumerate(frames, 1):
        try:
            scores.append(detector.inspect(frame).score)
        except NotInspectedError:
            scores.append(math.inf)
        progress.step(number)
    return scores


def _limit(scores: Sequence[float], kind: str, settings: FitSettings) -> tuple[Limit, GreyBand | None]:
    """Limit and grey band, as they were asked for."""
    lost = sum(score == math.inf for score in scores)
    rank = settings.rank or max(lost + 1, chosen_rank(len(scores), settings.bound))
    limit = order_limit(scores, kind, rank, settings.bound)
    return limit, grey_from(scores, limit, settings.grey) if settings.grey else None


def _write_result(
    job: Job, learned: Learned, decided: tuple[Limit, GreyBand | None], material: Material, scores: Sequence[float]
) -> None:
    (limit, band), run, settings = decided, job.run, job.settings
    decision = msgspec.structs.replace(
        learned.recipe.decision, limit=limit.limit, grey_from=band.grey_from if band else None
    )
    promise = msgspec.convert(
        {"n": limit.n, "rank": limit.rank, "mean": limit.mean, "bound_95": limit.bound_95, "kind": limit.kind},
        PromiseSpec,
    )
    provenance: dict[str, str | int | float] = {
        "training_pictures": len(material.frames),
        "training_sha256": frames_sha256(material.frames),
        "tower": settings.tower,
        "seed": settings.seed,
        "resized": int(settings.frame is not None),
    }
    recipe = msgspec.structs.replace(learned.recipe, decision=decision, promise=promise, provenance=provenance)
    golden = _golden_frames(learned, recipe, material, settings.seed)
    recipe = msgspec.structs.replace(recipe, golden=GoldenSpec(count=len(golden)))
    run.save("vae", weights(learned.vae))
    run.save("tower", weights(learned.embedder), tower_facts(learned.embedder))
    run.save(
        "calibration",
        {**learned.tensors, "decision.scores": np.sort(np.array([s for s in scores if s < math.inf], np.float32))},
    )
    run.save("golden", {"frames": np.stack(golden)})
    run.save("gallery", encode_gallery([flipped(material.pictures[one.picture], one.flip) for one in learned.golden]))
    run.write("recipe.json", encode_recipe(recipe))
    facts = {
        "split": material.plan.describe(),
        **material.report,
        **learned.report,
        "limit": asdict(limit),
        "grey band": asdict(band) if band else "none",
        "calibration_scores": [score for score in scores if score < math.inf],
    }
    run.write("report.json", msgspec.json.format(msgspec.json.encode(facts)))


def _golden_frames(learned: Learned, recipe: Recipe, material: Material, seed: int) -> list[Frame]:
    """Frames for the self-test: good parts that pass, and one with a drawn defect that is rejected."""
    detector = open_learned(recipe, learned.tensors, learned.vae, learned.embedder)
    whole = [one.picture for one in learned.golden if not one.flip]
    good = list(
        islice((i for i in whole if detector.inspect(material.frames[i]).verdict is Verdict.PASS), _GOLDEN_GOOD)
    )
    frames = [material.frames[i] for i in good]
    for index in good[:_GOLDEN_BAD]:
        spoilt = _spoilt_frame(detector, material, index, seed)
        frames += [] if spoilt is None else [spoilt]
    if not frames:
        raise ConfigError(
            "no golden frame passes its own recipe: the good parts differ too much, or not at all; check train/good"
        )
    return frames


def _spoilt_frame(detector: Detector, material: Material, index: int, seed: int) -> Frame | None:
    """A frame with a synthetic defect that the recipe rejects; None if twenty tries did not give one."""
    rng = np.random.default_rng(seed)
    frame = material.frames[index].astype(np.float32) / np.float32(255)
    weight = interest(frame[None])
    for _ in range(20):
        bad = spoil(frame, frame[::-1, ::-1].copy(), draw_place(weight, rng), rng).picture
        grey = np.asarray(np.rint(np.clip(bad, 0, 1) * 255), np.uint8)
        try:
            if detector.inspect(grey).verdict is Verdict.REJECT:
                return grey
        except NotInspectedError:
            continue
    return None
