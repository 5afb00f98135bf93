"""`saiken io`: which words become which wish."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import cli
from station.desk import io


def test_words_become_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes: list[tuple[object, ...]] = []
    monkeypatch.setattr(io, "show", lambda *wish: wishes.append(wish) or 0)
    monkeypatch.setattr(io, "force", lambda *wish: wishes.append(wish) or 0)
    assert cli.main(["io", "--once", "--config", "s.toml"]) == 0
    assert cli.main(["io", "--force", "gate", "--role", "integrator", "--config", "s.toml"]) == 0
    assert wishes == [(Path("s.toml"), True, False), (Path("s.toml"), "gate", 5.0, "integrator")]
