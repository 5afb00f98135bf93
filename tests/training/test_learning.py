"""What learning hands to the line: a mask of the part, and a bank that equals the line's own descriptors."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.core.errors import ConfigError
from training.dataset import open_dataset, read_frame
from training.fit import fit
from training.folding import restored, weights
from training.learning import load_detector, load_networks, part_mask
from training.progress import Progress
from training.run import Run
from training.settings import FitSettings
from training.tower import Tower
from training.vae import Vae


@pytest.fixture(scope="module")
def run(drawn_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose bank holds six golden parts and all their descriptors."""
    out = tmp_path_factory.mktemp("learning") / "run"
    settings = FitSettings(fixture="none", budget_min=0.02, dims=16, max_golden=6, patch_cells=3)
    fit(open_dataset(drawn_set).train, out, settings, Progress(io.StringIO()))
    return Run(out)


def test_the_bank_holds_what_the_line_sees_patch_by_patch(run: Run) -> None:
    """A golden part inspected by the line lies at distance 0: dense maps and patches give the same descriptors."""
    detector = load_detector(run)
    golden = [detector.inspect(frame) for frame in run.need("golden")["frames"]]
    pictures = [cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE) for _, jpeg in sorted(run.need("gallery").items())]
    assert len(pictures) == 6
    own = [seen for seen in golden if seen.verdict.value == "pass"]
    assert own
    for seen in own:
        assert float(seen.distances.max()) < 2e-3  # float16 in the bank


def test_the_tensors_are_those_that_the_station_reads(run: Run) -> None:
    recipe, _, embedder = load_networks(run)
    tensors = run.need("calibration")
    rows, columns = recipe.picture.grid
    assert tensors["bank.descriptors"].shape == (rows, columns, 6, 16)
    assert tensors["bank.descriptors"].dtype == np.float16
    assert tensors["bank.golden"].max() == 5
    assert tensors["screen.mean"].shape == tensors["screen.std"].shape == recipe.screen_size
    assert embedder.reduce.weight.shape == (16, 272, 1, 1)


def test_normal_parts_have_small_z_and_a_scratch_a_large_one(run: Run, drawn_set: Path) -> None:
    detector = load_detector(run)
    z: dict[bool, list[float]] = {False: [], True: []}
    for example in open_dataset(drawn_set).test:
        z[example.bad].append(float(detector.inspect(read_frame(example.path)).z.max()))
    assert max(z[False]) < min(z[True])


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ConfigError, match="weights of another network"):
        restored(Vae(), weights(Tower()))
    part = weights(Vae())
    del part["to_mean.bias"]
    with pytest.raises(ConfigError, match=r"to_mean\.bias"):
        restored(Vae(), part)


@pytest.mark.parametrize("dark", [True, False])
def test_the_mask_covers_the_part_and_leaves_the_background(dark: bool) -> None:
    part, ground = (0.2, 0.8) if dark else (0.8, 0.2)
    pictures = np.full((6, 64, 96), ground, np.float32)
    pictures[:, 24:40, 32:64] = part
    mask = part_mask(pictures, dark)
    assert mask.shape == (8, 12)
    assert mask[3:5, 4:8].all()
    assert mask.sum() == 4 * 6  # one cell wider on each side
