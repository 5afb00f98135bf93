from __future__ import annotations

import os
import select
from pathlib import Path

import pytest

from station.sim.pty_port import PtyPort


def read_some(descriptor: int) -> bytes:
    """Wait for data (not for long) and read it."""
    ready, _, _ = select.select([descriptor], [], [], 5)
    return os.read(descriptor, 100) if ready else b""


def test_bytes_pass_unchanged_both_ways_and_the_station_may_reopen(run_dir: Path) -> None:
    port = PtyPort(run_dir / "plc")
    every_byte = bytes(range(256))
    for _ in range(2):
        station = os.open(run_dir / "plc", os.O_RDWR | os.O_NOCTTY)
        os.write(station, every_byte)
        came = b""
        while len(came) < 256 and select.select([port], [], [], 5)[0]:
            came += port.read()
        assert came == every_byte
        assert port.write(b"\x03\x11\x13\r\n\x04") == 6
        assert read_some(station) == b"\x03\x11\x13\r\n\x04"
        os.close(station)
        assert port.read() == b""
    port.close()


def test_a_stale_link_is_replaced_and_removed_at_the_end(run_dir: Path) -> None:
    (run_dir / "plc").symlink_to("/dev/null")
    port = PtyPort(run_dir / "plc")
    assert str((run_dir / "plc").readlink()).startswith("/dev/pts/")
    port.close()
    assert list(run_dir.iterdir()) == []


def test_writing_never_blocks_when_nobody_reads(run_dir: Path) -> None:
    port = PtyPort(run_dir / "plc")
    taken = sum(port.write(bytes(1000)) for _ in range(200))
    assert taken < 200_000
    port.close()


def test_unplugged_the_open_port_is_dead_and_another_comes_back_under_the_same_name(run_dir: Path) -> None:
    port = PtyPort(run_dir / "plc")
    before = (run_dir / "plc").readlink()
    station = os.open(run_dir / "plc", os.O_RDWR | os.O_NOCTTY)
    port.unplug()
    assert not (run_dir / "plc").exists()
    assert select.select([station], [], [], 5)[0]
    assert os.read(station, 100) == b""
    with pytest.raises(OSError, match="Input/output error"):
        os.write(station, b"x")
    os.close(station)
    assert port.write(b"lost") == 0
    port.plug()
    assert (run_dir / "plc").readlink() != before
    station = os.open(run_dir / "plc", os.O_RDWR | os.O_NOCTTY)
    assert port.write(b"new") == 3
    assert read_some(station) == b"new"
    os.close(station)
    port.close()
