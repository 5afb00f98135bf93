"""`saiken-train fit`: from a folder of good pictures to a calibrated recipe in a RUN directory.

Order: read and check all pictures, split by part, choose the fixture, learn (screener, tower, bank), score the parts
that were kept apart, set the limit, write the result. Finished stages are kept, so that a cancelled run resumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from station.core.domain import Verdict
from station.core.errors import ConfigError, NotInspectedError
from station.core.recipe import (
    CandidateSpec,
    FrameSpec,
    GoldenSpec,
    NormalisationSpec,
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
from station.engine.vision.fixture_fit import FittedFixture
from station.engine.vision.preparation import Preparation
from station.engine.vision.resampling import Grey
from training.calibration import Limit, order_limit
from training.dataset import Frame, frames_sha256, part_names, read_frames
from training.defects import draw_place, interest, spoil
from training.fixtures import choose
from training.folding import weights
from training.learning import Job, Learned, Learning, Tensors, open_decision, open_learned, part_mask
from training.progress import Progress
from training.run import Run
from training.settings import FitSettings, chosen_candidates, chosen_screen_scale
from training.splits import Plan, plan_splits
from training.tower import PARTS, Tower, load_tower, receptive_field

GENERIC_TOWER = Path(__file__).parent / "towers" / "generic.safetensors"
_MOST_LOST = 0.05  # share of good parts that the fixture may fail to find
_GOLDEN_GOOD, _GOLDEN_BAD = 3, 1


@dataclass(frozen=True)
class Material:
    """The good parts of one product, read and registered."""

    frames: list[Frame]
    pictures: NDArray[np.float32]  # [n, h, w]; zeros where the fixture found no part
    found: tuple[bool, ...]
    fixture: FittedFixture
    plan: Plan
    why: str  # this fixture was chosen


def fit(paths: Sequence[Path], out: Path, settings: FitSettings, progress: Progress) -> Limit:
    """Learn a recipe from pictures of good parts and leave it in `out`.

    Raises:
        ConfigError: a picture, a setting or the number of parts is wrong; or `out` holds another run.
        StorageError: the disk refuses.
    """
    make_repeatable(settings.threads)
    frames = read_frames(paths)
    plan = plan_splits(part_names(paths, settings.parts), settings.seed)
    job = Job(settings, Run.begin(out, settings, frames_sha256(frames)), progress)
    progress.say(plan.describe())
    material = _register(frames, plan, settings)
    progress.say(f"fixture {material.why}")
    open_recipe, fixed = _open_recipe(material, settings)
    learning = Learning(open_recipe, fixed, material.pictures, job)
    learned, scores = _learn_and_score(learning, material, job)
    limit = order_limit(scores, plan.kind, settings.rank, settings.bound)
    _write_result(job, learned, limit, material, scores)
    progress.say(
        f"limit {limit.limit:.3f}: {limit.rank}. largest of {limit.n} good parts ({limit.kind}); false rejects: mean "
        f"{limit.mean:.1%}, with 95 % confidence below {limit.bound_95:.1%}"
    )
    return limit


def _learn_and_score(learning: Learning, material: Material, job: Job) -> tuple[Learned, list[float]]:
    """What ships, and T of every calibration part by a detector that never saw it.

    The folds take over the settings and the standardisation of what ships, so that their scores are on its scale.
    """
    plan, settings = material.plan, job.settings
    name = "final" if plan.kind == "cross" else "round0"
    shipped = learning.learn(plan.final.only(material.found), _first_tower(settings), name)
    scores: list[float] = []
    for number, split in enumerate(one.only(material.found) for one in plan.rounds):
        judge = shipped
        if plan.kind == "cross":
            judge = learning.learn(split, _first_tower(settings), f"round{number}", shipped.recipe)
        scores += _scores(judge.detector(), [material.frames[i] for i in split.calibrate], job.progress)
    return shipped, scores


def make_repeatable(threads: int) -> None:
    """The same command gives the same numbers on the same machine."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)


def _first_tower(settings: FitSettings) -> Tower:
    """The tower to begin with; a fresh one for "scratch"."""
    if settings.tower == "scratch":
        torch.manual_seed(settings.seed)
        return Tower(PARTS)
    return load_tower(Path(settings.backbone) if settings.backbone else GENERIC_TOWER, PARTS)


def _register(frames: list[Frame], plan: Plan, settings: FitSettings) -> Material:
    """Choose the fixture by the parts that may be learnt from, then cut the picture out of every frame."""
    learning = sorted([*plan.final.train, *plan.final.tune])
    chosen = choose([frames[i] for i in learning], settings.fixture, settings.scale)
    fitted = chosen.fitted
    height, width = frames[0].shape
    normalisation = NormalisationSpec(kind=settings.normalisation)
    preparation = Preparation(FrameSpec(height, width), fitted.spec, fitted.picture, normalisation, fitted.reference)
    pictures = np.zeros((len(frames), fitted.picture.height, fitted.picture.width), np.float32)
    found = [_prepare(preparation, frame, picture) for frame, picture in zip(frames, pictures, strict=True)]
    lost = found.count(False)
    if lost > _MOST_LOST * len(frames):
        raise ConfigError(
            f"fixture {fitted.spec.kind} finds the part in only {len(frames) - lost} of {len(frames)} good pictures; "
            f"choose another --fixture or remove pictures without a whole part"
        )
    why = f"{chosen.why}; {lost} of {len(frames)} good parts not found" if lost else chosen.why
    return Material(frames, pictures, tuple(found), fitted, plan, why)


