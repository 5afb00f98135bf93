"""The error tree. Foreign exceptions are translated at the adapter, with `from`.

StationError
 +-- ConfigError            a file is wrong: fix the file, restart
 +-- BundleError            the recipe bundle is tampered, foreign or incomplete
 +-- CameraError            the camera is gone or answers wrongly
 |    +-- CameraTimeoutError
 +-- NotInspectedError      this one part could not be inspected; carries the `Reason`
 +-- RuntimeFaultError      the network did not answer, or answered NaN
 +-- PlcError               the PLC link failed
 |    +-- PlcTimeoutError   no answer in time
 |    +-- PlcFrameError     an answer that is damaged or not the one asked for
 |    +-- PortError         the serial port cannot be opened, or vanished
 +-- ChannelError           another process of the station is not there
 |    +-- MessageTooLongError   no datagram holds this message; the peer is still there
 +-- StorageError           the disk refuses: full, read-only, locked
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from station.core.domain import Reason


class StationError(Exception):
    """Base of all our errors; `advice` is one sentence that tells a person what to do."""

    advice: ClassVar[str] = "Call the integrator."


class ConfigError(StationError, ValueError):
    """A configuration file or command line is wrong; the message names file, key, value and the way out."""

    advice = "Correct the named key in the file and start again."


class BundleError(StationError, ValueError):
    """The recipe bundle must not be used; the message names the file in it and what is wrong."""

    advice = "Install a bundle that was exported and signed by a key this station trusts."


class CameraError(StationError, OSError):
    """The camera is gone or answers wrongly; the caller reconnects."""

    advice = "Check the camera's cable and power."


class CameraTimeoutError(CameraError, TimeoutError):
    """The camera did not give a sign of life in time."""


class NotInspectedError(StationError):
    """This part could not be inspected, so it is rejected."""

    advice = "The part is rejected; inspect it by hand."

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class RuntimeFaultError(StationError, ArithmeticError):
    """The network did not answer, or its answer is not finite."""

    advice = "The engine restarts by itself; if this comes back, call the integrator."


class PlcError(StationError, OSError):
    """The PLC link failed; the PLC rejects by itself."""

    advice = "Check the serial cable and the PLC; all parts are rejected meanwhile."


class PlcTimeoutError(PlcError, TimeoutError):
    """The PLC gave no complete answer in time."""


class PlcFrameError(PlcError):
    """The answer is damaged (CRC), out of turn, or an exception response."""


class PortError(PlcError):
    """The serial port cannot be opened, is in use by another station, or vanished."""

    advice = "Check that the adapter is plugged in and that no other station uses this port."


class ChannelError(StationError, ConnectionError):
    """Another process of the station is not there or closed the connection."""

    advice = "The process is started again by itself; wait some seconds."


class MessageTooLongError(ChannelError):
    """No datagram holds this message; nothing was sent, the peer is still there."""


class StorageError(StationError, OSError):
    """The disk refuses: full, read-only or locked."""

    advice = "Free disk space or mount the disk writable."
