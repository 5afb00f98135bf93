"""A reply of as many events as a window may ask for by default fits a datagram."""

from __future__ import annotations

import msgspec

from station.core.asking import AskEvents, Events
from station.core.channel import MAX_MESSAGE
from station.core.message import Event


def test_the_usual_number_of_long_events_fits() -> None:
    event = Event("recorder", "command", "x" * 500, 1.8e9, "hanako")
    assert len(msgspec.msgpack.encode(Events(1, (event,) * AskEvents().limit))) < MAX_MESSAGE
