"""GPUs: CuPy, which is loaded when a program first names one; and where there is none, the reason.

CuPy's arrays become a kind of raw arrays (`library`), so operators compute with them as with NumPy's. What is asked
of the machine itself, how many GPUs there are and which one is current, is asked here.
"""

from __future__ import annotations

import functools
import importlib
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .kinds import Kind, others, register
from .library import LibraryKind

__all__ = [
    "Relay",
    "allow_tf32",
    "count",
    "current",
    "find",
    "following",
    "forget",
    "is_pinned",
    "is_tf32_allowed",
    "kind",
    "library",
    "on",
    "pinned",
    "product_precision",
    "reason_without",
    "round_factors",
    "send",
    "state",
    "use",
    "when_several",
]


class _Gpus(NamedTuple):
    """What was found.

    Attributes:
        library: CuPy.
        kind: that of its arrays.
        number: how many GPUs there are.
    """

    library: Any
    kind: Kind
    number: int


class _State:
    """What the program has chosen, which may be before CuPy is loaded.

    Attributes:
        is_chosen: whether it has said which GPU is current.
        several: whether work was given to more than one.
        tf32: whether products of float32 matrices may round their factors to 10 bits, on the GPU's tensor cores.
    """

    is_chosen = False
    several = False
    tf32 = False


class _Factors(threading.local):
    """What a thread has chosen.

    Attributes:
        to: the dtype to which products of float32 matrices round their factors, whatever `tf32` says; None where
            nobody has asked for one.
    """

    to: str | None = None


_factors = _Factors()
state = _State()
"""The only one. `state.several` is the cheapest question of all."""


@functools.cache
def find() -> _Gpus | str:
    """CuPy and the GPUs that it finds, or why nothing can be computed on one. The first call loads CuPy."""
    try:
        library = importlib.import_module("cupy")
        special = importlib.import_module("cupyx.scipy.special")
        gpus = library.cuda.runtime.getDeviceCount()
    except ModuleNotFoundError as error:
        missing = "CuPy is not installed" if error.name == "cupy" else f"CuPy lacks {error.name}"
        return f'{missing}: pip install "autograd_engine[gpu]"'
    except Exception as error:  # a driver that is absent or too old, or a library of CUDA's that is not found
        return f"CuPy is installed, but finds no GPU: {str(error).partition(chr(10))[0]}"
    if not gpus:
        return "CuPy is installed, but finds no GPU"
    kind = LibraryKind(
        library,
        special,
        library.random.default_rng,
        library.lib.stride_tricks.as_strided,
        library.cuda.runtime.getDevice,
    )
    register(library.ndarray, kind)
    # CuPy would fetch the other GPU's array over the bus at each call, and leave the result here.
    warnings.filterwarnings("error", "The device where the array resides")
    if state.tf32:
        _apply_tf32(library)
    return _Gpus(library, kind, gpus)


def allow_tf32(wanted: bool) -> None:
    """Choose whether products of float32 matrices on a GPU may round their factors to 10 bits (TF32): several times
    as fast, and three digits right instead of seven."""
    state.tf32 = wanted
    if find.cache_info().currsize and not isinstance(found := find(), str):
        _apply_tf32(found.library)


def _apply_tf32(library: Any) -> None:
    linalg = library._core._routines_linalg  # where CuPy keeps what is else the environment variable CUPY_TF32
    kind = linalg.COMPUTE_TYPE_TF32 if state.tf32 else linalg.COMPUTE_TYPE_DEFAULT
    linalg.set_compute_type(np.dtype(np.float32), kind)


def is_tf32_allowed() -> bool:
    """Whether products of float32 matrices on a GPU may round their factors."""
    return state.tf32


def round_factors(to: str | None) -> str | None:
    """Choose to what products of float32 matrices round their factors in this thread, for who wants no other dtype
    around them. Only NVIDIA's libraries do so; CuPy's functions do not.

    Args:
        to: "float16", "bfloat16" or "tf32", for tensor cores; None for what `allow_tf32` says.

    Returns:
        What was chosen before.
    """
    before, _factors.to = _factors.to, to
    return before


def product_precision() -> str:
    """To what products of float32 matrices round their factors: "float16", "bfloat16", "tf32", or not,
    "float32"."""
    return _factors.to or ("tf32" if state.tf32 else "float32")


def forget() -> None:
    """Look anew for CuPy and GPUs at the next question."""
    find.cache_clear()
    state.is_chosen = False
    if state.several:
        state.several = False
        for _, end in _watchers:
            end()


