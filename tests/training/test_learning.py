"""What learning hands to the line: a bank that equals the line's own descriptors, and both ways of looking agree."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from station.core.errors import ConfigError
from station.core.recipe import Recipe, decode_recipe, tower_spec
from training.dataset import open_dataset, read_frame
from training.fit import fit
from training.folding import restored, weights
from training.learning import load_detector, load_networks, open_learned
from training.progress import Progress
from training.run import Run
from training.settings import FitSettings
from training.tower import Tower
from training.vae import Vae


@pytest.fixture(scope="module")
def run(fitted: Path) -> Run:
    """A run whose bank holds at most twelve golden parts and eight descriptors per place."""
    return Run(fitted)


def test_the_bank_holds_what_the_line_sees(run: Run) -> None:
    """A golden part inspected by the line lies at distance 0 wherever its own descriptor was kept."""
    detector = load_detector(run)
    pictures = [cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE) for _, jpeg in sorted(run.need("gallery").items())]
    assert len(pictures) == 12
    everywhere = [
        detector.verifier.compare_everywhere(detector.verifier.describe_everywhere(detector.preparation.prepare(f)[0]))
        for f in run.need("golden")["frames"]
    ]
    own = np.stack(everywhere).min(axis=(1, 2))
    assert own.min() < 2e-3  # float16 in the bank


def test_the_tensors_are_those_that_the_station_reads(run: Run) -> None:
    recipe, _, embedder = load_networks(run)
    tensors = run.need("calibration")
    rows, columns = recipe.picture.grid
    assert tensors["bank.descriptors"].shape == (rows, columns, 8, 8)
    assert tensors["bank.descriptors"].dtype == np.float16
    assert tensors["bank.golden"].dtype == np.uint16
    assert tensors["bank.golden"].max() < 12
    if recipe.screen.whitening == "per_place":
        assert tensors["screen.mean"].shape == tensors["screen.std"].shape == recipe.screen_size
    else:
        assert tensors["screen.mean"].shape == tensors["screen.std"].shape
        assert tensors["screen.mean"].ndim == 1
    assert embedder.reduce.weight.shape == (8, 96 + 128, 1, 1)  # middle and coarse


def _patches(recipe: Recipe) -> Recipe:
    verify = msgspec.structs.replace(recipe.verify, look="patches")
    return msgspec.structs.replace(recipe, verify=verify, tower=tower_spec(verify, recipe.picture))


def test_looking_at_the_picture_and_at_patches_is_the_same(run: Run, drawn_set: Path) -> None:
    recipe, vae, embedder = load_networks(run)
    assert recipe.verify.look == "picture"
    tensors = run.need("calibration")
    whole = open_learned(recipe, tensors, vae, embedder)
    pieces = open_learned(_patches(recipe), tensors, vae, embedder)
    for example in open_dataset(drawn_set).test:
        frame = read_frame(example.path)
        ours, theirs = whole.inspect(frame), pieces.inspect(frame)
        assert ours.score == pytest.approx(theirs.score, abs=1e-3)
        assert ours.verdict is theirs.verdict
        assert [one.box for one in ours.findings] == [one.box for one in theirs.findings]
        assert ours.distances == pytest.approx(theirs.distances, abs=1e-3)


def test_normal_parts_have_small_z_and_a_scratch_a_large_one(run: Run, drawn_set: Path) -> None:
    detector = load_detector(run)
    z: dict[bool, list[float]] = {False: [], True: []}
    for example in open_dataset(drawn_set).test:
        z[example.bad].append(float(detector.inspect(read_frame(example.path)).z.max()))
    assert max(z[False]) < min(z[True])


def test_a_prepared_picture_is_judged_like_its_frame(run: Run, drawn_set: Path) -> None:
    detector = load_detector(run)
    frame = read_frame(open_dataset(drawn_set).test[-1].path)
    seen = detector.inspect(frame)
    assert detector.inspect_picture(seen.picture).score == seen.score


def test_the_limit_stands_on_scores_that_the_detector_gives_again(run: Run, drawn_set: Path) -> None:
    """One detector judges all held-out parts: exactly those of its scores stand in the result."""
    detector = load_detector(run)
    scores = {detector.inspect(read_frame(path)).score for path in open_dataset(drawn_set).train}
    assert set(run.need("calibration")["decision.scores"].tolist()) <= set(np.float32(list(scores)).tolist())


def test_a_global_bank_has_no_places(drawn_set: Path, tiny: FitSettings, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(tiny, bank="global", global_size=64, cells=4, candidates=3, budget_min=0.01)
    fit(open_dataset(drawn_set).train, tmp_path / "run", settings, Progress(io.StringIO()))
    recipe = decode_recipe((tmp_path / "run" / "recipe.json").read_bytes())
    assert (recipe.verify.bank, recipe.verify.statistic, recipe.verify.m) == ("global", "mean", 4)
    assert recipe.verify.look == "patches"  # three patches are less than the picture
    assert Run(tmp_path / "run").need("calibration")["bank.descriptors"].shape == (64, 8)
    detector = load_detector(Run(tmp_path / "run"))
    scores = {
        bad: [detector.inspect(read_frame(one.path)).score for one in open_dataset(drawn_set).test if one.bad is bad]
        for bad in (False, True)
    }
    assert max(scores[False]) < min(scores[True])


def test_levels_that_look_too_far_for_a_small_picture_are_not_tried(
    drawn_set: Path, tiny: FitSettings, tmp_path: Path
) -> None:
    """A deep cell sees 91 px; a picture of 32 px cannot be mirrored 42 px far."""
    paths = open_dataset(drawn_set).train
    settings = msgspec.structs.replace(tiny, frame=(32, 48), levels=(), cells=0, budget_min=0.001)
    fit(paths, tmp_path / "run", settings, Progress(io.StringIO()))
    assert load_detector(Run(tmp_path / "run")).recipe.verify.receptive_px == 43
    tried = msgspec.json.decode(Run(tmp_path / "run").read("report.json"))
    assert [name for name in tried if "bank, 10 cells" in name]
    assert not [name for name in tried if "deep" in name]
    for wrong in ({"frame": (32, 48), "levels": ("deep",)}, {"frame": (16, 48)}):
        with pytest.raises(ConfigError, match="px are too small for this tower"):
            fit(paths, tmp_path / "small", msgspec.structs.replace(tiny, **wrong), Progress(io.StringIO()))
        shutil.rmtree(tmp_path / "small")


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ConfigError, match="weights of another network"):
        restored(Vae(), weights(Tower()))
    part = weights(Vae())
    del part["to_mean.bias"]
    with pytest.raises(ConfigError, match=r"to_mean\.bias"):
        restored(Vae(), part)


def test_an_unfinished_run_is_no_detector(tmp_path: Path, tiny: FitSettings) -> None:
    run = Run.begin(tmp_path / "run", tiny, "abc")
    with pytest.raises(ConfigError, match=r"recipe\.json is missing: no finished run"):
        load_detector(run)
