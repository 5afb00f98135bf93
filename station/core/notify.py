"""Tell systemd how we are (sd_notify protocol): READY=1, WATCHDOG=1, STATUS=..., without a library."""

from __future__ import annotations

import os
import socket


def notify(state: str) -> bool:
    """Send one state line to $NOTIFY_SOCKET; False when nobody listens (a desk, a test)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        try:
            sock.sendto(state.encode(), address)
        except OSError:
            return False
    return True
