"""From files to registered pictures: parts are told apart, none stands on both sides, all are seen the same way."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.errors import ConfigError
from station.engine.vision.fixture_fit import fit_shift
from training.fixtures import ChosenFixture
from training.folding import folded
from training.material import Material, Parts, part_mask, prepare_material, read_parts
from training.progress import Progress
from training.settings import FitSettings
from training.tower import Tower

Draw = Callable[..., NDArray[np.uint8]]
Grey = NDArray[np.uint8]


def _surface(part: int, shot: int) -> Grey:
    """One exposure of a ground surface with detail of its own: another light, another crop, fresh noise."""
    rng, light = np.random.default_rng(part), np.random.default_rng([part, shot])
    surface = np.zeros((150, 150), np.float32)
    for blur in (1.5, 3.0, 6.0):
        noise = cv2.GaussianBlur(rng.standard_normal(surface.shape).astype(np.float32), (0, 0), blur)
        surface += noise / noise.std()
    top, left = light.integers(0, 10, 2)
    crop = np.clip(0.5 + 0.08 * surface, 0, 1)[top : top + 140, left : left + 140]
    grey = 255 * light.uniform(0.6, 1.1) * crop + light.normal(0, 2, crop.shape)
    return np.clip(grey, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def exposures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three exposures of each of twelve parts, in no order."""
    folder = tmp_path_factory.mktemp("exposures")
    order = np.random.default_rng(0).permutation(36)
    for place, number in enumerate(order.tolist()):
        cv2.imwrite(str(folder / f"{place:02d}_of_{number // 3:02d}.png"), _surface(number // 3, number % 3))
    return sorted(folder.iterdir())


def _truth(paths: list[Path]) -> list[str]:
    return [path.stem.partition("_of_")[2] for path in paths]


def _grouped_alike(one: list[str], other: list[str]) -> bool:
    return bool(np.array_equal(np.equal.outer(one, one), np.equal.outer(other, other)))


def _prepared(parts: Parts, settings: FitSettings) -> Material:
    return prepare_material(parts, folded(Tower()), settings, Progress(io.StringIO()))


def _write(folder: Path, frames: list[Grey]) -> list[Path]:
    paths = [folder / f"{number:02d}.png" for number in range(len(frames))]
    for path, frame in zip(paths, frames, strict=True):
        cv2.imwrite(str(path), frame)
    return paths


def test_near_duplicates_are_one_part_and_stand_on_one_side_of_every_split(
    exposures: list[Path], tiny: FitSettings
) -> None:
    parts = read_parts(exposures, tiny)
    assert _grouped_alike(parts.names, _truth(exposures))
    assert "36 pictures show 12 parts" in parts.why
    material = _prepared(parts, tiny)
    truth = _truth(exposures)
    for split in material.plan.rounds:
        sides = [{truth[i] for i in side} for side in (split.train, split.tune, split.calibrate)]
        assert sum(len(side) for side in sides) == len(set.union(*sides)) == 12
    assert sorted(i for split in material.plan.rounds for i in split.calibrate) == list(range(36))
    assert material.report["parts"] == parts.why


def test_a_table_beside_the_pictures_wins_over_likeness_and_a_pattern_over_both(
    exposures: list[Path], tmp_path: Path, tiny: FitSettings
) -> None:
    table = exposures[0].parent / "parts.csv"
    table.write_text("file,part\n" + "".join(f"{path.name},p{i // 2}\n" for i, path in enumerate(exposures)))
    try:
        parts = read_parts(exposures, tiny)
        assert parts.names == [f"p{i // 2}" for i in range(36)]
        assert parts.why == f"parts by {table}"
        asked = read_parts(exposures, msgspec.structs.replace(tiny, parts="_of_(.*)"))
        assert asked.names == _truth(exposures)
        assert asked.why == "parts by --parts _of_(.*)"
    finally:
        table.unlink()
    other = tmp_path / "groups.csv"
    other.write_text("file,part\n" + "".join(f"{path.name},q{i // 4}\n" for i, path in enumerate(exposures)))
    assert read_parts(exposures, msgspec.structs.replace(tiny, parts_file=str(other))).names[-1] == "q8"


def test_pictures_of_differing_sizes_need_a_size(tmp_path: Path, draw: Draw, tiny: FitSettings) -> None:
    frames = [cv2.resize(draw(seed), (64 + seed % 3, 60 + seed % 2)) for seed in range(9)]
    paths = _write(tmp_path, frames)
    with pytest.raises(ConfigError, match="all pictures must come from one camera setting"):
        read_parts(paths, tiny)
    parts = read_parts(paths, msgspec.structs.replace(tiny, frame=(48, 64)))
    assert {frame.shape for frame in parts.frames} == {(48, 64)}
    assert len(set(parts.names)) == 9


def test_the_asked_view_is_taken_and_defects_stand_in_the_tune_parts_only(draw: Draw, tiny: FitSettings) -> None:
    frames = [draw(seed) for seed in range(30)]
    material = _prepared(Parts(frames, [f"{i:02d}" for i in range(30)], "by name"), tiny)
    assert not [name for name in material.report if name.startswith("separation")]
    assert material.view.normalisation.kind == "none"
    assert material.pictures.shape == (30, 64, 64)
    assert material.pictures[3] == pytest.approx(frames[3] / np.float32(255))
    assert material.found == (True,) * 30
    assert material.mask is None
    tune = material.plan.final.tune
    assert len(material.spoilt) == 2 * len(tune)
    for number, spoilt in enumerate(material.spoilt):
        good = material.pictures[tune[number // 2]]
        assert 0 < float(np.mean(spoilt != good)) < 0.6, "a defect is a piece of the picture"


def test_quick_searches_no_view(draw: Draw) -> None:
    class Blind(Tower):
        def levels(self, x: object) -> tuple[()]:
            raise AssertionError("nothing needs to be described")

    frames = [draw(seed) for seed in range(12)]
    parts = Parts(frames, [f"{i:02d}" for i in range(12)], "by name")
    material = prepare_material(parts, Blind(), FitSettings(quick=True, fixture="none"), Progress(io.StringIO()))
    assert not [name for name in material.report if name.startswith("separation")]
    assert material.pictures.shape == (12, 64, 64)


def _loose(seed: int) -> Grey:
    """A dark wedge at any place and angle on a bright ground."""
    rng = np.random.default_rng(seed)
    frame = np.full((128, 128), 200, np.uint8)
    turn = cv2.getRotationMatrix2D((0.0, 0.0), rng.uniform(0, 360), 1.0)[:, :2]
    wedge = np.array([(-28, -6), (-28, 6), (10, 12), (28, 3), (28, -3), (10, -12)], float)
    corners = wedge @ turn.T + rng.uniform(50, 78, 2)
    cv2.fillPoly(frame, [corners.astype(np.int32)], 70, cv2.LINE_AA)
    return frame


def test_a_loose_part_has_a_mask_and_defects_on_it(tiny: FitSettings) -> None:
    frames = [_loose(seed) for seed in range(20)]
    settings = msgspec.structs.replace(tiny, fixture="silhouette")
    material = _prepared(Parts(frames, [f"{i:02d}" for i in range(20)], "by name"), settings)
    assert material.mask is not None
    assert material.mask.shape == (material.pictures.shape[1] // 8, material.pictures.shape[2] // 8)
    part = np.kron(material.mask, np.ones((8, 8)))
    dark = material.pictures.mean(0) < 0.5
    assert dark.any()
    assert (part[dark] == 1).all()
    assert len(material.spoilt) == 2 * len(material.plan.final.tune)


def test_a_few_parts_may_be_lost_and_are_told(draw: Draw, tiny: FitSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [draw(number) for number in range(40)]
    strict = fit_shift(frames)
    strict = strict._replace(spec=msgspec.structs.replace(strict.spec, min_quality=0.9))
    monkeypatch.setattr("training.material.choose", lambda *_: ChosenFixture(strict, "strict", texture=False))
    names = [f"{i:02d}" for i in range(40)]
    frames[7] = np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)
    material = _prepared(Parts(frames, names, "by name"), tiny)
    assert [i for i, found in enumerate(material.found) if not found] == [7]
    assert material.report["good parts not found"] == 1
    assert not material.pictures[7].any()
    for number in range(3):
        frames[number] = frames[7]
    with pytest.raises(ConfigError, match="fixture shift finds the part in only 36 of 40 good pictures"):
        _prepared(Parts(frames, names, "by name"), tiny)


@pytest.mark.parametrize("dark", [True, False])
def test_the_mask_covers_the_part_and_leaves_the_background(dark: bool) -> None:
    part, ground = (0.2, 0.8) if dark else (0.8, 0.2)
    pictures = np.full((6, 64, 96), ground, np.float32)
    pictures[:, 24:40, 32:64] = part
    mask = part_mask(pictures, dark)
    assert mask.shape == (8, 12)
    assert mask[3:5, 4:8].all()
    assert mask.sum() == 4 * 6  # one cell wider on each side


def test_pictures_that_show_nothing_are_refused() -> None:
    blank = Parts([np.full((128, 128), 90, np.uint8)] * 12, [str(number) for number in range(12)], "twelve")
    settings = FitSettings(fixture="none", normalisation="none", quick=True)
    with pytest.raises(ConfigError, match="show nothing: all grey values are alike"):
        prepare_material(blank, folded(Tower().eval()), settings, Progress(io.StringIO()))
