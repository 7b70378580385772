"""Devices: where arrays lie and are computed with. One can be used so far, the CPU; others can be written."""

from __future__ import annotations

from typing import Any

__all__ = ["check_device", "cpu", "device", "names_device"]

_KNOWN = ("cpu", "cuda", "mps", "xpu", "meta")
"""What programs written for PyTorch name."""


def _absent(name: str) -> ValueError:
    return ValueError(f"there is no device {name!r}: this version computes on the CPU only, device 'cpu'")


class device:
    """A place that holds arrays and computes with them.

    A program may write `device("cuda:0")` where there is no GPU. The error comes where a tensor is to lie there.
    As a `with` block, a device is where new tensors go.

    Args:
        type: "cpu", "cuda", "cuda:0" or another kind of device; another `device`; or the number of a GPU.
        index: which of the devices of this kind.

    Raises:
        ValueError: there is no such kind of devices; or on entering the block, the device cannot be used.

    Example:
        >>> device("cpu"), device("cuda:1").index
        (device(type='cpu'), 1)
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        elif isinstance(type, int):
            type, index = "cuda", type
        name, _, number = str(type).partition(":")
        if name not in _KNOWN or (number and not number.isdecimal()):
            raise _absent(str(type))
        object.__setattr__(self, "type", name)
        object.__setattr__(self, "index", int(number) if number else index)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{self!r} cannot be changed; make another device")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)

    def __enter__(self) -> device:
        return check_device(self)

    def __exit__(self, *error: object) -> None:
        """There is one device to come back to."""


cpu = device("cpu")


def names_device(x: Any) -> bool:
    """Whether `x` names a device: a device, a string such as "cuda:0", or the number of a GPU."""
    return isinstance(x, (device, int)) or (isinstance(x, str) and x.partition(":")[0] in _KNOWN)


def check_device(wanted: Any) -> device:
    """The device that `wanted` names: a string, a device, the number of a GPU, or None for the CPU.

    Raises:
        ValueError: there is no such device to compute with.
    """
    if wanted is None or wanted is cpu:
        return cpu
    named = device(wanted)
    if named.type != "cpu":
        raise _absent(str(named))
    return cpu
