"""What the engine has the recorder write down: every inspection, pictures by policy, and events. Never waits."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from station.core.config import StationConfig
from station.core.message import Event
from station.core.messages import InspectionRecord
from station.core.outbox import Outbox
from station.engine.inspector import with_picture
from station.engine.keeping import Keeping, picture_descriptor

_log = logging.getLogger(__name__)


class Journal:
    """Owned by the engine's loop, which calls `pump` often."""

    def __init__(self, config: StationConfig, wall_s: Callable[[], float] = time.time) -> None:
        self._outbox = Outbox(
            config.socket("recorder"),
            config.run_dir / "engine.spill",
            picture_bytes=config.recorder.queue_mib * 1024 * 1024,
        )
        self._keeping = Keeping(config.recorder.keep_ok_every)
        self._wall_s = wall_s
        self._fault = ""

    def fileno(self) -> int:
        """For select; -1 while the recorder is not there."""
        return self._outbox.fileno()

    def record(self, record: InspectionRecord, image: NDArray[np.uint8] | None) -> None:
        """Hand over one inspection, with its frame [H, W] when the policy keeps it."""
        kept_as = self._keeping.choose(record) if image is not None else ""
        if image is None or not kept_as:
            self._outbox.offer(record)
            return
        kept = with_picture(record, (image.shape[0], image.shape[1]), kept_as)
        self._outbox.offer(kept, picture_descriptor(image))

    def tell(self, kind: str, text: str) -> None:
        """Log a change of state and have it written down."""
        _log.log(logging.WARNING if kind == "fault" else logging.INFO, "%s", text)
        self._outbox.offer(Event("engine", kind, text, self._wall_s()))

    def pump(self, now_ns: int) -> None:
        """Send what waits; a disk that refuses the overflow is logged once."""
        self._outbox.pump(now_ns)
        if self._outbox.fault != self._fault:
            self._fault = self._outbox.fault
            _log.warning("results for the recorder: %s", self._fault or "the disk takes them again")

    def close(self) -> None:
        """What is not stored yet goes to the spill file."""
        if self._outbox.shed_pictures:
            _log.warning("%d pictures were not kept because too many waited", self._outbox.shed_pictures)
        self._outbox.close()
