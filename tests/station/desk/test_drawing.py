"""Drawn data sets: the MVTec layout, the same for the same seed, all or nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import pytest

from station.core.errors import ConfigError, StorageError
from station.desk.drawing import draw
from station.sim.conveyor import BAD_KINDS


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_draws_the_mvtec_layout(tmp_path: Path) -> None:
    out = tmp_path / "parts"
    assert draw(out, train=4, good=3, bad=8, seed=1) == 0
    assert len(list((out / "train" / "good").iterdir())) == 4
    assert len(list((out / "test" / "good").iterdir())) == 3
    assert {path.name for path in (out / "test").iterdir()} == {"good", *BAD_KINDS}
    bad = [path for kind in BAD_KINDS for path in (out / "test" / kind).iterdir()]
    assert len(bad) == 8
    for picture in bad:
        mask = out / "ground_truth" / picture.parent.name / f"{picture.stem}_mask.png"
        assert cv2.imread(str(mask), cv2.IMREAD_UNCHANGED).max() == 255
    assert cv2.imread(str(bad[0]), cv2.IMREAD_UNCHANGED).shape == (256, 256)
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


def test_same_seed_same_pictures(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        draw(tmp_path / name, train=2, good=1, bad=2, seed=seed)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")


def test_refuses_a_folder_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is there already"):
        draw(tmp_path, train=1, good=1, bad=1, seed=1)


def test_disk_that_refuses_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        draw(tmp_path / "file" / "parts", train=1, good=1, bad=1, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
