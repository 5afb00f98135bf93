"""The supervisor brings a process back alone, passes its words on, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from station.desk.supervisor import LINES_PER_S, Interrupted, Program, SignalGuard, Supervisor, python_module

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
BOUND_S = 15.0  # of a test that waits for something


def python(source: str) -> list[str]:
    return [sys.executable, "-S", "-c", source]


def tend_until(supervisor: Supervisor, happened: Callable[[], bool]) -> None:
    end = time.monotonic() + BOUND_S
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        supervisor.tend(0.02)


def is_gone(pid: int) -> bool:
    """True when it ended, though nobody may have collected it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def heard() -> list[str]:
    return []


def test_killed_process_comes_back_alone(heard: list[str]) -> None:
    programs = [Program("line", python(SLEEPER)), Program("engine", python(SLEEPER))]
    with Supervisor(programs, heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: heard.count("[engine] up") == 1 and heard.count("[line] up") == 1)
        first, line = supervisor.pid("engine"), supervisor.pid("line")
        assert supervisor.kill("engine")
        tend_until(supervisor, lambda: heard.count("[engine] up") == 2)
        assert supervisor.restarts == {"line": 0, "engine": 1}
        assert supervisor.pid("engine") not in {None, first}
        assert supervisor.pid("line") == line
    assert any("engine killed by SIGKILL; starts again in 0.2 s" in text for text in heard)


@pytest.mark.parametrize(("outside", "seen"), [(None, "1"), ("3", "3")])
def test_arithmetic_keeps_to_one_core_unless_told_otherwise(
    heard: list[str], monkeypatch: pytest.MonkeyPatch, outside: str | None, seen: str
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if outside:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", outside)
    source = "import os; print('threads', os.environ['OPENBLAS_NUM_THREADS'], flush=True)"
    with Supervisor([Program("engine", python(source))], heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: f"[engine] threads {seen}" in heard)


def test_stays_down_for_the_wished_time(heard: list[str]) -> None:
    now = 100.0
    with Supervisor([Program("engine", python(SLEEPER))], heard.append, lambda: now) as supervisor:
        supervisor.start()
        supervisor.kill("engine", down_s=1.5)
        wait_until_dead(supervisor, "engine")
        now += 1.4
        supervisor.tend(0.0)
        assert supervisor.restarts["engine"] == 0
        now += 0.2
        supervisor.tend(0.0)
        assert supervisor.restarts["engine"] == 1


def wait_until_dead(supervisor: Supervisor, name: str) -> None:
    end = time.monotonic() + BOUND_S
    while supervisor.pid(name) is not None and time.monotonic() < end:
        time.sleep(0.01)
    supervisor.tend(0.0)


def test_backs_off_when_a_process_dies_again_and_again(heard: list[str]) -> None:
    with Supervisor([Program("engine", python("raise SystemExit(3)"))], heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: supervisor.restarts["engine"] >= 2)
    delays = [text for text in heard if "starts again" in text]
    assert delays[0].endswith("exit code 3; starts again in 0.2 s")
    assert delays[1].endswith("starts again in 0.4 s")


def test_configuration_error_at_start_is_final(heard: list[str]) -> None:
    program = Program("line", python("import sys; print('port is busy', file=sys.stderr); sys.exit(2)"))
    with Supervisor([program], heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: supervisor.failed is not None)
        assert supervisor.failed == ("line", 2)
        assert supervisor.restarts == {"line": 0}
    assert "[line] port is busy" in heard


def test_closed_window_is_no_failure(heard: list[str]) -> None:
    with Supervisor([Program("gui", python("pass"), needed=False)], heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: "gui ended" in heard)
        assert supervisor.failed is None


def test_flood_of_words_is_counted_not_shown(heard: list[str]) -> None:
    flood = "import time; print('x\\n' * 500, flush=True); time.sleep(1.2); print('calm', flush=True)"
    with Supervisor([Program("engine", python(flood))], heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: "[engine] calm" in heard)
    assert heard.count("[engine] x") == LINES_PER_S
    assert f"[engine] ({500 - LINES_PER_S} lines more)" in heard


def test_last_words_of_a_dead_process_are_heard(heard: list[str]) -> None:
    program = Program("engine", python("import os; print('no newline', end='', flush=True); os._exit(1)"))
    with Supervisor([program], heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: any("exit code 1" in text for text in heard))
    assert "[engine] no newline" in heard


def test_stops_in_reverse_order_and_leaves_nothing(heard: list[str], tmp_path: Path) -> None:
    source = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        "    with open(sys.argv[1], 'a') as file: file.write(sys.argv[2] + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)"
    )
    log = tmp_path / "order"
    programs = [Program(name, [*python(source), str(log), name]) for name in ("recorder", "line", "engine")]
    with Supervisor(programs, heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: sum(text.endswith(" up") for text in heard) == 3)
        pids = [supervisor.pid(program.name) for program in programs]
    assert log.read_text().split() == ["engine", "line", "recorder"]
    assert all(pid is not None and is_gone(pid) for pid in pids)


def test_frozen_process_ends_and_its_child_too(heard: list[str], tmp_path: Path) -> None:
    source = (
        "import os, subprocess, sys, time\n"
        f"child = subprocess.Popen([{sys.executable!r}, '-S', '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with Supervisor([Program("engine", python(source))], heard.append) as supervisor:
        supervisor.start()
        tend_until(supervisor, lambda: len(heard) == 1)
        supervisor.send_signal("engine", signal.SIGSTOP)
        pid = supervisor.pid("engine")
    assert pid is not None
    assert is_gone(pid)
    end = time.monotonic() + BOUND_S
    while not is_gone(int(heard[0].split()[-1])) and time.monotonic() < end:
        time.sleep(0.01)
    assert is_gone(int(heard[0].split()[-1]))


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    source = (
        "from station.desk.supervisor import Program, Supervisor, python_module\n"
        "import sys\n"
        "s = Supervisor([Program('line', [sys.executable, '-S', '-c', 'import time; time.sleep(60)'])], print)\n"
        "s.start(); print(s.pid('line'), flush=True)\n"
        "s.tend(60)"
    )
    program = Program("desk", [sys.executable, "-c", source])
    words: list[str] = []
    with Supervisor([program], words.append) as outer:
        outer.start()
        tend_until(outer, lambda: bool(words))
        child = int(words[0].split()[-1])
        outer.kill("desk", down_s=60)
        tend_until(outer, lambda: is_gone(child))


def test_signal_to_a_process_that_is_not_there() -> None:
    with Supervisor([Program("gui", python("pass"))], print) as supervisor:
        assert not supervisor.send_signal("gui", signal.SIGCONT)
        assert not supervisor.kill("gui")
        assert supervisor.pid("gui") is None
        assert not supervisor.alive("gui")


def test_guard_turns_signals_into_one_interruption() -> None:
    before = signal.getsignal(signal.SIGINT)
    with SignalGuard():
        with pytest.raises(Interrupted, match="SIGTERM"):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(BOUND_S)
        os.kill(os.getpid(), signal.SIGINT)  # the impatient second one changes nothing
    assert signal.getsignal(signal.SIGINT) is before


def test_python_module_runs_in_this_interpreter() -> None:
    assert python_module("station.line", "--config", "x") == [sys.executable, "-m", "station.line", "--config", "x"]
