"""Questions about what happened, and their replies."""

from __future__ import annotations

from station.core.message import Event, Question, Reply


class AskEvents(Question, frozen=True):
    """Events, newest first. With `audit` only what people did, and whether nobody altered it."""

    kind: str = ""  # "" = all
    limit: int = 200
    audit: bool = False


class Events(Reply, frozen=True):
    """Newest first. `fault` is "" or says that the audit trail was altered."""

    events: tuple[Event, ...] = ()
    fault: str = ""
