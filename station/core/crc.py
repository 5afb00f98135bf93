"""CRC-16/MODBUS (polynomial 0xA001 reflected, start 0xFFFF): "123456789" gives 0x4B37."""

from __future__ import annotations


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_TABLE = tuple(_entry(byte) for byte in range(256))


def crc16(data: bytes | bytearray | memoryview) -> int:
    """Checksum of `data`, 0..0xFFFF; on the wire the low byte goes first."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc
