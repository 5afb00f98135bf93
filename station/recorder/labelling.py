"""What people say about a part goes into the journal: rows are only added, the newest counts, "" takes back."""

from __future__ import annotations

from station.core.message import Command, CommandResult
from station.core.reviewing import read_label
from station.recorder.room import Room, happened

_INSERT = (
    "INSERT INTO label (part_key, label, defect_mode, user, time) "
    "VALUES (:part_key, :label, :defect_mode, :user, :time)"
)


def label(room: Room, command: Command) -> CommandResult:
    """`what` = the part's key, `value` = a label, perhaps a colon and the defect mode's name."""
    said, mode, fault = read_label(command.value)
    if fault or (fault := _unknown(room, command.what)):
        return CommandResult(command.action, False, fault)
    _say(room, command, said, mode, f"part {command.what} is {command.value}")
    return CommandResult(command.action, True, command.value)


def unlabel(room: Room, command: Command) -> CommandResult:
    """`what` = the part's key: what was said of it last is taken back."""
    if fault := _unknown(room, command.what):
        return CommandResult(command.action, False, fault)
    newest = room.reader.select("SELECT label FROM label WHERE part_key = ? ORDER BY id DESC LIMIT 1", (command.what,))
    if not newest or not newest[0]["label"]:
        return CommandResult(command.action, False, f"nobody has said anything about part {command.what}")
    _say(room, command, "", "", f"part {command.what} is not {newest[0]['label']}")
    return CommandResult(command.action, True, "")


def _say(room: Room, command: Command, said: str, mode: str, text: str) -> None:
    row = {"part_key": command.what, "label": said, "defect_mode": mode, "user": command.user, "time": room.wall()}
    room.writer.write(_INSERT, row, happened(room, "command", text, command.user))


def _unknown(room: Room, key: str) -> str:
    known = room.reader.select("SELECT 1 FROM part WHERE key = ?", (key,))
    return "" if known else f"the journal knows no part '{key}'"
