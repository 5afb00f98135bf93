"""Old pictures go, by class and by a clock that the test holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.core.errors import StorageError
from station.recorder.journal import JournalWriter
from station.recorder.pictures import PictureStore
from station.recorder.retention import KEEP_DAYS, delete_expired

DAY = 86_400.0
NOW = 1_700_000_000.0
Keep = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PictureStore]:
    pictures = PictureStore(tmp_path / "pictures", 1 << 20, 0)
    yield pictures
    pictures.close()


@pytest.fixture
def keep(tmp_path: Path, writer: JournalWriter) -> Keep:
    """A stored picture of this class and age; returns its file."""

    def do(trigger: int, kept_as: str, age_days: float, path: str = "") -> Path:
        path = path or f"2023/11/14/22/{trigger}.png"
        row = {"session": 7, "trigger": trigger, "kept_as": kept_as, "path": path, "sha256": "00", "bytes": 3}
        writer.commit([], [row | {"height": 1, "width": 3, "time": NOW - age_days * DAY}])
        file = tmp_path / "pictures" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"png")
        return file

    return do


def test_each_class_has_its_age(writer: JournalWriter, store: PictureStore, keep: Keep) -> None:
    young = [keep(n, kept_as, days - 0.1) for n, (kept_as, days) in enumerate(KEEP_DAYS.items(), 1)]
    old = [keep(n, kept_as, days + 0.1) for n, (kept_as, days) in enumerate(KEEP_DAYS.items(), 11)]
    sentences = delete_expired(writer, store, NOW)
    assert [file.exists() for file in (*young, *old)] == [True] * 3 + [False] * 3
    assert sentences == [
        "1 pictures kept as 'ng' were older than 90 days and are deleted",
        "1 pictures kept as 'border' were older than 30 days and are deleted",
        "1 pictures kept as 'ok' were older than 7 days and are deleted",
    ]
    assert delete_expired(writer, store, NOW) == []


def test_large_backlog_goes_in_portions(writer: JournalWriter, store: PictureStore, keep: Keep) -> None:
    for n in range(1, 251):
        keep(n, "ok", 8.0)
    portions = []
    while sentences := delete_expired(writer, store, NOW):
        portions += sentences
    assert [int(text.split()[0]) for text in portions] == [200, 50]


def test_file_that_a_younger_row_shares_stays(writer: JournalWriter, store: PictureStore, keep: Keep) -> None:
    file = keep(1, "ok", 8.0, path="2023/same.png")
    keep(2, "ok", 1.0, path="2023/same.png")
    delete_expired(writer, store, NOW)
    assert file.exists()
    delete_expired(writer, store, NOW + 7 * DAY)
    assert not file.exists()


def test_disk_that_refuses_leaves_the_row_for_the_next_time(
    writer: JournalWriter, store: PictureStore, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = keep(1, "ok", 8.0)

    def refuse(_: str) -> None:
        raise StorageError("read-only")

    with monkeypatch.context() as patch, pytest.raises(StorageError):
        patch.setattr(store, "delete", refuse)
        delete_expired(writer, store, NOW)
    assert file.exists()
    assert len(delete_expired(writer, store, NOW)) == 1
    assert not file.exists()
