"""Pictures of one physical part are found by likeness; different parts are not, however alike they look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.engine.vision.resampling import Grey
from training import grouping
from training.grouping import Grouping, group_parts


def _surface(seed: int) -> NDArray[np.float32]:
    """A ground surface, 0..1, [220, 260], with detail of its own on every scale."""
    rng = np.random.default_rng(seed)
    surface = np.zeros((220, 260), np.float32)
    for blur in (1.5, 3.0, 6.0):
        noise = cv2.GaussianBlur(rng.standard_normal(surface.shape).astype(np.float32), (0, 0), blur)
        surface += noise / noise.std()
    return np.clip(0.5 + 0.08 * surface, 0, 1)


def _shoot(surface: NDArray[np.float32], seed: int) -> Grey:
    """Another light, another crop (so another size), fresh noise."""
    rng = np.random.default_rng([seed, 1])
    top, left, bottom, right = rng.integers(2, 14, 4)
    crop = surface[top:-bottom, left:-right]
    grey = 255 * rng.uniform(0.5, 1.1) * crop ** rng.uniform(0.8, 1.2) + rng.normal(0, 2, crop.shape)
    return np.clip(grey, 0, 255).astype(np.uint8)


def _group(frames: Sequence[Grey]) -> Grouping:
    return group_parts(frames, [f"{number:03d}" for number in range(len(frames))])


def test_exposures_of_one_part_are_found_wherever_they_stand() -> None:
    truth = np.random.default_rng(0).permutation(np.repeat(np.arange(15), 4))
    frames = [_shoot(_surface(part), number) for number, part in enumerate(truth.tolist())]
    assert len({frame.shape for frame in frames}) > 10
    found = _group(frames)
    assert np.array_equal(np.equal.outer(found.parts, found.parts), np.equal.outer(truth, truth))
    first = [int(np.flatnonzero(truth == part)[0]) for part in truth]
    assert found.parts == [f"{number:03d}" for number in first]  # a part has the name of its first picture
    assert found.why == "60 pictures show 15 parts (most often 4 pictures of one part): found by likeness"


def test_one_repeat_among_many_parts_is_found() -> None:
    frames = [_shoot(_surface(part), part) for part in range(30)]
    found = _group([*frames, _shoot(_surface(11), 99)])
    assert found.parts == [f"{number:03d}" for number in (*range(30), 11)]
    assert found.why == "31 pictures show 30 parts (1 shown repeatedly): found by likeness"


def test_different_parts_that_look_alike_stay_apart(draw: Callable[[int, bool], Grey]) -> None:
    found = _group([draw(seed, False) for seed in range(60)])
    assert len(set(found.parts)) == 60
    assert "every picture counts as another part" in found.why


def test_a_lone_pair_that_only_lies_alike_stays_apart() -> None:
    """Two loose parts in one pose stand out among the other poses, but their surfaces are not the same."""

    def part(number: int, angle: float) -> Grey:
        shape = np.full((220, 260), 0.3, np.float32)
        box = cv2.boxPoints(((130, 110), (150, 40), angle))
        cv2.fillPoly(shape, [box.astype(np.int32)], 0.7)
        return _shoot(shape + 0.3 * (_surface(number) - 0.5) * (shape > 0.5), number)

    frames = [part(number, 11.0 * number) for number in range(16)]
    assert len(set(_group([*frames, part(20, 55.0)]).parts)) == 17


def test_a_scene_that_changes_slowly_is_no_part() -> None:
    """One camera position over time: each frame resembles the next one, there is no step."""
    start, end = _surface(0), _surface(1)
    frames = [_shoot((1 - t) * start + t * end, 5) for t in np.linspace(0, 1, 40)]
    assert len(set(_group(frames).parts)) == 40


def test_chains_that_swallow_the_set_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [_shoot(_surface(part), part) for part in range(12)]
    chain = np.eye(12, k=1, dtype=bool) | np.eye(12, k=-1, dtype=bool)
    monkeypatch.setattr(grouping, "_links", lambda likeness, near, smallest_step: chain)
    found = _group(frames)
    assert len(set(found.parts)) == 12
    assert "pass gradually into one another" in found.why


def test_too_few_and_too_many_pictures_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = np.full((20, 30), 80, np.uint8)
    assert group_parts([], []).parts == []
    assert "too few" in _group([flat, flat]).why
    monkeypatch.setattr(grouping, "_MOST", 5)
    assert "more than 5 pictures" in _group([flat] * 6).why


def test_pictures_without_any_detail_are_no_reason_to_group() -> None:
    flat = np.full((20, 30), 80, np.uint8)
    assert len(set(_group([flat] * 9).parts)) == 9


def test_likeness_is_the_best_correlation_over_shifts() -> None:
    """Against the obvious reference: move, multiply, add."""
    rng = np.random.default_rng(3)
    details = np.zeros((2, 60, 50), np.float32)
    details[0, 10:40, 12:38] = rng.standard_normal((30, 26))
    details[1] = np.roll(details[0], (7, -5), (0, 1)) + 0.5 * rng.standard_normal((60, 50))
    details /= np.linalg.norm(details, axis=(1, 2), keepdims=True)
    reach = 20
    padded = np.pad(details[1], reach)
    expected = max(
        float((details[0] * padded[y : y + 60, x : x + 50]).sum())
        for y in range(2 * reach + 1)
        for x in range(2 * reach + 1)
    )
    likeness = grouping._likeness(details, np.array([[1], [0]]))
    assert likeness[0, 1] == likeness[1, 0] == pytest.approx(np.arctanh(expected), abs=1e-4)
