"""When a library of NVIDIA's is used: where it is found, as long as it computes rightly.

Nobody can test on all cards and drivers. So each library first computes something small on each GPU, and what
comes out is compared with what CuPy's functions give. Where it differs, or the library is not found, or it
reports an error later, one warning tells why, and CuPy's functions compute from then on."""

from __future__ import annotations

import ctypes
import importlib
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import gpu

__all__ = ["Library", "functions", "load"]


class Library:
    """One of NVIDIA's libraries.

    Args:
        name: as its makers write it.
        handle: makes what its functions take on the current GPU, and tells its `version()`.
        trial: computes something small with it, and raises an error where the result is wrong.

    Attributes:
        enabled: whether the program wants it.
    """

    def __init__(self, name: str, handle: Callable[[], Any], trial: Callable[[], None]) -> None:
        self.name = name
        self.enabled = True
        self._make, self._try = handle, trial
        self._lock = threading.RLock()
        self._handles: dict[int, Any] = {}
        self._reason: str | None = None

    def here(self) -> tuple[int, Any] | None:
        """The current GPU and the handle on it; None where the library is not to be used."""
        return self.found() if self.enabled else None

    def found(self) -> tuple[int, Any] | None:
        """The same, whether the program wants it or not."""
        found = gpu.find()
        if isinstance(found, str):
            return None
        index = found.library.cuda.runtime.getDevice()
        try:
            handle = self._handles[index]
        except KeyError:
            handle = self._opened(index)
        return None if handle is None else (index, handle)

    def _opened(self, index: int) -> Any:
        with self._lock:
            if index not in self._handles:
                try:
                    self._handles[index] = self._make()
                    self._try()
                except MemoryError:
                    self._handles.pop(index, None)
                    raise
                except Exception as error:  # whatever it is, there are other functions
                    if self._handles.get(index, self) is not None:  # and it has not said so itself
                        self.refuse(index, f"{type(error).__name__}: {error}")
            return self._handles[index]

    def refuse(self, index: int, reason: str) -> None:
        """Use it no more on this GPU, and say so once."""
        self._handles[index], self._reason = None, reason
        warnings.warn(f"{self.name} is not used, CuPy's functions are: {reason}", RuntimeWarning, stacklevel=2)

    def version(self) -> int | None:
        """Its version as one number, as its makers count; None where it is not found."""
        found = self.found()
        return None if found is None else int(found[1].version())

    def reason_without(self) -> str | None:
        """Why it is not used on the current GPU; None if it is."""
        if reason := gpu.reason_without():
            return reason
        if not self.enabled:
            return f"{self.name} is switched off"
        return None if self.here() else self._reason

    def forget(self) -> None:
        """Look for it anew at the next question."""
        self._handles.clear()
        self._reason = None


def functions(name: str, signatures: Mapping[str, Sequence[Any]], results: Mapping[str, Any]) -> Any:
    """A shared library of NVIDIA's, loaded from where pip, conda or the system has put it, with its C functions.

    Args:
        name: of the library, without "lib" and the version.
        signatures: the types of the arguments of each function that is called.
        results: the types of the results that are no `int`.

    Raises:
        ImportError: it is not found.
    """
    library = load(name)
    for function, types in signatures.items():
        called = library[function]
        called.argtypes, called.restype = types, results.get(function, ctypes.c_int)
        setattr(library, function, called)
    return library


def load(name: str) -> Any:
    """The shared library, by the package with which CuPy finds its own ones, and which it requires."""
    pathfinder = importlib.import_module("cuda.pathfinder")
    try:
        return ctypes.CDLL(pathfinder.load_nvidia_dynamic_lib(name).abs_path)
    except pathfinder.DynamicLibNotFoundError as error:
        raise ImportError(f'{name} is not found: pip install "autograd_engine[gpu]"') from error
