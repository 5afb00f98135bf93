"""Each fault does what it says, and is mended as it says."""

from __future__ import annotations

import signal
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from station.core.config import EngineSection, RecorderSection, StationConfig, StationSection
from station.core.errors import StorageError
from station.core.plc_map import AIR_LOW, BIN_FULL
from station.core.wall import wall_clock
from station.desk.faults import FAULTS
from station.desk.sabotage import flip_byte
from station.sim.conveyor import BAD_KINDS, OTHER_PRODUCT


@dataclass
class RecordingScene:
    """Writes down what a fault did; plays supervisor, plant and small disk too."""

    folder: Path
    rate: float = 10.0
    done: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def config(self) -> StationConfig:
        return StationConfig(
            station=StationSection(run_dir=str(self.folder), rehearsal=True),
            engine=EngineSection(bundle=str(self.folder)),
            recorder=RecorderSection(journal=str(self.folder / "journal.sqlite")),
        )

    @property
    def processes(self) -> Any:
        return self

    plant = disk = processes

    def status(self) -> Any:
        """Another input is on already."""
        return SimpleNamespace(
            inputs=AIR_LOW | BIN_FULL if ("set_inputs", AIR_LOW | BIN_FULL) in self.done else AIR_LOW
        )

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.done.append((name, *arguments))


@pytest.fixture
def scene(tmp_path: Path) -> RecordingScene:
    return RecordingScene(tmp_path)


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("serial-cut", ("cut", 1.0), None),
        ("usb-unplugged", ("unplug", 1.0), None),
        ("byte-noise", ("noise", 0.002, 0.002, 1.0), None),
        ("plc-restart", ("restart_plc", 1.0), None),
        ("plc-silent", ("silence_plc", 1.0), None),
        ("plc-stopped", ("halt_program", 1.0), None),
        *((f"{name}-killed", ("kill", name, 1.0), None) for name in ("engine", "line", "recorder", "gui", "camera")),
        *(
            (f"{name}-frozen", ("send_signal", name, signal.SIGSTOP), ("send_signal", name, signal.SIGCONT))
            for name in ("engine", "line", "recorder", "camera")
        ),
        ("frame-lost", ("lose_frames", 10), None),
        ("camera-lossy", ("lose_share", 0.3, 1.0), None),
        ("count-mismatch", ("false_trigger",), ("miss_edges", 1)),
        ("nan", ("rehearse", "nan", 1.0), None),
        ("late", ("rehearse", "late", 1.0), None),
        ("disk-full", ("fill",), ("make_room",)),
        ("wrong-product", ("feed", (OTHER_PRODUCT,), 1.0), None),
        ("rejects-in-row", ("feed", BAD_KINDS, 1.0), None),
        ("bin-full", ("set_inputs", AIR_LOW | BIN_FULL), ("set_inputs", AIR_LOW)),
        ("reject-not-confirmed", ("set_confirming", False), ("set_confirming", True)),
    ],
)
def test_each_fault_does_what_it_says(
    scene: RecordingScene, name: str, begin: tuple[Any, ...], end: tuple[Any, ...] | None
) -> None:
    mend = FAULTS[name].begin(scene, 1.0)
    assert scene.done == [begin]
    assert (mend is None) == (end is None)
    if mend is not None:
        mend()
        assert scene.done == [begin, end]


def test_tampered_bundle_is_restored(scene: RecordingScene) -> None:
    tower = scene.folder / "tower.onnx"
    tower.write_bytes(bytes(range(100)))
    mend = FAULTS["tampered-bundle"].begin(scene, 2.0)
    changed = tower.read_bytes()
    assert [index for index in range(100) if changed[index] != index] == [50]
    assert scene.done == [("kill", "engine")]
    assert mend is not None
    mend()
    assert tower.read_bytes() == bytes(range(100))
    assert scene.done == [("kill", "engine"), ("kill", "engine")]


def test_locked_journal_can_be_read_and_not_written_until_it_is_mended(scene: RecordingScene) -> None:
    other = sqlite3.connect(scene.config.recorder.journal, timeout=0, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE part (id INTEGER)")
    mend = FAULTS["database-locked"].begin(scene, 1.0)
    assert other.execute("SELECT count(*) FROM part").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("INSERT INTO part VALUES (1)")
    assert mend is not None
    mend()
    other.execute("INSERT INTO part VALUES (1)")
    other.close()


def test_journal_that_cannot_be_locked_is_named(scene: RecordingScene) -> None:
    (scene.folder / "journal.sqlite").write_text("no journal at all, only some text that is long enough")
    with pytest.raises(StorageError, match=r"journal\.sqlite: cannot be locked on purpose"):
        FAULTS["database-locked"].begin(scene, 1.0)


def test_wall_clock_jumps_an_hour_and_back(scene: RecordingScene) -> None:
    import time

    wall = wall_clock(scene.config)
    mend = FAULTS["clock-jump"].begin(scene, 1.0)
    assert wall() - time.time() > 3500
    assert mend is not None
    mend()
    assert abs(wall() - time.time()) < 100


def test_disk_cannot_be_filled_where_the_run_has_none_of_its_own(
    scene: RecordingScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordingScene, "disk", None)
    with pytest.raises(StorageError, match="no small disk"):
        FAULTS["disk-full"].begin(scene, 1.0)


def test_flipping_twice_is_as_before(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abcde")
    flip_byte(file)
    assert file.read_bytes() != b"abcde"
    flip_byte(file)
    assert file.read_bytes() == b"abcde"
