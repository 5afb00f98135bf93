"""ImageNet backbones as towers: right arithmetic, one grid, and files that are no such network are refused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from export.onnx import onnx_bytes
from station.core.errors import ConfigError
from station.core.onnx_ops import check_ops
from station.core.recipe import ModelSpec, TensorSpec
from station.engine.runtime.onnx import OnnxSession
from training import imagenet
from training.folding import folded, restored, weights
from training.imagenet import NETWORKS, ImagenetTower, load_imagenet
from training.tower import Embedder

WEIGHTS = Path(__file__).parents[3] / "shared" / "data" / "weights"
MOBILENET = WEIGHTS / "mobilenet_v2_imagenet_fp16_torchvision_keys.npz"
SQUEEZENET = WEIGHTS / "SqueezeNet_fp16.onnx"
Arrays = dict[str, NDArray[np.generic]]


def _drawn_state(network: str, used: Sequence[str], seed: int = 0) -> Arrays:
    """Random weights under torchvision's names, three colours wide at the input, spread as trained ones are."""
    rng = np.random.default_rng(seed)
    state: Arrays = {}
    for name, value in ImagenetTower(network, used).state_dict().items():
        shape = tuple(value.shape)
        if name == "features.0.0.bias" or name.endswith("num_batches_tracked") or name.startswith("input_"):
            continue
        if name in {"features.0.0.weight", "features.0.weight"}:
            shape = (shape[0], 3, 3, 3)
        if len(shape) == 4:
            state[name] = (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float16)
        elif name.endswith("running_var"):
            state[name] = np.ones(shape, np.float16)
        else:
            state[name] = (0.3 * rng.standard_normal(shape)).astype(np.float16)
    return state


def _npz(path: Path, used: Sequence[str] = ("block3",), **changes: NDArray[np.generic]) -> Arrays:
    state = {**_drawn_state("mobilenet_v2_tensorflow", used), **changes}
    np.savez(path, **state)  # type: ignore[arg-type]
    return state


def _picture(height: int = 32, width: int = 48) -> torch.Tensor:
    return torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(1))


