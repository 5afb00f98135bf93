"""The frame ring: two maps of one memory, newest wins, a torn frame is never handed out."""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from station.core.ring import FrameRing

HEIGHT, WIDTH = 6, 8
SIZE = HEIGHT * WIDTH


@pytest.fixture
def ring() -> Iterator[FrameRing]:
    made = FrameRing.create(slots=4, slot_bytes=SIZE)
    yield made
    made.close()


@pytest.fixture
def other(ring: FrameRing) -> Iterator[FrameRing]:
    """The same memory, mapped a second time as another process does."""
    made = FrameRing.attach(os.dup(ring.descriptor))
    yield made
    made.close()


def frame(value: int) -> bytes:
    return bytes([value]) * SIZE


def test_other_map_sees_what_was_written(ring: FrameRing, other: FrameRing) -> None:
    assert (other.newest(), other.read(1), other.read(0), other.read(-3)) == (0, None, None, None)
    sequence = ring.write(frame(9), HEIGHT, WIDTH, tag=77, stamp_ns=123)
    assert (sequence, other.newest()) == (1, 1)
    assert other.read(1) == (1, HEIGHT, WIDTH, 77, 123, frame(9))


def test_newest_wins_and_overwritten_frames_are_gone(ring: FrameRing, other: FrameRing) -> None:
    for value in range(1, 8):
        ring.write(frame(value), HEIGHT, WIDTH)
    kept = [sequence for sequence in range(1, 9) if other.read(sequence) is not None]
    assert (other.newest(), kept) == (7, [4, 5, 6, 7])
    newest = other.read(7)
    assert newest is not None
    assert newest.pixels == frame(7)


def test_smaller_frame_in_a_used_slot(ring: FrameRing, other: FrameRing) -> None:
    for value in range(1, 5):
        ring.write(frame(value), HEIGHT, WIDTH)
    ring.write(b"abcd", 2, 2)
    read = other.read(5)
    assert read is not None
    assert (read.height, read.width, read.pixels) == (2, 2, b"abcd")


def test_frame_that_is_being_written_is_not_handed_out(ring: FrameRing, other: FrameRing) -> None:
    ring.write(frame(1), HEIGHT, WIDTH)
    at = ring._offset(1)
    struct.pack_into("<Q", ring._map, at, 0)  # as `write` begins
    assert other.read(1) is None
    assert other.read_into(1, memoryview(bytearray(SIZE))) is None


@pytest.mark.parametrize("into", [False, True])
def test_frame_that_changes_during_the_copy_is_thrown_away(
    ring: FrameRing, other: FrameRing, monkeypatch: pytest.MonkeyPatch, into: bool
) -> None:
    ring.write(frame(1), HEIGHT, WIDTH)
    word = struct.Struct("<Q")

    class WriterComesIn:
        """Overwrites the slot between the reader's copy and its second look at the number."""

        pack_into = word.pack_into

        @staticmethod
        def unpack_from(memory: mmap.mmap, at: int) -> tuple[int, ...]:
            for value in range(2, 6):
                ring.write(frame(value), HEIGHT, WIDTH)
            return word.unpack_from(memory, at)

    monkeypatch.setattr("station.core.ring._WORD", WriterComesIn)
    assert (other.read_into(1, memoryview(bytearray(SIZE))) if into else other.read(1)) is None
    monkeypatch.undo()
    newest = other.read(5)
    assert newest is not None
    assert newest.pixels == frame(5)


_WRITER = """
import sys
from station.core.ring import FrameRing
ring = FrameRing.attach(int(sys.argv[1]))
for number in range(1, 20_001):
    ring.write(bytes([number % 251]) * (64 * 64), 64, 64, tag=number)
"""


def test_no_torn_frame_from_a_process_that_writes_all_the_time() -> None:
    ring = FrameRing.create(slots=2, slot_bytes=64 * 64)
    os.set_inheritable(ring.descriptor, True)
    command = [sys.executable, "-c", _WRITER, str(ring.descriptor)]
    writer = subprocess.Popen(command, pass_fds=[ring.descriptor])
    seen = 0
    out = bytearray(64 * 64)
    while writer.poll() is None:
        newest = ring.newest()
        read = ring.read(newest)
        if read is not None:
            seen += 1
            assert set(read.pixels) == {read.tag % 251}
        into = ring.read_into(newest, memoryview(out))
        if into is not None:
            assert set(out) == {into.tag % 251}
    assert writer.returncode == 0
    assert ring.newest() == 20_000
    last = ring.read(20_000)
    assert last is not None
    assert set(last.pixels) == {20_000 % 251}
    ring.close()


def test_read_into_copies_to_the_start_of_given_memory(ring: FrameRing, other: FrameRing) -> None:
    ring.write(b"abcd", 2, 2, tag=5)
    out = bytearray(SIZE)
    read = other.read_into(1, memoryview(out))
    assert read is not None
    assert (read.height, read.width, read.tag, bytes(out[:4]), out[4]) == (2, 2, 5, b"abcd", 0)
    assert other.read_into(0, memoryview(out)) is None
    assert other.read_into(2, memoryview(out)) is None


@pytest.mark.parametrize(
    ("pixels", "height", "width", "text"),
    [(frame(1) * 2, HEIGHT * 2, WIDTH, "does not fit a slot of 48 bytes"), (b"abc", 2, 2, "cannot have 3 bytes")],
)
def test_frame_of_a_wrong_size_is_refused(ring: FrameRing, pixels: bytes, height: int, width: int, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        ring.write(pixels, height, width)
    assert ring.newest() == 0
    assert ring.write(frame(1), HEIGHT, WIDTH) == 1


@pytest.mark.parametrize("content", [b"", b"short", bytes(24), b"\x01" * 24, bytes(4096)])
def test_other_memory_is_no_ring(memfd: Callable[[bytes], int], content: bytes) -> None:
    descriptor = memfd(content)
    with pytest.raises(ValueError, match="no frame ring"):
        FrameRing.attach(descriptor)
    os.close(descriptor)


def test_close_may_be_called_twice() -> None:
    ring = FrameRing.create(2, 10)
    ring.close()
    ring.close()
    assert ring.descriptor == -1
