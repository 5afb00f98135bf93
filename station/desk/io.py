"""`saiken io`: every signal between station and PLC, live; and outputs held by hand to try the wiring."""

from __future__ import annotations

import contextlib
import getpass
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from station.core import plc_map
from station.core.channel import Channel, connect, wait_for
from station.core.config import load_config
from station.core.errors import ChannelError, StationError
from station.core.message import Command, CommandResult, Message
from station.core.messages import Signals
from station.core.plc_map import Word
from station.core.states import State

PATIENCE_S = 3.0  # a running line sends its signals five times a second
_CLEAR = "\x1b[H\x1b[J"

M = TypeVar("M", bound=Message)


class LineSilentError(StationError):
    """The line process is not there, or sends nothing."""

    advice = "Start the station (`saiken run`, or its systemd units) and look again."


def show(config: Path, once: bool, as_json: bool) -> int:
    """Print the signals again and again (until Ctrl-C), or once.

    Raises:
        LineSilentError: no running line.
    """
    live = sys.stdout.isatty() and not as_json
    with _door(config) as channel:
        while True:
            signals = _wait(channel, Signals)
            if as_json:
                print(json.dumps(msgspec.to_builtins(signals)), flush=True)
            else:
                print((_CLEAR if live else "") + board(signals), flush=True)
            if once:
                return 0


def force(config: Path, output: str, seconds: float, role: str) -> int:
    """Hold an output for `seconds`, 0 = let go; 1 when the line refuses. The line writes it into the audit trail.

    Raises:
        LineSilentError: no running line.
    """
    with _door(config) as channel:
        channel.send(Command("force", getpass.getuser(), role, output, seconds=seconds))
        answer = _wait(channel, CommandResult)
    print(answer.text, file=sys.stdout if answer.done else sys.stderr)
    return 0 if answer.done else 1


def board(signals: Signals) -> str:
    """All signals as text, 40 columns for each direction."""
    left = _plc_side(signals)
    right = _station_side(signals)
    rows = [f"{'PLC -> station':<40}station -> PLC"]
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else ""
        rows.append(f"{one:<40}{right[index] if index < len(right) else ''}".rstrip())
    if signals.forced:
        rows.append(f"HELD BY HAND: {', '.join(signals.forced)}")
    return "\n".join(rows)


def _plc_side(signals: Signals) -> list[str]:
    if signals.answer_age_ms < 0:
        return ["no answer since the link came up"]
    return [
        f"answered          {signals.answer_age_ms:.0f} ms ago",
        f"BOOT              {signals.boot}",
        f"COUNT             {signals.count}",
        f"ENCODER           {signals.encoder}",
        f"HEARTBEAT         {signals.plc_heartbeat}",
        f"ACK_PART, _MASK   {signals.ack_part}, {signals.ack_mask:016b}",
        f"CONFIRMED         {signals.confirmed} rejects",
        f"INPUTS            {plc_map.input_names(signals.inputs)}",
        f"WANTED            {_recipe(signals.wanted) if signals.wanted else 'any recipe'}",
    ]


def _station_side(signals: Signals) -> list[str]:
    filled = sorted(slot for slot in signals.slots if slot[0])
    return [
        f"HEARTBEAT         {signals.heartbeat}",
        f"STATE             {signals.state} {State(signals.state).name}",
        f"RECIPE            {_recipe(signals.recipe_id)}",
        f"REQUEST           {'stop the belt' if signals.request & plc_map.STOP_BELT else 'none'}",
        f"GATE              {_word(signals.gate)}",
        *(f"SLOT {part % plc_map.SLOTS:>2}           part {part}: {_word(word)}" for part, word in filled),
    ]


def _recipe(number: int) -> str:
    return f"{number:08x}"


def _word(value: int) -> str:
    return Word(value).name if value in set(Word) else "-" if value == 0 else f"0x{value:04X}"


@contextlib.contextmanager
def _door(config: Path) -> Iterator[Channel]:
    """A connection to the line for the time of a `with` block."""
    path = load_config(config).socket("line")
    try:
        channel = connect(path)
    except ChannelError as error:
        raise LineSilentError(f"{path}: {error}") from error
    with contextlib.closing(channel):
        yield channel


def _wait(channel: Channel, kind: type[M], patience_s: float = PATIENCE_S) -> M:
    """The next message of this kind; others are passed over."""
    try:
        message = wait_for(channel, kind, patience_s)
    except ChannelError as error:
        raise LineSilentError(f"the line process went away: {error}") from error
    if message is not None:
        return message
    raise LineSilentError(f"the line process sends nothing for {patience_s:g} s")
