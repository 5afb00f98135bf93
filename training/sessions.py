"""torch networks behind the station's session protocol, so that training judges parts with the line's own code."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from station.core.recipe import ModelSpec
from station.engine.vision.resampling import Floats
from training.vae import served


class TorchSession:
    """One network; implements `station.engine.vision.session.Session`."""

    def __init__(self, network: nn.Module, spec: ModelSpec) -> None:
        self.spec = spec
        self.info = f"torch {torch.__version__}, CPU"
        self._network = served(network, spec).eval()

    def run(self, feeds: Mapping[str, Floats]) -> dict[str, Floats]:
        """Named tensors in, named tensors out; see `Session.run`."""
        with torch.inference_mode():
            answer = self._network(torch.from_numpy(np.ascontiguousarray(feeds[self.spec.input.name])))
        answers = answer if isinstance(answer, tuple) else (answer,)
        return {output.name: one.numpy() for output, one in zip(self.spec.outputs, answers, strict=True)}

    def warmup(self, runs: int = 3) -> None:
        """Nothing to warm up."""

    def close(self) -> None:
        """Nothing to give back."""
