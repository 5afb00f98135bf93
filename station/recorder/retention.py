"""Which pictures are old enough to go: by class, by the wall clock that is given. Rows stay, deletions are logged."""

from __future__ import annotations

from station.recorder.journal import JournalWriter
from station.recorder.pictures import PictureStore

KEEP_DAYS: dict[str, int] = {"ng": 90, "border": 30, "ok": 7}
_DAY_S = 86_400


def delete_expired(journal: JournalWriter, pictures: PictureStore, now: float) -> list[str]:
    """Delete one batch of expired pictures per class; call it again until it returns nothing.

    Args:
        now: wall clock, seconds since 1970.

    Returns:
        One sentence for each class of which pictures were deleted.

    Raises:
        StorageError: the disk or the journal refuses; what was deleted by then is found deleted next time.
    """
    sentences = []
    for kept_as, days in KEEP_DAYS.items():
        expired = dict(journal.expired_pictures(kept_as, now - days * _DAY_S))
        if not expired:
            continue
        for path in set(expired.values()):
            if not journal.is_used(path, except_for=expired):
                pictures.delete(path)
        journal.mark_deleted(expired, now)
        sentences.append(f"{len(expired)} pictures kept as '{kept_as}' were older than {days} days and are deleted")
    return sentences
