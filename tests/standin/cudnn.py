"""A substitute for cuDNN's Python package: its graphs of one convolution, computed with NumPy from addresses.

A tensor is read as its shape and strides say, element by element, and a convolution is a sum over the places of the
window, so nothing is shared with the package's own way to compute one.
"""

from __future__ import annotations

import ctypes
import enum
import itertools
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from .streams import CudaStream, launched

__all__ = ["done", "module"]

PICTURES, FILTERS, RESULTS = range(3)


class data_type(enum.Enum):
    """Types of numbers."""

    NOT_SET = None
    HALF = np.dtype(np.float16)
    FLOAT = np.dtype(np.float32)
    DOUBLE = np.dtype(np.float64)


heur_mode = enum.Enum("heur_mode", ["A", "B", "FALLBACK"])
numerical_note = enum.Enum("numerical_note", ["TENSOR_CORE", "NONDETERMINISTIC"])


class cudnnGraphNotSupportedError(Exception):
    """No plan computes the graph."""


class _Done:
    """What was computed.

    Attributes:
        graphs: each time a graph ran.
        built: how many graphs got plans.
        streams: of each handle.
        broken: whether every graph fails when it runs.
        wrong: what each result is changed by.
    """

    def __init__(self) -> None:
        self.streams: dict[int, int] = {}
        self.clear()

    def clear(self) -> None:
        self.graphs: list[pygraph] = []
        self.built, self.broken, self.wrong = 0, False, 0.0


done = _Done()


def create_handle() -> int:
    done.streams[len(done.streams) + 1] = 0
    return len(done.streams)


def set_stream(handle: int, stream: int) -> None:
    done.streams[handle] = stream


class tensor:
    """A tensor of a graph."""

    def __init__(self, dim: list[int], stride: list[int], uid: int) -> None:
        self.dim, self.stride, self.uid, self.is_output = dim, stride, uid, False

    def set_output(self, given: bool) -> tensor:
        self.is_output = given
        return self

    def set_uid(self, uid: int) -> tensor:
        self.uid = uid
        return self

    def set_dim(self, dim: list[int]) -> tensor:
        self.dim = dim
        return self

    def set_stride(self, stride: list[int]) -> tensor:
        self.stride = stride
        return self

    def look(self, address: int, dtype: Any) -> Any:
        """What lies at the address, as an array of NumPy's."""
        last = sum((n - 1) * s for n, s in zip(self.dim, self.stride, strict=True))
        memory = (ctypes.c_char * ((last + 1) * dtype.itemsize)).from_address(address)
        strides = [s * dtype.itemsize for s in self.stride]
        return np.lib.stride_tricks.as_strided(np.frombuffer(memory, dtype), self.dim, strides)


