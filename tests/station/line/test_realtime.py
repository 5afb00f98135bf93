"""Real-time manners: taken where permitted, otherwise said and gone on without."""

from __future__ import annotations

import ctypes
import errno
import gc
import os

import pytest

from station.line import realtime


class Libc:
    """mlockall that answers as told."""

    def __init__(self, answer):
        self.answer, self.flags = answer, 0

    def mlockall(self, flags):
        self.flags = flags
        ctypes.set_errno(errno.ENOMEM)
        return self.answer


@pytest.fixture(autouse=True)
def collector():
    """Garbage collection as before."""
    yield
    gc.enable()


@pytest.fixture
def libc(monkeypatch):
    """A libc that permits locking."""
    libc = Libc(0)
    monkeypatch.setattr(realtime.ctypes, "CDLL", lambda *_a, **_k: libc)
    return libc


def test_all_is_permitted(monkeypatch, libc):
    asked = []
    monkeypatch.setattr(os, "sched_setscheduler", lambda *arguments: asked.append(arguments))
    assert realtime.become_realtime(50) == "SCHED_FIFO 50, memory locked"
    assert [(pid, policy, param.sched_priority) for pid, policy, param in asked] == [(0, os.SCHED_FIFO, 50)]
    assert libc.flags == 3
    assert not gc.isenabled()


def test_nothing_is_permitted(monkeypatch, libc):
    def refuse(*_arguments):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    libc.answer = -1
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    sentence = realtime.become_realtime(50)
    assert sentence.startswith("no SCHED_FIFO 50 (Operation not permitted): grant LimitRTPRIO, memory not locked (")
    assert sentence.endswith("grant LimitMEMLOCK")
    assert not gc.isenabled()


def test_priority_zero_asks_for_nothing():
    assert realtime.become_realtime(0) == "not asked for (line.realtime_priority = 0)"
    assert not gc.isenabled()
