"""Networks of random weights as ONNX, and a whole signed bundle made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save

from station.core.bundle import generate_key, load_private_key, write_bundle
from station.core.recipe import (
    DecisionSpec,
    FixtureSpec,
    FrameSpec,
    GoldenSpec,
    PictureSpec,
    PromiseSpec,
    Recipe,
    ScreenSpec,
    VerifySpec,
    tower_spec,
    vae_spec,
)
from station.engine.runtime.onnx import OnnxSession
from station.engine.runtime.opening import Golden, golden_tensors
from station.engine.vision.bank_building import build_place_bank
from station.engine.vision.detector import Detector
from station.engine.vision.evidence import encode_gallery
from station.engine.vision.screen import fit_per_place

SIZE = (64, 96)
VERIFY = VerifySpec(receptive_px=43, patch_cells=4, dims=8, neighbourhood=1)


def _convolution(
    rng: np.random.Generator, name: str, channels: tuple[int, int], kernel: int, **attributes: list[int]
) -> tuple[onnx.NodeProto, onnx.TensorProto]:
    into, out = channels
    weight = rng.normal(0, 1 / np.sqrt(into * kernel * kernel), (out, into, kernel, kernel)).astype(np.float32)
    node = helper.make_node("Conv", [name, f"{name}_w"], [f"{name}_c"], **attributes)
    return node, numpy_helper.from_array(weight, f"{name}_w")


def _model(
    nodes: list[onnx.NodeProto],
    weights: list[onnx.TensorProto],
    ends: tuple[tuple[str, list[object]], tuple[str, list[object]]],
) -> bytes:
    (into, into_shape), (out, out_shape) = ends
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(into, TensorProto.FLOAT, into_shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, out_shape)],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def tower_onnx(verify: VerifySpec, widths: tuple[int, ...] = (8, 8, 8), free_size: bool = False) -> bytes:
    """Three levels of [conv 3x3 stride 2, conv 3x3], valid: 43 px receptive field; then 1x1 to `dims`."""
    rng = np.random.default_rng(1)
    nodes, weights, name, into = [], [], "patches", 1
    for level, width in enumerate(widths):
        for step, stride in (("a", 2), ("b", 1)):
            node, weight = _convolution(rng, name, (into, width), 3, strides=[stride, stride])
            after = f"l{level}{step}"
            nodes += [node, helper.make_node("Relu", [node.output[0]], [after])]
            weights.append(weight)
            name, into = after, width
    node, weight = _convolution(rng, name, (into, verify.dims), 1)
    node.output[0] = "descriptors"
    side, cells = (None, None) if free_size else (verify.patch_px, verify.patch_cells)
    ends = ("patches", ["n", 1, side, side]), ("descriptors", ["n", verify.dims, cells, cells])
    return _model([*nodes, node], [*weights, weight], ends)


def vae_onnx(size: tuple[int, int]) -> bytes:
    """Stands in for a VAE: reconstructs a blurred picture."""
    weight = numpy_helper.from_array(np.full((1, 1, 5, 5), 1 / 25, dtype=np.float32), "w")
    node = helper.make_node("Conv", ["picture", "w"], ["reconstruction"], pads=[2, 2, 2, 2])
    return _model([node], [weight], (("picture", ["n", 1, *size]), ("reconstruction", ["n", 1, *size])))


def frames(count: int, seed: int = 0) -> list[np.ndarray]:
    """Drawn parts: the same rings and lines, a little noise."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    drawing = 120 + 60 * np.sin(np.hypot(rows - 30, columns - 40) / 5) + 30 * (columns % 24 < 4)
    return [np.clip(drawing + rng.normal(0, 3, SIZE), 0, 255).astype(np.uint8) for _ in range(count)]


def scratched(frame: np.ndarray) -> np.ndarray:
    """A defect that anybody sees."""
    bad = frame.copy()
    bad[20:44, 50:54] = 255
    return bad


