"""Frames in shared memory: a ring of slots in an anonymous memfd, one writer, any number of readers, no locks.

Each slot is guarded by a sequence number (seqlock): the writer stores 0, the data, then the number; a reader that
sees another number before and after its copy throws the copy away. The newest frame wins: the writer never waits.
The descriptor travels over a channel (SCM_RIGHTS), so nothing has a name that could be left behind.

    header  slots, bytes per slot, newest sequence          3 x 8 bytes
    slot    sequence, height, width, tag, stamp             5 x 8 bytes, then the pixels (8-bit grey, row-major)
"""

from __future__ import annotations

import mmap
import os
import struct
from typing import NamedTuple

_HEADER = struct.Struct("<3Q")
_SLOT = struct.Struct("<5Q")
_WORD = struct.Struct("<Q")


class RingFrame(NamedTuple):
    """A copy of one frame."""

    sequence: int
    height: int
    width: int
    tag: int  # the writer's own number (trigger count)
    stamp_ns: int
    pixels: bytes


class FrameRing:
    """Create one with `create`, open another process's one with `attach`."""

    def __init__(self, descriptor: int, size: int) -> None:
        self.descriptor = descriptor
        self._map = mmap.mmap(descriptor, size)
        self.slots, self.slot_bytes, _ = _HEADER.unpack_from(self._map, 0)
        self._stride = _SLOT.size + self.slot_bytes
        self._sequence = 0

    @classmethod
    def create(cls, slots: int, slot_bytes: int) -> FrameRing:
        """A new ring for frames of up to `slot_bytes` pixels."""
        slot_bytes = -(-slot_bytes // 8) * 8
        size = _HEADER.size + slots * (_SLOT.size + slot_bytes)
        descriptor = os.memfd_create("saiken-frames", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, size)
        os.pwrite(descriptor, _HEADER.pack(slots, slot_bytes, 0), 0)
        return cls(descriptor, size)

    @classmethod
    def attach(cls, descriptor: int) -> FrameRing:
        """The ring behind a received descriptor, which the ring then owns.

        Raises:
            ValueError: that is no ring of ours.
        """
        size = os.fstat(descriptor).st_size
        header = os.pread(descriptor, _HEADER.size, 0).ljust(_HEADER.size, b"\0")
        slots, slot_bytes, _ = _HEADER.unpack(header)
        if slots == 0 or size != _HEADER.size + slots * (_SLOT.size + slot_bytes):
            raise ValueError("the shared memory is no frame ring")
        return cls(descriptor, size)

    def write(self, pixels: memoryview | bytes, height: int, width: int, tag: int = 0, stamp_ns: int = 0) -> int:
        """Copy one frame in; returns its sequence number (from 1).

        Raises:
            ValueError: the frame does not fit a slot, or has not height x width bytes.
        """
        count = height * width
        data = memoryview(pixels).cast("B")
        if count > self.slot_bytes:
            raise ValueError(f"a frame of {height} x {width} does not fit a slot of {self.slot_bytes} bytes")
        if len(data) != count:
            raise ValueError(f"a frame of {height} x {width} cannot have {len(data)} bytes")
        self._sequence += 1
        at = self._offset(self._sequence)
        _WORD.pack_into(self._map, at, 0)
        self._map[at + _SLOT.size : at + _SLOT.size + count] = data
        _SLOT.pack_into(self._map, at, 0, height, width, tag, stamp_ns)
        _WORD.pack_into(self._map, at, self._sequence)
        _WORD.pack_into(self._map, 16, self._sequence)
        return self._sequence

    def newest(self) -> int:
        """Sequence number of the newest frame, 0 = none yet."""
        return int(_WORD.unpack_from(self._map, 16)[0])

    def read(self, sequence: int) -> RingFrame | None:
        """A copy of frame `sequence`, or None when it is overwritten or not complete."""
        if sequence <= 0:
            return None
        at = self._offset(sequence)
        before, height, width, tag, stamp_ns = _SLOT.unpack_from(self._map, at)
        if before != sequence or height * width > self.slot_bytes:
            return None
        pixels = self._map[at + _SLOT.size : at + _SLOT.size + height * width]
        if _WORD.unpack_from(self._map, at)[0] != sequence:
            return None
        return RingFrame(sequence, height, width, tag, stamp_ns, pixels)

    def read_into(self, sequence: int, out: memoryview) -> RingFrame | None:
        """Like `read` without an allocation: the pixels go to the start of `out`, and `pixels` stays empty.

        `out` holds at least `slot_bytes` bytes; when None comes back it may hold a part of another frame.
        """
        if sequence <= 0:
            return None
        at = self._offset(sequence)
        before, height, width, tag, stamp_ns = _SLOT.unpack_from(self._map, at)
        count = height * width
        if before != sequence or count > self.slot_bytes:
            return None
        with memoryview(self._map) as memory:
            out[:count] = memory[at + _SLOT.size : at + _SLOT.size + count]
        if _WORD.unpack_from(self._map, at)[0] != sequence:
            return None
        return RingFrame(sequence, height, width, tag, stamp_ns, b"")

    def close(self) -> None:
        """Unmap and close the descriptor; may be called twice."""
        if self.descriptor >= 0:
            self._map.close()
            os.close(self.descriptor)
            self.descriptor = -1

    def _offset(self, sequence: int) -> int:
        return int(_HEADER.size + ((sequence - 1) % self.slots) * self._stride)
