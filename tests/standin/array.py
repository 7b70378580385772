"""An array that is not NumPy's: it behaves as one of CuPy's does and computes with NumPy, so no GPU is needed.

It lies, so to speak, on a device: what is inside can only be read by asking (`get`, `item`), which is counted, and
it never mixes with arrays of NumPy, nor with those of another device. NumPy's functions reach it by NumPy's
protocols, if CuPy has them.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from . import functions
from .streams import CudaStream, Graph, changed, counts, garbage, made, mapped, refuse_capture, wait

__all__ = ["Device", "Library", "Special", "StandIn", "Stream", "counts", "machine", "refused", "using_allocator"]

refused: list[str] = []
"""What was asked for and is not there."""


class _Machine:
    """The devices that do not exist: which is current, and what arrays take of their memory.

    Attributes:
        current: the number of the device that is computed on.
        taken: bytes of arrays, by the number of the device.
        account: where those of new arrays are counted: `taken`, or that of another pool of memory.
        accounts: all of them.
        hooks: what is told of memory that is taken and given back, as CuPy's `MemoryHook`.
    """

    def __init__(self) -> None:
        self.hooks: list[Any] = []  # which last as long as the program
        self.clear()

    def clear(self) -> None:
        self.current = 0
        self.taken = self.account = [0, 0]
        self.accounts = [self.taken]
        CudaStream.null.use()
        Graph.graphs = 0
        Graph.lost.clear()

    def take(self, size: int, place: int, account: list[int]) -> None:
        account[place] += size
        for hook in self.hooks:
            if size > 0:
                hook.malloc_postprocess(device_id=place, size=size, mem_size=size, mem_ptr=0, pmem_id=0)
            else:
                hook.free_postprocess(device_id=place, mem_size=-size, mem_ptr=0, pmem_id=0)


machine = _Machine()


def _read() -> None:
    refuse_capture("read")
    counts.reads += 1


def _upload() -> None:
    refuse_capture("upload")
    counts.uploads += 1


@contextmanager
def using_allocator(allocator: Any = None) -> Any:
    """A context in which memory comes from the pool whose `malloc` is given."""
    before, machine.account = machine.account, allocator.__self__.account
    try:
        yield
    finally:
        machine.account = before


class OtherDevice(RuntimeWarning):
    """CuPy's warning of an array on another device than the current one, which the package makes an error."""


_NUMBERS = (bool, int, float, complex, np.generic)


class _Flags:
    """The three flags that CuPy has."""

    __slots__ = ("c_contiguous", "f_contiguous", "owndata")

    def __init__(self, array: StandIn) -> None:
        flags = array._host.flags
        self.c_contiguous, self.f_contiguous = flags.c_contiguous, flags.f_contiguous
        self.owndata = array.base is None


class _Pointer:
    """The memory that an array looks into: CuPy's `data`, of which `ptr` is the address."""

    __slots__ = ("device_id", "ptr")

    def __init__(self, address: int, place: int) -> None:
        self.ptr, self.device_id = address, place


