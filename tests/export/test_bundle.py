"""From a run to a bundle that the station opens, and to the numbers of an evaluation through the station's code."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import numpy as np
import onnx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray
from safetensors.numpy import load

from export.bundle import export_run, golden_answers
from export.cli import main as export_main
from export.onnx import onnx_bytes
from station.core.bundle import CALIBRATION, TOWER, VAE, Bundle, generate_key, load_private_key, read_bundle
from station.core.domain import Reason, Verdict
from station.core.errors import BundleError, ConfigError, NotInspectedError
from station.engine.runtime.opening import open_bundle
from station.engine.vision.ablation import Ablation, Compared
from training.cli import main as train_main
from training.dataset import open_dataset, read_frame
from training.evaluate import evaluate
from training.learning import load_detector, load_networks, open_learned
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


@pytest.fixture
def frames(disc_set: Path, plate: Callable[[int], NDArray[np.uint8]]) -> dict[str, list[NDArray[np.uint8]]]:
    """Frames to judge, by the recipe's name."""
    discs = [read_frame(example.path) for example in open_dataset(disc_set).test]
    return {"disc": discs, "plate": [plate(seed) for seed in range(500, 506)]}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("disc_run", ("generic", "patches", "place")),
        ("whole_run", ("generic", "picture", "place")),
        ("plate_run", ("generic", "patches", "global")),
        ("imagenet_run", ("imagenet", "picture", "place")),
    ],
)
def test_every_kind_of_run_says_the_same_through_the_exported_networks(
    name: str,
    kind: tuple[str, str, str],
    request: pytest.FixtureRequest,
    frames: dict[str, list[NDArray[np.uint8]]],
    tmp_path: Path,
) -> None:
    run = Run(request.getfixturevalue(name))
    key = tmp_path / "saiken.key"
    generate_key(key)
    export_run(run, tmp_path / "bundle", load_private_key(key))
    opened = open_bundle(tmp_path / "bundle", tmp_path)
    recipe = opened.bundle.recipe
    assert (recipe.provenance["tower"], recipe.verify.look, recipe.verify.bank) == kind
    lab = load_detector(run)
    assert np.array_equal(run.need("calibration")["decision.scores"], _calibration_of(opened.bundle))
    for frame in frames[recipe.name]:
        line, ours = opened.detector.inspect(frame), lab.inspect(frame)
        assert line.score == pytest.approx(ours.score, rel=1e-4, abs=1e-3)
        assert line.verdict is ours.verdict
        assert [one.box for one in line.findings] == [one.box for one in ours.findings]


def _calibration_of(bundle: Bundle) -> NDArray[np.float32]:
    scores: NDArray[np.float32] = load(bundle.files[CALIBRATION])["decision.scores"]
    return scores


def test_a_turned_part_is_rejected_by_the_third_score(
    plate_run: Path, plate: Callable[[int], NDArray[np.uint8]], tmp_path: Path
) -> None:
    run = Run(plate_run)
    assert json.loads(run.read("report.json"))["logical"] == "on"
    bundle = export_run(run, tmp_path / "bundle", Ed25519PrivateKey.generate())
    outputs = onnx.load_from_string(bundle.files[VAE]).graph.output
    assert [output.name for output in outputs] == ["reconstruction", "latent"]
    recipe, vae, embedder = load_networks(run)
    assert recipe.logical is not None
    tensors = run.need("calibration")
    detector = open_learned(recipe, tensors, vae, embedder)
    local = open_learned(msgspec.structs.replace(recipe, logical=None), tensors, vae, embedder)
    raised = 0
    for seed in range(500, 506):
        good, turned = plate(seed), np.ascontiguousarray(plate(seed)[::-1, ::-1])
        assert detector.inspect(good).score == local.inspect(good).score, "good parts do not feel it"
        seen = detector.inspect(turned)
        assert seen.verdict is Verdict.REJECT
        assert seen.score > recipe.decision.limit
        raised += seen.score > local.inspect(turned).score
    assert raised >= 3, "it is the third score that finds those without a speck of dust"


def test_pictures_of_differing_sizes_are_learnt_exported_and_judged(disc_set: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    kinds = {"train/good": 9, "test/good": 3, "test/scratch": 3, "ground_truth/scratch": 3}
    for folder, count in kinds.items():
        (data / folder).mkdir(parents=True)
        for number, path in enumerate(sorted((disc_set / folder).iterdir())[:count]):
            picture = cv2.resize(read_frame(path), (70 + number % 3, 66 + number % 2))
            cv2.imwrite(str(data / folder / path.name), picture)
    run, out = tmp_path / "run", tmp_path / "bundle"
    words = ["fit", str(data), "--out", str(run), "--fixture", "none", "--dims", "8", "--screen-scale", "2", "--quick"]
    assert train_main(words) == 1, "without a size they are refused"
    assert train_main([*words, "--frame", "64x64"]) == 0
    assert export_main([str(run), "--out", str(out)]) == 0
    assert train_main(["evaluate", str(out), str(data), "--json", str(tmp_path / "result.json")]) == 0
    recipe = read_bundle(out, tmp_path).recipe
    assert (recipe.frame.height, recipe.frame.width, recipe.provenance["resized"]) == (64, 64, 1)
    cascade = json.loads((tmp_path / "result.json").read_text())["cascade"]
    assert (cascade["n_good"], cascade["n_bad"], cascade["not_inspected"]) == (3, 3, 0)
    assert cascade["auroc"] == 1.0
    assert 0 < cascade["aupro"] <= 1


def test_the_card_says_what_is_promised(bundle: Path) -> None:
    text = (bundle / "CARD.md").read_text()
    promise = read_bundle(bundle, bundle.parent).recipe.promise
    assert (promise.n, promise.rank) == (20, 1)
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
