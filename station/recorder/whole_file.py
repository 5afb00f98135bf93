"""Files for people, beside the journal: whole or not at all, readable by our group, and not more and more of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write; it becomes `path` (mode 0640) when the block ends well, and is removed when the disk refuses.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.chmod(0o640)
        unfinished.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def keep_last(folder: Path, pattern: str, count: int) -> None:
    """Of the files that match, only the `count` last by name stay."""
    for old in sorted(folder.glob(pattern))[:-count]:
        old.unlink(missing_ok=True)
