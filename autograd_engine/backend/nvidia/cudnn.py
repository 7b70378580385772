"""cuDNN: operations that are declared as a graph, for which it finds the fastest plan, by its own Python package.

A plan is made for shapes, strides and dtypes, which takes from milliseconds to a second, and is kept. A call
hands over addresses. The stream is CuPy's current one, and what a plan needs to work in is CuPy's memory, so
that it is captured into a CUDA graph like a kernel.

Source: NVIDIA, cuDNN Frontend documentation, "Graph API", for cuDNN 9.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .. import gpu
from . import trust

__all__ = ["Handle", "Plan", "Settings", "settings"]

LIBRARIES = ("nvrtc", "cublasLt", "cudnn")
"""The shared libraries that it needs, each loaded before what needs it."""


class Settings:
    """What programs choose, under PyTorch's names for it.

    Attributes:
        allow_tf32: whether factors of float32 may be rounded to 10 bits, which is PyTorch's default for
        convolutions. deterministic: whether only algorithms may be chosen that give the same bits each time.
        benchmark: has no effect; cuDNN's heuristics choose.
    """

    def __init__(self) -> None:
        self.allow_tf32 = True
        self.deterministic = False
        self.benchmark = False


settings = Settings()


class Handle:
    """What cuDNN needs on one GPU.

    Attributes:
        frontend: its Python package.
        address: of its own handle.
    """

    def __init__(self) -> None:
        for name in LIBRARIES:
            trust.load(name)
        self.frontend = importlib.import_module("cudnn")
        self.address = self.frontend.create_handle()
        self._lock = threading.Lock()
        self._stream: int | None = None

    def version(self) -> int:
        """92801 for 9.28.1."""
        return int(self.frontend.backend_version())

    def run(self, plan: Plan, addresses: dict[int, int]) -> None:
        """Begin a plan on the current stream, with what its tensors are numbered by at these addresses."""
        memory = gpu.library().empty(plan.workspace or 1, np.uint8)
        self.call(lambda address: plan.graph.execute(addresses, memory.data.ptr, address))

    def call(self, function: Callable[[int], Any]) -> Any:
        """What a function of the handle's address gives, which works on the current stream."""
        stream = gpu.library().cuda.get_current_stream().ptr
        with self._lock:
            if stream != self._stream:
                self.frontend.set_stream(self.address, stream)
                self._stream = stream
            return function(self.address)


class Plan:
    """A graph of operations, and how cuDNN computes it.

    Args:
        frontend: cuDNN's Python package.
        dtype: the letter of the dtype of all tensors, "e" or "f".
        declare: adds tensors and operations to a graph.
        is_strict: whether factors of float32 are not rounded.
        is_deterministic: whether only algorithms may be chosen that give the same bits each time.
        place: the handle on the GPU, or what else says which card it is for.

    Attributes:
        graph: the graph.
        workspace: how many bytes it needs to work in.

    Raises:
        Exception: cuDNN computes no such graph, on this GPU.
    """

    def __init__(
        self,
        frontend: Any,
        dtype: str,
        declare: Callable[[Any], None],
        is_strict: bool,
        is_deterministic: bool,
        place: Mapping[str, Any],
    ) -> None:
        types, notes = frontend.data_type, frontend.numerical_note
        self.graph = graph = frontend.pygraph(
            io_data_type=types.HALF if dtype == "e" else types.FLOAT,
            intermediate_data_type=types.FLOAT,
            compute_data_type=types.FLOAT,
            **place,
        )
        declare(graph)
        graph.validate()
        graph.build_operation_graph()
        graph.create_execution_plans([frontend.heur_mode.A, frontend.heur_mode.FALLBACK])
        unwanted = [notes.TENSOR_CORE] * is_strict + [notes.NONDETERMINISTIC] * is_deterministic
        if unwanted:
            graph.deselect_numeric_notes(unwanted)
        graph.check_support()
        graph.build_plans()
        self.workspace = int(graph.get_workspace_size())
