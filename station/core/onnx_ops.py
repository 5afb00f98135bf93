"""Which operators an ONNX file uses, read without the `onnx` package, so that the station can refuse foreign ones.

Only the few fields of the protobuf wire format that lead to operators are followed:

    ModelProto      graph = 7, functions = 25
    GraphProto      node = 1, initializer = 5
    NodeProto       op_type = 4, attribute = 5, domain = 7
    AttributeProto  tensor = 5, graph = 6, tensors = 10, graphs = 11
    TensorProto     external_data = 13
"""

from __future__ import annotations

from collections.abc import Iterator

from station.core.errors import BundleError

# fmt: off
ALLOWED_OPS = frozenset({
    "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv",
    "ConvTranspose", "DepthToSpace", "Div", "Elu", "Erf", "Exp", "Expand", "Flatten", "Gather", "Gelu", "Gemm",
    "GlobalAveragePool", "GroupNormalization", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization",
    "LayerNormalization", "LeakyRelu", "MatMul", "Max", "MaxPool", "Min", "Mul", "PRelu", "Pad", "Pow", "ReduceMean",
    "ReduceSum", "Relu", "Reshape", "Resize", "Shape", "Sigmoid", "Slice", "Softplus", "Split", "Sqrt", "Squeeze",
    "Sub", "Tanh", "Transpose", "Unsqueeze",
})
# fmt: on
EXTERNAL_DATA = "data outside the file"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEPTH = 8  # graphs within graphs


def check_ops(model: bytes, file: str) -> None:
    """Refuse a network that uses anything but plain arithmetic on its own weights.

    Raises:
        BundleError: names `file` and the operator.
    """
    try:
        foreign = sorted(set(list_ops(model)) - ALLOWED_OPS)
    except (IndexError, ValueError) as error:
        raise BundleError(f"{file}: is no valid ONNX file ({error})") from error
    if foreign:
        raise BundleError(f"{file}: uses what this station does not run: {', '.join(foreign)}")


def list_ops(model: bytes) -> list[str]:
    """Operators of all nodes in file order, "domain.Op" outside the standard domain.

    Raises:
        ValueError: not a protobuf, or a model without nodes.
        IndexError: cut off.
    """
    ops: list[str] = []
    for number, value in _fields(memoryview(model)):
        if number == 7:
            ops.extend(_graph_ops(value, 0))
        elif number == 25:
            ops.append("function definition")
    if not ops:
        raise ValueError("no operators in it")
    return ops


def _graph_ops(graph: memoryview, depth: int) -> Iterator[str]:
    if depth > _DEPTH:
        raise ValueError("graphs nested too deep")
    for number, value in _fields(graph):
        if number == 1:
            yield from _node_ops(value, depth)
        elif number == 5:
            yield from _tensor_ops(value)


def _node_ops(node: memoryview, depth: int) -> Iterator[str]:
    op, domain = "", ""
    for number, value in _fields(node):
        if number == 4:
            op = bytes(value).decode()
        elif number == 7:
            domain = bytes(value).decode()
        elif number == 5:
            for part, content in _fields(value):
                if part in (6, 11):
                    yield from _graph_ops(content, depth + 1)
                elif part in (5, 10):
                    yield from _tensor_ops(content)
    yield op if domain in ("", "ai.onnx") else f"{domain}.{op}"


def _tensor_ops(tensor: memoryview) -> Iterator[str]:
    if any(number == 13 for number, _ in _fields(tensor)):
        yield EXTERNAL_DATA


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Length-delimited fields of a message; the others are skipped."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            _, at = _varint(message, at)
        elif kind == _BYTES:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise IndexError("cut off")
            yield number, message[at : at + length]
            at += length
        elif kind in (_FIXED32, _FIXED64):
            at += 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {kind}")
    if at > len(message):
        raise IndexError("cut off")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("number too long")
