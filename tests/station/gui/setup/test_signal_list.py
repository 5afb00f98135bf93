"""Names left, values right."""

from __future__ import annotations

import pytest

from station.gui.setup.signal_list import SignalList


def test_names_and_values(shown):
    signals = shown(SignalList(2))
    signals.show_names("PLC", ("Count", "Encoder"))
    signals.show_values(("1", "2"))
    assert [one.text() for one in signals.names] == ["Count", "Encoder"]
    assert [one.text() for one in signals.values] == ["1", "2"]
    with pytest.raises(ValueError, match="shorter"):
        signals.show_values(("1",))
