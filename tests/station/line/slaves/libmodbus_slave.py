"""A Modbus RTU slave by libmodbus (C, another vendor); prints the port to talk to it and serves until killed.

python libmodbus_slave.py [BYTE_TIMEOUT_MS]      5; libmodbus' own default is 500
"""

from __future__ import annotations

import ctypes
import sys
import time

from pty_wire import lay_wire


class Mapping(ctypes.Structure):
    """modbus_mapping_t of libmodbus 3.1."""

    _fields_ = (
        *((f"{what}_{kind}", ctypes.c_int) for kind in ("b", "ib", "ir", "r") for what in ("nb", "start")),
        ("bits", ctypes.POINTER(ctypes.c_uint8)),
        ("input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def main() -> None:
    """Serve registers 0..159; 0 holds the ORDER constant, 6 a heartbeat."""
    library = ctypes.CDLL("libmodbus.so.5")
    library.modbus_new_rtu.restype = ctypes.c_void_p
    library.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    ours, theirs = lay_wire()
    context = ctypes.c_void_p(library.modbus_new_rtu(ours.encode(), 115200, ctypes.c_char(b"N"), 8, 1))
    library.modbus_set_slave(context, 1)
    library.modbus_set_byte_timeout(context, 0, 1000 * int((sys.argv[1:] or ["5"])[0]))
    mapping = library.modbus_mapping_new(0, 0, 160, 160)
    registers = mapping.contents.registers
    registers[0], registers[1] = 0x1234, 7
    mapping.contents.input_registers[8] = 0x0A0B
    if library.modbus_connect(context) != 0:
        raise SystemExit("libmodbus cannot connect")
    print(theirs, flush=True)
    request = (ctypes.c_uint8 * 260)()
    while True:
        size = library.modbus_receive(context, request)
        registers[6] = time.monotonic_ns() // 50_000_000 & 0xFFFF
        if size > 0:
            library.modbus_reply(context, request, size, mapping)


if __name__ == "__main__":
    main()
