"""A Modbus RTU slave by pymodbus; prints the port to talk to it and serves until killed."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from pty_wire import lay_wire
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice


def registers(*values: int) -> SimData:
    """Registers from 0 on."""
    return SimData(0, values=list(values), datatype=DataType.REGISTERS)


async def beat(*request: Any) -> None:
    """The program runs: its heartbeat changes. pymodbus' fifth argument is the block of registers."""
    registers_now: list[int] = request[4]
    if len(registers_now) > 16:
        registers_now[6] = time.monotonic_ns() // 50_000_000 & 0xFFFF


async def main() -> None:
    """Serve registers 0..159; 0 holds the ORDER constant, 1 a boot id, 6 a heartbeat."""
    ours, theirs = lay_wire()
    bits = SimData(0, values=[False] * 16, datatype=DataType.BITS)
    holding = registers(0x1234, 7, *[0] * 158)
    inputs = registers(*[0] * 8, 0x0A0B, *[0] * 151)
    device = SimDevice(1, simdata=([bits], [bits], [holding], [inputs]), action=beat)
    server = ModbusSerialServer(device, port=ours, baudrate=115200)
    await server.listen()
    print(theirs, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
