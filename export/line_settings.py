"""What a recipe says to camera and line (`saiken-export --line FILE`): [camera] and [supervision] of a TOML file.

[camera]                     # station.core.recipe.CameraSpec: set on the camera and read back
exposure_us = 800.0
gain_db = 0.0
trigger = "external"
trigger_source = "Line0"
roi = [0, 0, 1024, 1024]

[supervision]                # station.core.recipe_line.SupervisionSpec: when production must stop
rejects = { parts = 10, among = 10, reaction = "stop" }
"""

from __future__ import annotations

import sys
from pathlib import Path

from station.core.config import Section, parse_table
from station.core.errors import ConfigError
from station.core.recipe import CameraSpec
from station.core.recipe_line import SupervisionSpec

if sys.version_info >= (3, 11):
    import tomllib
else:  # JetPack 6 has Python 3.10
    import tomli as tomllib


class LineSettings(Section, frozen=True):
    """The whole file; a table that is left out has its defaults."""

    camera: CameraSpec = CameraSpec()
    supervision: SupervisionSpec = SupervisionSpec()


def load_line_settings(path: Path) -> LineSettings:
    """Read and check the file.

    Raises:
        ConfigError: names file, key, value and what to do.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is no valid TOML: {error}") from error
    settings: LineSettings = parse_table(LineSettings, table, str(path))
    return settings
