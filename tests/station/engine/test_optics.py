"""Light and lens against the golden pictures: slow to change its mind, clear in what it says."""

from __future__ import annotations

import time

import numpy as np
import pytest

from station.core.domain import Health
from station.engine.optics import PARTS, Optics, look_at


def part(seed: int = 1, gain: float = 1.0, blur: int = 0, size: tuple[int, int] = (160, 200)):
    """A textured picture; `blur` averages that many neighbours along a row."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(40, 160, size).astype(np.float64)
    for _ in range(blur):
        pixels[:, 1:] = (pixels[:, 1:] + pixels[:, :-1]) / 2
        pixels = (pixels - pixels.mean()) * 1.4 + pixels.mean()
    return np.clip(pixels * gain, 0, 255).astype(np.uint8)


@pytest.fixture
def optics() -> Optics:
    return Optics([part(seed) for seed in (11, 12, 13)])


def see(optics: Optics, count: int = PARTS, **of) -> None:
    for seed in range(count):
        optics.watch(part(seed, **of))


def test_nothing_is_known_before_enough_parts(optics):
    see(optics, PARTS - 1)
    assert (optics.health, optics.detail) == (Health.CHECK, "")
    see(optics, 1)
    assert (optics.health, optics.detail) == (Health.GOOD, "")


@pytest.mark.parametrize(
    ("gain", "health", "word"),
    [
        (0.8, Health.MAINTENANCE, "20% darker"),
        (0.6, Health.OUT_OF_SPECIFICATION, "40% darker"),
        (1.2, Health.MAINTENANCE, "20% brighter"),
    ],
)
def test_light(optics, gain, health, word):
    see(optics)
    see(optics, gain=gain)
    assert optics.health is health
    assert word in optics.detail


def test_blur_is_told_from_light(optics):
    see(optics, blur=2)
    assert optics.health is not Health.GOOD
    assert optics.detail.startswith("sharpness ")


def test_single_odd_parts_change_nothing(optics):
    see(optics)
    for _ in range(3):
        see(optics, PARTS - 1, gain=0.5)
        see(optics, 1)
    assert optics.health is Health.GOOD


def test_it_is_well_again_only_after_as_many_good_parts(optics):
    see(optics, gain=0.5)
    see(optics, PARTS - 1)
    assert optics.health is Health.OUT_OF_SPECIFICATION
    see(optics, 1)
    assert optics.health is Health.GOOD


def test_without_a_golden_picture_nothing_is_claimed():
    optics = Optics([])
    see(optics)
    assert (optics.health, optics.detail) == (Health.CHECK, "")


def test_a_flat_golden_picture_has_no_sharpness_to_compare():
    flat = np.full((12, 16), 10, np.uint8)
    optics = Optics([flat])
    for _ in range(PARTS):
        optics.watch(flat)
    assert optics.health is Health.GOOD
    assert look_at(flat).sharpness == 0


def test_looking_is_cheap():
    frame = part(size=(1024, 1280))
    costs = []
    for _ in range(50):
        begin = time.thread_time()
        look_at(frame)
        costs.append(time.thread_time() - begin)
    assert min(costs) < 0.001  # measured 0.2 ms; a loaded machine gets some room
