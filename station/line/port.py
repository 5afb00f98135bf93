"""The serial port: the only file that imports pyserial. Never blocks, except `read` until its deadline."""

from __future__ import annotations

import contextlib
import errno
import select
import termios
import time

import serial

from station.core.errors import PlcTimeoutError, PortError

_VANISHED = (OSError, termios.error)  # serial.SerialException is an OSError


class PortRefusedError(PortError):
    """Someone else uses the port, or we may not: a person must act, waiting does not help."""


class SerialPort:
    """An open port, for us alone."""

    def __init__(self, name: str, baud: int, characters: str = "8N1") -> None:
        """Open `name`; `characters` are data bits, parity and stop bits.

        Raises:
            PortRefusedError: in use by another program, or no permission.
            PortError: there is no such port, or it does not take the settings.
        """
        self.name = name
        parity = characters[1]
        try:
            self._port = serial.Serial(
                name,
                baud,
                bytesize=int(characters[0]),
                parity=parity,
                stopbits=int(characters[2]),
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
        except (serial.SerialException, termios.error, ValueError) as error:
            raise _translated(name, characters, error) from error
        if parity != "N":
            with contextlib.suppress(termios.error):
                _check_parity(self._port.fileno())
        # Not every driver offers it (FTDI does, a PTY does not): without it answers come up to 16 ms later.
        with contextlib.suppress(OSError, ValueError, NotImplementedError):
            self._port.set_low_latency_mode(True)

    def fileno(self) -> int:
        """For select; -1 after close."""
        return self._port.fileno() if self._port.is_open else -1

    def write(self, data: bytes) -> None:
        """Hand all bytes to the driver.

        Raises:
            PortError: the port vanished, or the driver does not take more.
        """
        try:
            taken = self._port.write(data)
        except _VANISHED as error:
            raise _vanished(self.name, error) from error
        if taken != len(data):
            raise PortError(f"{self.name}: the driver took {taken} of {len(data)} bytes; check the adapter")

    def read_waiting(self) -> bytes:
        """What has arrived, b"" if nothing.

        Raises:
            PortError: the port vanished.
        """
        try:
            return bytes(self._port.read(4096))
        except _VANISHED as error:
            raise _vanished(self.name, error) from error

    def read(self, deadline_ns: int) -> bytes:
        """Wait for bytes until `deadline_ns` (CLOCK_MONOTONIC).

        Raises:
            PlcTimeoutError: nothing came by then.
            PortError: the port vanished.
        """
        wait_s = max(0, deadline_ns - time.monotonic_ns()) / 1e9
        select.select([self], [], [], wait_s)
        data = self.read_waiting()
        if not data:
            raise PlcTimeoutError(f"{self.name}: no answer in time; check the cable, the PLC and the baud rate")
        return data

    def close(self) -> None:
        """May be called twice."""
        with contextlib.suppress(*_VANISHED):
            self._port.close()


def _check_parity(port: int) -> None:
    """Turn a byte of wrong parity into 0, which no checksum takes for the right one: pyserial ignores it."""
    settings = termios.tcgetattr(port)
    settings[0] = (settings[0] | termios.INPCK) & ~(termios.IGNPAR | termios.PARMRK)
    termios.tcsetattr(port, termios.TCSANOW, settings)


def _translated(name: str, characters: str, error: Exception) -> PortError:
    number = getattr(error, "errno", None) or (error.args[0] if error.args else None)
    if number == errno.ENOENT:
        return PortError(f"{name}: there is no such port; plug the adapter in, or correct line.port in station.toml")
    if number in {errno.EACCES, errno.EPERM}:
        return PortRefusedError(f"{name}: no permission; add this user to the port's group (often 'dialout')")
    if number in {errno.EBUSY, errno.EAGAIN} or "exclusively lock" in str(error):
        return PortRefusedError(f"{name}: in use by another program; stop the other station or terminal on this port")
    if isinstance(error, termios.error):
        return PortError(
            f"{name}: the port does not take {characters} ({error}); set line.parity, data_bits, stop_bits as it can"
        )
    return PortError(f"{name}: cannot be opened as a serial port ({error}); correct line.port in station.toml")


def _vanished(name: str, error: Exception) -> PortError:
    return PortError(f"{name}: the port vanished ({error}); plug the adapter in again")
