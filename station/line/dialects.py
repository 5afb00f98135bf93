"""Which dialect the PLC speaks: `line.dialect` of station.toml."""

from __future__ import annotations

from station.core import plc_map
from station.core.config import LineSection
from station.core.errors import ConfigError
from station.line.ascii_line import AsciiLine
from station.line.dialect import Dialect, Exchange
from station.line.host_link import HostLink
from station.line.mc_protocol import McProtocol
from station.line.modbus import ModbusRtu


def dialect_of(line: LineSection) -> Dialect:
    """The dialect that [line] names.

    Raises:
        ConfigError: at this baud rate the longest exchange takes longer than response_ms.
    """
    dialect = unchecked_dialect(line)
    sizes = [len(each.request) + each.answer_bytes for each in _every_kind(dialect)]
    needed_ms = max(sizes) * line.bits * 1000 / line.baud
    if needed_ms >= line.response_ms:
        raise ConfigError(
            f"station.toml: line.response_ms = {line.response_ms}: at {line.baud} baud the longest exchange of "
            f"{line.dialect} takes {needed_ms:.0f} ms on the wire alone; raise response_ms (and heartbeat_limit_ms), "
            "or baud"
        )
    return dialect


def unchecked_dialect(line: LineSection) -> Dialect:
    """The dialect that [line] names, whatever its times: for measuring them."""
    match line.dialect:
        case "modbus-rtu":
            return ModbusRtu(line.unit, line.baud)
        case "ascii-line":
            return AsciiLine()
        case "host-link":
            return HostLink(line.unit)
        case "mc-1c":
            return McProtocol(line.unit, "1c")
        case "mc-3c":
            return McProtocol(line.unit, "3c")


def _every_kind(dialect: Dialect) -> tuple[Exchange, ...]:
    """The exchanges of a poll and of the handshake, the longest among them."""
    slots = [0] * (plc_map.SLOTS * plc_map.SLOT_SIZE)
    header = [0] * plc_map.CONTROL_SIZE
    return *dialect.poll(header), *dialect.write(plc_map.SLOT_BASE, slots)
