"""The dtypes that users see: `float32`, with PyTorch's attributes, in the place of NumPy's dtype.

NumPy's dtypes take no attributes of ours, and so cannot say whether they are floating. What a user reads from a
tensor is therefore a `dtype` around NumPy's, one object for each. NumPy takes it wherever it takes a dtype, and the
two are equal and have one hash. Arrays, and all that works with arrays, have NumPy's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .spelling import spelling

__all__ = ["bfloat16", "dtype", "dtypes", "shown"]


class dtype:
    """A kind of numbers: `float32`. Not to be made; there is one object for each, in the top level of the package.

    Attributes:
        dtype: NumPy's.
        is_floating_point: whether these are real numbers, so that gradients exist.
        is_complex: whether these are complex numbers: never.
        is_signed: whether they can be negative.
        itemsize: bytes per number.
        name, kind, type: as of NumPy's.

    Example:
        >>> ag.float32.is_floating_point, ag.float32.itemsize, tensor([1, 2]).dtype is ag.int64
        (True, 4, True)
        >>> ag.float32 == np.float32, np.zeros(2, ag.float32).dtype
        (True, dtype('float32'))
    """

    __slots__ = (
        "_hash",
        "dtype",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "kind",
        "name",
        "type",
    )

    def __init__(self, dtype: Any) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.name, self.kind, self.itemsize = self.dtype.name, self.dtype.kind, self.dtype.itemsize
        self.type: Any = self.dtype.type
        self.is_floating_point = self.kind == "f"
        self.is_complex = self.kind == "c"
        self.is_signed = self.kind in "if"
        self._hash = hash(self.dtype)

    def __eq__(self, other: object) -> bool:
        return self is other or self.dtype == other

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return spelling.name(self.name)

    def __reduce__(self) -> tuple[Any, ...]:
        return shown, (self.name,)

    def __copy__(self) -> dtype:
        return self

    def __deepcopy__(self, memo: Any) -> dtype:
        return self


class _Written(dtype):
    """A dtype that programs may write, compare and pass on, and that no tensor can have.

    Attributes:
        dtype: refused.
    """

    __slots__ = ("reason",)

    def __init__(self, name: str, itemsize: int, reason: str) -> None:
        self.name, self.kind, self.itemsize, self.reason = name, "f", itemsize, reason
        self.is_floating_point, self.is_complex, self.is_signed = True, False, True
        self._hash = hash(name)

    @property
    def dtype(self) -> np.dtype[Any]:  # type: ignore[override]
        """NumPy's, which asks for it too.

        Raises:
            TypeError: always; there is none.
        """
        raise TypeError(f"{self.name}: {self.reason}")

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return _written, (self.name,)


bfloat16 = _Written(
    "bfloat16", 2, "NumPy has no such numbers; take float32, or float16, which needs half the memory"
)


def _written(name: str) -> dtype:
    return globals()[name]


class _Interned(dict[Any, dtype]):
    """One object for each dtype of NumPy's; those that PyTorch does not have, such as longdouble, on first use."""

    def __missing__(self, theirs: Any) -> dtype:
        made = self[theirs] = dtype(theirs)
        return made


dtypes = _Interned()
"""The dtypes that users see, by NumPy's."""


def shown(given: Any) -> dtype:
    """The dtype that users see for one of NumPy's, or for what NumPy makes a dtype of.

    Example:
        >>> shown(np.float32), shown("int64") is ag.int64
        (float32, True)
    """
    return dtypes[np.dtype(given)]
