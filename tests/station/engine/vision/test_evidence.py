"""Evidence: three patches of one size, around the finding and around its nearest golden patch."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from station.core.domain import Finding
from station.core.errors import BundleError
from station.core.messages import Patch
from station.engine.vision.evidence import NO_PATCH, Gallery, Pictures, crop_why, encode_gallery, grey


def finding(x: int, y: int) -> Finding:
    return Finding(box=(x, y, 16, 16), outline=(), z=1.0, distance=2.0, score=3.0, confirmed=True, golden=1)


def pixels(patch: Patch) -> np.ndarray:
    return np.frombuffer(patch.pixels, np.uint8).reshape(patch.height, patch.width)


@pytest.fixture
def pictures() -> Pictures:
    ramp = np.linspace(0, 1, 48 * 64, dtype=np.float32).reshape(48, 64)
    half = cv2.resize(ramp, (32, 24), interpolation=cv2.INTER_AREA)
    return Pictures(ramp, half, grey(1 - ramp))


def test_the_patches_lie_around_the_finding(pictures: Pictures) -> None:
    why = crop_why(finding(24, 16), (0, 0), pictures, 20)
    assert np.array_equal(pixels(why.flagged), grey(pictures.picture)[14:34, 22:42])
    assert pictures.golden is not None
    assert np.array_equal(pixels(why.golden), pictures.golden[14:34, 22:42])
    assert np.abs(pixels(why.reconstruction).astype(int) - pixels(why.flagged)).max() <= 2


def test_the_golden_patch_is_shown_where_it_comes_from(pictures: Pictures) -> None:
    why = crop_why(finding(24, 16), (8, -8), pictures, 20)
    assert pictures.golden is not None
    assert np.array_equal(pixels(why.golden), pictures.golden[6:26, 30:50])


@pytest.mark.parametrize(("x", "y"), [(0, 0), (48, 32)])
def test_patches_at_the_border_are_moved_inside(pictures: Pictures, x: int, y: int) -> None:
    why = crop_why(finding(x, y), (0, 0), pictures, 30)
    assert {(patch.height, patch.width) for patch in (why.flagged, why.golden, why.reconstruction)} == {(30, 30)}


def test_a_patch_is_never_larger_than_the_picture(pictures: Pictures) -> None:
    why = crop_why(finding(24, 16), (0, 0), pictures, 99)
    assert (why.flagged.height, why.flagged.width) == (48, 64)


def test_an_unknown_golden_part_shows_nothing(pictures: Pictures) -> None:
    assert crop_why(finding(24, 16), (0, 0), pictures._replace(golden=None), 20).golden == NO_PATCH


def test_a_gallery_gives_back_its_pictures() -> None:
    rng = np.random.default_rng(0)
    smooth = [cv2.GaussianBlur(rng.random((48, 64), dtype=np.float32), (0, 0), 3) for _ in range(3)]
    gallery = Gallery(encode_gallery(smooth))
    for number, picture in enumerate(smooth):
        shown = gallery.picture(number)
        assert shown is not None and shown.shape == (48, 64)
        assert np.abs(shown.astype(int) - grey(picture)).max() <= 6  # JPEG
    assert gallery.picture(3) is None


def test_a_damaged_picture_is_named() -> None:
    gallery = Gallery({"picture.0": np.zeros(40, np.uint8)})
    with pytest.raises(BundleError, match=r"gallery\.safetensors: picture\.0 is no picture"):
        gallery.picture(0)


def test_grey_values_are_rounded_and_clipped() -> None:
    assert grey(np.array([-0.1, 0.0, 0.5, 1.0, 1.2], np.float32)).tolist() == [0, 0, 128, 255, 255]
