"""Pictures: complete or absent, found by their hash, shed in the agreed order, never in the way of results."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.core.errors import StorageError
from station.core.messages import FrameKey, InspectionRecord
from station.recorder.pictures import Picture, PictureStore, encode

Inspection = Callable[..., InspectionRecord]
Memfd = Callable[[bytes], int]
Offer = Callable[..., None]

HEIGHT, WIDTH = 24, 32
SIZE = HEIGHT * WIDTH
GIB = 1 << 30


class Disk:
    """Free space to be set by a test; `gate` holds the writing thread back."""

    def __init__(self) -> None:
        self.free = GIB
        self.gate = threading.Event()
        self.gate.set()

    def free_bytes(self, _: Path) -> int:
        assert self.gate.wait(30)
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def store(tmp_path: Path, disk: Disk) -> Iterator[PictureStore]:
    """Room for four waiting pictures, 100 bytes must stay free."""
    pictures = PictureStore(tmp_path / "pictures", 4 * SIZE, 100, disk.free_bytes)
    yield pictures
    disk.gate.set()
    pictures.close()


@pytest.fixture
def offer(store: PictureStore, inspection: Inspection, memfd: Memfd) -> Offer:
    """Offer a picture of noise that differs for each trigger."""

    def do(trigger: int, kept_as: str = "ng", size: tuple[int, int] | None = (HEIGHT, WIDTH)) -> None:
        descriptor = memfd(noise(trigger))
        store.offer(inspection(trigger, kept_as=kept_as, picture=size), descriptor)
        os.close(descriptor)

    return do


def noise(seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, SIZE, dtype=np.uint8).tobytes()


def written(store: PictureStore) -> list[tuple[int, str]]:
    """(trigger, class) of all pictures on the disk, in order of writing."""
    assert store.flush(30)
    return [(row["trigger"], row["kept_as"]) for row in store.take_rows()]


def test_rejected_part_is_kept_bit_by_bit_under_its_hash(store: PictureStore, offer: Offer, tmp_path: Path) -> None:
    offer(1)
    assert store.flush(30)
    (row,) = store.take_rows()
    file = tmp_path / "pictures" / row["path"]
    data = file.read_bytes()
    assert row["path"] == f"2023/11/14/22/{hashlib.sha256(data).hexdigest()}.png"
    assert (row["sha256"], row["bytes"]) == (file.stem, len(data))
    assert (row["session"], row["trigger"], row["height"], row["width"]) == (7, 1, HEIGHT, WIDTH)
    read = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    assert read is not None
    assert read.tobytes() == noise(1)


def test_good_part_is_a_small_jpeg() -> None:
    grey = np.full((HEIGHT, WIDTH), 130, np.uint8)
    data, suffix = encode(Picture(FrameKey(1, 1), "ok", HEIGHT, WIDTH, grey.tobytes(), 0.0))
    assert (suffix, data[:2]) == (".jpg", b"\xff\xd8")
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert read is not None
    assert int(np.abs(read.astype(int) - 130).max()) <= 2


def test_equal_pictures_of_one_hour_share_a_file(
    store: PictureStore, inspection: Inspection, memfd: Memfd, tmp_path: Path
) -> None:
    descriptor = memfd(noise(1))
    for trigger in (1, 2):
        store.offer(inspection(trigger, kept_as="ng", picture=(HEIGHT, WIDTH)), descriptor)
    os.close(descriptor)
    assert store.flush(30)
    assert len({row["path"] for row in store.take_rows()}) == 1
    assert len(list((tmp_path / "pictures").rglob("*.png"))) == 1


def test_waiting_pictures_are_shed_ok_first_then_border_then_ng(store: PictureStore, offer: Offer, disk: Disk) -> None:
    disk.gate.clear()
    offer(1)
    while store._queued_bytes:  # the thread holds picture 1
        os.sched_yield()
    for trigger, kept_as in enumerate(("ok", "border", "ng", "ok", "ng", "ng", "ng", "ng"), 2):
        offer(trigger, kept_as)
    disk.gate.set()
    assert written(store) == [(1, "ng"), (6, "ng"), (7, "ng"), (8, "ng"), (9, "ng")]
    assert store.take_shed() == {"ok": 2, "border": 1, "ng": 1}
    assert store.take_shed() == {}


def test_most_valuable_picture_is_written_first(store: PictureStore, offer: Offer, disk: Disk) -> None:
    disk.gate.clear()
    offer(1)
    while store._queued_bytes:
        os.sched_yield()
    for trigger, kept_as in ((2, "ok"), (3, "border"), (4, "ng")):
        offer(trigger, kept_as)
    disk.gate.set()
    assert [trigger for trigger, _ in written(store)] == [1, 4, 3, 2]


@pytest.mark.parametrize(
    ("free", "kept"),
    [(100, ["ng", "border", "ok"]), (99, ["ng", "border"]), (74, ["ng"]), (50, ["ng"]), (49, [])],
)
def test_low_disk_sheds_by_class(store: PictureStore, offer: Offer, disk: Disk, free: int, kept: list[str]) -> None:
    disk.free = free
    for trigger, kept_as in enumerate(("ng", "border", "ok"), 1):
        offer(trigger, kept_as)
        assert store.flush(30)
    assert [kept_as for _, kept_as in written(store)] == kept
    assert sum(store.take_shed().values()) == 3 - len(kept)
    assert ("MiB are free" in store.fault) == (len(kept) < 3)


def test_comes_back_when_there_is_room_again(store: PictureStore, offer: Offer, disk: Disk) -> None:
    disk.free = 0
    offer(1)
    assert written(store) == []
    disk.free = GIB
    offer(2)
    assert (written(store), store.fault) == ([(2, "ng")], "")


def test_disk_that_refuses_is_counted_and_leaves_nothing_half_written(
    store: PictureStore, offer: Offer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("station.recorder.pictures.os.fsync", refuse)
        offer(1)
        assert written(store) == []
    assert store.take_shed() == {"ng": 1}
    assert "No space left on device" in store.fault
    assert [one for one in (tmp_path / "pictures").rglob("*") if one.is_file()] == []


def test_unwritable_directory_stops_nothing(tmp_path: Path, inspection: Inspection, memfd: Memfd) -> None:
    (tmp_path / "file").write_text("no directory")
    pictures = PictureStore(tmp_path / "file" / "pictures", SIZE, 0)
    descriptor = memfd(noise(1))
    pictures.offer(inspection(1, kept_as="ng", picture=(HEIGHT, WIDTH)), descriptor)
    os.close(descriptor)
    assert written(pictures) == []
    assert pictures.take_shed() == {"ng": 1}
    pictures.close()


@pytest.mark.parametrize("size", [None, (0, 0), (HEIGHT, WIDTH + 1)])
def test_picture_without_all_its_pixels_is_refused(
    store: PictureStore, offer: Offer, size: tuple[int, int] | None
) -> None:
    offer(1, size=size)
    assert (written(store), store.take_shed()) == ([], {"ng": 1})


def test_time_that_is_no_date_costs_only_this_picture(
    store: PictureStore, offer: Offer, inspection: Inspection, memfd: Memfd
) -> None:
    descriptor = memfd(noise(1))
    store.offer(inspection(1, kept_as="ng", picture=(HEIGHT, WIDTH), time=1e300), descriptor)
    os.close(descriptor)
    offer(2)
    assert (written(store), store.take_shed()) == ([(2, "ng")], {"ng": 1})


def test_unexpected_failure_does_not_kill_the_thread(
    store: PictureStore, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("station.recorder.pictures.encode", lambda _: 1 / 0)
        offer(1)
        assert written(store) == []
    assert "division by zero" in store.fault
    offer(2)
    assert written(store) == [(2, "ng")]


def test_leftovers_of_a_killed_recorder_are_removed(tmp_path: Path) -> None:
    leftover = tmp_path / "pictures" / ".incoming" / "half.png"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half")
    PictureStore(tmp_path / "pictures", SIZE, 0).close()
    assert not leftover.exists()


def test_deleting_removes_empty_directories_only(store: PictureStore, offer: Offer, tmp_path: Path) -> None:
    offer(1)
    offer(2)
    assert store.flush(30)
    first, second = (row["path"] for row in store.take_rows())
    store.delete(first)
    assert [one.name for one in (tmp_path / "pictures").rglob("*.png")] == [Path(second).name]
    store.delete(second)
    store.delete(second)  # gone already: harmless
    assert not (tmp_path / "pictures" / "2023").exists()
    assert (tmp_path / "pictures").is_dir()


def test_deleting_on_a_disk_that_refuses_is_told(store: PictureStore, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "directory.png").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"directory\.png: cannot be deleted"):
        store.delete("directory.png")
