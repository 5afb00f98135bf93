"""Faults are read from the command line: a name, a place, a time, or all of them."""

from __future__ import annotations

import argparse

import pytest

from station.desk import faults
from station.desk.faults import FAULTS, Fault, parse_fault, parse_faults

ISSUE = (
    "serial-cut, usb-unplugged, byte-noise, count-mismatch, plc-restart, plc-silent, camera-frozen, camera-killed, "
    "camera-lossy, engine-killed, engine-frozen, line-killed, recorder-killed, gui-killed, gui-frozen, disk-full, "
    "database-locked, clock-jump, tampered-bundle, nan, late, wrong-product, rejects-in-row, bin-full, "
    "reject-not-confirmed"
)


def test_knows_the_faults_of_the_plan() -> None:
    assert set(ISSUE.split(", ")) <= set(FAULTS)
    assert set(FAULTS) - set(ISSUE.split(", ")) == {
        *("frame-lost", "plc-stopped", "line-frozen", "recorder-frozen", "air-low")
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("serial-cut", Fault("serial-cut", None, 2.0)),
        ("serial-cut@20", Fault("serial-cut", 20, 2.0)),
        ("engine-killed@7:1.5", Fault("engine-killed", 7, 1.5)),
        ("nan:3", Fault("nan", None, 3.0)),
    ],
)
def test_reads_faults(text: str, fault: Fault) -> None:
    assert parse_faults(text) == [fault]
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize("mountable", [True, False])
def test_all_is_every_fault_that_is_possible_here(monkeypatch: pytest.MonkeyPatch, mountable: bool) -> None:
    monkeypatch.setattr(faults, "can_mount", lambda: mountable)
    names = [fault.name for fault in parse_faults("all")]
    assert names == [name for name in FAULTS if mountable or name != "disk-full"]
    assert {fault.part for fault in parse_faults("all")} == {None}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("serial-cat", "unknown fault 'serial-cat'; did you mean 'serial-cut'?"),
        ("zzz", "unknown fault 'zzz'; known: disk-full, database-locked"),
        ("nan@x", "not of the form NAME"),
        ("nan:-1", "not of the form NAME"),
        ("nan@0", "counted from 1"),
        ("late:90", "at most 30 s"),
        ("all@3", "unknown fault 'all'"),
    ],
)
def test_wrong_faults_get_one_clear_sentence(text: str, answer: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=answer.replace("?", r"\?")):
        parse_faults(text)
