"""Listing operators without the onnx package: the same list as the package gives, and foreign ones refused."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from station.core.errors import BundleError
from station.core.onnx_ops import check_ops, list_ops


def value(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 4])


def model(*nodes: onnx.NodeProto, weights: tuple[onnx.TensorProto, ...] = ()) -> onnx.ModelProto:
    graph = helper.make_graph(list(nodes), "g", [value("x")], [value("y")], list(weights))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])


@given(st.lists(st.sampled_from(["Relu", "Conv", "Sigmoid", "Resize"]), min_size=1, max_size=40))
def test_the_list_is_that_of_the_onnx_package(ops: list[str]) -> None:
    made = model(*(helper.make_node(op, ["x"], ["y"], doc_string="d" * 200, alpha=0.5, sizes=[1, 2]) for op in ops))
    assert list_ops(made.SerializeToString()) == [node.op_type for node in made.graph.node] == ops


def test_weights_do_not_hide_operators() -> None:
    weight = numpy_helper.from_array(np.arange(100_000, dtype=np.float32), "w")
    assert list_ops(model(helper.make_node("Add", ["x", "w"], ["y"]), weights=(weight,)).SerializeToString()) == ["Add"]


def test_plain_networks_are_accepted() -> None:
    check_ops(model(helper.make_node("Relu", ["x"], ["y"])).SerializeToString(), "vae.onnx")


@pytest.mark.parametrize("domain", ["com.microsoft", "trt.plugins"])
def test_operators_of_other_domains_are_refused(domain: str) -> None:
    foreign = model(helper.make_node("Relu", ["x"], ["y"], domain=domain)).SerializeToString()
    with pytest.raises(BundleError, match=rf"tower\.onnx: uses what this station does not run: {domain}\.Relu"):
        check_ops(foreign, "tower.onnx")


def test_control_flow_is_refused_with_what_it_hides() -> None:
    inner = helper.make_graph([helper.make_node("StringNormalizer", ["x"], ["y"])], "inner", [], [value("y")])
    branching = model(helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner))
    assert list_ops(branching.SerializeToString()) == ["StringNormalizer", "StringNormalizer", "If"]
    with pytest.raises(BundleError, match="If, StringNormalizer"):
        check_ops(branching.SerializeToString(), "vae.onnx")


def test_weights_in_other_files_are_refused() -> None:
    weight = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    entry = weight.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    weight.data_location = TensorProto.EXTERNAL
    made = model(helper.make_node("Add", ["x", "w"], ["y"]), weights=(weight,))
    with pytest.raises(BundleError, match="data outside the file"):
        check_ops(made.SerializeToString(), "vae.onnx")
    constant = model(helper.make_node("Constant", [], ["y"], value=weight))
    with pytest.raises(BundleError, match="data outside the file"):
        check_ops(constant.SerializeToString(), "vae.onnx")


def test_function_definitions_are_refused() -> None:
    made = model(helper.make_node("Relu", ["x"], ["y"]))
    made.functions.append(
        helper.make_function("own", "F", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])], made.opset_import)
    )
    with pytest.raises(BundleError, match="function definition"):
        check_ops(made.SerializeToString(), "vae.onnx")


def test_graphs_nested_without_end_are_refused() -> None:
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [], [value("y")])
    for _ in range(12):
        graph = helper.make_graph([helper.make_node("Loop", ["x"], ["y"], body=graph)], "g", [], [value("y")])
    with pytest.raises(BundleError, match="nested too deep"):
        check_ops(helper.make_model(graph).SerializeToString(), "vae.onnx")


@given(st.binary(max_size=200))
def test_any_bytes_give_a_list_or_a_sentence(data: bytes) -> None:
    try:
        check_ops(data, "vae.onnx")
    except BundleError as error:
        assert str(error).startswith("vae.onnx: ")


def test_a_cut_off_file_is_refused() -> None:
    whole = model(helper.make_node("Relu", ["x"], ["y"])).SerializeToString()
    with pytest.raises(BundleError, match=r"vae\.onnx: is no valid ONNX file"):
        check_ops(whole[: len(whole) - 3], "vae.onnx")
