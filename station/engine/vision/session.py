"""What the vision code needs from a network runtime. The adapters stand in `station.engine.runtime`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from station.core.recipe import ModelSpec

Floats = NDArray[np.float32]


class Session(Protocol):
    """One network, opened. One thread owns it: the one that calls `run` first."""

    @property
    def spec(self) -> ModelSpec:
        """Names and shapes of the input and of all outputs, largest batch."""
        ...

    @property
    def info(self) -> str:
        """Runtime, version, device and threads, for people and records."""
        ...

    def run(self, feeds: Mapping[str, Floats]) -> dict[str, Floats]:
        """Named tensors in, named tensors out.

        Args:
            feeds: C-contiguous float32 [n, *shape], 0 <= n <= max_batch; anything else is refused, not converted.

        Returns:
            Float32 [n, *shape] for each of `spec.outputs`; an empty batch gives an empty result.

        Raises:
            RuntimeFaultError: the network did not answer, or its answer is not finite.
            ValueError: wrong name, type or shape: a bug in the caller.
        """
        ...

    def warmup(self, runs: int = 3) -> None:
        """Run batches of 1 and max_batch `runs` times, so that the first part is as fast as the others."""
        ...

    def close(self) -> None:
        """Give back the network's memory; may be called twice."""
        ...
