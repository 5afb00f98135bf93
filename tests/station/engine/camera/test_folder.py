"""The folder camera: pictures that cannot be used say so by name, and never shift the others."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import ConfigError, NotInspectedError
from station.engine.camera.folder import ReplayCamera, list_pictures, read_picture
from station.engine.camera.protocol import Frame, LostFrame


@pytest.fixture
def save(tmp_path, picture):
    def write(name: str, image=None):
        path = tmp_path / name
        assert cv2.imwrite(str(path), picture() if image is None else image)
        return path

    return write


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()], ids=["no folder", "empty folder"])
def test_a_folder_without_pictures_is_a_configuration_error(tmp_path, make):
    folder = tmp_path / "parts"
    make(folder)
    with pytest.raises(ConfigError, match=r"parts: .*camera\.source"):
        ReplayCamera(folder, 10).open()


def test_pictures_are_sorted_by_name_and_other_files_ignored(tmp_path, save):
    save("b.png")
    save("a.PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    assert [path.name for path in list_pictures(tmp_path)] == ["a.PNG", "b.png"]


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.pgm", "a.tif"])
def test_lossless_pictures_come_back_equal(save, name):
    image = np.arange(192, dtype=np.uint8).reshape(12, 16)
    np.testing.assert_array_equal(read_picture(save(name, image)), image)


@pytest.mark.parametrize("channels", [3, 4])
def test_colour_is_turned_to_grey(save, channels):
    image = read_picture(save("a.png", np.full((12, 16, channels), 120, np.uint8)))
    assert (image.shape, image.dtype, image[0, 0]) == ((12, 16), np.uint8, 120)


def test_sixteen_bits_are_refused_not_scaled(save):
    path = save("deep.png", np.full((12, 16), 40_000, np.uint16))
    with pytest.raises(NotInspectedError, match=r"deep\.png: has 16 bits a pixel; save it as 8-bit") as error:
        read_picture(path)
    assert error.value.reason is Reason.WRONG_FRAME


@pytest.mark.parametrize("name", ["torn.png", "torn.jpg"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_torn_file_is_refused_by_name(save, name, share):
    path = save(name, np.random.default_rng(1).integers(0, 255, (40, 50), np.uint8))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(NotInspectedError, match=rf"{name}: the file is cut off"):
        read_picture(path)


@pytest.mark.parametrize("content", [b"", b"this is no picture"])
def test_a_file_that_is_no_picture_is_refused_by_name(tmp_path, content):
    path = tmp_path / "odd.bmp"
    path.write_bytes(content)
    with pytest.raises(NotInspectedError, match=r"odd\.bmp: is no picture"):
        read_picture(path)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(NotInspectedError, match=r"gone\.png: cannot be read"):
        read_picture(tmp_path / "gone.png")


def test_a_bad_picture_keeps_its_place_and_names_itself(tmp_path, save, clock, picture):
    save("1.png", picture(1))
    save("2.png", np.zeros((12, 16), np.uint16))
    save("3.png", np.zeros((5, 6), np.uint8))
    save("4.png", picture(4))
    camera = ReplayCamera(tmp_path, 10, size=(12, 16), clock_ns=clock)
    camera.open()
    camera.arm()
    clock.advance_ms(400)
    first, deep, small, last = (camera.take(0) for _ in range(4))
    assert isinstance(first, Frame)
    assert (first.trigger, first.image[0, 0]) == (1, 1)
    assert isinstance(deep, LostFrame)
    assert (deep.trigger, deep.reason) == (2, Reason.WRONG_FRAME)
    assert "2.png" in deep.detail
    assert isinstance(small, LostFrame)
    assert (small.trigger, small.reason) == (3, Reason.WRONG_FRAME)
    assert "3.png: is 6 x 5, the recipe wants 16 x 12" in small.detail
    assert isinstance(last, Frame)
    assert (last.trigger, last.image[0, 0]) == (4, 4)


def test_the_rate_is_kept_and_a_slow_engine_skips_nothing(tmp_path, save, clock):
    for number in range(4):
        save(f"{number}.png")
    camera = ReplayCamera(tmp_path, 10, clock_ns=clock)
    camera.open()
    camera.arm()
    start = clock.ns
    clock.advance_ms(99)
    assert camera.take(0) is None
    clock.advance_ms(201)
    frames = [camera.take(0) for _ in range(3)]
    assert [frame.exposed_ns - start for frame in frames] == [100_000_000, 200_000_000, 300_000_000]
    assert camera.take(0) is None


@pytest.mark.parametrize(("repeat", "expected"), [(False, [1, 2, None, None]), (True, [1, 2, 3, 4])])
def test_the_end_of_the_folder(tmp_path, save, clock, repeat, expected):
    save("1.png")
    save("2.png")
    camera = ReplayCamera(tmp_path, 1000, repeat=repeat, clock_ns=clock)
    camera.open()
    camera.arm()
    clock.advance_ms(1000)
    items = [camera.take(0) for _ in range(4)]
    assert [item.trigger if item else None for item in items] == expected
