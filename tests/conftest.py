"""What all tests share: no display, and an option to test with another recipe than the shipped one."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/end_to_end --recipe DIR --keys DIR`"""
    group = parser.getgroup("saiken")
    group.addoption("--recipe", help="recipe bundle for the end-to-end tests, instead of the shipped one")
    group.addoption("--keys", help="public keys that may sign it")
