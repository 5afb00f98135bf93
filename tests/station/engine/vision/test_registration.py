"""Fixtures: the part is found where it is, or the part is not inspected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import BundleError, NotInspectedError
from station.core.recipe import FixtureSpec, PictureSpec
from station.engine.vision.fixture_fit import FittedFixture, fit_shift, fit_silhouette
from station.engine.vision.registration import Fixture, make_fixture
from station.engine.vision.resampling import region_matrix, resample

Draw = Callable[..., np.ndarray]
POSES = [(0.4, 80, 80), (2.2, 78, 84), (-1.3, 84, 76), (3.0, 80, 82), (-2.5, 76, 80), (1.5, 80, 78)]


def open_fixture(fitted: FittedFixture) -> Fixture:
    return make_fixture(fitted.spec, fitted.picture, fitted.reference)


@pytest.fixture
def bolts(bolt: Draw) -> FittedFixture:
    return fit_silhouette([bolt(*pose, seed=number) for number, pose in enumerate(POSES)])


@pytest.fixture
def plates(plate: Draw) -> FittedFixture:
    return fit_shift([plate(x, y, seed=number) for number, (x, y) in enumerate([(0, 0), (2, 1), (-2, 2), (1, -3)])])


def test_a_fixed_region_is_cut_out() -> None:
    frame = np.random.default_rng(0).integers(0, 255, (48, 64)).astype(np.uint8)
    fixture = make_fixture(FixtureSpec(kind="none", region=(16, 8, 32, 32)), PictureSpec(32, 32), None)
    found = fixture.register(frame)
    assert np.array_equal(found.picture, frame[8:40, 16:48])
    assert found.quality == 1.0
    assert np.allclose(found.matrix @ [0, 0, 1], [16, 8])


@pytest.mark.parametrize(
    "region",
    [(0, 0, 64, 48), (16, 8, 32, 32), (40.5, 8, 16, 16), (-8, 4, 32, 32), (48, 32, 32, 32), (8, 8, 48, 32)],
    ids=str,
)
def test_a_fixed_region_is_the_resampled_region(region: tuple[float, float, float, float]) -> None:
    """Whole pixels inside the frame are copied; between pixels, outside and at other scales they are resampled."""
    frame = np.random.default_rng(1).integers(0, 255, (48, 64)).astype(np.uint8)
    height, width = (16, 24) if region == (8, 8, 48, 32) else (int(region[3]), int(region[2]))
    found = make_fixture(FixtureSpec(kind="none", region=region), PictureSpec(height, width), None).register(frame)
    assert np.array_equal(found.picture, resample(frame, region_matrix(region, height, width), height, width))
    assert not np.shares_memory(found.picture, frame)  # a camera may use its buffer again


@pytest.mark.parametrize("angle", [0.0, 0.7, 1.57, 2.4, 3.14, -0.5, -1.57, -2.6])
def test_a_loose_part_gives_the_same_picture_at_any_angle(bolt: Draw, bolts: FittedFixture, angle: float) -> None:
    fixture = open_fixture(bolts)
    reference = fixture.register(bolt(0.4, 80, 80, seed=0)).picture.astype(float)
    found = fixture.register(bolt(angle, 82, 77, seed=9))
    inner = (slice(8, -8), slice(8, -8))
    assert np.abs(found.picture.astype(float) - reference)[inner].mean() < 8  # the ground's slope alone is 5
    assert found.quality > bolts.spec.min_quality
    bolt_matrix = found.matrix[:, :2]
    assert np.isclose(np.linalg.det(bolt_matrix), 1.0, atol=0.01)  # turned, never mirrored


def test_the_matrix_leads_from_the_picture_to_the_frame(bolt: Draw, bolts: FittedFixture) -> None:
    angle, x, y = 0.9, 84.0, 75.0
    fixture = open_fixture(bolts)
    clean, marked = fixture.register(bolt(angle, x, y)), fixture.register(bolt(angle, x, y, scratch=True))
    assert np.abs(clean.matrix - marked.matrix).max() < 0.5
    difference = np.abs(clean.picture.astype(int) - marked.picture.astype(int))
    row, column = np.unravel_index(difference.argmax(), difference.shape)
    found = marked.matrix @ [column, row, 1]
    at = np.array([68 - 55.5, 32 - 31.5])  # the scratch from the drawing's middle
    true = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ at + (x, y)
    assert np.linalg.norm(found - true) < 8


def test_no_part_is_not_registered(bolts: FittedFixture) -> None:
    empty = np.random.default_rng(0).normal(200, 2, (160, 160)).astype(np.uint8)
    with pytest.raises(NotInspectedError, match=r"the silhouette covers|looks unlike") as refused:
        open_fixture(bolts).register(empty)
    assert refused.value.reason is Reason.NOT_REGISTERED


def test_two_parts_that_touch_are_not_registered(bolt: Draw, bolts: FittedFixture) -> None:
    two = np.minimum(bolt(0.0, 80, 55), bolt(1.57, 80, 105))
    with pytest.raises(NotInspectedError) as refused:
        open_fixture(bolts).register(two)
    assert refused.value.reason is Reason.NOT_REGISTERED


@pytest.mark.parametrize(("x", "y", "angle"), [(0, 0, 0), (4.5, -3, 0.0), (-6, 5, 0.04)], ids=str)
def test_a_shifted_part_gives_the_same_picture(
    plate: Draw, plates: FittedFixture, x: float, y: float, angle: float
) -> None:
    fixture = open_fixture(plates)
    still, moved = fixture.register(plate(0, 0)), fixture.register(plate(x, y, angle, gain=0.9, seed=5))
    inner = (slice(16, -16), slice(16, -16))
    assert np.abs(still.picture * 0.9 - moved.picture.astype(float))[inner].mean() < 6
    middle = moved.matrix @ [79.5, 59.5, 1]
    assert np.linalg.norm(middle - still.matrix @ [79.5, 59.5, 1] - (x, y)) < 0.5


def test_a_part_too_far_away_is_not_registered(
    plate: Draw, plates: FittedFixture, replace: Callable[..., FixtureSpec]
) -> None:
    strict = plates._replace(spec=replace(plates.spec, max_shift_px=3.0))
    with pytest.raises(NotInspectedError, match=r"lies 8\.\d px and 0\.\d degrees off; allowed are 3 px") as refused:
        open_fixture(strict).register(plate(8, 0))
    assert refused.value.reason is Reason.NOT_REGISTERED


def test_a_part_turned_too_far_is_not_registered(
    plate: Draw, plates: FittedFixture, replace: Callable[..., FixtureSpec]
) -> None:
    strict = plates._replace(spec=replace(plates.spec, max_angle_deg=1.0))
    with pytest.raises(NotInspectedError, match="degrees off"):
        open_fixture(strict).register(plate(0, 0, 0.05))


def test_something_else_is_not_registered(plates: FittedFixture) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (120, 160)).astype(np.uint8)
    with pytest.raises(NotInspectedError, match="looks unlike the reference: correlation"):
        open_fixture(plates).register(noise)


def test_a_frame_of_another_size_is_refused(plates: FittedFixture) -> None:
    with pytest.raises(NotInspectedError) as refused:
        open_fixture(plates).register(np.zeros((60, 80), np.uint8))
    assert refused.value.reason is Reason.WRONG_FRAME


@pytest.mark.parametrize("kind", ["shift", "silhouette"])
def test_a_missing_reference_is_a_broken_bundle(kind: str) -> None:
    spec = FixtureSpec(kind=kind, region=(0, 0, 32, 32))  # type: ignore[arg-type]
    with pytest.raises(BundleError, match=rf"fixture\.reference is missing, but fixture\.kind = {kind}"):
        make_fixture(spec, PictureSpec(32, 32), None)


def test_registering_changes_neither_reference_nor_frame() -> None:
    rng = np.random.default_rng(3)
    frames = [rng.integers(0, 255, (128, 128)).astype(np.uint8)] * 2  # a size that a Fourier transform takes as it is
    fitted = fit_shift(frames)
    assert fitted.reference is not None
    reference, frame = fitted.reference.copy(), frames[0].copy()
    fixture = open_fixture(fitted)
    first = fixture.register(frame)
    assert np.array_equal(fixture.register(frame).matrix, first.matrix)
    assert np.array_equal(fitted.reference, reference)
    assert np.array_equal(frame, frames[0])
