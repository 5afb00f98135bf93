from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import cv2
import pytest

from station.core.errors import ConfigError, StorageError
from station.sim.conveyor import BAD_KINDS
from station.sim.dataset import main, write_dataset


def digest(folder: Path) -> dict[str, str]:
    """Hash of every file, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_layout_is_mvtec(tmp_path: Path) -> None:
    out = tmp_path / "drawn"
    counts = write_dataset(out, train=6, test=24, seed=3, size=(96, 96))
    assert counts == {"train/good": 6, "test/good": 12, **{f"test/{kind}": 2 for kind in BAD_KINDS}}
    assert sorted(path.name for path in (out / "train" / "good").iterdir()) == [f"{n:03d}.png" for n in range(6)]
    for kind in BAD_KINDS:
        for number in range(2):
            picture = cv2.imread(str(out / "test" / kind / f"{number:03d}.png"), cv2.IMREAD_UNCHANGED)
            mask = cv2.imread(str(out / "ground_truth" / kind / f"{number:03d}_mask.png"), cv2.IMREAD_UNCHANGED)
            assert picture is not None
            assert mask is not None
            assert picture.shape == mask.shape == (96, 96)
            assert mask.any()
    assert not (out / "ground_truth" / "good").exists()


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_dataset(tmp_path / name, train=4, test=8, seed=seed, size=(64, 64))
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")


def test_no_two_pictures_are_equal(tmp_path: Path) -> None:
    write_dataset(tmp_path / "a", train=10, test=12, seed=5, size=(64, 64))
    pictures = [value for name, value in digest(tmp_path / "a").items() if "ground_truth" not in name]
    assert len(set(pictures)) == len(pictures) == 22


def test_an_existing_folder_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(ConfigError, match="exists already"):
        write_dataset(tmp_path / "mine", train=1, test=0)
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.parametrize("wrong", [{"train": 0}, {"test": -1}, {"seed": -1}, {"size": (16, 64)}])
def test_numbers_out_of_range_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="needs"):
        write_dataset(tmp_path / "d", **wrong)
    assert not (tmp_path / "d").exists()


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="cannot be written"):
        write_dataset(tmp_path / "file" / "out", train=1, test=0, size=(64, 64))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--out", str(tmp_path / "d"), "--train", "2", "--test", "2", "--size", "64"]
    assert main(arguments) == 0
    assert "4 pictures" in capsys.readouterr().out
    assert main(arguments) == 2
    assert "exists already" in capsys.readouterr().err
