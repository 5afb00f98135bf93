"""A baseline as one ONNX file, backbone, bank and blur together: how its own library would ship it."""

from __future__ import annotations

import copy
import logging
import warnings

import torch
from torch import Tensor, nn


def exported(peer: nn.Module, picture: Tensor) -> bytes:
    """ONNX bytes of a peer for pictures of this one shape; input "picture", outputs "score" and "map"."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own libraries
        program = torch.onnx.export(
            copy.deepcopy(peer).eval(),
            (picture,),
            dynamo=True,
            verbose=False,
            opset_version=18,
            external_data=False,
            input_names=["picture"],
            output_names=["score", "map"],
        )
    if program is None:
        raise RuntimeError("torch exported nothing")
    return bytes(program.model_proto.SerializeToString())
