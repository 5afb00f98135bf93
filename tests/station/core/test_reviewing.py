"""Labels and defect modes as the value of a command; a whole page of parts fits a datagram."""

from __future__ import annotations

import msgspec
import pytest

from station.core.channel import MAX_MESSAGE
from station.core.domain import Reason, Verdict
from station.core.reviewing import LABELS, MOST_PARTS, PartLine, Parts, label_value, read_label


@pytest.mark.parametrize("label", LABELS)
def test_what_is_written_is_read(label: str) -> None:
    assert read_label(label_value(label)) == (label, "", "")
    assert read_label(label_value(label, "キズ: tief")) == (label, "キズ: tief", "")


@pytest.mark.parametrize("value", ["", "good", "true_reject:" + "x" * 65, "true_reject: x", "true_reject:a\nb"])
def test_nonsense_is_refused_with_a_sentence(value: str) -> None:
    label, mode, fault = read_label(value)
    assert (label, mode) == ("", "")
    assert fault


def test_a_page_fits_a_datagram() -> None:
    line = PartLine(
        10**12, "k" * 32, 2**32, 1.8e9, Verdict.NOT_INSPECTED, Reason.NOT_ACKNOWLEDGED, 0.1, 0.2, "r" * 128, "l" * 64,
        "false_reject", "m" * 64,
    )  # fmt: skip
    assert len(msgspec.msgpack.encode(Parts(1, (line,) * MOST_PARTS, 100))) < MAX_MESSAGE
