"""Arrays on a device on their way into a copy, which stays on the device, or into a pickle, which goes anywhere.

A pickle holds the values as NumPy's array, and where they lay. Read where there is no such device, they are the
host's.
"""

from __future__ import annotations

import copy
from typing import Any

from .device import check_device, device_of, placed
from .kinds import kind_of, others

__all__ = ["portable", "unpacked"]


class _Portable:
    """An array on a device."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    def __deepcopy__(self, memo: Any) -> _Portable:
        return _Portable(copy.deepcopy(self.array, memo))

    def __reduce__(self) -> Any:
        return _arrived, (kind_of(self.array).read(self.array), str(device_of(self.array)))


def _arrived(values: Any, where: str) -> Any:
    try:
        return placed(values, check_device(where))
    except ValueError:  # there is no such device here
        return values


def portable(x: Any) -> Any:
    """`x` in a form that can be copied and pickled: arrays of other libraries, also in tuples, are wrapped."""
    if x.__class__ in others:
        return _Portable(x)
    return tuple(map(portable, x)) if x.__class__ is tuple else x


def unpacked(x: Any) -> Any:
    """The inverse of `portable`."""
    if x.__class__ is _Portable:
        return x.array
    return tuple(map(unpacked, x)) if x.__class__ is tuple else x
