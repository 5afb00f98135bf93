"""From frames to what is learnt from: physical parts, fixture, magnification, normalisation, registered pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.errors import ConfigError, NotInspectedError
from station.core.recipe import CELL, FrameSpec, NormalisationSpec
from station.engine.vision.fixture_fit import FittedFixture
from station.engine.vision.preparation import Preparation, Prepared
from station.engine.vision.resampling import Floats
from training.comparing import Evidence
from training.dataset import PARTS_FILE, Frame, part_names, read_frames, read_parts_file
from training.fixtures import ChosenFixture, choose
from training.grouping import group_parts
from training.progress import Progress
from training.settings import FitSettings
from training.splits import Plan, Split, plan_splits
from training.spoiling import SpoiltFrame, spoil_frames
from training.towers import AnyTower, level_choices, metric_choices
from training.viewing import Eyes, Samples, View, choose_view, usual_normalisation, usual_scale, view_of

_MOST_LOST = 0.05  # share of good parts that the fixture may fail to find
_BANK, _GOOD = 60, 24  # frames to choose a view by
_SPOILT_PER_FRAME = 2
_FLAT = 0.01  # of 0..1
_FEWEST_PIXELS = 0.02  # share of parts that show in a cell of the part


@dataclass(frozen=True)
class Material:
    """The good parts of one product, read and registered."""

    frames: list[Frame]
    pictures: NDArray[np.float32]  # [n, h, w]; zeros where the fixture found no part
    found: tuple[bool, ...]
    view: View
    mask: NDArray[np.uint8] | None  # [gh, gw], cells of a loose part; None = the whole picture
    texture: bool  # no two parts look alike at the same place
    spoilt: list[Floats]  # pictures of the tune parts with synthetic defects
    parts: tuple[str, ...]  # the physical part of each frame
    plan: Plan
    report: Evidence

    @property
    def fixture(self) -> FittedFixture:
        """Where the part is in the frame."""
        return self.view.fixture


class Parts(NamedTuple):
    """Frames uint8 [H, W] of one size, the physical part of each, and one sentence on how the parts are known."""

    frames: list[Frame]
    names: list[str]
    why: str


def read_parts(paths: Sequence[Path], settings: FitSettings) -> Parts:
    """Read all frames and tell the physical parts apart.

    A pattern, a table, or likeness: several pictures of one part must never stand on both sides of a split.

    Raises:
        ConfigError: a picture, the pattern or the table is wrong.
    """
    frames = read_frames(paths, settings.frame)
    if settings.parts is not None:
        return Parts(frames, part_names(paths, settings.parts), f"parts by --parts {settings.parts}")
    table = Path(settings.parts_file) if settings.parts_file else paths[0].parent / PARTS_FILE
    if settings.parts_file or table.is_file():
        return Parts(frames, read_parts_file(table, paths), f"parts by {table}")
    # Likeness is judged at one magnification, so on the pictures as they are on disk.
    grouping = group_parts(frames if settings.frame is None else read_each(paths), [path.stem for path in paths])
    return Parts(frames, grouping.parts, grouping.why)


def read_each(paths: Sequence[Path]) -> list[Frame]:
    """Frames of differing sizes."""
    return [read_frames([path])[0] for path in paths]


def prepare_material(parts: Parts, tower: AnyTower, settings: FitSettings, progress: Progress) -> Material:
    """Choose fixture, magnification and normalisation by the parts that may be learnt from, then register all.

    Args:
        parts: from `read_parts`.
        tower: describes pictures while the view is chosen.
        settings: what was asked for.
        progress: shows the stages.

    Raises:
        ConfigError: too few parts, or the fixture does not find them.
    """
    frames, plan = parts.frames, plan_splits(parts.names, settings.seed)
    learning = sorted([*plan.final.train, *plan.final.tune])
    chosen = choose([frames[i] for i in learning], settings.fixture, settings.scale)
    progress.say(f"fixture {chosen.why}")
    spoilt = _spoil(frames, plan.final, chosen.fitted, settings)
    sets = _samples(frames, plan.final, spoilt)
    view, report = _view(chosen, sets, tower, settings, progress)
    preparation = _preparation(frames, view, view.normalisation)
    pictures = np.zeros((len(frames), view.fixture.picture.height, view.fixture.picture.width), np.float32)
    found = [_prepare(preparation, frame, picture) for frame, picture in zip(frames, pictures, strict=True)]
    lost = found.count(False)
    if lost > _MOST_LOST * len(frames):
        raise ConfigError(
            f"fixture {view.fixture.spec.kind} finds the part in only {len(frames) - lost} of {len(frames)} good "
            f"pictures; choose another --fixture or remove pictures without a whole part"
        )
    if float(np.ptp(pictures)) < _FLAT:
        raise ConfigError("the good pictures show nothing: all grey values are alike; check exposure and train/good")
    bad = [made.picture for frame in spoilt if (made := _prepared(preparation, frame.frame)) is not None]
    mask = _mask(frames, learning, view)
    report |= {"parts": parts.why, "fixture": chosen.why, "good parts not found": lost}
    return Material(frames, pictures, tuple(found), view, mask, chosen.texture, bad, tuple(parts.names), plan, report)


def _preparation(frames: Sequence[Frame], view: View, normalisation: NormalisationSpec) -> Preparation:
    height, width = frames[0].shape
    fitted = view.fixture
    return Preparation(FrameSpec(height, width), fitted.spec, fitted.picture, normalisation, fitted.reference)


def _spoil(frames: Sequence[Frame], split: Split, fixture: FittedFixture, settings: FitSettings) -> list[SpoiltFrame]:
    """The tune frames with synthetic defects."""
    view = view_of(fixture, "none", 1.0)
    learning = sorted([*split.train, *split.tune])
    tune = [frames[i] for i in split.tune]
    part = _mask(frames, learning, view)
    return spoil_frames(tune, _preparation(frames, view, view.normalisation), _SPOILT_PER_FRAME, settings.seed, part)


def _samples(frames: Sequence[Frame], split: Split, spoilt: Sequence[SpoiltFrame]) -> Samples:
    """A few frames of each kind; the spoilt ones are copies of the good ones."""
    bank = split.train[:: -(-len(split.train) // _BANK)]
    few = [one for one in spoilt if one.source < _GOOD]
    return Samples([frames[i] for i in bank], [frames[i] for i in split.tune[:_GOOD]], few)


def _view(
    chosen: ChosenFixture, samples: Samples, tower: AnyTower, settings: FitSettings, progress: Progress
) -> tuple[View, Evidence]:
    """Magnification and normalisation: as asked, or found."""
    kind, may_change, fixture = settings.normalisation, settings.scale == 0, chosen.fitted
    if settings.quick or (kind != "auto" and not may_change):
        scale = usual_scale(fixture, texture=chosen.texture) if may_change else 1.0
        usual = usual_normalisation(fixture) if kind == "auto" else kind
        return view_of(fixture, usual, scale), {"view": f"{usual} at 1/{scale:g}: not searched"}
    choices = level_choices(settings.tower, settings.backbone, texture=chosen.texture)
    levels = [settings.levels] if settings.levels else [choices[0], choices[-1]]
    metric = metric_choices(settings.tower, texture=chosen.texture)[0]
    return choose_view(fixture, samples, Eyes(tower, levels, metric, chosen.texture), (kind, may_change), progress)


def _mask(frames: Sequence[Frame], learning: Sequence[int], view: View) -> NDArray[np.uint8] | None:
    """Cells of a loose part, seen in pictures without normalisation."""
    if view.fixture.spec.kind != "silhouette":
        return None
    plain = _preparation(frames, view, NormalisationSpec())
    pictures = [found.picture for i in learning if (found := _prepared(plain, frames[i])) is not None]
    return part_mask(np.stack(pictures), view.fixture.spec.dark)


def _prepare(preparation: Preparation, frame: Frame, out: NDArray[np.float32]) -> bool:
    found = _prepared(preparation, frame)
    if found is not None:
        out[:] = found.picture
    return found is not None


def _prepared(preparation: Preparation, frame: Frame) -> Prepared | None:
    try:
        return preparation.prepare(frame)
    except NotInspectedError:
        return None


def part_mask(pictures: NDArray[np.float32], dark: bool) -> NDArray[np.uint8]:
    """Cells [gh, gw] in which some good part shows: where the mean picture differs from its border, one cell wider."""
    mean = (np.clip(pictures.mean(0), 0, 1) * 255).astype(np.uint8)
    side = cv2.THRESH_BINARY_INV if dark else cv2.THRESH_BINARY
    level, _ = cv2.threshold(mean, 0, 1, side | cv2.THRESH_OTSU)
    border = (level + 0.5) / 255  # Otsu's level itself belongs to the dark side
    share = np.mean([(p < border) if dark else (p > border) for p in pictures], axis=0)
    rows, columns = mean.shape[0] // CELL, mean.shape[1] // CELL
    cells = (share > _FEWEST_PIXELS).reshape(rows, CELL, columns, CELL).any(axis=(1, 3)).astype(np.uint8)
    return np.asarray(cv2.dilate(cells, np.ones((3, 3), np.uint8)), np.uint8)
