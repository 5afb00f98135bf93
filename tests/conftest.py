"""What all tests share: no display, another recipe than the shipped one if asked for, one GigE camera at a time."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/end_to_end --recipe DIR --keys DIR`"""
    group = parser.getgroup("saiken")
    group.addoption("--recipe", help="recipe bundle for the end-to-end tests, instead of the shipped one")
    group.addoption("--keys", help="public keys that may sign it")


@pytest.fixture
def gige_port() -> Iterator[None]:
    """GigE Vision's control port is fixed: two test runs on one machine would meet each other's camera."""
    descriptor = os.open(Path(tempfile.gettempdir()) / "saiken-test-gige.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
