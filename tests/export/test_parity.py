"""Parity: equal networks pass at every batch size; one that differs at any of them is refused and named."""

from __future__ import annotations

import msgspec
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from export.parity import TOLERANCE, check_parity
from station.core.errors import BundleError
from station.core.recipe import ModelSpec, TensorSpec

SHAPE = (1, 3, 3)


class Doubled(nn.Module):
    """2 x + 1, wrong by `error` at the batch size `wrong_at`; remembers the batch sizes it was asked."""

    def __init__(self, wrong_at: int = 0, error: float = 0.0) -> None:
        super().__init__()
        self.wrong_at, self.error = wrong_at, error
        self.asked: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.asked.append(len(x))
        answer = 2 * x + 1
        if len(x) == self.wrong_at:
            answer[-1, 0, 1, 2] += self.error  # one number of the last picture
        return answer


def _spec(max_batch: int) -> ModelSpec:
    return ModelSpec(
        input=TensorSpec(name="picture", shape=SHAPE),
        output=TensorSpec(name="answer", shape=SHAPE),
        max_batch=max_batch,
    )


def _model(batch: int | str = "n") -> bytes:
    """2 x + 1 as an ONNX file."""
    graph = helper.make_graph(
        [helper.make_node("Mul", ["picture", "two"], ["twice"]), helper.make_node("Add", ["twice", "one"], ["answer"])],
        "doubled",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [batch, *SHAPE])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [batch, *SHAPE])],
        [helper.make_tensor(name, TensorProto.FLOAT, [], [value]) for name, value in (("two", 2.0), ("one", 1.0))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("max_batch", "asked"), [(12, [1, 2, 7, 12]), (7, [1, 2, 7]), (4, [1, 2, 4]), (2, [1, 2]), (1, [1])]
)
def test_equal_networks_pass_at_one_two_seven_and_the_largest(max_batch: int, asked: list[int]) -> None:
    network = Doubled()
    assert check_parity(_model(), network, _spec(max_batch), "tower.onnx") <= TOLERANCE
    assert network.asked == asked


@pytest.mark.parametrize("size", [1, 2, 7, 12])
def test_one_wrong_number_at_one_batch_size_is_enough(size: int) -> None:
    with pytest.raises(BundleError, match=rf"tower\.onnx: differs .* by 0\.00\d+ at batch {size}; not exported"):
        check_parity(_model(), Doubled(size, error=1e-3), _spec(12), "tower.onnx")


@pytest.mark.parametrize("error", [2e-5, -2e-5])
def test_the_tolerance_holds_in_both_directions(error: float) -> None:
    with pytest.raises(BundleError, match="at batch 7"):
        check_parity(_model(), Doubled(7, error), _spec(12), "tower.onnx")


def test_rounding_is_allowed_and_told() -> None:
    worst = check_parity(_model(), Doubled(7, error=4e-6), _spec(12), "tower.onnx")
    assert worst == pytest.approx(4e-6, rel=0.2)


def test_a_frozen_batch_is_refused() -> None:
    with pytest.raises(BundleError, match=r"tower\.onnx: has .*free batch size"):
        check_parity(_model(batch=2), Doubled(), _spec(12), "tower.onnx")


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(BundleError, match=r"tower\.onnx: ONNX Runtime refuses it"):
        check_parity(b"nonsense", Doubled(), _spec(2), "tower.onnx")


def test_asking_leaves_the_network_in_evaluation_mode() -> None:
    network = Doubled().train()
    check_parity(_model(), network, _spec(2), "tower.onnx")
    assert not network.training
    assert torch.is_grad_enabled()


def test_a_trained_network_that_answers_nan_is_refused() -> None:
    with pytest.raises(BundleError, match=r"differs .* by nan at batch 2; not exported"):
        check_parity(_model(), Doubled(2, error=float("nan")), _spec(7), "tower.onnx")


class DoubledTwice(Doubled):
    """Gives its answer twice; the second one is wrong by `error` everywhere."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        return 2 * x + 1, 2 * x + 1 + self.error


def test_the_second_output_is_compared_too() -> None:
    spec = msgspec.structs.replace(_spec(2), latent=TensorSpec(name="latent", shape=SHAPE))
    model = onnx.load_from_string(_model())
    model.graph.node.append(helper.make_node("Identity", ["answer"], ["latent"]))
    model.graph.output.append(helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["n", *SHAPE]))
    assert check_parity(model.SerializeToString(), DoubledTwice(), spec, "vae.onnx") <= TOLERANCE
    with pytest.raises(
        BundleError, match=r"vae\.onnx: differs from the trained network in latent by 0\.001 at batch 1"
    ):
        check_parity(model.SerializeToString(), DoubledTwice(error=1e-3), spec, "vae.onnx")
