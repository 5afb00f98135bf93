"""Two pseudo-terminals and a thread that carries bytes between them: the cable between two programs."""

from __future__ import annotations

import os
import select
import threading
import tty


def lay_wire() -> tuple[str, str]:
    """Names of its two ends; both stay open while this process lives."""
    masters, names = [], []
    for _ in range(2):
        master, slave = os.openpty()
        tty.setraw(slave)
        masters.append(master)
        names.append(os.ttyname(slave))
    threading.Thread(target=_carry, args=masters, name="wire", daemon=True).start()
    return names[0], names[1]


def _carry(left: int, right: int) -> None:
    while True:
        for end in select.select([left, right], [], [])[0]:
            os.write(right if end == left else left, os.read(end, 4096))
