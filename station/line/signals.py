"""The board of signals: what PLC and station have told each other last, for whoever commissions the line."""

from __future__ import annotations

from station.core import plc_map
from station.core.messages import Signals
from station.line.link import PlcLink, PlcStatus, Written

_NOTHING = PlcStatus(0, 0, 0, 0, 0, 0, 0, 0)


class SignalBoard:
    """Fed with every answer of the PLC; used by one thread."""

    def __init__(self) -> None:
        self._status = _NOTHING
        self._slots = [(0, 0)] * plc_map.SLOTS

    def polled(self, status: PlcStatus) -> None:
        """The PLC answered a poll."""
        self._status = status

    def written(self, written: Written) -> None:
        """The PLC holds these verdicts."""
        for part, word in written.slots:
            self._slots[part % plc_map.SLOTS] = (part, int(word))

    def clear(self) -> None:
        """The link is lost: what the PLC says and holds is not known any more."""
        self._status = _NOTHING
        self._slots = [(0, 0)] * plc_map.SLOTS

    def signals(self, link: PlcLink, forced: tuple[str, ...], now_ns: int) -> Signals:
        """All of it now."""
        status = self._status
        return Signals(
            answer_age_ms=(now_ns - status.answer_ns) / 1e6 if status.answer_ns else -1.0,
            boot=status.boot,
            count=status.count,
            encoder=status.encoder,
            plc_heartbeat=status.heartbeat,
            ack_part=status.ack_part,
            ack_mask=status.ack_mask,
            confirmed=status.confirmed,
            inputs=status.inputs,
            wanted=status.wanted,
            heartbeat=link.heartbeat,
            state=link.state_word,
            recipe_id=link.recipe_id,
            request=link.request,
            gate=link.gate,
            slots=tuple(self._slots),
            forced=forced,
        )