def reason_without() -> str | None:
    """Why there is no GPU to compute on; None if there is one."""
    found = find()
    return found if isinstance(found, str) else None


def _gpus() -> _Gpus:
    found = find()
    if isinstance(found, str):
        raise ValueError(f"there is no GPU: {found}")
    return found


def library() -> Any:
    """CuPy.

    Raises:
        ValueError: there is no GPU.
    """
    return _gpus().library


def kind() -> Kind:
    """The kind of CuPy's arrays.

    Raises:
        ValueError: there is no GPU.
    """
    return _gpus().kind


def count() -> int:
    """How many GPUs there are to compute on."""
    found = find()
    return 0 if isinstance(found, str) else found.number


def current() -> int:
    """The number of the GPU that this thread computes on."""
    return int(library().cuda.Device().id)


_watchers: list[tuple[Callable[[], None], Callable[[], None]]] = []


def when_several(begin: Callable[[], None], end: Callable[[], None]) -> None:
    """Call `begin` when a program gives work to a second GPU, and `end` when GPUs are forgotten."""
    _watchers.append((begin, end))


def _note(index: int) -> None:
    """Note that work is given to this GPU."""
    if not state.several and index != current():
        state.several = True
        for begin, _ in _watchers:
            begin()


def use(index: int) -> None:
    """Compute on this GPU from now on, in this thread."""
    if state.is_chosen:
        _note(index)
    state.is_chosen = True
    library().cuda.Device(index).use()


def on(index: int) -> Any:
    """A context in which arrays are made on this GPU. The first one that a program names becomes the current one:
    one that says "cuda:1" everywhere computes there, without `cuda.set_device`."""
    if not state.is_chosen:
        use(index)
    _note(index)
    return library().cuda.Device(index)


@contextmanager
def following() -> Iterator[Callable[[Any], None]]:
    """A block of work on arrays of several GPUs. It gives a function, to be called before work on an array, that
    makes its GPU the current one; of a list, that of the first array."""
    index = current()
    try:
        yield _follow
    finally:
        use(index)


def _follow(array: Any) -> None:
    while isinstance(array, (list, tuple)):
        array = next((item for item in array if item is not None), None)
    array = getattr(array, "array", array)  # of a tensor
    if array.__class__ in others and (index := int(array.device.id)) != current():
        use(index)


def send(values: Any, index: int, overlapping: bool) -> Any:
    """A copy on this GPU of an array of NumPy's, or of another GPU's.

    Args:
        values: the array.
        index: the number of the GPU.
        overlapping: whether the host may go on before page-locked memory is copied, and leave it as it is so long.
    """
    with on(index):
        gpus = _gpus()
        if not (overlapping and is_pinned(values)):
            return gpus.library.array(values)
        out = gpus.library.empty(values.shape, values.dtype)
        out.set(values, gpus.library.cuda.get_current_stream())
        return out


def pinned(values: Any) -> Any:
    """A copy of an array of NumPy's in page-locked memory, which is copied to a GPU without a detour.

    Raises:
        ValueError: there is no GPU.
    """
    memory = library().cuda.alloc_pinned_memory(max(values.nbytes, 1))
    out = np.ndarray(values.shape, values.dtype, memory)
    out[...] = values
    return out


def is_pinned(values: Any) -> bool:
    """Whether an array of NumPy's lies in page-locked memory, all of it in one piece."""
    found = find()
    if isinstance(found, str) or not values.flags.c_contiguous:
        return False
    while (owner := getattr(values, "base", None)) is not None:
        values = owner
    return isinstance(values, found.library.cuda.PinnedMemoryPointer)


class Relay:
    """Numbers in memory of the current GPU, and how they get there: through page-locked memory, without waiting.

    A copy goes on while the program does, so the memory that it reads is left alone until the GPU has passed a mark
    behind it. Until then other memory is taken.

    Attributes:
        there: the numbers on the GPU, in float64.
        here: those that `send` sends.
    """

    SIZE: ClassVar[int] = 256

    def __init__(self) -> None:
        self.there = kind().empty(self.SIZE, np.dtype(np.float64))
        self.here = np.zeros(self.SIZE)
        self._ways: deque[tuple[Any, Any]] = deque()

    def send(self) -> None:
        """Let the GPU copy the numbers before what it is given from now on."""
        if self._ways and self._ways[0][1].done:
            memory, mark = self._ways.popleft()
        else:
            memory, mark = pinned(self.here), library().cuda.Event(disable_timing=True)
        stream = library().cuda.get_current_stream()
        np.copyto(memory, self.here)
        self.there.set(memory, stream)
        mark.record(stream)
        self._ways.append((memory, mark))