def make_recipe() -> Recipe:
    picture, screen = PictureSpec(*SIZE), ScreenSpec(scale=2)
    return Recipe(
        name="rings",
        version="1",
        product="ring",
        frame=FrameSpec(*SIZE),
        fixture=FixtureSpec(kind="none", region=(0, 0, SIZE[1], SIZE[0])),
        picture=picture,
        screen=screen,
        verify=VERIFY,
        decision=DecisionSpec(limit=1.0, fusion="sum"),
        promise=PromiseSpec(n=10, rank=1, mean=0.1, bound_95=0.26),
        vae=vae_spec(picture, screen),
        tower=tower_spec(VERIFY, picture),
    )


def assemble(recipe: Recipe, models: dict[str, bytes]) -> tuple[Recipe, dict[str, bytes]]:
    """Everything but the signature: statistics, bank, limit and golden frames from drawn parts."""
    vae = OnnxSession(models["vae.onnx"], recipe.vae)
    tower = OnnxSession(models["tower.onnx"], recipe.tower)
    rows, columns = recipe.picture.grid
    size = recipe.screen_size
    tensors = {
        "screen.mean": np.zeros(size, np.float32),
        "screen.std": np.ones(size, np.float32),
        "bank.descriptors": np.zeros((rows, columns, 1, recipe.verify.dims), np.float16),
        "bank.golden": np.zeros((rows, columns, 1), np.int32),
    }
    raw = Detector(recipe, tensors, vae, tower)
    pictures = [raw.preparation.prepare(frame).picture for frame in frames(6)]
    mean, std = fit_per_place(np.stack([raw.screener.screen(picture).raw for picture in pictures]))
    tensors |= {"screen.mean": mean, "screen.std": std}
    tensors |= build_place_bank(np.stack([raw.verifier.describe_everywhere(picture) for picture in pictures]))
    detector = Detector(recipe, tensors, vae, tower)
    normal = max(detector.inspect(frame).score for frame in frames(6, seed=1))
    recipe = msgspec.structs.replace(
        recipe, decision=DecisionSpec(limit=normal + 1.0, fusion="sum"), golden=GoldenSpec(count=2)
    )
    good = frames(1, seed=2)[0]
    golden = [
        Golden(frame, ok, detector.inspect(frame).score) for frame, ok in ((good, True), (scratched(good), False))
    ]
    return recipe, {
        **models,
        "calibration.safetensors": save(tensors),
        "golden.safetensors": save(golden_tensors(golden)),
        "gallery.safetensors": save(encode_gallery(pictures)),
        "CARD.md": b"# rings\n",
    }


@pytest.fixture(scope="session")
def models() -> dict[str, bytes]:
    """The two networks."""
    size = make_recipe().screen_size
    return {"vae.onnx": vae_onnx(size), "tower.onnx": tower_onnx(VERIFY)}


@pytest.fixture(scope="session")
def parts() -> Callable[..., list[np.ndarray]]:
    """Draws good frames: parts(count, seed)."""
    return frames


@pytest.fixture(scope="session")
def scratch() -> Callable[[np.ndarray], np.ndarray]:
    """Spoils a frame."""
    return scratched


@pytest.fixture(scope="session")
def tower_file() -> Callable[..., bytes]:
    """Makes towers: tower_file(verify, widths, free_size)."""
    return tower_onnx


@pytest.fixture(scope="session")
def assembled(models: dict[str, bytes]) -> tuple[Recipe, dict[str, bytes]]:
    """Recipe and files of a bundle that works."""
    return assemble(make_recipe(), models)


@pytest.fixture
def release(tmp_path: Path) -> Callable[[Recipe, dict[str, bytes]], tuple[Path, Path]]:
    """Signs and writes a bundle; gives its directory and the trust directory."""

    def write(recipe: Recipe, files: dict[str, bytes]) -> tuple[Path, Path]:
        key = tmp_path / "keys" / "release.key"
        if not key.exists():
            generate_key(key)
        write_bundle(tmp_path / "bundle", recipe, files, load_private_key(key), replace=True)
        return tmp_path / "bundle", key.parent

    return write
