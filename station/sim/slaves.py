"""Which dialect the simulated PLC speaks."""

from __future__ import annotations

from typing import get_args

from station.core.config import DialectName
from station.sim.ascii_slave import AsciiSlave
from station.sim.host_link_slave import HostLinkSlave
from station.sim.mc_slave import McSlave, form_1c, form_3c
from station.sim.modbus_slave import ModbusSlave
from station.sim.slave import Registers, Slave

DIALECTS: tuple[DialectName, ...] = get_args(DialectName)


def slave_of(dialect: DialectName, registers: Registers, unit: int = 1, byte_timeout_ns: int = 5_000_000) -> Slave:
    """A slave that speaks `dialect` and serves `registers`."""
    match dialect:
        case "modbus-rtu":
            return ModbusSlave(registers, unit, byte_timeout_ns)
        case "ascii-line":
            return AsciiSlave(registers)
        case "host-link":
            return HostLinkSlave(registers, unit)
        case "mc-1c":
            return McSlave(registers, form_1c(unit), byte_timeout_ns)
        case "mc-3c":
            return McSlave(registers, form_3c(unit), byte_timeout_ns)
