"""A whole fit on tiny drawn parts: what is asked for wins, it repeats, resumes, and says what it promises."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.domain import Verdict
from station.core.errors import ConfigError
from station.core.recipe import decode_recipe
from training.calibration import chosen_rank
from training.dataset import open_dataset, read_frame
from training.fit import _per_part, fit
from training.learning import Learned, Learning, load_detector
from training.progress import Progress
from training.run import Run
from training.settings import FitSettings

Draw = Callable[..., NDArray[np.uint8]]
RESULT = (
    "recipe.json",
    "vae.safetensors",
    "tower.safetensors",
    "calibration.safetensors",
    "golden.safetensors",
    "gallery.safetensors",
    "report.json",
)
# Everything is left to be found; what costs time is small.
FOUND = FitSettings(name="disc", screen_scale=2, budget_min=0.001, dims=8, bank_size=8, max_golden=12, patch_cells=2)


class _Cancelling(Progress):
    """Presses Ctrl-C in a stage."""

    def __init__(self, stage: str) -> None:
        super().__init__(io.StringIO())
        self._fatal = stage

    def stage(self, name: str, total: int) -> None:
        if name == self._fatal:
            raise KeyboardInterrupt
        super().stage(name, total)


def _few(tmp_path: Path, draw: Draw, count: int) -> list[Path]:
    paths = [tmp_path / f"{number:02d}.png" for number in range(count)]
    for number, path in enumerate(paths):
        cv2.imwrite(str(path), draw(number))
    return paths


def _quietly(paths: Sequence[Path], out: Path, settings: FitSettings) -> dict[str, Any]:
    """The report of a fit."""
    fit(paths, out, settings, Progress(io.StringIO()))
    return dict(msgspec.json.decode((out / "report.json").read_bytes()))


def _same(one: Path, other: Path) -> None:
    for name in RESULT:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_the_recipe_promises_what_the_held_out_parts_give(fitted: Path) -> None:
    recipe = decode_recipe((fitted / "recipe.json").read_bytes())
    assert (recipe.promise.n, recipe.promise.kind, recipe.promise.rank) == (21, "split", 1)
    assert recipe.promise.bound_95 == pytest.approx(1 - 0.05 ** (1 / 21))
    report = msgspec.json.decode((fitted / "report.json").read_bytes())
    scores = report["calibration_scores"]
    assert recipe.decision.limit == max(scores)
    assert recipe.decision.grey_from is None
    assert np.array_equal(Run(fitted).need("calibration")["decision.scores"], np.sort(np.float32(scores)))


def test_what_was_asked_for_wins(fitted: Path) -> None:
    recipe = decode_recipe((fitted / "recipe.json").read_bytes())
    assert (recipe.picture.height, recipe.picture.width, recipe.normalisation.kind) == (64, 64, "none")
    assert (recipe.verify.bank, recipe.verify.statistic, recipe.verify.m) == ("place", "max", 1)
    assert (recipe.verify.dims, recipe.verify.patch_cells, recipe.candidates.count) == (8, 2, 4)
    assert recipe.screen.scale == 2
    report = msgspec.json.decode((fitted / "report.json").read_bytes())
    assert report["fixture"] == "none: as asked"
    assert report["comparison"].startswith("middle+coarse, metric within, place bank, 1 cells: ")
    assert not [name for name in report if name.startswith("separation, ") and ("bank" in name or " at 1/" in name)]


def test_the_detector_of_a_run_tells_good_from_bad(fitted: Path, drawn_set: Path) -> None:
    detector = load_detector(Run(fitted))
    seen = {example: detector.inspect(read_frame(example.path)) for example in open_dataset(drawn_set).test}
    worst_good = max(one.score for example, one in seen.items() if not example.bad)
    assert all(one.score > worst_good for example, one in seen.items() if example.bad)
    assert all(one.verdict is Verdict.REJECT for example, one in seen.items() if example.bad)


def test_a_cancelled_fit_resumes_and_ends_with_the_same_bytes(
    fitted: Path, drawn_set: Path, tiny: FitSettings, tmp_path: Path
) -> None:
    paths = open_dataset(drawn_set).train
    with pytest.raises(KeyboardInterrupt):
        fit(paths, tmp_path / "run", tiny, _Cancelling("calibration"))
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["config.json", "stage-round0-vae.safetensors"]
    fit(paths, tmp_path / "run", tiny, _Cancelling("screener (VAE)"))
    _same(tmp_path / "run", fitted)


def test_another_command_does_not_resume(fitted: Path, drawn_set: Path, tiny: FitSettings) -> None:
    with pytest.raises(ConfigError, match="another command or other pictures began this run"):
        fit(open_dataset(drawn_set).train, fitted, msgspec.structs.replace(tiny, seed=1), _Cancelling("never"))


def test_settings_find_themselves_and_all_folds_take_them_over(
    tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """24 parts: four folds judge; what ships chose for all of them; the same command finds the same again."""
    rounds: list[Learned] = []
    learn = Learning.learn

    def noted(self: Learning, *arguments: Any) -> Learned:
        rounds.append(learn(self, *arguments))
        return rounds[-1]

    monkeypatch.setattr(Learning, "learn", noted)
    paths, settings = _few(tmp_path, draw, 24), msgspec.structs.replace(FOUND, bound=0.3, grey=0.2)
    report = _quietly(paths, tmp_path / "run", settings)
    shipped, *folds = rounds
    assert len(folds) == 4
    for fold in folds:
        assert (fold.recipe, fold.comparison, fold.flips) == (shipped.recipe, shipped.comparison, shipped.flips)
        assert {part.picture for part in fold.golden} < set(range(24))
    names = ("round0", "round1", "round2", "round3", "final")
    assert {path.name for path in (tmp_path / "run").glob("stage-*")} == {f"stage-{n}-vae.safetensors" for n in names}

    recipe = load_detector(Run(tmp_path / "run")).recipe
    assert report["view"] == f"{recipe.normalisation.kind} at 1/1"  # a smaller picture would show too little
    assert {f"separation, {kind} at 1/1" for kind in ("none", "median_range", "local_contrast")} < set(report)
    assert report["comparison"] == str(shipped.comparison)
    assert (recipe.verify.bank, recipe.verify.m) == (shipped.comparison.bank, shipped.comparison.m)
    assert {"flips", "cascade"} < set(report)

    scores = sorted(report["calibration_scores"], reverse=True)
    rank = chosen_rank(24, 0.3)
    assert rank > 1
    assert (recipe.promise.kind, recipe.promise.n, recipe.promise.rank) == ("cross", 24, rank)
    assert recipe.decision.limit == scores[rank - 1]
    assert recipe.decision.grey_from == scores[rank + 4]  # 0.2 of 25 gaps between 24 parts

    _quietly(paths, tmp_path / "again", settings)
    _same(tmp_path / "run", tmp_path / "again")


def test_a_quick_fit_searches_no_view_and_gives_a_usable_recipe_from_twenty_parts(tmp_path: Path, draw: Draw) -> None:
    report = _quietly(_few(tmp_path, draw, 20), tmp_path / "run", msgspec.structs.replace(FOUND, quick=True))
    assert not [name for name in report if " at 1/" in name or "metric " in name or "flip" in name]
    assert "logical" not in report
    detector = load_detector(Run(tmp_path / "run"))
    assert (detector.recipe.promise.n, detector.recipe.promise.kind) == (20, "cross")
    good = [detector.inspect(draw(seed)) for seed in range(500, 510)]
    bad = [detector.inspect(draw(seed, True)) for seed in range(600, 610)]
    assert max(one.score for one in good) < min(one.score for one in bad)
    assert all(one.verdict is Verdict.REJECT for one in bad)


def test_a_tower_from_scratch_is_kept_for_resuming(drawn_set: Path, tiny: FitSettings, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(tiny, tower="scratch", budget_min=0.001)
    paths = open_dataset(drawn_set).train
    with pytest.raises(KeyboardInterrupt):
        fit(paths, tmp_path / "run", settings, _Cancelling("held-out parts"))
    assert (tmp_path / "run" / "stage-round0-tower.safetensors").exists()
    fit(paths, tmp_path / "run", settings, _Cancelling("tower (Siamese)"))
    assert decode_recipe((tmp_path / "run" / "recipe.json").read_bytes()).provenance["tower"] == "scratch"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"bound": 0.05}, r"cannot be promised from 9 .* 50 more held-out good parts are needed"),
        ({"grey": 0.95}, r"grey share = 0\.95: must be above 0 and at most 0\.80 with 9 held-out parts"),
        ({"rank": 10}, r"rank = 10: must be 1\.\.9"),
    ],
)
def test_what_cannot_be_promised_is_refused_before_anything_is_learnt(
    tmp_path: Path, draw: Draw, tiny: FitSettings, asked: dict[str, Any], sentence: str
) -> None:
    settings = msgspec.structs.replace(tiny, **asked)
    with pytest.raises(ConfigError, match=sentence):
        fit(_few(tmp_path, draw, 9), tmp_path / "run", settings, _Cancelling("screener (VAE)"))


def test_too_few_parts_and_unknown_levels_leave_no_run_behind(tmp_path: Path, draw: Draw, tiny: FitSettings) -> None:
    with pytest.raises(ConfigError, match="7 good parts are too few"):
        fit(_few(tmp_path, draw, 7), tmp_path / "run", tiny, Progress(io.StringIO()))
    wrong = msgspec.structs.replace(tiny, levels=("middle", "attic"))
    with pytest.raises(ConfigError, match="levels = 'attic': tower generic has fine, middle, coarse, deep"):
        fit(_few(tmp_path, draw, 9), tmp_path / "run", wrong, Progress(io.StringIO()))
    assert not (tmp_path / "run").exists()


def test_several_pictures_of_one_part_give_one_score() -> None:
    found = {0: 1.0, 2: 5.0, 3: 2.0, 5: math.inf}
    assert _per_part(("a", "a", "a", "b", "b", "c"), found) == [5.0, 2.0, math.inf]
