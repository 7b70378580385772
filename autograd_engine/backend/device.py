"""Devices: where arrays lie and are computed with. There is one so far, the CPU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["check_device", "cpu", "device"]


@dataclass(frozen=True)
class device:
    """A place that holds arrays and computes with them. Only `device("cpu")` exists.

    Raises:
        ValueError: there is no such device.

    Example:
        >>> device("cpu")
        device(type='cpu')
    """

    type: str

    def __post_init__(self) -> None:
        if self.type != "cpu":
            raise ValueError(
                f"there is no device {self.type!r}: this version computes on the CPU only, device 'cpu'"
            )

    def __str__(self) -> str:
        return self.type

    def __repr__(self) -> str:
        return f"device(type={self.type!r})"


cpu = device("cpu")


def check_device(wanted: Any) -> device:
    """The device that `wanted` names: a string, a device, or None for the CPU.

    Raises:
        ValueError: there is no such device.
    """
    if wanted is None or isinstance(wanted, device):
        return wanted or cpu
    return device(str(wanted))
