"""Data sets: both layouts, and one clear sentence for each kind of wrong input."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from station.core.errors import ConfigError
from training.dataset import (
    frames_sha256,
    open_dataset,
    part_names,
    read_frame,
    read_frames,
    read_mask,
    read_parts_file,
)


def _write(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


def _grey(size: int = 16) -> np.ndarray:
    return np.full((size, size), 90, np.uint8)


def test_the_mvtec_layout(drawn_set: Path) -> None:
    data = open_dataset(drawn_set)
    assert [path.name for path in data.train[:3]] == ["000.png", "001.png", "002.png"]
    assert len(data.train) == 84
    assert [example.kind for example in data.test] == ["good"] * 6 + ["scratch"] * 6
    assert all((example.mask is not None) == example.bad for example in data.test)
    mask = data.test[-1].mask
    assert mask is not None
    assert read_mask(mask).dtype == bool
    assert read_mask(mask).any()


@pytest.mark.parametrize("folder", ["", "good", "train"])
def test_plain_folders_are_good_parts(tmp_path: Path, folder: str) -> None:
    _write(tmp_path / folder / "a.png", _grey())
    assert len(open_dataset(tmp_path).train) == 1
    assert open_dataset(tmp_path).test == ()


def test_a_folder_without_good_parts_says_where_to_put_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no good parts: put pictures .* into .*train/good"):
        open_dataset(tmp_path)
    with pytest.raises(ConfigError, match="there is no such folder"):
        open_dataset(tmp_path / "nowhere")


def test_colour_becomes_grey(tmp_path: Path) -> None:
    colour = np.zeros((8, 8, 3), np.uint8)
    colour[..., 1] = 200
    frame = read_frame(_write(tmp_path / "c.png", colour))
    assert frame.shape == (8, 8)
    assert 100 < frame[0, 0] < 130


def test_each_wrong_picture_is_named(tmp_path: Path) -> None:
    deep = _write(tmp_path / "deep.png", np.full((8, 8), 1000, np.uint16))
    with pytest.raises(ConfigError, match=r"deep\.png: has 16 bits a pixel; save it as 8-bit grey"):
        read_frame(deep)
    cut = _write(tmp_path / "cut.png", np.random.default_rng(0).integers(0, 255, (32, 32), np.uint8))
    cut.write_bytes(cut.read_bytes()[:-40])
    with pytest.raises(ConfigError, match=r"cut\.png: the file is cut off"):
        read_frame(cut)
    nonsense = tmp_path / "text.bmp"
    nonsense.write_text("no picture")
    with pytest.raises(ConfigError, match=r"text\.bmp: is no picture"):
        read_frame(nonsense)
    with pytest.raises(ConfigError, match=r"gone\.png: cannot be read"):
        read_frame(tmp_path / "gone.png")


def test_mixed_sizes_name_both_files(tmp_path: Path) -> None:
    paths = [_write(tmp_path / "a.png", _grey(16)), _write(tmp_path / "b.png", _grey(24))]
    with pytest.raises(ConfigError, match=r"b\.png: is 24 x 24 pixels, but .*a\.png is 16 x 16"):
        read_frames(paths)


def test_pictures_of_mixed_sizes_are_scaled_by_area_average(tmp_path: Path) -> None:
    large = np.random.default_rng(0).integers(0, 255, (16, 24), np.uint8)
    paths = [_write(tmp_path / "a.png", large), _write(tmp_path / "b.png", _grey(8)[:, :6])]
    frames = read_frames(paths, (4, 6))
    assert [frame.shape for frame in frames] == [(4, 6), (4, 6)]
    means = large.reshape(4, 4, 6, 4).mean((1, 3))
    assert np.abs(frames[0] - means).max() <= 0.5
    assert (frames[1] == 90).all()
    assert (read_frame(paths[0], (16, 24)) == large).all()


def test_masks_are_scaled_by_nearest_pixel(tmp_path: Path) -> None:
    mask = np.zeros((8, 12), np.uint8)
    mask[:, 6:] = 255
    path = _write(tmp_path / "m.png", mask)
    assert (read_mask(path) == (mask > 0)).all()
    for height, width in ((4, 6), (16, 24)):
        scaled = read_mask(path, (height, width))
        assert scaled.shape == (height, width)
        assert not scaled[:, : width // 2].any()
        assert scaled[:, width // 2 :].all()


def test_parts_are_named_by_file_or_by_pattern() -> None:
    paths = [Path("t7_1.png"), Path("t7_2.png"), Path("t9_1.png")]
    assert part_names(paths, None) == ["t7_1", "t7_2", "t9_1"]
    assert part_names(paths, r"(.*)_\d+") == ["t7", "t7", "t9"]
    for wrong, message in ((r"(.*", "no regular expression"), ("abc", "needs a group"), (r"x(\d)", "does not match")):
        with pytest.raises(ConfigError, match=message):
            part_names(paths, wrong)


def test_a_group_file_names_parts_by_the_end_of_the_path(tmp_path: Path) -> None:
    table = tmp_path / "parts.csv"
    table.write_text("part,file,light\n7,good\\a.png,1\n 8 ,b.png,2\n9,a.png,1\n3,other.png,\n", encoding="utf-8-sig")
    pictures = [tmp_path / "good" / "a.png", tmp_path / "good" / "b.png", tmp_path / "more" / "a.png"]
    assert read_parts_file(table, pictures) == ["7", "8", "9"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,part\na.png,1\n", r"parts\.csv: has no line for b\.png \(and 1 more\); add one"),
        ("file,part\na.png,1\nb.png,1\na.png,2\n", r"line 4: a\.png is there twice; keep one"),
        ("file,part\na.png,\n", r"line 2: part is empty"),
        ("file,part\na.png\n", r"line 2: part is empty"),
        ("file,part\n,1\n", r"line 2: file is empty"),
        ("file,group\na.png,1\n", r"has no column 'part'; the first line must be file,part"),
        ("", r"has no column 'file'"),
    ],
)
def test_each_wrong_group_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    table = tmp_path / "parts.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_parts_file(table, [Path("a.png"), Path("b.png"), Path("c.png")])


def test_a_group_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"parts\.csv: cannot be read"):
        read_parts_file(tmp_path / "parts.csv", [])
    (tmp_path / "parts.csv").write_bytes(b"file,part\n\xff.png,1\n")
    with pytest.raises(ConfigError, match=r"parts\.csv: is no CSV file in UTF-8"):
        read_parts_file(tmp_path / "parts.csv", [])


def test_the_hash_sees_order_and_pixels() -> None:
    a, b = _grey(8), _grey(8) + 1
    assert frames_sha256([a, b]) == frames_sha256([a.copy(), b.copy()])
    assert frames_sha256([a, b]) != frames_sha256([b, a])
