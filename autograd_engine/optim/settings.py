"""Settings: which arguments of an optimizer's constructor its parameter groups remember."""

from __future__ import annotations

from typing import Any, TypedDict

__all__ = ["Implementation", "settings"]


class Implementation(TypedDict, total=False):
    """PyTorch's choices among its implementations of a formula, accepted and ignored: here there is one."""

    foreach: bool | None
    fused: bool | None
    capturable: bool
    differentiable: bool


def settings(arguments: dict[str, Any]) -> dict[str, Any]:
    """The settings among the arguments of an optimizer's constructor.

    Raises:
        TypeError: an argument that does not exist, or `differentiable`, which would need other formulas.
    """
    for name, value in arguments.get("implementation", {}).items():
        if name not in Implementation.__annotations__:
            raise TypeError(f"{type(arguments['self']).__name__}() got an unexpected argument {name!r}")
        if value and name == "differentiable":
            raise TypeError("differentiable=True: steps are taken in place, and are not recorded in a graph")
    return {k: v for k, v in arguments.items() if k not in ("self", "params", "implementation", "__class__")}
