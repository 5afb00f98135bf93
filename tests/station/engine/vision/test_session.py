"""The protocol is the whole of what vision code asks of a network, and the shipped runtime keeps to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from station.core.recipe import Recipe
from station.engine.runtime.onnx import OnnxSession
from station.engine.vision.detector import Detector
from station.engine.vision.session import Session

Make = Callable[..., Any]
MEMBERS = sorted(name for name in vars(Session) if not name.startswith("_"))


class OnlyTheProtocol:
    """Hands a network's protocol members on, and nothing else of it."""

    def __init__(self, network: Session) -> None:
        self._network = network
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name not in MEMBERS:
            raise AttributeError(f"{name} is not in the protocol")
        self.asked.add(name)
        return getattr(self._network, name)


@pytest.fixture
def recipe(recipe_with: Make) -> Recipe:
    made: Recipe = recipe_with()
    return made


def test_a_detector_needs_no_more_than_the_protocol(
    recipe: Recipe, tensors_for: Make, vae_for: Make, tower_for: Make
) -> None:
    frame = np.random.default_rng(1).integers(0, 256, (48, 64)).astype(np.uint8)
    tensors = tensors_for(recipe)
    vae, tower = OnlyTheProtocol(vae_for(recipe)), OnlyTheProtocol(tower_for(recipe))
    narrow = Detector(recipe, tensors, vae, tower)
    assert (
        narrow.inspect(frame).score
        == Detector(recipe, tensors, vae_for(recipe), tower_for(recipe)).inspect(frame).score
    )
    assert narrow.runtime == "NumPy"
    narrow.close()
    assert {"run", "close"} <= vae.asked & tower.asked


@pytest.mark.parametrize("name", ["run", "warmup", "close"])
def test_the_shipped_runtime_is_called_like_the_protocol(name: str) -> None:
    promised, given = (inspect.signature(getattr(kind, name)) for kind in (Session, OnnxSession))
    assert given == promised