class pygraph:
    """A graph of operations.

    Attributes:
        notes: of which plans are not wanted.
    """

    def __init__(
        self,
        *,
        io_data_type: data_type,
        intermediate_data_type: data_type,
        compute_data_type: data_type,
        handle: int,
    ) -> None:
        assert intermediate_data_type is compute_data_type is data_type.FLOAT
        self.dtype, self.handle, self.notes = io_data_type.value, handle, set[Any]()
        self.steps: list[str] = []

    def tensor(self, *, dim: list[int], stride: list[int], uid: int) -> tensor:
        return tensor(dim, stride, uid)

    def _convolution(self, made: int, tensors: list[tensor], way: dict[str, list[int]]) -> tensor:
        self.made, self.way = made, way
        self.tensors = [*tensors[:made], tensor([], [], -1), *tensors[made:]]
        return self.tensors[made]

    def conv_fprop(self, *, image: tensor, weight: tensor, **way: list[int]) -> tensor:
        return self._convolution(RESULTS, [image, weight], way)

    def conv_dgrad(self, *, loss: tensor, filter: tensor, **way: list[int]) -> tensor:
        return self._convolution(PICTURES, [filter, loss], way)

    def conv_wgrad(self, *, image: tensor, loss: tensor, **way: list[int]) -> tensor:
        return self._convolution(FILTERS, [image, loss], way)

    def validate(self) -> None:
        self.steps.append("validate")
        x, w, y = (t.dim for t in self.tensors)
        assert len({len(x), len(w), len(y), *(len(v) + 2 for v in self.way.values())}) == 1
        assert len(x) in (4, 5)
        assert self.tensors[self.made].is_output
        assert len({t.uid for t in self.tensors}) == 3
        pads = map(sum, zip(self.way["pre_padding"], self.way["post_padding"], strict=True))
        settings = zip(x[2:], w[2:], pads, self.way["stride"], self.way["dilation"], strict=True)
        assert y == [x[0], w[0], *((n + p - d * (k - 1) - 1) // s + 1 for n, k, p, s, d in settings)]
        assert x[1] % w[1] == 0

    def build_operation_graph(self) -> None:
        self.steps.append("build_operation_graph")

    def create_execution_plans(self, modes: list[Any]) -> None:
        assert modes == [heur_mode.A, heur_mode.FALLBACK]
        self.steps.append("create_execution_plans")

    def deselect_numeric_notes(self, notes: list[Any]) -> None:
        assert self.steps[-1] == "create_execution_plans"
        self.notes |= set(notes)

    def check_support(self) -> None:
        self.steps.append("check_support")
        if any(len(t.dim) == 5 and t.dim[-1] == 1 for t in self.tensors[:2]):
            raise cudnnGraphNotSupportedError("something has to be refused")

    def build_plans(self) -> None:
        self.steps.append("build_plans")
        done.built += 1

    def get_workspace_size(self) -> int:
        return 100

    def execute(self, addresses: dict[int, int], workspace: int, handle: int) -> None:
        assert self.steps == [
            "validate", "build_operation_graph", "create_execution_plans", "check_support", "build_plans"
        ]  # fmt: skip
        assert handle == self.handle
        assert done.streams[handle] == CudaStream.current.ptr
        assert workspace
        if done.broken:
            raise RuntimeError("CUDNN_STATUS_EXECUTION_FAILED")
        assert addresses.keys() == {t.uid for t in self.tensors}
        assert all(address % 16 == 0 for address in addresses.values())
        arrays = [t.look(addresses[t.uid], self.dtype) for t in self.tensors]

        def work() -> None:
            wide = [np.zeros(a.shape) if i == self.made else a.astype(float) for i, a in enumerate(arrays)]
            _compute(self.made, *wide, self.way)
            arrays[self.made][...] = wide[self.made] + done.wrong

        launched(work)
        done.graphs.append(self)


def _compute(made: int, x: Any, w: Any, y: Any, way: dict[str, list[int]]) -> None:
    """Add up what one of the three is, for each element of the window and each group of channels."""
    before, after = way["pre_padding"], way["post_padding"]
    framed = np.pad(x, [(0, 0), (0, 0), *zip(before, after, strict=True)])
    groups, over = x.shape[1] // w.shape[1], [0, *range(2, x.ndim)]
    for tap in itertools.product(*map(range, w.shape[2:])):
        starts = [t * d for t, d in zip(tap, way["dilation"], strict=True)]
        places = [
            slice(start, start + (n - 1) * step + 1, step)
            for start, n, step in zip(starts, y.shape[2:], way["stride"], strict=True)
        ]
        for group in range(groups):
            channels = slice(group * w.shape[1], (group + 1) * w.shape[1])
            filters = slice(group * len(w) // groups, (group + 1) * len(w) // groups)
            there, weights = framed[:, channels, *places], w[(filters, slice(None), *tap)]
            if made == RESULTS:
                y[:, filters] += np.einsum("nc...,oc->no...", there, weights)
            elif made == PICTURES:
                there += np.einsum("no...,oc->nc...", y[:, filters], weights)
            else:
                weights += np.tensordot(y[:, filters], there, [over, over])
    inner = [slice(b, b + n) for b, n in zip(before, x.shape[2:], strict=True)]
    x[...] = framed[:, :, *inner]


def names() -> Iterator[tuple[str, Any]]:
    """What the module has."""
    for thing in (
        data_type, heur_mode, numerical_note, cudnnGraphNotSupportedError, create_handle, set_stream, pygraph
    ):  # fmt: skip
        yield thing.__name__, thing
    yield "backend_version", lambda: 92801


module = ModuleType("cudnn")
vars(module).update(names())
