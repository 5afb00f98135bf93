"""ONNX Runtime on the CPU: the default runtime, float32."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as native

from station.core.errors import BundleError, RuntimeFaultError
from station.core.recipe import ModelSpec, TensorSpec
from station.engine.vision.session import Floats

# the runtime's errors have no common base but Exception
_FAULTS = (
    native.EPFail,
    native.Fail,
    native.InvalidArgument,
    native.InvalidGraph,
    native.InvalidProtobuf,
    native.NotImplemented,
    native.RuntimeException,
    RuntimeError,
)


class OnnxSession:
    """One network; implements `station.engine.vision.session.Session`."""

    def __init__(self, model: bytes, spec: ModelSpec, threads: int = 1, file: str = "model") -> None:
        """Open a network from verified bytes.

        Args:
            model: the ONNX file's content.
            spec: what the recipe says about it.
            threads: cores that one run may use.
            file: named in errors.

        Raises:
            BundleError: the runtime refuses the file, or its interface is not `spec`.
        """
        self.spec = spec
        self._owner: int | None = None
        try:
            self._session: ort.InferenceSession | None = ort.InferenceSession(
                model, _options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's exceptions have no base of their own
            raise BundleError(f"{file}: ONNX Runtime refuses it: {error}") from error
        _check_interface(self._session, spec, file)
        self.info = f"ONNX Runtime {ort.__version__}, CPU, {threads} thread{'s' if threads > 1 else ''}, fp32"

    def run(self, feeds: Mapping[str, Floats]) -> dict[str, Floats]:
        """See `Session.run`."""
        if self._session is None:
            raise ValueError("the session is closed")
        self._check_owner()
        batch = self._checked(feeds)
        outputs = self.spec.outputs
        if len(batch) == 0:
            return {output.name: np.empty((0, *output.shape), dtype=np.float32) for output in outputs}
        try:
            answers = self._session.run([output.name for output in outputs], {self.spec.input.name: batch})
        except Exception as error:  # as above
            raise RuntimeFaultError(f"ONNX Runtime failed: {error}") from error
        for output, answer in zip(outputs, answers, strict=True):
            _check_answer(answer, output, len(batch))
        return {output.name: answer for output, answer in zip(outputs, answers, strict=True)}

    def warmup(self, runs: int = 3) -> None:
        """See `Session.warmup`."""
        for size in (1, self.spec.max_batch):
            batch = np.zeros((size, *self.spec.input.shape), dtype=np.float32)
            for _ in range(runs):
                self.run({self.spec.input.name: batch})

    def close(self) -> None:
        """See `Session.close`."""
        self._session = None

    def _check_owner(self) -> None:
        caller = threading.get_ident()
        if self._owner is None:
            self._owner = caller
        elif self._owner != caller:
            raise ValueError("a network session belongs to the thread that ran it first")

    def _checked(self, feeds: Mapping[str, Floats]) -> Floats:
        """The input batch; refused, not converted, when it is not exactly as promised."""
        wanted = self.spec.input
        if set(feeds) != {wanted.name}:
            raise ValueError(f"inputs are {sorted(feeds)}, not ['{wanted.name}']")
        batch = feeds[wanted.name]
        if batch.dtype != np.float32 or not batch.flags.c_contiguous:
            raise ValueError(f"{wanted.name} must be C-contiguous float32, not {batch.dtype} {batch.strides}")
        if batch.shape[1:] != wanted.shape or not 0 <= len(batch) <= self.spec.max_batch:
            raise ValueError(
                f"{wanted.name} has shape {batch.shape}; needed is [0..{self.spec.max_batch}, {wanted.shape}]"
            )
        return batch


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves the other processes
    options.log_severity_level = 3
    return options


def _check_interface(session: ort.InferenceSession, spec: ModelSpec, file: str) -> None:
    for found, wanted in ((session.get_inputs(), (spec.input,)), (session.get_outputs(), spec.outputs)):
        if len(found) != len(wanted) or not all(map(_matches, found, wanted)):
            real = ", ".join(f"{tensor.name} {tensor.type} {tensor.shape}" for tensor in found)
            said = ", ".join(f"{one.name} tensor(float) [batch, {', '.join(map(str, one.shape))}]" for one in wanted)
            raise BundleError(f"{file}: has {real}; the recipe says {said} with a free batch size")


def _check_answer(answer: Floats, wanted: TensorSpec, batch: int) -> None:
    if answer.shape != (batch, *wanted.shape):
        raise RuntimeFaultError(f"{wanted.name} has shape {answer.shape}, not {(batch, *wanted.shape)}")
    if not np.isfinite(answer).all():
        raise RuntimeFaultError(f"{wanted.name} is not finite")


def _matches(tensor: ort.NodeArg, wanted: TensorSpec) -> bool:
    """Fixed sizes must agree and the batch must be free; a free size inside is checked on each answer."""
    return (
        tensor.name == wanted.name
        and tensor.type == "tensor(float)"
        and len(tensor.shape) == len(wanted.shape) + 1
        and not isinstance(tensor.shape[0], int)
        and all(
            not isinstance(found, int) or found == size
            for found, size in zip(tensor.shape[1:], wanted.shape, strict=True)
        )
    )
