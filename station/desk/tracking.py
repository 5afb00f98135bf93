"""Does each record speak of the part that its frame shows? Judged by the world: the PLC's book and the camera.

book     physical part <-> (boot id, count) that the PLC gave it at the photo-eye
camera   frame <-> physical part that really stood before the lens
journal  (boot id, count) <-> frame: what the station believes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from station.core.messages import FrameKey, PartRecord
from station.sim.book import PartFate


class Tracking(NamedTuple):
    """What was found; both must be 0."""

    mis_tracked: int  # records whose frame shows another part than the one they are kept under
    lost: int  # physical parts without a record: neither under their number nor of their frame


def judge_tracking(fates: Iterable[PartFate], records: Iterable[PartRecord], shown: Mapping[FrameKey, int]) -> Tracking:
    """Compare book, camera and journal; `shown` gives the physical part (`PartFate.index`) in each frame."""
    pages = list(fates)
    counted = {(fate.boot, fate.part): fate.index for fate in pages if fate.part}
    mis_tracked = 0
    recorded: set[int] = set()
    for record in records:
        own = counted.get((record.boot, record.part))
        seen = shown.get(record.frame) if record.frame else None
        if own is not None:
            recorded.add(own)
            mis_tracked += seen is not None and seen != own
        elif seen is not None:  # the station never read its number: kept under its frame
            recorded.add(seen)
    return Tracking(mis_tracked, len(pages) - len(recorded))
