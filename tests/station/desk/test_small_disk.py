"""The small disk is really full, can be emptied, and leaves its files where it lay. Each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from station.core.errors import StorageError
from station.desk import small_disk
from station.desk.small_disk import SmallDisk, can_mount

FULL = """
import errno, pathlib, sys
from station.desk.small_disk import SmallDisk
folder = pathlib.Path(sys.argv[1])
disk = SmallDisk(folder)
(folder / "before").write_text("kept")
(folder / "inner").mkdir()
disk.fill()
try:
    (folder / "inner" / "more").write_bytes(bytes(100_000))
    sys.exit("it was not full")
except OSError as error:
    assert error.errno == errno.ENOSPC
disk.make_room()
(folder / "inner" / "more").write_bytes(bytes(100_000))
if len(sys.argv) < 3:
    disk.close()
"""


def run(folder: Path, *words: str) -> None:
    command = [sys.executable, "-c", FULL, str(folder), *words]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(not can_mount(), reason="this machine lets us mount nothing")
def test_it_is_really_full_and_its_files_stay(tmp_path: Path) -> None:
    run(tmp_path)
    assert (tmp_path / "before").read_text() == "kept"
    assert (tmp_path / "inner" / "more").stat().st_size == 100_000
    assert not (tmp_path / ".filler").exists()


@pytest.mark.skipif(not can_mount(), reason="this machine lets us mount nothing")
def test_nothing_is_left_mounted_when_its_process_dies(tmp_path: Path) -> None:
    run(tmp_path, "do not close")
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()


def test_where_nothing_can_be_mounted_the_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str, *arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(small_disk, "_call", refuse)
    with pytest.raises(StorageError, match=r"no small disk can be mounted there .*; run as root, or leave .* out"):
        SmallDisk(tmp_path)
    assert not can_mount()
