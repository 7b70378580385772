"""What PyTorch has and this package has not: names that are absent, and settings that have no effect.

One table says of each name why it is absent, and what to take instead. The error of a call of `torch.hub.load`,
of an import of `torch.fft`, and the list that `as-torch --check` makes are all made from it.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from typing import NoReturn

__all__ = ["ABSENT", "explained", "missing", "names_missing", "refused", "without_effect"]

_COMPLEX = "there are no complex numbers; compute with the real and the imaginary part"
_GRAPHS = "programs run as they are written, and no graph of one can be kept; save the weights with save()"
_OTHER = "of GPUs, those of CUDA are used: device('cuda')"
_TYPE = "take tensor(data, device='cuda')"
_HUB = "it fetches programs and runs them; take a model of `models`, and read its file of weights with load()"
_PROFILER = "measure with Python's cProfile: python -m cProfile -s tottime PROGRAM"
_QUANTIZED = "numbers of fewer bits are for inference; convert a model with half()"

ABSENT = {
    "Event": "take cuda.Event",
    "Stream": "take cuda.Stream",
    "UntypedStorage": "a tensor's memory is its NumPy array: x.numpy()",
    "angle": _COMPLEX,
    "ao": _QUANTIZED,
    "cdouble": _COMPLEX,
    "cfloat": _COMPLEX,
    "complex": _COMPLEX,
    "complex32": _COMPLEX,
    "complex64": _COMPLEX,
    "complex128": _COMPLEX,
    "cond": "write an if",
    "cuda.BoolTensor": _TYPE,
    "cuda.FloatTensor": _TYPE,
    "cuda.LongTensor": _TYPE,
    "cuda.nvtx": "take cupyx.profiler.time_range",
    "export": _GRAPHS,
    "fft": _COMPLEX,
    "fx": _GRAPHS,
    "hub.list": _HUB,
    "hub.load": _HUB,
    "hub.load_state_dict_from_url": "fetch the file, and read it with load()",
    "imag": _COMPLEX,
    "istft": _COMPLEX,
    "jit.load": _GRAPHS,
    "jit.save": _GRAPHS,
    "jit.trace": _GRAPHS,
    "jit.trace_module": _GRAPHS,
    "library": "write an operation with autograd.Function or primitive",
    "linalg.eig": f"{_COMPLEX}; for symmetric matrices there is eigh",
    "linalg.eigvals": f"{_COMPLEX}; for symmetric matrices there is eigvalsh",
    "mps": _OTHER,
    "nested": "pad the sequences with nn.utils.rnn.pad_sequence, or pack them with pack_sequence",
    "onnx.export": _GRAPHS,
    "package": _GRAPHS,
    "polar": _COMPLEX,
    "profiler.profile": _PROFILER,
    "profiler.schedule": _PROFILER,
    "profiler.tensorboard_trace_handler": _PROFILER,
    "qint8": _QUANTIZED,
    "quantization": _QUANTIZED,
    "quint8": _QUANTIZED,
    "stft": _COMPLEX,
    "utils.cpp_extension": "write the loop with numba, and the operation with autograd.Function or primitive",
    "view_as_complex": _COMPLEX,
    "view_as_real": _COMPLEX,
    "while_loop": "write a while",
    "xpu": _OTHER,
}
"""Why a name of PyTorch's is absent, and the remedy; what lies below a name has the same reason."""


def explained(path: str, near: Iterable[str] = ()) -> str:
    """Why `path`, below the root of the package, is absent, or which name is the nearest; with a colon, or empty.

    Example:
        >>> explained("onnx.export")[:30]
        ': programs run as they are wri'
        >>> explained("nn.Liner", ["Linear", "ReLU"])
        ': the nearest name is Linear'
    """
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        if reason := ABSENT.get(".".join(parts[:end])):
            return f": {reason}"
    from difflib import get_close_matches  # here, so that importing the package takes no longer

    close = get_close_matches(parts[-1], list(near), n=1, cutoff=0.75)
    return f": the nearest name is {close[0]}" if close else ""


def refused(path: str) -> Callable[..., NoReturn]:
    """A function in the place of one that is absent: programs may import it, and are told when they call it."""
    name = path.rpartition(".")[2]

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise NotImplementedError(f"{path}{explained(path)}")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Absent{explained(path)}.\n\nRaises:\n    NotImplementedError: always.\n"
    return refuse


def missing(module: str, name: str) -> AttributeError:
    """The error of a module that does not have this name."""
    path = f"{module}.{name}".partition(".")[2]
    return AttributeError(
        f"module {module!r} has no attribute {name!r}{explained(path, dir(sys.modules[module]))}",
        name=name,
    )


def names_missing(module: str) -> Callable[[str], NoReturn]:
    """The `__getattr__` of a module: it is asked for the names that the module does not have, and says why not."""

    def look_up(name: str) -> NoReturn:
        raise missing(module, name)

    return look_up


@functools.cache
def without_effect(what: str, instead: str) -> None:
    """Say once in the log that something has no effect here, and what happens instead."""
    import logging  # as above

    logging.getLogger("autograd_engine").warning("%s has no effect here: %s", what, instead)
