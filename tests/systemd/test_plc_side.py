"""The PLC's block and its register table say what `station.core.plc_map` says."""

from __future__ import annotations

import re
from pathlib import Path

from blark.parse import parse_source_code

from station.core import plc_map
from station.core.plc_map import Word
from station.core.states import State

PLC = Path(__file__).parents[2] / "systemd/plc"
BLOCK = (PLC / "FB_Saiken.st").read_text()
TABLE = (PLC / "registers.md").read_text()


def constant(name: str) -> int:
    found = re.search(rf"^\s*{name}\s*:\s*\w+\s*:=\s*(16#)?(\w+);", BLOCK, re.MULTILINE)
    assert found, name
    return int(found[2], 16 if found[1] else 10)


def test_the_block_has_the_words_and_addresses_of_the_map() -> None:
    for name in (
        "BYTE_ORDER",
        "CONTROL_HEARTBEAT",
        "CONTROL_STATE",
        "CONTROL_REQUEST",
        "SLOT_BASE",
        "SLOT_SIZE",
        "SLOTS",
    ):
        assert constant(name) == getattr(plc_map, name)
    for word in Word:
        assert constant(f"WORD_{word.name}") == word
    assert constant("CONTINUOUS_EXECUTION") == State.CONTINUOUS_EXECUTION
    assert f"ARRAY[0..{plc_map.STATUS_SIZE - 1}] OF WORD" in BLOCK
    end = plc_map.SLOT_BASE + plc_map.SLOTS * plc_map.SLOT_SIZE - 1
    assert f"ARRAY[{plc_map.CONTROL_BASE}..{end}] OF WORD" in BLOCK


def test_the_block_fills_every_status_register_once_at_its_address() -> None:
    first = {int(at): text for at, text in re.findall(r"^Status\[(\d+)\] := (.*);", BLOCK, re.MULTILINE)}
    assert sorted(first) == list(range(plc_map.STATUS_SIZE))
    sources = {
        "BYTE_ORDER": plc_map.ORDER,
        "BootId": plc_map.BOOT,
        "UINT_TO_WORD(Beat)": plc_map.HEARTBEAT,
        "Accepted": plc_map.ACK_MASK,
    }
    assert {text: at for at, text in first.items() if text in sources} == sources
    for name, at in (("Count", plc_map.COUNT), ("Encoder", plc_map.ENCODER), ("Confirmed", plc_map.CONFIRMED)):
        assert f"({name})" in first[at]
        assert f"SHR(UDINT_TO_DWORD({name}), 16)" in first[at + 1]
    bits = dict(re.findall(r"IF (\w+) THEN Status\[12\] := Status\[12\] OR 16#(\d+)", BLOCK))
    wanted = {"BinFull": plc_map.BIN_FULL, "AirLow": plc_map.AIR_LOW, "GateFault": plc_map.GATE_FAULT}
    wanted["AtSpeed"] = plc_map.AT_SPEED
    assert {name: int(bit, 16) for name, bit in bits.items()} == wanted


def test_the_gate_opens_in_one_place_only_and_falls_shut() -> None:
    opened = re.findall(r"OpenGate := (.*?);", BLOCK, re.DOTALL)
    assert [text for text in opened if text != "FALSE"] == [opened[1]]
    for condition in ("StationLives", "CONTINUOUS_EXECUTION", "SlotPart = Gated", "= WORD_PASS"):
        assert condition in opened[1]


def test_the_table_has_every_register_at_its_address() -> None:
    rows = {name: int(at) for at, name in re.findall(r"^\| (\d+) \| (\w+) \|", TABLE, re.MULTILINE)}
    for name in ("BOOT", "COUNT", "ENCODER", "ACK_PART", "ACK_MASK", "CONFIRMED", "INPUTS", "WANTED"):
        assert rows[name] == getattr(plc_map, name)
    for name in ("STATE", "RECIPE", "REQUEST", "GATE"):
        assert rows[name] == getattr(plc_map, f"CONTROL_{name}")
    assert rows["SLOTS"] == plc_map.SLOT_BASE
    for word in Word:
        assert f"| {word.name} | 0x{word:04X} |" in TABLE


def test_the_block_is_structured_text_that_a_parser_understands() -> None:
    assert parse_source_code(BLOCK).exception is None
    assert parse_source_code(BLOCK.replace("END_FOR;", "", 1)).exception is not None
