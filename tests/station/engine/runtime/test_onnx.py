"""ONNX Runtime session: refuses what is not exactly as promised, answers the same every time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from station.core.errors import BundleError, RuntimeFaultError
from station.core.recipe import ModelSpec, PictureSpec, TensorSpec, VerifySpec, tower_spec
from station.engine.runtime.onnx import OnnxSession

SPEC = ModelSpec(input=TensorSpec("x", (2, 3)), output=TensorSpec("y", (2, 3)), max_batch=4)


def model(op: str = "Relu", shape: tuple[object, ...] = ("n", 2, 3)) -> bytes:
    graph = helper.make_graph(
        [helper.make_node(op, ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString()


@pytest.fixture
def session() -> OnnxSession:
    return OnnxSession(model(), SPEC)


def test_any_batch_up_to_the_largest_gives_one_answer_per_item(session: OnnxSession) -> None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 4):
        batch = rng.normal(size=(size, 2, 3)).astype(np.float32)
        assert np.array_equal(session.run({"x": batch})["y"], np.maximum(batch, 0))


def test_an_empty_batch_gives_an_empty_answer(session: OnnxSession) -> None:
    assert session.run({"x": np.empty((0, 2, 3), np.float32)})["y"].shape == (0, 2, 3)


@pytest.mark.parametrize(
    "batch",
    [
        np.zeros((1, 2, 3), np.float64),
        np.zeros((1, 2, 3), np.uint8),
        np.zeros((1, 3, 2), np.float32),
        np.zeros((2, 3), np.float32),
        np.zeros((5, 2, 3), np.float32),
        np.zeros((1, 3, 2), np.float32).transpose(0, 2, 1),
        np.zeros((2, 2, 6), np.float32)[:, :, ::2],
    ],
    ids=["float64", "uint8", "other size", "other rank", "batch too large", "transposed", "strided"],
)
def test_input_is_refused_not_converted(session: OnnxSession, batch: np.ndarray) -> None:
    with pytest.raises(ValueError, match="x "):
        session.run({"x": batch})


def test_a_wrong_input_name_is_refused(session: OnnxSession) -> None:
    with pytest.raises(ValueError, match="inputs are"):
        session.run({"z": np.zeros((1, 2, 3), np.float32)})


def test_an_answer_that_is_not_finite_is_a_fault() -> None:
    session = OnnxSession(model("Log"), SPEC)
    with pytest.raises(RuntimeFaultError, match="y is not finite"):
        session.run({"x": np.zeros((1, 2, 3), np.float32)})


def test_one_thread_owns_the_session(session: OnnxSession) -> None:
    session.warmup(1)
    caught: list[BaseException] = []

    def intrude() -> None:
        try:
            session.run({"x": np.zeros((1, 2, 3), np.float32)})
        except ValueError as error:
            caught.append(error)

    thread = threading.Thread(target=intrude)
    thread.start()
    thread.join()
    assert "belongs to the thread" in str(caught[0])


def test_a_closed_session_does_not_answer(session: OnnxSession) -> None:
    session.close()
    session.close()
    with pytest.raises(ValueError, match="closed"):
        session.run({"x": np.zeros((1, 2, 3), np.float32)})


def test_bytes_that_are_no_network_are_refused() -> None:
    with pytest.raises(BundleError, match=r"vae\.onnx: ONNX Runtime refuses it"):
        OnnxSession(b"not a network", SPEC, file="vae.onnx")


@pytest.mark.parametrize("shape", [("n", 2, 4), (1, 2, 3), ("n", 2)], ids=["other size", "fixed batch", "other rank"])
def test_a_network_with_another_interface_is_refused(shape: tuple[object, ...]) -> None:
    with pytest.raises(BundleError, match=r"tower\.onnx: has x tensor\(float\)"):
        OnnxSession(model(shape=shape), SPEC, file="tower.onnx")


def test_info_names_runtime_and_threads(session: OnnxSession) -> None:
    assert session.info.startswith("ONNX Runtime ")
    assert session.info.endswith("CPU, 1 thread, fp32")


def test_a_tower_answers_bit_equally_and_item_by_item(tower_file: Callable[..., bytes]) -> None:
    verify = VerifySpec(receptive_px=43, patch_cells=4, dims=8)
    session = OnnxSession(tower_file(verify), tower_spec(verify, PictureSpec(64, 64)))
    batch = np.random.default_rng(0).random((7, *session.spec.input.shape), dtype=np.float32)
    first = session.run({"patches": batch})["descriptors"]
    assert np.array_equal(session.run({"patches": batch})["descriptors"], first)
    order = [3, 0, 6, 1, 5, 2, 4]
    permuted = session.run({"patches": np.ascontiguousarray(batch[order])})["descriptors"]
    assert np.allclose(permuted, first[order], atol=1e-6)
    one = session.run({"patches": batch[2:3]})["descriptors"]
    assert np.allclose(one[0], first[2], atol=1e-6)


def test_nan_among_the_weights_is_noticed_at_the_warm_up(tower_file: Callable[..., bytes]) -> None:
    verify = VerifySpec(receptive_px=43, patch_cells=4, dims=8)
    network = ModelProto.FromString(tower_file(verify))
    weight = numpy_helper.to_array(network.graph.initializer[0]).copy()
    weight.flat[0] = np.nan
    network.graph.initializer[0].CopyFrom(numpy_helper.from_array(weight, network.graph.initializer[0].name))
    with pytest.raises(RuntimeFaultError, match="descriptors is not finite"):
        OnnxSession(network.SerializeToString(), tower_spec(verify, PictureSpec(64, 64))).warmup(1)


TWO = ModelSpec(input=SPEC.input, output=SPEC.output, latent=TensorSpec("latent", (2, 1)), max_batch=4)


def two_outputs(names: tuple[str, ...] = ("y", "latent"), op: str = "Identity") -> bytes:
    """y = relu x; latent = the mean of each row, or what `op` makes of it."""
    mean = [helper.make_node("ReduceMean", ["x", "axis"], ["mean"]), helper.make_node(op, ["mean"], ["latent"])]
    shapes = {"y": ("n", 2, 3), "latent": ("n", 2, 1)}
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"]), *mean],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", 2, 3))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in names],
        [numpy_helper.from_array(np.array([2], np.int64), "axis")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString()


def test_a_second_output_is_answered_too() -> None:
    session = OnnxSession(two_outputs(), TWO)
    batch = np.random.default_rng(0).normal(size=(3, 2, 3)).astype(np.float32)
    answer = session.run({"x": batch})
    assert list(answer) == ["y", "latent"]
    assert np.array_equal(answer["y"], np.maximum(batch, 0))
    assert np.allclose(answer["latent"], batch.mean(axis=2, keepdims=True))
    empty = session.run({"x": batch[:0]})
    assert (empty["y"].shape, empty["latent"].shape) == ((0, 2, 3), (0, 2, 1))


def test_a_second_output_that_is_not_finite_is_a_fault() -> None:
    session = OnnxSession(two_outputs(op="Log"), TWO)
    with pytest.raises(RuntimeFaultError, match="latent is not finite"):
        session.run({"x": np.zeros((1, 2, 3), np.float32)})


@pytest.mark.parametrize("names", [("y",), ("latent", "y")], ids=["missing", "other order"])
def test_outputs_that_are_not_the_recipe_s_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(BundleError, match=r"vae\.onnx: has .*; the recipe says y tensor.*, latent tensor"):
        OnnxSession(two_outputs(names), TWO, file="vae.onnx")


def test_an_output_that_the_recipe_does_not_name_is_refused() -> None:
    with pytest.raises(BundleError, match=r"vae\.onnx: has y tensor.*, latent tensor.*; the recipe says y tensor"):
        OnnxSession(two_outputs(), SPEC, file="vae.onnx")
