"""A cable that is paced and can be hurt, in a process of its own:

    python relay.py FAR BAUD SEED     prints the port for the near end; FAR is the port that a slave gave

Each line on its stdin: `noise DROP FLIP SECONDS`, `cut SECONDS`, `delay MILLISECONDS`; it answers `done`.
"""

from __future__ import annotations

import os
import select
import sys
import time
import tty

from station.sim.wire import Wire

LONG_S = 3600.0


def main() -> None:
    """Carry bytes until stdin closes."""
    far_name, baud, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    far = os.open(far_name, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(far)
    near, end = os.openpty()
    tty.setraw(end)
    print(os.ttyname(end), flush=True)
    wire = Wire(baud, seed)
    while True:
        due = [at for lane in (wire.to_slave, wire.to_master) if (at := lane.next_ns()) is not None]
        wait_s = max(min(due) - time.monotonic_ns(), 0) / 1e9 if due else LONG_S
        ready = select.select([near, far, sys.stdin], [], [], wait_s)[0]
        now_ns = time.monotonic_ns()
        if near in ready:
            wire.to_slave.send(now_ns, os.read(near, 4096))
        if far in ready:
            wire.to_master.send(now_ns, os.read(far, 4096))
        if sys.stdin in ready:
            line = sys.stdin.readline()
            if not line:
                return
            obey(wire, now_ns, *line.split())
            print("done", flush=True)
        for lane, out in ((wire.to_slave, far), (wire.to_master, near)):
            if data := bytes(byte for _, byte in lane.arrived(now_ns)):
                os.write(out, data)


def obey(wire: Wire, now_ns: int, order: str, *numbers: str) -> None:
    """One line of stdin."""
    values = [float(number) for number in numbers]
    if order == "noise":
        wire.trouble.noise(values[0], values[1], now_ns + round(values[2] * 1e9))
    elif order == "cut":
        wire.trouble.cut(now_ns + round(values[0] * 1e9))
    elif order == "delay":
        wire.delay(round(values[0] * 1e6))
    else:
        raise SystemExit(f"unknown order {order}")


if __name__ == "__main__":
    main()
