"""Run a function block of IEC 61131-3 Structured Text, as far as FB_Saiken uses the language, under a virtual clock.

No compiler of the language is packaged where the tests run; this reads the shipped file itself. AND and OR work bit by
bit and evaluate both sides, as the standard says; integers wrap at their declared width.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r"T#\d+ms|(?:16|WORD)#\w+|\w+|:=|<=|>=|<>|\.\.|\S")
_OPERATORS = (
    {"OR": "|"},
    {"AND": "&"},
    {"=": "==", "<>": "!="},
    {"<": "<", ">": ">", "<=": "<=", ">=": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "MOD": "%"},
)
_BITS = {"BOOL": 1, "WORD": 16, "UINT": 16, "INT": 16, "UDINT": 32, "DWORD": 32, "TIME": 32}


class RisingEdge:
    """R_TRIG."""

    Q = False
    _before = False

    def __call__(self, _now_ms: int, CLK: bool) -> None:  # noqa: N803
        self.Q = CLK and not self._before
        self._before = CLK


class OnDelay:
    """TON."""

    Q = False
    _since_ms: int | None = None

    def __call__(self, now_ms: int, IN: bool, PT: int) -> None:  # noqa: N803
        if not IN:
            self._since_ms = None
        elif self._since_ms is None:
            self._since_ms = now_ms
        self.Q = self._since_ms is not None and now_ms - self._since_ms >= PT


_BLOCKS = {"R_TRIG": RisingEdge, "TON": OnDelay}


@dataclass
class Block:
    """One instance: its variables by name; `scan` runs the body once."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = re.sub(r"\(\*.*?\*\)", "", self.text, flags=re.DOTALL)
        declared, body = text.rsplit("END_VAR", 1)
        self._bits = {}
        for name, kind, start in re.findall(r"(\w+)\s*:\s*([^;:]+?)\s*(?::=\s*([^;]+))?;", declared):
            self._declare(name, kind, start)
        writer = _Writer(_TOKEN.findall(body.replace("END_FUNCTION_BLOCK", "")), self._bits)
        self._code = compile("\n".join(writer.statements(())), "FB_Saiken.st", "exec")

    def scan(self, now_ms: int, **inputs: object) -> None:
        """One cycle at this time."""
        self.values.update(inputs)
        exec(self._code, {"v": self.values, "now_ms": now_ms})

    def _declare(self, name: str, kind: str, start: str) -> None:
        array = re.fullmatch(r"ARRAY\[(\d+)\.\.(\d+)\] OF (\w+)", kind)
        if kind in _BLOCKS:
            self.values[name] = _BLOCKS[kind]()
        elif array:
            self._bits[name] = _BITS[array[3]]
            self.values[name] = dict.fromkeys(range(int(array[1]), int(array[2]) + 1), 0)
        else:
            self._bits[name] = _BITS[kind]
            self.values[name] = _literal(start) if start else 0


class _Writer:
    """Writes the statements as Python that works on `v`."""

    def __init__(self, tokens: list[str], bits: dict[str, int]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0
        self._bits = bits

    def statements(self, ends: tuple[str, ...], indent: str = "") -> list[str]:
        lines: list[str] = []
        while self._tokens[self._at] not in ends and self._tokens[self._at]:
            lines += self._statement(indent)
        return lines

    def _statement(self, indent: str) -> list[str]:
        deeper = indent + " "
        name = self._take()
        if name == "IF":
            head = f"{indent}if {self._until('THEN')}:"
            return [head, *self._body(deeper, "END_IF")]
        if name == "FOR":
            variable = self._take()
            self._take(":=")
            first, last = self._until("TO"), self._until("DO")
            head = f"{indent}for v['{variable}'] in range({first}, {last} + 1):"
            return [head, *self._body(deeper, "END_FOR")]
        if self._tokens[self._at] == "(":
            self._take()
            named = ", ".join(iter(self._argument, ""))
            self._take(";")
            return [f"{indent}v['{name}'](now_ms, {named})"]
        target = self._variable(name)
        self._take(":=")
        return [f"{indent}{target} = ({self._until(';')}) & {2 ** self._bits[name] - 1}"]

    def _body(self, indent: str, end: str) -> list[str]:
        lines = self.statements((end,), indent)
        self._take(end)
        self._take(";")
        return lines

    def _argument(self) -> str:
        if self._tokens[self._at] == ")":
            self._take()
            return ""
        name = self._take()
        self._take(":=")
        value = self._expression()
        if self._tokens[self._at] == ",":
            self._take()
        return f"{name}={value}"

    def _until(self, end: str) -> str:
        value = self._expression()
        self._take(end)
        return value

    def _expression(self, level: int = 0) -> str:
        if level == len(_OPERATORS):
            return self._operand()
        left = self._expression(level + 1)
        while self._tokens[self._at] in _OPERATORS[level]:
            sign = _OPERATORS[level][self._take()]
            left = f"({left} {sign} {self._expression(level + 1)})"
            if sign in "+-":
                left = f"({left} & 0xFFFFFFFF)"
        return left

    def _operand(self) -> str:
        token = self._take()
        if token == "NOT":
            return f"(not {self._operand()})"
        if token == "(":
            return f"({self._until(')')})"
        if token in ("TRUE", "FALSE") or token[0].isdigit() or "#" in token:
            return str(_literal(token))
        if token in ("SHL", "SHR"):
            self._take("(")
            return f"({self._until(',')} {'<<' if token == 'SHL' else '>>'} {self._until(')')})"
        if conversion := re.fullmatch(r"[A-Z]+_TO_([A-Z]+)", token):
            self._take("(")
            return f"({self._until(')')} & {2 ** _BITS[conversion[1]] - 1})"
        return self._variable(token)

    def _variable(self, name: str) -> str:
        if self._tokens[self._at] == "[":
            self._take()
            return f"v['{name}'][{self._until(']')}]"
        if self._tokens[self._at] == ".":
            self._take()
            return f"v['{name}'].{self._take()}"
        return f"v['{name}']"

    def _take(self, wanted: str = "") -> str:
        token = self._tokens[self._at]
        assert wanted in ("", token), f"{wanted!r} expected, not {token!r} ..."
        self._at += 1
        return token


def _literal(text: str) -> int:
    if text in ("TRUE", "FALSE"):
        return int(text == "TRUE")
    if text.startswith("T#"):
        return int(text[2:-2])
    if text.startswith("16#"):
        return int(text[3:], 16)
    return int(text.removeprefix("WORD#"))