class StandIn(NDArrayOperatorsMixin):
    """An array on the device that does not exist."""

    __slots__ = ("__weakref__", "_account", "_host", "_place", "base")

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, host: Any, source: StandIn | None = None) -> None:
        host = np.asarray(host)
        is_view = source is not None and (host is source._host or np.may_share_memory(host, source._host))
        if not is_view and host.base is not None:
            host = host.copy(order="K")  # the base is a temporary of NumPy's
        self._host = host
        self.base = None if not is_view else source if source.base is None else source.base
        self._place = machine.current if source is None else source._place
        if not is_view:
            self._account = machine.account
            machine.take(host.nbytes, self._place, self._account)

    def __del__(self) -> None:
        account = getattr(self, "_account", None)
        if machine is not None and any(account is known for known in machine.accounts):
            machine.take(-self._host.nbytes, self._place, account)
            if Graph.graphs:
                Graph.lost.append(self._host)
                if account is machine.taken and self._host.flags.writeable:
                    garbage(self._host)  # somebody else is given the memory, and a graph may not know

    # ------------------------------------------------------------------------------------ what it tells

    shape = property(lambda self: self._host.shape)
    dtype = property(lambda self: self._host.dtype)
    strides = property(lambda self: self._host.strides)
    ndim = property(lambda self: self._host.ndim)
    size = property(lambda self: self._host.size)
    itemsize = property(lambda self: self._host.itemsize)
    nbytes = property(lambda self: self._host.nbytes)
    flags = property(_Flags)
    data = property(lambda self: _Pointer(self._host.__array_interface__["data"][0], self._place))
    T = property(lambda self: self.transpose())
    device = property(lambda self: Device(self._place))

    def __len__(self) -> int:
        return len(self._host)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    # ------------------------------------------------------------------------------------- reading it

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed; use `.get()`")

    def get(self) -> Any:
        _read()
        return self._host.copy()

    def set(self, values: Any, stream: Any = None) -> None:
        _upload()
        np.copyto(self._host, values, casting="no")

    def __dlpack_device__(self) -> tuple[int, int]:
        return 2, self._place

    def __dlpack__(self, **settings: Any) -> Any:
        return _Capsule(self)

    def item(self, *args: Any) -> Any:
        _read()
        return self._host.item(*args)

    def tolist(self) -> Any:
        _read()
        return self._host.tolist()

    def _number(self, kind: type) -> Any:
        _read()
        return kind(self._host)

    def __bool__(self) -> bool:
        return self._number(bool)

    def __int__(self) -> int:
        return self._number(int)

    def __float__(self) -> float:
        return self._number(float)

    def __index__(self) -> int:
        _read()
        return self._host.__index__()

    def __repr__(self) -> str:
        return repr(self.get())

    def __format__(self, spec: str) -> str:
        return format(self.get(), spec)

    # ------------------------------------------------------------------------------------ indexing it

    def __getitem__(self, index: Any) -> StandIn:
        host, at = self._host, _index(index, self.shape)
        items = at()
        if any(map(_is_mask, items)):
            _read()
        if any(isinstance(i, np.ndarray) for i in items):
            return StandIn(made(lambda: np.array(host[at()])))
        return StandIn(host[(*items, ...)] if ... not in items else host[items], self)

    def __setitem__(self, index: Any, value: Any) -> None:
        host, at, given = self._host, _index(index, self.shape), _inside(value)
        changed(host, lambda: host.__setitem__(at(), given))

    # --------------------------------------------------------------------------------- NumPy's methods

    def astype(self, dtype: Any, order: str = "K", copy: bool = True) -> StandIn:
        host = self._host
        if not copy and host.dtype == dtype:
            return self
        return StandIn(made(lambda: host.astype(dtype, order=order)))

    def copy(self, order: str = "C") -> StandIn:
        host = self._host
        return StandIn(made(lambda: host.copy(order)))

    def fill(self, value: Any) -> None:
        host, given = self._host, _inside(value)
        changed(host, lambda: host.fill(given))

    def view(self, dtype: Any = None) -> StandIn:
        return StandIn(self._host.view() if dtype is None else self._host.view(dtype), self)

    def reshape(self, *shape: Any, order: str = "C") -> StandIn:
        host = self._host
        return StandIn(made(lambda: host.reshape(*shape, order=order), host), self)

    def ravel(self, order: str = "C") -> StandIn:
        host = self._host
        return StandIn(made(lambda: host.ravel(order), host), self)

    def flatten(self, order: str = "C") -> StandIn:
        host = self._host
        return StandIn(made(lambda: host.flatten(order)))

    def sort(self, axis: int = -1) -> None:
        host = self._host
        changed(host, lambda: host.sort(axis=axis, kind="stable"))

    def put(self, indices: Any, values: Any, mode: str = "wrap") -> None:
        host, at, given = self._host, _inside(indices), _inside(values)
        changed(host, lambda: host.put(at, given, mode))

    def take(self, indices: Any, axis: Any = None, out: Any = None) -> StandIn:
        host, at = self._host, _inside(indices)
        return StandIn(made(lambda: host.take(at, axis, mode="wrap")))

    # ----------------------------------------------------------------------------- NumPy's protocols

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = ufunc.__name__
        known = (
            name in functions.SPECIAL if getattr(np, name, None) is None else name not in functions.MISSING_UFUNCS
        )
        if not known:
            return _refuse(f"{name}")
        if not all(isinstance(x, (StandIn, np.ndarray, *_NUMBERS)) for x in inputs if method != "at"):
            return NotImplemented  # a tensor, say, which knows better
        out = kwargs.pop("out", (None,))
        if len(out) != 1:
            return _refuse(f"{name}(out=) of several")
        if method in ("reduce", "accumulate"):
            if name not in functions.ACCUMULATED or kwargs.keys() - {"axis", "dtype", "keepdims"}:
                return _refuse(f"{name}.{method}({', '.join(kwargs)})")
        elif method == "reduceat":
            if name != "add":
                return _refuse(f"{name}.reduceat")
        elif method == "at":
            if name not in functions.ADDED_AT:
                return _refuse(f"{name}.at")
            array, index, *values = inputs
            host, at, given = _inside(array), _index(index, array.shape), [*map(_inside, values)]
            changed(host, lambda: ufunc.at(host, at(), *given))
            return None
        elif method not in ("__call__", "outer"):
            return _refuse(f"{name}.{method}")
        elif kwargs.keys() - {"dtype", "casting", "axes", "where"}:
            return _refuse(f"{name}({', '.join(kwargs)})")
        if name in functions.PRODUCTS:
            refuse_capture("cuBLAS")
        settings, given = {n: _inside(v) for n, v in kwargs.items()}, [*map(_inside, inputs)]
        compute = getattr(ufunc, method)
        if out[0] is not None:
            memory = _inside(out[0])
            changed(memory, lambda: compute(*given, out=memory, **settings))
            return out[0]
        return mapped(StandIn, made(lambda: compute(*given, **settings)))

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        room = ".".join(function.__module__.split(".")[1:])
        name = function.__name__
        known = (functions.LINEAR_ALGEBRA if room == "linalg" else functions.FUNCTIONS).get(name)
        if known is None or kwargs.keys() - set(known) or (len(args) > len(known) and name not in _ANY_NUMBER):
            return _refuse(f"{room}{'.' * bool(room)}{name}({', '.join(kwargs)})")
        if name in functions.SYNCHRONOUS or (name == "repeat" and isinstance(_named(known, args, kwargs), StandIn)):
            _read()
        if name in functions.PRODUCTS:
            refuse_capture("cuBLAS")
        if room == "linalg" and name not in functions.LAUNCHED:
            refuse_capture("cuSOLVER")
        if name in ("concatenate", "stack") and _sends_addresses(*args):
            refuse_capture("upload")
        assert "out" not in known[: len(args)], "the stand-in wants it by name"
        out = kwargs.pop("out", None)
        given, settings = [_inside(a) for a in args], {n: _inside(v) for n, v in kwargs.items()}
        if name in functions.PLAIN:
            return function(*given, **settings)
        if name in functions.IN_PLACE:
            changed(given[0], lambda: function(*given, **settings))
            return None
        if out is not None:
            memory = _inside(out)
            changed(memory, lambda: np.copyto(memory, function(*given, **settings), casting="same_kind"))
            return out
        source = next((a for a in args if isinstance(a, StandIn)), None)
        found = made(lambda: function(*given, **settings), None if source is None else source._host)
        return mapped(lambda host: StandIn(host, source), found)


