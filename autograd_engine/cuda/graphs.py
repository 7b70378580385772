"""CUDA graphs: work of the GPU that is written down once and then given to it as a whole, as often as wanted.

What costs most in a small network is to give each operation to the GPU; a graph costs that once. Its operations
read and write the memory that they had when they were captured. So its inputs are written into the tensors that it
was captured with, and its results are found in the tensors that came of it.

Random numbers differ from replay to replay, for where a generator is lies on the GPU. The numbers of an optimizer
that change, its learning rate among them, are computed anew before each replay (`backend.captures`).

`GraphedStep` does all that is needed for a step of a training.
"""

from __future__ import annotations

import gc
import linecache
import os
import traceback
from typing import Any, ClassVar

from ..backend import gpu
from ..backend.captures import Capture
from ..backend.random import default_generator
from .memory import GraphPool, empty_cache
from .streams import Stream, stream, synchronize

__all__ = ["CUDAGraph", "graph", "graph_pool_handle", "is_current_stream_capturing"]

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_MODES = ("global", "thread_local", "relaxed")


def is_current_stream_capturing() -> bool:
    """Whether the work of this thread is written down for a graph, and not done. Without a GPU: False."""
    return gpu.reason_without() is None and bool(gpu.library().cuda.get_current_stream().is_capturing())


def graph_pool_handle() -> GraphPool:
    """Memory for graphs to share, to be passed as `pool`. Graphs that do so must be replayed in the order in which
    they were captured, and never at the same time.

    Raises:
        ValueError: there is no GPU.
    """
    return GraphPool()


class CUDAGraph:
    """Work of a GPU, captured to be replayed. `graph` captures it.

    Args:
        keep_graph: PyTorch's, accepted; the graph can be looked at in any case.

    Example:
        >>> if cuda.is_available():
        ...     x = zeros(3, device="cuda")
        ...     g = cuda.CUDAGraph()
        ...     with cuda.graph(g):
        ...         y = x * 2
        ...     x.fill_(4.0)
        ...     g.replay()  # now y holds 8
    """

    def __init__(self, keep_graph: bool = False) -> None:
        self._pool: GraphPool | None = None
        self._graph: Any = None
        self._capture: Capture | None = None
        self._stream: Any = None

    def capture_begin(self, pool: GraphPool | None = None, capture_error_mode: str = "global") -> None:
        """Write down, and do not do, what the current stream is given from now on.

        Args:
            pool: memory for the results, of `graph_pool_handle` or another graph's `pool()`; by default the graph
                has its own.
            capture_error_mode: PyTorch's, accepted. CuPy asks for memory while a graph is captured, which CUDA
                allows in its mode "relaxed" alone, so that is taken.

        Raises:
            RuntimeError: the stream is the default one, or captures already, or the graph was captured before.
            ValueError: there is no such mode, or no GPU.
        """
        if capture_error_mode not in _MODES:
            raise ValueError(
                f"capture_error_mode is one of {', '.join(map(repr, _MODES))}, not {capture_error_mode!r}"
            )
        if self._graph is not None or self._capture is not None:
            raise RuntimeError("the graph was captured already; reset() it, or make another CUDAGraph")
        cuda = gpu.library().cuda
        current = cuda.get_current_stream()
        if not current.ptr:
            raise RuntimeError("the default stream cannot be captured; capture inside cuda.graph(g)")
        if current.is_capturing():
            raise RuntimeError("the current stream is being captured already; graphs do not nest")
        default_generator.settle(gpu.kind())
        self._pool = GraphPool() if pool is None else pool
        self._capture = Capture(gpu.Relay)
        self._allocating = cuda.using_allocator(self._pool.cupy_pool.malloc)
        self._allocating.__enter__()
        self._token = self._capture.begin()
        self._stream = current
        try:
            current.begin_capture(cuda.runtime.streamCaptureModeRelaxed)
        except BaseException:
            self._leave()
            self.reset()
            raise

    def _leave(self) -> None:
        """Do what is given from now on, with memory as before."""
        assert self._capture is not None
        self._capture.end(self._token)
        self._allocating.__exit__(None, None, None)

    def capture_end(self) -> None:
        """End what `capture_begin` began. Nothing was computed so far; `replay` does it.

        Raises:
            RuntimeError: nothing is captured, or something was given to the GPU that cannot be captured.
        """
        if self._stream is None:
            raise RuntimeError("capture_end without capture_begin")
        current, self._stream = self._stream, None
        self._leave()
        try:
            self._graph = current.end_capture()
        except RuntimeError as error:
            self.reset()
            raise RuntimeError(f"the graph could not be captured: {error}") from error

    def _abandon(self) -> None:
        """End a capture in which something failed, and forget it."""
        if self._stream is not None:
            current, self._stream = self._stream, None
            self._leave()
            try:
                current.end_capture()
            except RuntimeError:
                """CUDA says once more that it failed."""
        self.reset()

    def replay(self) -> None:
        """Let the GPU do what was captured, after what the current stream was given, and do not wait for it.

        Raises:
            RuntimeError: nothing was captured, or an optimizer in it has other arrays now, or decides otherwise, so
                that it must be captured again.
        """
        if self._graph is None or self._capture is None:
            raise RuntimeError("replay of a CUDAGraph that was not captured; capture inside cuda.graph(g)")
        self._capture.refresh()
        self._graph.launch()

    def reset(self) -> None:
        """Forget what was captured; its memory is given back when no tensor lies in it any longer."""
        self._graph = self._capture = self._pool = None

    def pool(self) -> GraphPool | None:
        """The memory of the graph, for other graphs to share; see `graph_pool_handle`."""
        return self._pool

    def enable_debug_mode(self) -> None:
        """PyTorch's, accepted: a graph can be looked at in any case."""

    def debug_dump(self, debug_path: str | os.PathLike[str]) -> None:
        """Write the graph as DOT text, CUDA's description of it.

        Raises:
            RuntimeError: nothing was captured.
        """
        if self._graph is None:
            raise RuntimeError("debug_dump of a CUDAGraph that was not captured")
        with open(debug_path, "w", encoding="utf-8") as file:
            file.write(self._graph.debug_dot_str())


