from __future__ import annotations

import os

import pytest

from station.sim.priority import run_first


def refuse(*_: object) -> int:
    raise PermissionError("not for you")


def test_real_time_where_it_is_permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int, int]] = []
    monkeypatch.setattr(os, "sched_setscheduler", lambda p, s, q: asked.append((p, s, q.sched_priority)))
    assert run_first(60) == "SCHED_FIFO 60"
    assert asked == [(0, os.SCHED_FIFO, 60)]


def test_a_better_nice_value_where_real_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "nice", lambda by: by)
    assert run_first(60) == "nice -10"


def test_it_goes_on_without_any_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "nice", refuse)
    assert run_first(60) == "normal priority"