_ANY_NUMBER = frozenset({"einsum", "result_type"})


def _named(known: tuple[str, ...], args: Any, kwargs: Any) -> Any:
    """The second argument."""
    return args[1] if len(args) > 1 else kwargs.get(known[1])


def _refuse(what: str) -> Any:
    refused.append(what)
    return NotImplemented


def _sends_addresses(arrays: Any, *settings: Any) -> bool:
    """Whether CuPy joins arrays by one kernel, to which it sends a table of their addresses, without waiting."""
    small = sum(a.nbytes for a in arrays) < len(arrays) << 21
    return len(arrays) > 8 and len({a.dtype for a in arrays}) == 1 and small


def _inside(value: Any) -> Any:
    """What NumPy computes with: the inside of stand-ins, and numbers.

    Raises:
        TypeError: it is an array of NumPy's.
    """
    if isinstance(value, StandIn):
        if value._place != machine.current:
            raise OtherDevice(
                f"The device where the array resides ({value._place}) is different from the current device "
                f"({machine.current})."
            )
        return value._host
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {type(value)}: an array of NumPy's beside one that is not")
    if type(value) in (list, tuple):
        return type(value)(map(_inside, value))
    return value


def _index(index: Any, shape: tuple[int, ...]) -> Any:
    """A function that gives the components of an index of an array of this shape. Lists and arrays of NumPy's would
    have to be sent to the device. An array that names what is out of range is taken modulo the size, without an
    error."""
    items = index if isinstance(index, tuple) else (index,)
    for item in items:
        if isinstance(item, (list, np.ndarray)):
            raise TypeError(f"an index of class {type(item).__name__} would be sent to the device at each call")
    spans = [0 if i is None or i is ... else i.ndim if _is_mask(i) else 1 for i in items]
    wrapped, axis = [], 0
    for item, span in zip(items, spans, strict=True):
        is_place = isinstance(item, StandIn) and item.size and not _is_mask(item)
        wrapped.append((_inside(item), max(shape[axis], 1) if is_place else None))
        axis += len(shape) - sum(spans) if item is ... else span
    return lambda: tuple(item if size is None else np.asarray(item % size) for item, size in wrapped)


