"""A whole fit on tiny drawn parts: repeats, resumes, keeps calibration parts apart, and says what it promises."""

from __future__ import annotations

import io
from collections.abc import Callable
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
from station.engine.vision.fixture_fit import fit_shift
from training.choosing import choose_decision
from training.dataset import open_dataset, read_frame
from training.fit import fit
from training.fixtures import ChosenFixture
from training.learning import load_detector
from training.progress import Progress
from training.run import Run
from training.settings import FitSettings

Draw = Callable[..., NDArray[np.uint8]]
TINY = FitSettings(name="disc", fixture="none", budget_min=0.05, dims=8, bank_size=8, max_golden=12, patch_cells=2)
RESULT = ("recipe.json", "vae.safetensors", "tower.safetensors", "calibration.safetensors", "golden.safetensors")


class _Cancelling(Progress):
    """Presses Ctrl-C in a stage."""

    def __init__(self, stage: str) -> None:
        super().__init__(io.StringIO())
        self._fatal = stage

    def stage(self, name: str, total: int) -> None:
        if name == self._fatal:
            raise KeyboardInterrupt
        super().stage(name, total)


@pytest.fixture(scope="session")
def fitted(drawn_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    out = tmp_path_factory.mktemp("fit") / "run"
    fit(open_dataset(drawn_set).train, out, TINY, Progress(io.StringIO()))
    return out


def _few(tmp_path: Path, draw: Draw, count: int) -> list[Path]:
    paths = [tmp_path / f"{number:02d}.png" for number in range(count)]
    for number, path in enumerate(paths):
        cv2.imwrite(str(path), draw(number))
    return paths


def test_the_recipe_promises_what_the_held_out_parts_give(fitted: Path) -> None:
    recipe = decode_recipe((fitted / "recipe.json").read_bytes())
    assert (recipe.promise.n, recipe.promise.kind, recipe.promise.rank) == (21, "split", 1)
    assert recipe.promise.bound_95 == pytest.approx(1 - 0.05 ** (1 / 21))
    report = msgspec.json.decode((fitted / "report.json").read_bytes())
    assert recipe.decision.limit == max(report["calibration_scores"])
    assert report["fixture"] == "none: as asked"
    assert report["screen"].partition(", ")[0] in {"z", "raw", "both"}
    assert recipe.verify.dims == 8


def test_the_detector_of_a_run_tells_good_from_bad(fitted: Path, drawn_set: Path) -> None:
    detector = load_detector(Run(fitted))
    seen = {example: detector.inspect(read_frame(example.path)) for example in open_dataset(drawn_set).test}
    worst_good = max(one.score for example, one in seen.items() if not example.bad)
    assert all(one.score > worst_good for example, one in seen.items() if example.bad)
    assert all(one.verdict is Verdict.REJECT for example, one in seen.items() if example.bad)


def test_a_cancelled_fit_resumes_and_ends_with_the_same_bytes(fitted: Path, drawn_set: Path, tmp_path: Path) -> None:
    paths = open_dataset(drawn_set).train
    with pytest.raises(KeyboardInterrupt):
        fit(paths, tmp_path / "run", TINY, _Cancelling("calibration"))
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["config.json", "stage-round0-vae.safetensors"]
    fit(paths, tmp_path / "run", TINY, _Cancelling("screener (VAE)"))
    for name in RESULT:
        assert (tmp_path / "run" / name).read_bytes() == (fitted / name).read_bytes(), name


def test_few_parts_are_calibrated_by_folds_on_one_scale(
    tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = []

    def choose_once(*arguments: Any) -> Any:
        chosen.append(choose_decision(*arguments))
        return chosen[-1]

    monkeypatch.setattr("training.learning.choose_decision", choose_once)
    limit = fit(_few(tmp_path, draw, 9), tmp_path / "run", TINY, Progress(io.StringIO()))
    assert (limit.kind, limit.n) == ("cross", 9)
    assert len(chosen) == 1  # the folds take over what ships
    assert {path.name for path in (tmp_path / "run").glob("stage-*")} == {
        f"stage-{name}-vae.safetensors" for name in ("round0", "round1", "round2", "round3", "final")
    }
    assert load_detector(Run(tmp_path / "run")).recipe.promise.kind == "cross"


def test_a_tower_from_scratch_is_kept_for_resuming(drawn_set: Path, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(TINY, tower="scratch", budget_min=0.01)
    paths = open_dataset(drawn_set).train
    with pytest.raises(KeyboardInterrupt):
        fit(paths, tmp_path / "run", settings, _Cancelling("golden patches"))
    assert (tmp_path / "run" / "stage-round0-tower.safetensors").exists()
    fit(paths, tmp_path / "run", settings, _Cancelling("tower (Siamese)"))
    assert decode_recipe((tmp_path / "run" / "recipe.json").read_bytes()).provenance["tower"] == "scratch"


def test_a_promise_that_cannot_be_kept_is_refused(tmp_path: Path, draw: Draw) -> None:
    settings = msgspec.structs.replace(TINY, bound=0.05)
    with pytest.raises(ConfigError, match=r"cannot be promised from 9 .* 50 more held-out good parts are needed"):
        fit(_few(tmp_path, draw, 9), tmp_path / "run", settings, Progress(io.StringIO()))
    assert not (tmp_path / "run" / "recipe.json").exists()


def test_parts_that_no_fixture_finds_are_refused(tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = _few(tmp_path, draw, 12)
    fitted = fit_shift([draw(number) for number in range(12)])
    strict = fitted._replace(spec=msgspec.structs.replace(fitted.spec, min_quality=0.9))
    monkeypatch.setattr("training.fit.choose", lambda *_: ChosenFixture(strict, "strict"))
    for path in paths[::2]:
        cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8))
    with pytest.raises(ConfigError, match="fixture shift finds the part in only 6 of 12 good pictures"):
        fit(paths, tmp_path / "run", TINY, Progress(io.StringIO()))
