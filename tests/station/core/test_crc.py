"""CRC-16/MODBUS against known values, and what it must notice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.crc import crc16


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0xFFFF),
        (b"123456789", 0x4B37),
        (bytes.fromhex("01 03 00 00 00 0a"), 0xCDC5),  # read holding registers, the textbook frame ... C5 CD
        (bytes.fromhex("11 03 00 6b 00 03"), 0x8776),  # from the Modbus application protocol's examples
    ],
)
def test_known_values(data: bytes, crc: int) -> None:
    assert crc16(data) == crc


@given(st.binary(max_size=64))
def test_frame_with_its_checksum_gives_zero(data: bytes) -> None:
    assert crc16(data + crc16(data).to_bytes(2, "little")) == 0


@given(st.binary(min_size=1, max_size=64), st.data())
def test_every_burst_of_up_to_16_bits_is_noticed(data: bytes, draw: st.DataObject) -> None:
    burst = draw.draw(st.integers(1, 0xFFFF))
    shift = draw.draw(st.integers(0, 8 * len(data) - 1))
    damage = burst << shift & (1 << 8 * len(data)) - 1
    damaged = (int.from_bytes(data, "little") ^ damage).to_bytes(len(data), "little")
    assert (crc16(damaged) == crc16(data)) == (damaged == data)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_will_do(kind: type) -> None:
    assert crc16(kind(b"123456789")) == 0x4B37