def _is_mask(item: Any) -> bool:
    return getattr(item, "dtype", None) == np.bool_


def _method(name: str) -> Any:
    """A method that is the function of the same name."""
    parameters = functions.FUNCTIONS[name][1:]

    def called(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        if len(args) > len(parameters) or kwargs.keys() - set(parameters):
            raise TypeError(f"{name} does not take ({', '.join([*map(str, args), *kwargs])})")
        function = getattr(np, {"max": "amax", "min": "amin"}.get(name, name))
        return self.__array_function__(function, (StandIn,), (self, *args), kwargs)

    return called


for _name in [
    "all",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "argpartition",
    "clip",
    "cumprod",
    "cumsum",
    "diagonal",
    "dot",
    "max",
    "mean",
    "min",
    "nonzero",
    "prod",
    "repeat",
    "round",
    "searchsorted",
    "squeeze",
    "std",
    "sum",
    "swapaxes",
    "trace",
    "var",
]:
    setattr(StandIn, _name, _method(_name))


def _conj(self: StandIn) -> StandIn:
    return self


StandIn.conj = _conj  # type: ignore[attr-defined]


def _transpose(self: StandIn, *axes: Any) -> StandIn:
    return StandIn(self._host.transpose(*axes), self)


StandIn.transpose = _transpose  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------- the library


def _sent(value: Any) -> Any:
    """Something of the host's, on its way to the device."""
    if isinstance(value, StandIn):
        return value._host
    if not isinstance(value, _NUMBERS):
        _upload()
    return value


class Library:
    """The module: what makes arrays, and CuPy's own names of what NumPy's protocols reach."""

    ndarray = StandIn

    @staticmethod
    def asarray(a: Any, dtype: Any = None) -> StandIn:
        if isinstance(a, StandIn):
            return a if dtype is None else a.astype(dtype, copy=False)
        given = _sent(a)
        return StandIn(made(lambda: np.array(given, dtype)))

    @staticmethod
    def array(a: Any, dtype: Any = None, copy: bool = True, order: str = "K") -> StandIn:
        given = _sent(a)
        return StandIn(made(lambda: np.array(given, dtype, order=order)))

    @staticmethod
    def empty(shape: Any, dtype: Any = float) -> StandIn:
        """What the memory held: NaN, or the largest integer."""
        memory = np.empty(shape, dtype)
        garbage(memory)
        return StandIn(memory)

    @staticmethod
    def zeros(shape: Any, dtype: Any = float) -> StandIn:
        return StandIn(made(lambda: np.zeros(shape, dtype)))

    @staticmethod
    def ones(shape: Any, dtype: Any = float) -> StandIn:
        return StandIn(made(lambda: np.ones(shape, dtype)))

    @staticmethod
    def full(shape: Any, fill_value: Any, dtype: Any = None) -> StandIn:
        given = _inside(fill_value)
        return StandIn(made(lambda: np.full(shape, given, dtype)))

    @staticmethod
    def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> StandIn:
        return StandIn(made(lambda: np.arange(*((0, start) if stop is None else (start, stop)), step, dtype=dtype)))

    @staticmethod
    def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = float) -> StandIn:
        return StandIn(made(lambda: np.eye(N, M, k, dtype)))

    @staticmethod
    def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = float) -> StandIn:
        return StandIn(made(lambda: np.tri(N, M, k, dtype)))

    @staticmethod
    def as_strided(x: StandIn, shape: Any, strides: Any) -> StandIn:
        made = StandIn.__new__(StandIn)
        made._host, made._place = np.lib.stride_tricks.as_strided(x._host, shape, strides), x._place
        made.base = x if x.base is None else x.base
        return made

    @staticmethod
    def from_dlpack(x: Any) -> StandIn:
        return x.__dlpack__().array.view()


