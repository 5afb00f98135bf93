"""`python -m station.engine --config station.toml`: runs the engine until SIGTERM.

Exit codes: 0 stopped, 1 the engine failed and a new start is clean, 2 the configuration is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
from functools import partial
from pathlib import Path

from station.core.config import load_config
from station.core.errors import ConfigError
from station.engine.camera.configured import configured_camera
from station.engine.process import Engine
from station.engine.task import open_task

_NICE = -5  # inspection goes before window and recorder


def main(arguments: list[str] | None = None) -> int:
    """Run the engine; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m station.engine", description="Camera to verdict.")
    parser.add_argument("--config", type=Path, required=True, help="station.toml")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="engine %(levelname)s %(message)s")
    stopped = _stop_flag()
    with contextlib.suppress(PermissionError):  # only root may; without it inspection is not preferred
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)
    try:
        config = load_config(options.config)
        engine = Engine(config, open_task, partial(configured_camera, config))
    except (ConfigError, OSError) as error:  # OSError: the run directory cannot be used
        print(f"engine: {error}", file=sys.stderr)  # noqa: T201 - the one sentence for whoever started us
        return 2
    try:
        return 0 if engine.run(lambda: bool(stopped)) else 1
    except ConfigError as error:
        print(f"engine: {error}", file=sys.stderr)  # noqa: T201
        return 2
    finally:
        engine.close()


def _stop_flag() -> list[int]:
    """A list that is filled by the first SIGTERM or SIGINT."""
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stopped.append(received))
    return stopped


if __name__ == "__main__":
    sys.exit(main())
