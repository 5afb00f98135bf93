"""`python -m station.line --config station.toml`: run the line process until SIGTERM.

Exit codes: 0 stopped, 2 it cannot start (configuration, port in use, second station), said in one sentence.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from station.core.config import load_config
from station.core.errors import StationError
from station.line.process import run_line


def main(arguments: list[str] | None = None) -> int:
    """Parse, run, and turn an error at the start into one sentence."""
    parser = argparse.ArgumentParser(prog="python -m station.line", description="The line process of a station.")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="station.toml")
    options = parser.parse_args(arguments)
    try:
        run_line(load_config(options.config))
    except StationError as error:
        sys.stderr.write(f"line: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
