"""What the line remembers over kill -9: the PLC's boot id and the newest part whose record, and all before, is stored.

    run_dir/line.memory   two copies of { serial number, boot, part, CRC }, written in turn through mmap

The next process takes the newest copy that is whole; a copy torn by the kill costs one step, never a wrong number.
"""

from __future__ import annotations

import mmap
import struct
from collections import deque
from pathlib import Path
from types import TracebackType

from station.core.crc import crc16
from station.core.errors import StorageError
from station.core.messages import PartRecord

_COPY = struct.Struct("<QIIH")  # serial number, boot, part, CRC
_COPIES = 2


class LineMemory:
    """The mapped file; survives the process, not the machine's power (run_dir is in memory)."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            StorageError: the directory is read-only or full.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a+b") as file:
                file.truncate(_COPY.size * _COPIES)
                self._map = mmap.mmap(file.fileno(), _COPY.size * _COPIES)
        except OSError as error:
            raise StorageError(f"{path}: cannot be mapped: {error.strerror or error}") from error
        self._serial = 0
        self._recalled = self._recall()

    @property
    def recalled(self) -> tuple[int, int] | None:
        """(boot id, part) of the process before this one; None = nothing is known."""
        return self._recalled

    def store(self, boot: int, part: int) -> None:
        """Remember from now on."""
        self._serial += 1
        body = _COPY.pack(self._serial, boot, part, 0)[:-2]
        at = self._serial % _COPIES * _COPY.size
        self._map[at : at + _COPY.size] = body + struct.pack("<H", crc16(body))

    def close(self) -> None:
        """May be called twice."""
        self._map.close()

    def __enter__(self) -> LineMemory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _recall(self) -> tuple[int, int] | None:
        newest = None
        for at in range(0, _COPY.size * _COPIES, _COPY.size):
            blob = self._map[at : at + _COPY.size]
            serial, boot, part, crc = _COPY.unpack(blob)
            if crc == crc16(blob[:-2]) and serial > self._serial:
                self._serial, newest = serial, (boot, part)
        return newest


class StoredParts:
    """Finds the newest part whose record and all before are stored, from the recorder's acknowledgements."""

    def __init__(self, memory: LineMemory) -> None:
        self._memory = memory
        self._offered: deque[tuple[int, int, int]] = deque()  # delivery number, boot, part
        self._boot, self._part = memory.recalled or (0, 0)
        self._known = memory.recalled is not None
        self._stored: set[int] = set()  # parts above self._part

    def begin(self, boot: int, newest: int) -> None:
        """The PLC is linked: without a memory, parts up to `newest` are none of ours."""
        if not self._known:
            self._known = True
            self._boot, self._part = boot, newest
            self._memory.store(boot, newest)

    def offered(self, number: int, record: PartRecord) -> None:
        """`record` went to the outbox as delivery `number`."""
        if record.part:
            self._offered.append((number, record.boot, record.part))

    def stored(self, number: int) -> None:
        """The recorder holds all deliveries up to `number`."""
        moved = False
        while self._offered and self._offered[0][0] <= number:
            _, boot, part = self._offered.popleft()
            if boot != self._boot:
                self._boot, self._part = boot, 0
                self._stored.clear()
            self._stored.add(part)
            while self._part + 1 in self._stored:
                self._part += 1
                self._stored.remove(self._part)
                moved = True
        if moved:
            self._memory.store(self._boot, self._part)