class _Capsule:
    """What DLPack hands over."""

    def __init__(self, array: StandIn) -> None:
        self.array = array


class Device:
    """A device by its number; the current one without."""

    def __init__(self, device: int | None = None) -> None:
        self.id = machine.current if device is None else device

    def use(self) -> Device:
        machine.current = self.id
        return self

    def synchronize(self) -> None:
        wait()

    def __enter__(self) -> Device:
        self._before = machine.current
        machine.current = self.id
        return self

    def __exit__(self, *error: object) -> None:
        machine.current = self._before


class _Special:
    """The module with the functions of `scipy.special` that CuPy has."""

    def __getattr__(self, name: str) -> Any:
        import scipy.special

        if name not in functions.SPECIAL:
            raise AttributeError(name)
        function = getattr(scipy.special, name)

        def called(*args: Any) -> StandIn:
            given = [*map(_inside, args)]
            return StandIn(made(lambda: function(*given)))

        return called


Special = _Special()


class BitGenerator:
    """Where a generator of random numbers is: NumPy's state of PCG64, as bytes on the device."""

    def __init__(self, seed: int) -> None:
        self._current_device_id = machine.current
        self._state = StandIn(np.zeros(40, np.uint8))
        self.hold(np.random.PCG64(seed))

    def hold(self, source: Any) -> None:
        """Write down where `source` is."""
        state = source.state
        numbers = (*(state["state"][name].to_bytes(16, "little") for name in ("state", "inc")), *(
            state[name].to_bytes(4, "little") for name in ("has_uint32", "uinteger")
        ))  # fmt: skip
        self._state._host[:] = np.frombuffer(b"".join(numbers), np.uint8)

    def held(self) -> Any:
        """A generator of NumPy's there."""
        made, data = np.random.PCG64(0), self._state._host.tobytes()
        numbers = [int.from_bytes(data[i:j], "little") for i, j in ((0, 16), (16, 32), (32, 36), (36, 40))]
        made.state = {
            "bit_generator": "PCG64",
            "state": {"state": numbers[0], "inc": numbers[1]},
            "has_uint32": numbers[2],
            "uinteger": numbers[3],
        }
        return made


class Stream:
    """The library's generator of random numbers: NumPy's, so that results can be compared. Where it is lies on the
    device, so a graph draws other numbers at each launch."""

    def __init__(self, seed: int) -> None:
        self.bit_generator = BitGenerator(seed)

    def __getattr__(self, name: str) -> Any:
        if name not in functions.DRAWN:
            raise AttributeError(name)
        source = self.bit_generator

        def called(*args: Any, **kwargs: Any) -> StandIn:
            if source._current_device_id != machine.current:
                raise RuntimeError("This Generator state is allocated in a different device")
            given = [*map(_inside, args)]

            def draw() -> Any:
                held = source.held()
                found = getattr(np.random.Generator(held), name)(*given, **kwargs)
                source.hold(held)
                return found

            before = source._state._host.copy()
            found = StandIn(made(draw))
            if CudaStream.current.is_capturing():
                source._state._host[:] = before
            return found

        return called
