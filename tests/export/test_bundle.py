"""From a run to a bundle that the station opens, and to the numbers of an evaluation through the station's code."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from export.bundle import export_run, golden_answers
from export.cli import main as export_main
from export.onnx import onnx_bytes
from station.core.bundle import TOWER, VAE, read_bundle
from station.core.domain import Reason, Verdict
from station.core.errors import BundleError, ConfigError, NotInspectedError
from station.engine.runtime.opening import open_bundle
from station.engine.vision.ablation import Ablation, Compared
from training.cli import main as train_main
from training.dataset import open_dataset, read_frame
from training.evaluate import evaluate
from training.learning import load_detector, load_networks
from training.progress import Progress
from training.run import Run


@pytest.fixture(scope="module")
def bundle(disc_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run exported by the command, with a key made beside it."""
    out = tmp_path_factory.mktemp("bundles") / "disc"
    assert export_main([str(disc_run), "--out", str(out)]) == 0
    return out


def test_the_station_opens_it_and_judges_as_the_lab_did(bundle: Path, disc_run: Path, disc_set: Path) -> None:
    opened = open_bundle(bundle, bundle.parent)
    assert 1 <= len(opened.golden) <= 4
    assert any(golden.passes for golden in opened.golden)
    assert any(not golden.passes for golden in opened.golden)
    lab = load_detector(Run(disc_run))
    for example in open_dataset(disc_set).test:
        frame = read_frame(example.path)
        line, ours = opened.detector.inspect(frame), lab.inspect(frame)
        assert line.score == pytest.approx(ours.score, abs=1e-3)
        assert line.verdict is ours.verdict
        assert line.verdict is Verdict.REJECT or not example.bad
    finding = opened.detector.inspect(frame).findings[0]
    assert opened.detector.why(opened.detector.inspect(frame), finding).golden.pixels
    assert sum(path.stat().st_size for path in bundle.iterdir()) < 2_000_000


def test_the_card_says_what_is_promised(bundle: Path) -> None:
    text = (bundle / "CARD.md").read_text()
    assert "1. largest score of 20 good parts" in text
    assert "with 95 % confidence below 13.91%" in text
    assert "fixture" in text.lower()


def test_the_same_run_gives_the_same_bundle_whoever_signs(bundle: Path, disc_run: Path, tmp_path: Path) -> None:
    again = export_run(Run(disc_run), tmp_path / "again", Ed25519PrivateKey.generate())
    assert again.sha256 == read_bundle(bundle, bundle.parent).sha256


def test_evaluation_counts_every_method(bundle: Path, disc_set: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    assert train_main(["evaluate", str(bundle), str(disc_set), "--json", str(out)]) == 0
    facts = json.loads(out.read_text())
    for row in ("vae_raw", "vae_whitened", "siamese_reconstruction", "cascade", "whole_frame"):
        assert set(facts[row]) >= {"auroc", "auroc_ci95", "tpr_at_fpr_1", "tpr_at_fpr_5", "aupro"}
        assert 0 <= facts[row]["aupro"] <= 1
    cascade = facts["cascade"]
    assert (cascade["n_good"], cascade["n_bad"], cascade["misses"]) == (8, 8, 0)
    assert cascade["auroc"] == 1.0
    assert cascade["per_kind"] == {"scratch": {"n": 8, "misses": 0, "auroc": 1.0}}
    assert cascade["false_rejects"] <= 3
    assert cascade["bound_95"] == pytest.approx(0.1391, abs=1e-4)
    for group in cascade["candidates"].values():
        assert group["flagged"] == group["cleared"] + group["confirmed"] > 0
    assert facts["bundle_sha256"] == read_bundle(bundle, bundle.parent).sha256


def test_a_data_set_of_another_size_is_refused(bundle: Path, disc_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.evaluate.read_frame", lambda path: np.zeros((32, 32), np.uint8))
    with pytest.raises(ConfigError, match=r"is 32 x 32 pixels, but the bundle was made for 64 x 64"):
        evaluate(bundle, bundle.parent, open_dataset(disc_set), 1, Progress(io.StringIO()))


def test_parts_that_cannot_be_inspected_count_as_rejected(
    bundle: Path, disc_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Compared:
        raise NotInspectedError(Reason.NOT_REGISTERED, "no part")

    monkeypatch.setattr(Ablation, "compare", refuse)
    result = evaluate(bundle, bundle.parent, open_dataset(disc_set), 1, Progress(io.StringIO()))
    cascade = result.facts()["cascade"]
    assert (cascade["not_inspected"], cascade["false_rejects"], cascade["misses"]) == (16, 8, 0)
    assert cascade["auroc"] == 0.5


def test_a_golden_set_without_a_pass_is_not_exported(disc_run: Path) -> None:
    run = Run(disc_run)
    recipe, vae, embedder = load_networks(run)
    models = {VAE: onnx_bytes(vae, recipe.vae), TOWER: onnx_bytes(embedder, recipe.tower)}
    with pytest.raises(BundleError, match="no golden frame passes"):
        golden_answers(recipe, run.need("calibration"), models, np.zeros((1, 64, 64), np.uint8))
