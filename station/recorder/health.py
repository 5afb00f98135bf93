"""How the recorder fares, as an NE 107 class: what the line shows and raises alarms from."""

from __future__ import annotations

from station.core.domain import Health
from station.recorder.pictures import PictureStore


def health(trouble: str, pictures: PictureStore) -> tuple[Health, str]:
    """Class and detail; `trouble` says why the journal cannot be written now, "" if it can."""
    if trouble:
        return Health.FAILURE, trouble
    if pictures.fault:
        return Health.MAINTENANCE, pictures.fault
    free, least = pictures.free_mib()
    if free < 2 * least:
        return Health.MAINTENANCE, f"{free} MiB are free; below {least} MiB pictures are shed (recorder.min_free_mib)"
    return Health.GOOD, f"{free} MiB free"
