"""`python -m station.recorder --config FILE`: exit 0 after SIGTERM, 2 with one sentence when it cannot start."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from station.core.config import load_config
from station.core.errors import ChannelError, ConfigError, StorageError
from station.core.wall import wall_clock
from station.recorder.process import Recorder


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m station.recorder", description="Writes the journal and pictures.")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="station.toml")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="recorder: %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: stopping.append(number))
    try:
        config = load_config(options.config)
        recorder = Recorder(config, wall=wall_clock(config))
    except (ConfigError, StorageError, ChannelError) as error:
        sys.stderr.write(f"recorder: {error}\n")
        return 2
    recorder.run(lambda: bool(stopping))
    return 0


if __name__ == "__main__":
    sys.exit(main())
