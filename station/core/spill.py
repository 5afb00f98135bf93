"""Deliveries on disk: an append-only file that is read in pieces and kept until the recorder has all of it.

    entry   length (4 bytes, little endian), then the delivery (msgpack)

A process that is killed finds its entries again at the next start. An entry that was being written when it was killed
is incomplete and is cut off. The file is locked: each process needs a file of its own.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec

from station.core.errors import StorageError
from station.core.messages import Delivery

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Delivery)
_LENGTH = 4


class SpillFile:
    """Owned by one thread. The file exists only while something is in it.

    `untaken` entries wait to be taken; the first `found` of the file were left by an earlier process.

    Raises:
        StorageError: the file is there and cannot be opened, or another process has it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1  # descriptor, -1 = no file
        self._end = 0  # bytes up to here are complete entries
        self._read = 0  # bytes up to here were taken
        self._position = 0  # entries taken
        self.untaken = 0
        self.unreadable = 0  # entries that are no deliveries (written by another version): skipped
        try:
            if path.exists():
                self._open(os.O_RDWR)
                self._count_entries()
        except StorageError:
            raise
        except OSError as error:
            raise StorageError(f"{path}: cannot be read: {error.strerror or error}") from error
        self.found = self.untaken

    def append(self, delivery: Delivery) -> None:
        """Write one entry, all or nothing.

        Raises:
            StorageError: the disk is full or read-only, or another process has this file.
        """
        data = _encoder.encode(delivery)
        if self._file < 0:
            self._open(os.O_RDWR | os.O_CREAT | os.O_EXCL)
        try:
            written = os.pwrite(self._file, len(data).to_bytes(_LENGTH, "little") + data, self._end)
            if written != _LENGTH + len(data):
                os.ftruncate(self._file, self._end)
                raise OSError("the disk is full")
        except OSError as error:
            raise StorageError(f"{self._path}: cannot be written: {error.strerror or error}") from error
        self._end += written
        self.untaken += 1

    def take(self, count: int) -> list[Delivery]:
        """The next entries, at most `count`, oldest first; they stay in the file until `remove`.

        Entries of an earlier process get the numbers 1, 2, ... `found`.
        """
        taken: list[Delivery] = []
        while self.untaken and len(taken) < count:
            size = self._length_at(self._read)
            blob = os.pread(self._file, size, self._read + _LENGTH)
            self._read += _LENGTH + size
            self._position += 1
            self.untaken -= 1
            try:
                delivery = _decoder.decode(blob)
            except msgspec.DecodeError:
                self.unreadable += 1
                continue
            taken.append(Delivery(self._position, delivery.body) if self._position <= self.found else delivery)
        return taken

    def remove(self) -> None:
        """All that was taken is stored elsewhere: delete the file, unless entries wait in it."""
        if self._file >= 0 and not self.untaken:
            self._path.unlink(missing_ok=True)
            self._release()

    def close(self) -> None:
        """Put the entries on the disk and let go of the file; it stays there. May be called twice."""
        if self._file >= 0:
            os.fsync(self._file)
            self._release()

    def _release(self) -> None:
        os.close(self._file)
        self._file, self._end, self._read, self._position, self.untaken, self.found = -1, 0, 0, 0, 0, 0

    def _open(self, flags: int) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, flags | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise StorageError(f"{self._path}: cannot be opened: {error.strerror or error}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise StorageError(f"{self._path}: another process uses this file") from error
        self._file = file

    def _count_entries(self) -> None:
        size = os.fstat(self._file).st_size
        while self._end + _LENGTH <= size:
            after = self._end + _LENGTH + self._length_at(self._end)
            if after > size:
                break
            self._end = after
            self.untaken += 1
        if self._end < size:
            os.ftruncate(self._file, self._end)  # or its rest would follow the next, shorter entry

    def _length_at(self, at: int) -> int:
        return int.from_bytes(os.pread(self._file, _LENGTH, at), "little")
