"""Pictures on the disk: content-addressed files, written by a thread of their own, shed when the disk cannot follow.

    YYYY/MM/DD/HH/<sha256>.png    rejected and borderline parts (PNG, lossless: `saiken replay` needs every bit)
    YYYY/MM/DD/HH/<sha256>.jpg    sampled good parts (JPEG, quality 92)

A file appears complete or not at all (temporary name, fsync, rename). Hours are UTC. What is shed is counted; results
are never shed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from station.core.errors import StorageError
from station.core.messages import FrameKey, InspectionRecord
from station.recorder.rows import Row

CLASSES = ("ok", "border", "ng")  # the least valuable first
_FREE_SHARE = {"ok": 1.0, "border": 0.75, "ng": 0.5}  # of min_free: below it this class is shed
_INCOMING = ".incoming"  # temporary files; below the root, so that the rename stays on one disk

log = logging.getLogger(__name__)


class Picture(NamedTuple):
    """A grey 8-bit picture, row-major, that waits for the disk."""

    frame: FrameKey
    kept_as: str
    height: int
    width: int
    pixels: bytes
    time: float


class PictureStore:
    """`offer`, `take_rows` and `take_shed` are called by the recorder's loop; the files are written by a thread.

    `queue_bytes` bounds the pixels that wait; below `min_free_bytes` good parts' pictures are shed, below three
    quarters of it borderline ones, below half of it all.
    """

    def __init__(
        self,
        root: Path,
        queue_bytes: int,
        min_free_bytes: int,
        free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self._root = root
        self._queue_bytes = queue_bytes
        self._min_free_bytes = min_free_bytes
        self._free_bytes = free_bytes
        self._changed = threading.Condition()  # guards all below
        self._queues: dict[str, deque[Picture]] = {kept_as: deque() for kept_as in CLASSES}
        self._queued_bytes = 0
        self._busy = False
        self._stopping = False
        self._rows: list[Row] = []
        self._shed: Counter[str] = Counter()
        self.fault = ""  # why the newest picture could not be written
        self._remove_leftovers()
        self._thread = threading.Thread(target=self._work, name="pictures", daemon=True)
        self._thread.start()

    def offer(self, record: InspectionRecord, descriptor: int) -> None:
        """Copy the picture that came with `record` and queue it; the caller keeps (and closes) the descriptor."""
        kept_as = record.kept_as if record.kept_as in CLASSES else "ok"
        height, width = record.picture or (0, 0)
        pixels = os.pread(descriptor, height * width, 0)  # no mapping: a sender that shrinks it could kill us
        with self._changed:
            if not pixels or len(pixels) != height * width:
                self._shed[kept_as] += 1
                return
            self._queues[kept_as].append(Picture(record.frame, kept_as, height, width, pixels, record.time))
            self._queued_bytes += len(pixels)
            while self._queued_bytes > self._queue_bytes:
                least = next(name for name in CLASSES if self._queues[name])
                self._queued_bytes -= len(self._queues[least].popleft().pixels)
                self._shed[least] += 1
            self._changed.notify_all()

    def take_rows(self) -> list[Row]:
        """Rows of table picture for the files written since the last call."""
        with self._changed:
            rows, self._rows = self._rows, []
        return rows

    def take_shed(self) -> dict[str, int]:
        """How many pictures of each class were given up since the last call."""
        with self._changed:
            shed, self._shed = dict(self._shed), Counter()
        return shed

    def delete(self, path: str) -> None:
        """Remove a file, and its directories when they are empty; harmless when it is gone already.

        Raises:
            StorageError: the disk refuses.
        """
        file = self._root / path
        try:
            file.unlink(missing_ok=True)
            for directory in list(file.parents)[: len(Path(path).parents) - 1]:
                if any(directory.iterdir()):
                    break
                directory.rmdir()
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"{file}: cannot be deleted: {error.strerror or error}") from error

    def free_mib(self) -> tuple[int, int]:
        """MiB that are free on the pictures' disk, and the least that should be; 0 free when nobody can tell."""
        least = self._min_free_bytes >> 20
        there = next((path for path in (self._root, *self._root.parents) if path.exists()), self._root)
        try:
            return self._free_bytes(there) >> 20, least
        except OSError:
            return 0, least

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything is written or shed; False when that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and not any(self._queues.values()), timeout_s)

    def close(self) -> None:
        """Stop the thread after the picture it is writing."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def _remove_leftovers(self) -> None:
        """Of a recorder that was killed while it wrote; a missing picture disk must not stop the results."""
        try:
            for leftover in (self._root / _INCOMING).iterdir():
                leftover.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:
            self.fault = f"recorder.pictures = '{self._root}': {error.strerror or error}"

    def _work(self) -> None:
        while (picture := self._next()) is not None:
            try:
                row, fault = self._write(picture), ""
            except StorageError as error:
                row, fault = None, str(error)
            except Exception as error:  # the thread outlives one bad picture: it is counted and reported
                log.exception("a picture could not be written")
                row, fault = None, f"a picture could not be written: {error}"
            with self._changed:
                if row is None:
                    self._shed[picture.kept_as] += 1
                else:
                    self._rows.append(row)
                self.fault = fault
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> Picture | None:
        """The most valuable picture that waits, or None to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or any(self._queues.values()))
            if self._stopping:
                return None
            queue = next(self._queues[name] for name in reversed(CLASSES) if self._queues[name])
            picture = queue.popleft()
            self._queued_bytes -= len(picture.pixels)
            self._busy = True
            return picture

    def _write(self, picture: Picture) -> Row:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            free = self._free_bytes(self._root)
            if free < self._min_free_bytes * _FREE_SHARE[picture.kept_as]:
                raise StorageError(f"{self._root}: only {free >> 20} MiB are free (recorder.min_free_mib)")
            data, suffix = encode(picture)
            sha256 = hashlib.sha256(data).hexdigest()
            hour = datetime.fromtimestamp(picture.time, timezone.utc).strftime("%Y/%m/%d/%H")
            path = f"{hour}/{sha256}{suffix}"
            self._store(data, path)
        except (OSError, OverflowError, ValueError) as error:
            if isinstance(error, StorageError):
                raise
            raise StorageError(f"{self._root}: a picture cannot be written: {error}") from error
        return {
            "session": picture.frame.session,
            "trigger": picture.frame.trigger,
            "kept_as": picture.kept_as,
            "path": path,
            "sha256": sha256,
            "bytes": len(data),
            "height": picture.height,
            "width": picture.width,
            "time": picture.time,
        }

    def _store(self, data: bytes, path: str) -> None:
        final = self._root / path
        if final.exists():
            return
        temporary = self._root / _INCOMING / final.name
        temporary.parent.mkdir(exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            final.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(final)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def encode(picture: Picture) -> tuple[bytes, str]:
    """The file's bytes and suffix: JPEG for good parts, lossless PNG for all others."""
    grey = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width)
    if picture.kept_as == "ok":
        suffix, options = ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 92]
    else:
        suffix, options = ".png", [cv2.IMWRITE_PNG_COMPRESSION, 1]
    done, data = cv2.imencode(suffix, grey, options)
    if not done:
        raise ValueError("the picture cannot be encoded")
    return data.tobytes(), suffix
