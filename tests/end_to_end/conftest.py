"""Runs `saiken demo` as a person does, in a process of its own, and hands over what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from station.desk.stage import DEMO_BUNDLE, DEMO_TRUST
from station.recorder.reading import JournalReader
from station.sim.book import BookPages, GateReason, PartFate, load_book

BOUND_S = 150  # of one run


@dataclass
class Outcome:
    """One finished demo."""

    code: int
    summary: dict[str, Any]
    folder: Path
    output: str

    @property
    def book(self) -> BookPages:
        """The PLC's book."""
        return load_book(self.folder / "book.json")

    def journal(self) -> JournalReader:
        """The station's journal."""
        return JournalReader(self.folder / "journal.sqlite", self.folder / "pictures")

    def inspected(self, fates: tuple[PartFate, ...]) -> int:
        """How many of these parts got a verdict of the networks in time."""
        return sum(fate.why in {GateReason.PASSED, GateReason.BORDER_WORD, GateReason.REJECT_WORD} for fate in fates)


@dataclass
class Saiken:
    """The command line."""

    recipe: tuple[str, ...]
    folder: Path

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `saiken WORDS`."""
        command = [sys.executable, "-m", "station.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=BOUND_S, env=headless())

    def demo(self, *words: str) -> Outcome:
        """Run a headless demo."""
        summary, kept = self.folder / "summary.json", self.folder / "kept"
        result = self("demo", "--headless", *self.recipe, "--json", str(summary), "--keep", str(kept), *words)
        output = result.stdout + result.stderr
        assert summary.exists(), output
        return Outcome(result.returncode, json.loads(summary.read_text()), kept, output)


def headless() -> dict[str, str]:
    """Our environment without a display."""
    return {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}


@pytest.fixture
def recipe(request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """Bundle and trusted keys."""
    bundle = request.config.getoption("--recipe") or DEMO_BUNDLE
    return Path(bundle), Path(request.config.getoption("--keys") or DEMO_TRUST)


@pytest.fixture
def saiken(recipe: tuple[Path, Path], tmp_path: Path) -> Saiken:
    """The command line with the recipe under test."""
    bundle, keys = recipe
    return Saiken(("--bundle", str(bundle), "--trust", str(keys)), tmp_path)


@pytest.fixture
def leftovers() -> Callable[[], list[str]]:
    """Command lines of station processes that run now."""

    def find() -> list[str]:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if "-m station." in words and str(os.getpid()) not in path.parts:
                found.append(words)
        return found

    return find
