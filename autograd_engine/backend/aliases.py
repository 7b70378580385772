"""Modules under further names, where programs written for PyTorch import them from."""

from __future__ import annotations

import sys
from types import ModuleType

__all__ = ["also_as"]


def also_as(parent: str, **modules: ModuleType | tuple[ModuleType, ...]) -> None:
    """Let `import parent.name` find each of these modules, and `parent.name` be it.

    Where PyTorch has in one file what lies here in several, their public names together are a module.

    Example:
        >>> import math
        >>> also_as("autograd_engine.optim", mathematics=math)
        >>> from autograd_engine.optim.mathematics import pi
    """
    vars(sys.modules[parent]).setdefault("__path__", [])  # so that it counts as a package, in which imports look on
    for name, given in modules.items():
        module = _together(f"{parent}.{name}", given) if isinstance(given, tuple) else given
        sys.modules[f"{parent}.{name}"] = module
        setattr(sys.modules[parent], name, module)


def _together(name: str, parts: tuple[ModuleType, ...]) -> ModuleType:
    module = ModuleType(name, "\n".join(part.__doc__ or "" for part in parts))
    vars(module).update({public: getattr(part, public) for part in parts for public in part.__all__})
    return module