class graph:
    """A `with` block that is captured, in a stream of its own. Inside, nothing is computed: nothing may read a
    value, send something to the GPU, or wait for it.

    Args:
        cuda_graph: what to capture into.
        pool, capture_error_mode: as for `CUDAGraph.capture_begin`.
        stream: the stream to capture in; by default one for all captures.

    Raises:
        RuntimeError: something in the block cannot be captured; the error shows the line. What was
            computed before is as it was, and the optimizers have taken no step.
        ValueError: there is no GPU.
    """

    default_capture_stream: ClassVar[Any] = None

    def __init__(
        self,
        cuda_graph: CUDAGraph,
        pool: GraphPool | None = None,
        stream: Any = None,
        capture_error_mode: str = "global",
    ) -> None:
        self.cuda_graph = cuda_graph
        self.pool, self.capture_error_mode = pool, capture_error_mode
        self.capture_stream = stream

    def __enter__(self) -> None:
        synchronize()
        gc.collect()
        empty_cache()
        side = self.capture_stream or _side_stream()
        self._inside = stream(side)
        self._inside.__enter__()
        try:
            self.cuda_graph.capture_begin(self.pool, self.capture_error_mode)
        except BaseException:
            self._inside.__exit__()
            raise

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        try:
            if error is None:
                self.cuda_graph.capture_end()
                return
            self.cuda_graph._abandon()
        finally:
            self._inside.__exit__()
        if isinstance(error, RuntimeError) and "captur" in str(error):
            raise _told(error) from error


def _side_stream() -> Stream:
    """The stream of captures on the current GPU."""
    known: dict[int, Stream] = graph.default_capture_stream or {}
    graph.default_capture_stream = known
    index = gpu.current()
    if index not in known:
        known[index] = Stream(index)
    return known[index]


_REMEDIES = {
    "D2H": "take the value after the replay, of what the captured block computed",
    "H2D": "make what is sent before the capture, on the GPU",
    "cuBLAS": "products are captured through cublasLt, which is not found here",
    "cuSOLVER": "compute this outside of the capture",
}


def _told(error: RuntimeError) -> RuntimeError:
    """The error with the line of the program where it arose, and with a remedy."""
    frames = [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(error.__traceback__)]
    ours = [name.startswith((_PACKAGE, "<primitives")) for name, _ in frames]
    calls = [place for place, here, inside in zip(frames, ours, ours[1:], strict=False) if inside and not here]
    where = "{}, line {}, {!r}: ".format(*calls[-1], linecache.getline(*calls[-1]).strip()) if calls else ""
    remedy = next((text for sign, text in _REMEDIES.items() if sign in str(error)), "leave it out of the capture")
    return RuntimeError(f"{where}{error}; while a graph is captured nothing is computed: {remedy}")