def _slow_convolution(
    x: NDArray[np.float64], kernel: NDArray[np.generic], stride: int, before: int
) -> NDArray[np.float64]:
    """[C, H, W] by [O, C, 3, 3]; zeros around, `before` of them at the top and at the left."""
    channels, height, width = x.shape
    wide = np.zeros((channels, height + 2, width + 2))
    wide[:, before : before + height, before : before + width] = x
    out = np.zeros((len(kernel), height // stride, width // stride))
    for row in range(out.shape[1]):
        for column in range(out.shape[2]):
            window = wide[:, row * stride : row * stride + 3, column * stride : column * stride + 3]
            out[:, row, column] = (kernel.astype(float) * window).sum((1, 2, 3))
    return out


def _norm(x: NDArray[np.float64], state: Arrays, name: str) -> NDArray[np.float64]:
    weight, bias, mean, var = (
        state[f"{name}.{part}"].astype(float)[:, None, None]
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    normed: NDArray[np.float64] = (x - mean) / np.sqrt(var + 1e-5) * weight + bias
    return normed


def _slow_block1(grey: NDArray[np.float64], state: Arrays, tensorflow: bool) -> NDArray[np.float64]:
    """The first two parts of MobileNetV2 in numpy, on three colours."""
    mean, spread = ([0.5] * 3, [0.5] * 3) if tensorflow else ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    colours = np.stack([(grey - m) / s for m, s in zip(mean, spread, strict=True)])
    x = _slow_convolution(colours, state["features.0.0.weight"], 2, 0 if tensorflow else 1)
    x = np.clip(_norm(x, state, "features.0.1"), 0, 6)
    kernel = state["features.1.conv.0.0.weight"]
    x = np.concatenate([_slow_convolution(x[[c]], kernel[[c]], 1, 1) for c in range(len(kernel))])
    x = np.clip(_norm(x, state, "features.1.conv.0.1"), 0, 6)
    x = np.einsum("oc,chw->ohw", state["features.1.conv.1.weight"][:, :, 0, 0].astype(float), x)
    return _norm(x, state, "features.1.conv.2")


def _on_cells(level: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    channels, height, width = level.shape
    cells: NDArray[np.float64] = level.reshape(channels, height // side, side, width // side, side).mean((2, 4))
    return cells


def test_mobilenet_of_tensorflow_against_numpy(tmp_path: Path) -> None:
    state = _npz(tmp_path / "net.npz", ("block1",))
    picture = _picture()
    with torch.inference_mode():
        ours = load_imagenet(str(tmp_path / "net.npz"), ["block1"])(picture)[0].numpy()
    slow = _on_cells(_slow_block1(picture[0, 0].double().numpy(), state, tensorflow=True), 4)
    assert ours.shape == (16, 4, 6)
    assert np.allclose(ours, slow, atol=1e-4)


def test_mobilenet_of_torchvision_against_numpy(tmp_path: Path) -> None:
    """Inside the picture; at its border three colours of padding became one."""
    state = _drawn_state("mobilenet_v2", ("block1",))
    torch.save({name: torch.from_numpy(value).float() for name, value in state.items()}, tmp_path / "net.pth")
    picture = _picture()
    with torch.inference_mode():
        tower = load_imagenet(str(tmp_path / "net.pth"), ["block1"])
        ours = tower(picture)[0].numpy()
    slow = _on_cells(_slow_block1(picture[0, 0].double().numpy(), state, tensorflow=False), 4)
    assert tower.network == "mobilenet_v2"
    assert np.allclose(ours[:, 1:, 1:], slow[:, 1:, 1:], atol=1e-4)
    assert np.allclose(ours, slow, atol=0.2)


@pytest.mark.parametrize("network", NETWORKS)
@torch.inference_mode()
def test_all_levels_lie_on_one_grid_and_only_what_is_used_is_built(network: str) -> None:
    names = list(NETWORKS[network].levels)
    tower = ImagenetTower(network, names[::-1]).eval()
    levels = tower.levels(_picture())
    assert tower.used == tuple(names)
    assert [tuple(level.shape) for level in levels] == [(1, channels, 4, 6) for channels in tower.channels]
    assert torch.equal(tower(_picture()), torch.cat(levels, 1))
    assert tower.receptive_field == 8
    shallow = ImagenetTower(network, names[:1])
    assert len(shallow.features) == NETWORKS[network].levels[names[0]].part + 1
    assert torch.equal(restored(shallow, weights(shallow)).eval()(_picture()), shallow(_picture()))


@torch.inference_mode()
def test_coarse_levels_are_interpolated() -> None:
    tower = ImagenetTower("mobilenet_v2", ["block10"]).eval()
    coarse = tower.features((_picture() - tower.input_shift) * tower.input_scale)  # [1, 64, 2, 3]
    assert coarse.shape == (1, 64, 2, 3)
    ours = tower(_picture())
    assert torch.allclose(ours[:, :, 0, 0], coarse[:, :, 0, 0], atol=1e-5)
    between = 0.75 * coarse[:, :, 0, 0] + 0.25 * coarse[:, :, 0, 1]
    assert torch.allclose(ours[:, :, 0, 1], between, atol=1e-5)


@pytest.mark.parametrize("network", ["mobilenet_v2_tensorflow", "squeezenet_caffe"])
@torch.inference_mode()
def test_folded_and_exported_it_says_the_same(network: str) -> None:
    tower = ImagenetTower(network, list(NETWORKS[network].levels)).eval()
    picture = _picture()
    before, ours = tower(picture), folded(tower)
    assert torch.allclose(before, ours(picture), atol=2e-2 * float(before.abs().max()))
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in ours.modules())
    embedder = Embedder(ours, torch.randn(8, sum(tower.channels)), torch.zeros(8)).eval()
    spec = ModelSpec(TensorSpec("picture", (1, 32, 48)), TensorSpec("descriptors", (8, 4, 6)), max_batch=8)
    model = onnx_bytes(embedder, spec)
    check_ops(model, "tower.onnx")
    answer = OnnxSession(model, spec).run({"picture": picture.numpy()})["descriptors"]
    assert np.allclose(answer, embedder(picture).numpy(), atol=1e-4 * float(np.abs(answer).max()))


def test_what_is_no_such_network_is_refused_by_name(tmp_path: Path) -> None:
    _npz(tmp_path / "net.npz", ("block1",))
    with pytest.raises(ConfigError, match=r"unknown levels \['fire3'\]; choose from block1, block3"):
        load_imagenet(str(tmp_path / "net.npz"), ["block1", "fire3"])
    with pytest.raises(ConfigError, match="no level"):
        load_imagenet(str(tmp_path / "net.npz"), [])
    with pytest.raises(ConfigError, match=r"net\.npz: is no mobilenet_v2_tensorflow: features\.2.* is missing"):
        load_imagenet(str(tmp_path / "net.npz"), ["block3"])
    with pytest.raises(ConfigError, match=r"none of the names mobilenet_v2, squeezenet1_1"):
        load_imagenet("resnet", ["block3"])
    for name in ("none.npz", "none.onnx", "none.pth"):
        with pytest.raises(ConfigError, match=f"{name}: cannot be read"):
            load_imagenet(str(tmp_path / name), ["block1"])
        (tmp_path / name).write_bytes(b"\xff nonsense")
        with pytest.raises(ConfigError, match=f"{name}: cannot be read"):
            load_imagenet(str(tmp_path / name), ["block1"])


def test_wrong_weights_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    np.savez(path, other=np.zeros(3))
    with pytest.raises(ConfigError, match=r"net\.npz: is no mobilenet_v2_tensorflow"):
        load_imagenet(str(path), ["block1"])
    _npz(path, ("block1",), **{"features.0.0.weight": np.zeros((32, 1, 3, 3), np.float16)})
    with pytest.raises(ConfigError, match=r"must be \[n, 3, 3, 3\]"):
        load_imagenet(str(path), ["block1"])
    _npz(path, ("block1",), **{"features.0.1.bias": np.full(32, np.nan, np.float16)})
    with pytest.raises(ConfigError, match=r"features\.0\.1\.bias is not finite"):
        load_imagenet(str(path), ["block1"])
    _npz(path, ("block1",), **{"features.0.1.bias": np.zeros(5, np.float16)})
    with pytest.raises(ConfigError, match="size mismatch"):
        load_imagenet(str(path), ["block1"])


def test_a_name_is_fetched_once_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    served = tmp_path / "squeezenet1_1-0.pth"
    state = _drawn_state("squeezenet1_1", ("fire3",))
    torch.save({name: torch.from_numpy(value).float() for name, value in state.items()}, served)
    sha256 = hashlib.sha256(served.read_bytes()).hexdigest()

    monkeypatch.setitem(imagenet.FETCHED, "squeezenet1_1", (served.as_uri(), "0" * 64))
    with pytest.raises(ConfigError, match=f"SHA-256 {sha256}, not 0000"):
        load_imagenet("squeezenet1_1", ["fire3"])
    assert not (tmp_path / "home").exists()

    monkeypatch.setitem(imagenet.FETCHED, "squeezenet1_1", (served.as_uri(), sha256))
    assert load_imagenet("squeezenet1_1", ["fire3"]).network == "squeezenet1_1"
    served.unlink()
    load_imagenet("squeezenet1_1", ["fire3"])  # from the cache

    (tmp_path / "home/.cache/saiken" / served.name).write_bytes(b"spoilt")
    with pytest.raises(ConfigError, match=r"no connection .* on another machine and give the file"):
        load_imagenet("squeezenet1_1", ["fire3"])


@pytest.mark.skipif(not MOBILENET.exists(), reason="needs the shared weights")
@torch.inference_mode()
def test_the_real_mobilenet_answers() -> None:
    tower = load_imagenet(str(MOBILENET), ["block3", "block6", "block10", "block13"])
    answer = tower(_picture(64, 96))
    assert answer.shape == (1, 216, 8, 12)
    assert answer.isfinite().all()
    assert 1 < answer.abs().max() < 1000


@pytest.mark.skipif(not SQUEEZENET.exists(), reason="needs the shared weights")
@torch.inference_mode()
def test_the_real_squeezenet_sees_what_its_own_file_computes() -> None:
    """Away from the right and bottom edges, where the original pads less; fire4 is read as it is."""
    picture = _picture(64, 96)
    model = onnx.load(SQUEEZENET)
    for tensor in model.graph.initializer:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    bgr = 255 * picture - torch.tensor([104.0, 117.0, 123.0])[None, :, None, None]
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    values["data_0"] = bgr.numpy()
    theirs = _until(model.graph, values, "fire4/concat_1")
    ours = load_imagenet(str(SQUEEZENET), ["fire4"])(picture).numpy()
    assert ours.shape == (1, 256, 8, 12)
    rows, columns = theirs.shape[2] - 2, theirs.shape[3] - 2
    assert np.allclose(ours[:, :, :rows, :columns], theirs[:, :, :rows, :columns], atol=2e-3 * np.abs(theirs).max())


def _until(graph: onnx.GraphProto, values: dict[str, NDArray[np.generic]], wanted: str) -> NDArray[np.float32]:
    """Run the nodes one by one with torch."""
    found = {name: torch.from_numpy(value.copy()) for name, value in values.items()}
    for node in graph.node:
        inputs = [found[name] for name in node.input]
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Conv":
            x, weight, bias = inputs
            answer = torch.conv2d(x, weight, bias, attributes["strides"], attributes["pads"][:2])
        elif node.op_type == "MaxPool":
            answer = torch.nn.functional.max_pool2d(inputs[0], 3, 2)
        else:
            answer = torch.cat(inputs, 1) if node.op_type == "Concat" else inputs[0].relu()
        found[node.output[0]] = answer
        if node.output[0] == wanted:
            break
    return found[wanted].numpy()
