# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m station.gui --config FILE`: the operator's window. `--screenshots DIR`: pictures of all its states."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from pathlib import Path

from station.core.config import StationConfig, load_config
from station.core.errors import ConfigError
from station.core.notify import notify


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 = closed by a person or SIGTERM, 2 = cannot start; one sentence says why."""
    parser = argparse.ArgumentParser(prog="python -m station.gui", description="The operator's window.")
    parser.add_argument("--config", type=Path, help="station.toml of this machine")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write pictures of every state, then end")
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.config) if options.config else StationConfig()
        if options.screenshots:
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
            return _take_screenshots(options.screenshots, config)
        _check_display()
        return _run(config)
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"saiken gui: {error}\n")
        return 2


def _check_display() -> None:
    """Qt would abort the process without a word that an operator understands."""
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise ConfigError("there is no display: set DISPLAY or WAYLAND_DISPLAY, or QT_QPA_PLATFORM on a bare screen")


def _run(config: StationConfig) -> int:
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication

    from station.gui.language import Language
    from station.gui.link import StationLink
    from station.gui.memory import WindowMemory, memory_file
    from station.gui.window import StationWindow

    app = QApplication(["saiken"])
    link = StationLink(config.socket("line"), config.socket("engine"), config.socket("journal"), getpass.getuser())
    memory = WindowMemory(memory_file(os.environ, config.station.name))
    window = StationWindow(
        link, Language(config.gui.language), config.station.name, config.gui.auto_logout_s, memory=memory
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # The window's timer lets Python see the signal; singleShot, because it may come before the loop runs.
        signal.signal(number, lambda *_: QTimer.singleShot(0, window.close))
    window.start_pulling()
    window.show()
    notify("READY=1")
    return app.exec()


def _take_screenshots(folder: Path, config: StationConfig) -> int:
    from PyQt6.QtWidgets import QApplication

    from station.gui.language import Language
    from station.gui.screenshots import save_screenshots

    app = QApplication.instance() or QApplication(["saiken"])
    for path in save_screenshots(folder, Language(config.gui.language)):
        sys.stdout.write(f"{path}\n")
    app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
