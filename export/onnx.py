"""A torch network as ONNX bytes: opset 18, free batch size, nothing outside the file, no trace of this machine."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from station.core.errors import BundleError
from station.core.recipe import ModelSpec
from training.folding import LARGE
from training.vae import served

_OPSET = 18  # leaves room for TensorRT 10.3
_EXAMPLES = 2  # batch of the example; 1 would be frozen into the graph


def onnx_bytes(network: nn.Module, spec: ModelSpec) -> bytes:
    """Export a network with the input and the outputs that `spec` names.

    Args:
        network: in evaluation mode; one input [n, *spec.input.shape], outputs as `training.vae.served` gives them.
        spec: names, shapes and the largest batch.
    """
    example = torch.zeros(_EXAMPLES, *spec.input.shape)
    batch = torch.export.Dim("n", min=1, max=spec.max_batch)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own libraries
        program = torch.onnx.export(
            served(network, spec).eval(),
            (example,),
            dynamo=True,
            verbose=False,
            opset_version=_OPSET,
            external_data=False,
            dynamic_shapes=({0: batch},),
            input_names=[spec.input.name],
            output_names=[output.name for output in spec.outputs],
        )
    if program is None:
        raise BundleError(f"{spec.output.name}: torch exported nothing")
    model: onnx.ModelProto = program.model_proto
    _strip(model)
    _halve(model.graph)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _strip(model: onnx.ModelProto) -> None:
    """Remove stack traces and paths: they name this machine and would change the bundle's hash."""
    del model.metadata_props[:]
    model.doc_string = ""
    graph = model.graph
    graph.doc_string = ""
    del graph.metadata_props[:]
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]


def _halve(graph: onnx.GraphProto) -> None:
    """Store large weights as float16 where that changes no bit, and cast them back when the network is opened."""
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or np.prod(tensor.dims) < LARGE:
            continue
        exact = numpy_helper.to_array(tensor)
        half = exact.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), exact):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
