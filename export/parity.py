"""Proof that the exported network says what the trained one said, at every batch size that the station may use."""

from __future__ import annotations

import numpy as np
from torch import nn

from station.core.errors import BundleError
from station.core.recipe import ModelSpec
from station.engine.runtime.onnx import OnnxSession
from training.sessions import TorchSession

TOLERANCE = 1e-5
_BATCHES = (1, 2, 7)


def check_parity(model: bytes, network: nn.Module, spec: ModelSpec, file: str) -> float:
    """Largest absolute difference of any output of ONNX Runtime and torch over batches of 1, 2, 7 and the largest.

    Raises:
        BundleError: more than 1e-5, an answer is not finite, or the batch is not free.
    """
    station, lab = OnnxSession(model, spec, file=file), TorchSession(network, spec)
    rng = np.random.default_rng(0)
    worst = 0.0
    for size in sorted({*(batch for batch in _BATCHES if batch <= spec.max_batch), spec.max_batch}):
        feeds = {spec.input.name: rng.random((size, *spec.input.shape), np.float32)}
        ours, theirs = station.run(feeds), lab.run(feeds)
        for name in (output.name for output in spec.outputs):
            difference = float(np.abs(ours[name] - theirs[name]).max())
            if not difference <= TOLERANCE:  # NaN is no agreement
                raise BundleError(
                    f"{file}: differs from the trained network in {name} by {difference:.2g} at batch {size}; "
                    f"not exported"
                )
            worst = max(worst, difference)
    station.close()
    return worst
