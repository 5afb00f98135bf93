"""From a bundle to a detector: what is altered, foreign or computes something else must not inspect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import onnxruntime as ort
import pytest
from onnx import ModelProto, numpy_helper
from safetensors.numpy import load, save

from station.core.domain import Reason, Verdict
from station.core.errors import BundleError, NotInspectedError
from station.core.recipe import DecisionSpec, GoldenSpec, Recipe, ScreenSpec, VerifySpec, vae_spec
from station.engine.runtime.onnx import OnnxSession
from station.engine.runtime.opening import open_bundle, open_detector
from station.engine.vision.ablation import ROWS, Ablation
from station.engine.vision.preparation import pad_picture

Assembled = tuple[Recipe, dict[str, bytes]]
Release = Callable[[Recipe, dict[str, bytes]], tuple[Path, Path]]
Parts = Callable[..., list[np.ndarray]]
Scratch = Callable[[np.ndarray], np.ndarray]


def test_an_opened_detector_passes_good_parts_and_rejects_the_scratched_one(
    assembled: Assembled, release: Release, parts: Parts, scratch: Scratch
) -> None:
    opened = open_bundle(*release(*assembled))
    assert [golden.passes for golden in opened.golden] == [True, False]
    good = parts(1, seed=5)[0]
    assert opened.detector.inspect(good).verdict is Verdict.PASS
    seen = opened.detector.inspect(scratch(good))
    assert (seen.verdict, seen.reason) == (Verdict.REJECT, Reason.FINDING)
    worst = seen.findings[0]
    assert worst.confirmed
    x, y, width, height = worst.box
    assert x < 54 and x + width > 50 and y < 44 and y + height > 20  # the scratch lies in the box
    opened.detector.close()


def test_the_same_frame_twice_gives_bit_equal_scores(assembled: Assembled, release: Release, parts: Parts) -> None:
    detector = open_detector(*release(*assembled))
    frame, other = parts(2, seed=7)
    first = detector.inspect(frame)
    detector.inspect(other)
    again = detector.inspect(frame)
    assert again.score == first.score
    assert again.findings == first.findings
    reopened = open_detector(*release(*assembled))
    assert reopened.inspect(frame).score == first.score


def test_patch_descriptors_equal_the_dense_map(
    assembled: Assembled, release: Release, parts: Parts, tower_file: Callable[..., bytes]
) -> None:
    detector = open_detector(*release(*assembled))
    recipe = detector.recipe
    picture = detector.preparation.prepare(parts(1)[0]).picture
    dense_tower = ort.InferenceSession(tower_file(recipe.verify, free_size=True), providers=["CPUExecutionProvider"])
    (dense,) = dense_tower.run(None, {"patches": pad_picture(picture, recipe.verify)[None, None]})
    assert dense.shape == (1, recipe.verify.dims, *recipe.picture.grid)
    patchwise = detector.verifier.describe_everywhere(picture)
    assert np.abs(patchwise - dense[0].transpose(1, 2, 0)).max() <= 1e-5


def test_the_rows_of_the_comparison_see_the_scratch(
    assembled: Assembled, release: Release, parts: Parts, scratch: Scratch
) -> None:
    ablation = Ablation(open_detector(*release(*assembled)))
    good = parts(1, seed=9)[0]
    clean, bad = ablation.compare(good), ablation.compare(scratch(good), want_maps=True)
    assert tuple(bad.scores) == ROWS
    seeing = ("vae_whitened", "cascade", "whole_frame")  # a blurred reconstruction differs everywhere: the other two
    assert all(bad.scores[row] > clean.scores[row] for row in seeing)
    for row in seeing:
        peak = np.unravel_index(bad.maps[row].argmax(), bad.maps[row].shape)
        assert bad.maps[row].shape == good.shape
        assert 8 <= peak[0] <= 56 and 38 <= peak[1] <= 66, row  # at most a cell and a half off
    assert bad.scores["whole_frame"] >= bad.scores["cascade"] - 1e-4


def test_the_evidence_shows_three_patches_of_one_size(
    assembled: Assembled, release: Release, parts: Parts, scratch: Scratch
) -> None:
    detector = open_detector(*release(*assembled))
    seen = detector.inspect(scratch(parts(1, seed=3)[0]))
    why = detector.why(seen, seen.findings[0])
    assert why.flagged.height == why.golden.height == why.reconstruction.height
    assert len(why.golden.pixels) == why.golden.height * why.golden.width
    flagged, golden = (np.frombuffer(patch.pixels, np.uint8).astype(int) for patch in (why.flagged, why.golden))
    assert flagged.max() == 255 and np.abs(flagged - golden).max() > 60  # the golden patch has no scratch


def test_other_frames_are_refused_with_a_sentence(assembled: Assembled, release: Release, parts: Parts) -> None:
    detector = open_detector(*release(*assembled))
    frame = parts(1)[0]
    with pytest.raises(NotInspectedError, match=r"16-bit pixels \(uint16\); 8 bit is needed") as wide:
        detector.inspect(frame.astype(np.uint16))
    with pytest.raises(NotInspectedError, match="the frame is 32 x 96; the recipe is for 64 x 96 grey") as small:
        detector.inspect(frame[:32])
    assert wide.value.reason is small.value.reason is Reason.WRONG_FRAME


def test_a_network_for_another_image_size_is_refused(
    assembled: Assembled, release: Release, models: dict[str, bytes]
) -> None:
    recipe, files = assembled
    screen = ScreenSpec(scale=1)
    larger = msgspec.structs.replace(recipe, screen=screen, vae=vae_spec(recipe.picture, screen))
    with pytest.raises(BundleError, match=r"vae\.onnx: has picture tensor\(float\) \['n', 1, 32, 48\]; .* 64, 96\]"):
        open_bundle(*release(larger, files))


def test_nan_among_the_weights_is_refused(assembled: Assembled, release: Release) -> None:
    recipe, files = assembled
    network = ModelProto.FromString(files["tower.onnx"])
    weight = numpy_helper.to_array(network.graph.initializer[0]).copy()
    weight.flat[0] = np.nan
    network.graph.initializer[0].CopyFrom(numpy_helper.from_array(weight, network.graph.initializer[0].name))
    with pytest.raises(BundleError, match=r"tower\.onnx: does not run: descriptors is not finite"):
        open_bundle(*release(recipe, files | {"tower.onnx": network.SerializeToString()}))


@pytest.mark.parametrize("name", ["screen.mean", "screen.std", "bank.descriptors"])
def test_nan_in_the_calibration_is_refused(assembled: Assembled, release: Release, name: str) -> None:
    recipe, files = assembled
    tensors = load(files["calibration.safetensors"])
    tensors[name].flat[3] = np.nan
    with pytest.raises(BundleError, match=r"calibration\.safetensors: .*not finite"):
        open_bundle(*release(recipe, files | {"calibration.safetensors": save(tensors)}))


@pytest.mark.parametrize("name", ["screen.mean", "bank.descriptors", "bank.golden"])
def test_a_missing_tensor_is_named(assembled: Assembled, release: Release, name: str) -> None:
    recipe, files = assembled
    tensors = load(files["calibration.safetensors"])
    del tensors[name]
    with pytest.raises(BundleError, match=rf"calibration\.safetensors: {name} is missing"):
        open_bundle(*release(recipe, files | {"calibration.safetensors": save(tensors)}))


def test_a_bank_for_another_picture_is_refused(assembled: Assembled, release: Release) -> None:
    recipe, files = assembled
    tensors = load(files["calibration.safetensors"])
    tensors["bank.descriptors"] = np.ascontiguousarray(tensors["bank.descriptors"][:4])
    with pytest.raises(BundleError, match=r"bank\.descriptors \(4, 12, 6, 8\): the recipe needs \[8, 12, M, 8\]"):
        open_bundle(*release(recipe, files | {"calibration.safetensors": save(tensors)}))


@pytest.mark.parametrize("wrong", ["scores", "passes"])
def test_a_golden_frame_with_another_answer_is_refused(assembled: Assembled, release: Release, wrong: str) -> None:
    recipe, files = assembled
    tensors = load(files["golden.safetensors"])
    tensors[wrong][1] = 1 - tensors[wrong][1]
    with pytest.raises(BundleError, match=r"golden\.safetensors: frame 1 gives REJECT .* computes something else"):
        open_bundle(*release(recipe, files | {"golden.safetensors": save(tensors)}))


def test_golden_frames_of_another_size_are_refused(assembled: Assembled, release: Release) -> None:
    recipe, files = assembled
    tensors = load(files["golden.safetensors"])
    tensors["frames"] = np.ascontiguousarray(tensors["frames"][:, :32])
    with pytest.raises(BundleError, match=r"golden\.safetensors: frames is \(2, 32, 96\); the recipe says"):
        open_bundle(*release(recipe, files | {"golden.safetensors": save(tensors)}))


def test_golden_frames_of_another_depth_are_refused(assembled: Assembled, release: Release) -> None:
    recipe, files = assembled
    tensors = load(files["golden.safetensors"])
    tensors["frames"] = tensors["frames"].astype(np.uint16)
    with pytest.raises(BundleError, match=r"golden\.safetensors: frames are uint16, not 8 bit"):
        open_bundle(*release(recipe, files | {"golden.safetensors": save(tensors)}))


def test_a_golden_frame_that_cannot_be_inspected_is_refused(assembled: Assembled, release: Release) -> None:
    recipe, files = assembled
    impossible = msgspec.structs.replace(recipe, decision=DecisionSpec(limit=1.0, z_std=5e-324))
    with pytest.raises(BundleError, match=r"golden\.safetensors: frame 0 cannot be inspected here: .*not finite"):
        open_bundle(*release(impossible, files))


def test_a_bundle_may_come_without_golden_frames(assembled: Assembled, release: Release) -> None:
    recipe, files = assembled
    bare = msgspec.structs.replace(recipe, golden=GoldenSpec(count=0))
    assert open_bundle(*release(bare, files | {"golden.safetensors": save({})})).golden == ()


def test_a_damaged_tensor_file_is_refused(assembled: Assembled, release: Release) -> None:
    recipe, files = assembled
    with pytest.raises(BundleError, match=r"gallery\.safetensors: is no valid safetensors file"):
        open_bundle(*release(recipe, files | {"gallery.safetensors": b"\x00" * 20}))


def test_the_tower_interface_follows_from_the_recipe(assembled: Assembled, tower_file: Callable[..., bytes]) -> None:
    recipe, _ = assembled
    other = VerifySpec(receptive_px=43, patch_cells=2, dims=8)
    with pytest.raises(BundleError, match=r"tower\.onnx: has patches"):
        OnnxSession(tower_file(other), recipe.tower, file="tower.onnx")