def _prepare(preparation: Preparation, frame: Grey, out: NDArray[np.float32]) -> bool:
    try:
        out[:] = preparation.prepare(frame).picture
    except NotInspectedError:
        return False
    return True


def _open_recipe(material: Material, settings: FitSettings) -> tuple[Recipe, Tensors]:
    """The recipe with all sizes, and the tensors that are known before learning."""
    fitted, (height, width) = material.fixture, material.frames[0].shape
    fixed: Tensors = {}
    cells = fitted.picture.grid[0] * fitted.picture.grid[1]
    if fitted.reference is not None:
        fixed["fixture.reference"] = fitted.reference
    if fitted.spec.kind == "silhouette":
        learning = material.plan.final.only(material.found)
        fixed["mask"] = part_mask(material.pictures[[*learning.train, *learning.tune]], fitted.spec.dark)
        cells = int(fixed["mask"].sum())
    patch_cells = min(settings.patch_cells, *fitted.picture.grid)
    verify = VerifySpec(
        receptive_px=receptive_field(PARTS),
        patch_cells=patch_cells,
        dims=settings.dims,
        neighbourhood=1,
    )
    screen = ScreenSpec(scale=chosen_screen_scale(settings, fitted.picture))
    recipe = Recipe(
        name=settings.name,
        version=settings.version,
        product=settings.name,
        frame=FrameSpec(height, width),
        fixture=fitted.spec,
        picture=fitted.picture,
        verify=verify,
        decision=open_decision(),
        promise=PromiseSpec(n=0, rank=1, mean=1.0, bound_95=1.0),
        vae=vae_spec(fitted.picture, screen),
        tower=tower_spec(verify, fitted.picture),
        normalisation=NormalisationSpec(kind=settings.normalisation),
        screen=screen,
        candidates=CandidateSpec(count=chosen_candidates(settings, cells)),
    )
    return recipe, fixed


def _scores(detector: Detector, frames: Sequence[Frame], progress: Progress) -> list[float]:
    """T of good parts that were never learnt from, by the line's own code."""
    progress.stage("calibration", len(frames))
    scores = []
    for number, frame in enumerate(frames, 1):
        scores.append(detector.inspect(frame).score)
        progress.step(number)
    return scores


def _write_result(job: Job, learned: Learned, limit: Limit, material: Material, scores: Sequence[float]) -> None:
    run, settings = job.run, job.settings
    decision = msgspec.structs.replace(learned.recipe.decision, limit=limit.limit)
    promise = msgspec.convert(
        {"n": limit.n, "rank": limit.rank, "mean": limit.mean, "bound_95": limit.bound_95, "kind": limit.kind},
        PromiseSpec,
    )
    provenance: dict[str, str | int | float] = {
        "training_pictures": len(material.frames),
        "training_sha256": frames_sha256(material.frames),
        "tower": settings.tower,
        "seed": settings.seed,
    }
    recipe = msgspec.structs.replace(learned.recipe, decision=decision, promise=promise, provenance=provenance)
    golden = _golden_frames(learned, recipe, material, settings.seed)
    recipe = msgspec.structs.replace(recipe, golden=GoldenSpec(count=len(golden)))
    run.save("vae", weights(learned.vae))
    run.save("tower", weights(learned.embedder))
    run.save("calibration", learned.tensors)
    run.save("golden", {"frames": np.stack(golden)})
    run.save("gallery", encode_gallery([material.pictures[i] for i in learned.golden]))
    run.write("recipe.json", encode_recipe(recipe))
    facts = {
        "fixture": material.why,
        "split": material.plan.describe(),
        **learned.report,
        "limit": asdict(limit),
        "calibration_scores": list(scores),
    }
    run.write("report.json", msgspec.json.format(msgspec.json.encode(facts)))


def _golden_frames(learned: Learned, recipe: Recipe, material: Material, seed: int) -> list[Frame]:
    """Frames for the self-test: good parts that pass, and one with a drawn defect that is rejected."""
    detector = open_learned(recipe, learned.tensors, learned.vae, learned.embedder)
    good = [i for i in learned.golden if detector.inspect(material.frames[i]).verdict is Verdict.PASS][:_GOLDEN_GOOD]
    frames = [material.frames[i] for i in good]
    for index in good[:_GOLDEN_BAD]:
        spoilt = _spoilt_frame(detector, material, index, seed)
        frames += [] if spoilt is None else [spoilt]
    if not frames:
        raise ConfigError("no golden frame passes its own recipe; the good parts differ too much: check train/good")
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
