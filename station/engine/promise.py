"""Whether the recipe's promise holds: void from the first drift on, for this bundle, also after a restart.

    run_dir/engine.promise   {bundle_sha256, detail} of the newest promise that became void

The line runs on: drift asks for maintenance and is no reason to reject. A new bundle has a promise of its own.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from station.core.domain import DriftState, Verdict
from station.core.messages import InspectionRecord
from station.engine.vision.drift import FEWEST, DriftWatch

UNWATCHED = f"promise not watched: the bundle holds fewer than {FEWEST} calibration scores below its limit"
_WHAT_TO_DO = "clean optics and check the light, then recalibrate"
_MEANING = f"accepted parts no longer look like the calibration parts; {_WHAT_TO_DO}"

_log = logging.getLogger(__name__)


class _Void(msgspec.Struct, frozen=True):
    bundle_sha256: str
    detail: str


class Promise:
    """Owned by the engine's loop. `detail` says since which part it is void and by how much, or why nobody watches."""

    def __init__(self, watch: DriftWatch | None, bundle_sha256: str, memory: Path) -> None:
        self._watch = watch
        self._bundle_sha256 = bundle_sha256
        self._memory = memory
        self.state = DriftState.UNWATCHED if watch is None else DriftState.STEADY
        self.detail = UNWATCHED if watch is None else ""
        known = _recall(memory)
        if known is not None and known.bundle_sha256 == bundle_sha256:
            self.state, self.detail = DriftState.DRIFTED, known.detail

    @property
    def sentence(self) -> str:
        """What a person must be told of it; "" while it holds."""
        return f"promise void {self.detail}: {_MEANING}" if self.state is DriftState.DRIFTED else self.detail

    def watch(self, record: InspectionRecord, part: int) -> bool:
        """Look at one inspection; True when the promise has just become void. `part` is 0 where it has no number."""
        if self._watch is None or self.state is DriftState.DRIFTED or record.verdict is not Verdict.PASS:
            return False
        if self._watch.accept(record.score) is not DriftState.DRIFTED:
            return False
        name = f"part {part}" if part else f"frame {record.frame.trigger} of session {record.frame.session}"
        self.state = DriftState.DRIFTED
        self.detail = f"since {name} ({self._watch.detail})"
        _store(self._memory, _Void(self._bundle_sha256, self.detail))
        return True

    def reset(self) -> None:
        """A person vouches that the cause is gone: the promise counts again, the watch begins anew."""
        self._memory.unlink(missing_ok=True)
        if self._watch is not None:
            self._watch.reset()
            self.state, self.detail = DriftState.STEADY, ""


def _recall(memory: Path) -> _Void | None:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=_Void)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        _log.warning("%s: cannot be read, whether the promise was void is not known: %s", memory, error)
        return None


def _store(memory: Path, void: _Void) -> None:
    """The old file or the whole new one; a disk that refuses costs the memory, not the inspection."""
    temporary = memory.with_suffix(".part")
    try:
        temporary.write_bytes(msgspec.json.encode(void))
        temporary.replace(memory)
    except OSError as error:
        _log.warning("%s: cannot be written, a restart will not know that the promise is void: %s", memory, error)
