"""`saiken support`: a support bundle from the machine itself; the station may run or not."""

from __future__ import annotations

import time
from pathlib import Path

from station.core.config import load_config
from station.recorder.support import support_folder, write_support


def write(config_file: Path, folder: Path | None) -> int:
    """Write the bundle and print where it is and what is in it.

    Args:
        config_file: station.toml.
        folder: where to; None = where the station keeps its own.

    Raises:
        ConfigError: station.toml is wrong.
        StorageError: the folder cannot be written.
    """
    config = load_config(config_file)
    path = write_support(config, folder or support_folder(config), time.time())
    print(f"{path} ({-(-path.stat().st_size // 1024)} KiB)")
    print("in it: versions, configuration, the newest events (with the names of people), sizes of the journal")
    return 0
