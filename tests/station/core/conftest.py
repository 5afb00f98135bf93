"""Shared pieces for the tests of the words, channels and the outbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.core.channel import Channel, Listener
from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import Delivery, FrameKey, InspectionRecord, PartRecord, Stored


@pytest.fixture
def part() -> Callable[[int], PartRecord]:
    """The record of part `number`, passed."""

    def make(number: int) -> PartRecord:
        return PartRecord(
            key=f"0001-{number}",
            part=number,
            boot=1,
            frame=FrameKey(7, number),
            verdict=Verdict.PASS,
            reason=Reason.CLEAN,
            acknowledged=True,
            score=0.5,
            limit=1.0,
            ledger=Ledger(),
            time=1_700_000_000.0 + number,
        )

    return make


@pytest.fixture
def inspection() -> Callable[..., InspectionRecord]:
    """What the engine saw in frame `trigger`."""

    def make(trigger: int, kept_as: str = "ng", recipe: str = "ring") -> InspectionRecord:
        return InspectionRecord(
            frame=FrameKey(7, trigger),
            verdict=Verdict.REJECT,
            reason=Reason.FINDING,
            score=2.0,
            limit=1.0,
            findings=(),
            cleared=0,
            ledger=Ledger(),
            recipe=recipe,
            bundle_sha256="ab" * 32,
            picture=(4, 4),
            kept_as=kept_as,
            time=1_700_000_000.0 + trigger,
        )

    return make


@pytest.fixture
def memfd() -> Callable[[bytes], int]:
    """A new anonymous file with these bytes; whoever takes it over closes it."""

    def make(data: bytes) -> int:
        descriptor = os.memfd_create("test")
        os.write(descriptor, data)
        return descriptor

    return make


class FakeRecorder:
    """Answers like the recorder: takes deliveries, acknowledges when told to."""

    def __init__(self, path: Path) -> None:
        self.listener = Listener(path)
        self.channel: Channel | None = None
        self.deliveries: list[Delivery] = []
        self.pictures: dict[int, bytes] = {}

    @property
    def parts(self) -> list[int]:
        """Part numbers in order of arrival."""
        return [one.body.part for one in self.deliveries if isinstance(one.body, PartRecord)]

    def take(self) -> None:
        """Read all that waits."""
        self.channel = self.channel or self.listener.accept()
        while self.channel is not None:
            message, descriptor = self.channel.receive_with_descriptor()
            if message is None:
                return
            assert isinstance(message, Delivery)
            self.deliveries.append(message)
            if descriptor is not None:
                self.pictures[message.number] = os.pread(descriptor, 1 << 20, 0)
                os.close(descriptor)

    def acknowledge(self, number: int | None = None) -> None:
        """Say that all up to `number` (default: the newest) is committed."""
        assert self.channel is not None
        self.channel.send(Stored(self.deliveries[-1].number if number is None else number))

    def hang_up(self) -> None:
        """Close the connection, as a killed recorder does."""
        assert self.channel is not None
        self.channel.close()
        self.channel = None

    def close(self) -> None:
        """Gone for good."""
        if self.channel:
            self.channel.close()
        self.listener.close()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[FakeRecorder]:
    """A recorder that listens at tmp_path / "r.sock"."""
    fake = FakeRecorder(tmp_path / "r.sock")
    yield fake
    fake.close()
