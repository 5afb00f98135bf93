"""A stop for a cause outlives the line process: who starts again after kill -9 finds it in run_dir/line.stop."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from station.core.errors import StorageError
from station.line.supervision import Cause

_UNREADABLE = Cause(
    "production was stopped before the line process started again",
    "Look into the journal for the cause; then a supervisor goes on.",
    "stop",
)
ADVICE = (_UNREADABLE.advice,)


class StopMemory:
    """The file is there while the line is stopped for a cause. It survives the process, not the machine's power."""

    def __init__(self, path: Path) -> None:
        """Read what the process before this one left.

        Raises:
            StorageError: the file cannot be read.
        """
        self._path = path
        self._kept = self._recall()

    @property
    def cause(self) -> Cause | None:
        """Why the line is stopped, None if it is not."""
        return self._kept

    def keep(self, cause: Cause | None) -> None:
        """Remember it from now on; a directory that is full is tried again with the next call."""
        if cause == self._kept:
            return
        new = self._path.with_suffix(".stop-new")
        with contextlib.suppress(OSError):
            if cause is None:
                self._path.unlink(missing_ok=True)
            else:
                new.write_bytes(msgspec.json.encode(cause))
                new.replace(self._path)
            self._kept = cause

    def _recall(self) -> Cause | None:
        """A file that is no cause still says that the line was stopped."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Cause)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError:
            return _UNREADABLE
        except OSError as error:
            raise StorageError(f"{self._path}: cannot be read: {error.strerror or error}") from error
