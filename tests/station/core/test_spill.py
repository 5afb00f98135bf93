"""The spill file keeps what was appended, in order, until it is removed; it outlives the process that wrote it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.core.errors import StorageError
from station.core.messages import Delivery, PartRecord
from station.core.outbox import Outbox
from station.core.spill import SpillFile

Part = Callable[[int], PartRecord]

SECOND_NS = 1_000_000_000

_SPILLING_CHILD = """
import sys
from pathlib import Path
from station.core.message import Event
from station.core.outbox import Outbox
box = Outbox(Path(sys.argv[1]) / "nobody.sock", Path(sys.argv[1]) / "child.spill", limit=0)
for number in range(1_000_000):
    box.offer(Event("line", "note", str(number), float(number)))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "line.spill"


@pytest.fixture
def spill(path: Path) -> Iterator[SpillFile]:
    file = SpillFile(path)
    yield file
    file.close()


def test_entries_come_back_in_order_and_as_they_were(spill: SpillFile, part: Part) -> None:
    given = [Delivery(number, part(number)) for number in (7, 8, 9)]
    for delivery in given:
        spill.append(delivery)
    assert (spill.untaken, spill.found) == (3, 0)
    assert spill.take(2) == given[:2]
    assert spill.take(2) == given[2:]
    assert (spill.take(2), spill.untaken) == ([], 0)


def test_file_exists_only_while_something_is_in_it(spill: SpillFile, part: Part, path: Path) -> None:
    assert not path.exists()
    spill.append(Delivery(1, part(1)))
    spill.append(Delivery(2, part(2)))
    spill.take(1)
    spill.remove()
    assert path.exists()  # 2 waits
    spill.take(1)
    assert path.exists()  # taken is not yet stored
    spill.remove()
    assert not path.exists()


def test_next_process_finds_what_was_taken_but_not_removed_under_numbers_from_one(
    spill: SpillFile, part: Part, path: Path
) -> None:
    for number in (41, 42):
        spill.append(Delivery(number, part(number)))
    spill.take(2)
    spill.close()
    spill.close()
    after = SpillFile(path)
    after.append(Delivery(3, part(43)))
    assert (after.found, after.untaken) == (2, 3)
    assert after.take(9) == [Delivery(1, part(41)), Delivery(2, part(42)), Delivery(3, part(43))]
    after.close()


def test_incomplete_last_entry_is_cut_off(spill: SpillFile, part: Part, path: Path) -> None:
    spill.append(Delivery(1, part(1)))
    complete = path.read_bytes()
    spill.append(Delivery(2, part(2)))
    spill.close()
    path.write_bytes(path.read_bytes()[:-1])
    after = SpillFile(path)
    assert path.read_bytes() == complete
    assert after.take(9) == [Delivery(1, part(1))]
    after.close()


def test_entry_of_another_version_is_skipped_and_counted(path: Path, part: Part) -> None:
    foreign, known = msgspec.msgpack.encode({"x": 1}), msgspec.msgpack.encode(Delivery(2, part(2)))
    path.parent.mkdir()
    path.write_bytes(b"".join(len(data).to_bytes(4, "little") + data for data in (foreign, known)))
    spill = SpillFile(path)
    assert [one.body for one in spill.take(9)] == [part(2)]
    assert (spill.unreadable, spill.untaken) == (1, 0)
    spill.close()


def test_file_in_use_is_refused(spill: SpillFile, part: Part, path: Path) -> None:
    spill.append(Delivery(1, part(1)))
    with pytest.raises(StorageError, match="another process uses this file"):
        SpillFile(path)


def test_killed_process_leaves_every_spilled_record(tmp_path: Path, recorder: Any) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _SPILLING_CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 200:
            break
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split("\n")
    child.stdout.close()
    child.wait()
    promised = max([200, *(int(word) for word in rest[:-1] if word)])
    outbox = Outbox(tmp_path / "r.sock", tmp_path / "child.spill")
    for turn in range(promised // 32 + 40):
        outbox.pump(turn * SECOND_NS)
        recorder.take()
        recorder.acknowledge()
    outbox.close()
    numbers = [int(one.body.text) for one in recorder.deliveries]
    assert numbers[: promised + 1] == list(range(promised + 1))
