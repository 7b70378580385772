"""One module under further names, where programs written for PyTorch import it from."""

from __future__ import annotations

import sys
from types import ModuleType

__all__ = ["also_as"]


def also_as(parent: str, **modules: ModuleType) -> None:
    """Let `import parent.name` find each of these modules, and `parent.name` be it.

    Example:
        >>> import math
        >>> also_as("autograd_engine.optim", mathematics=math)
        >>> from autograd_engine.optim.mathematics import pi
    """
    vars(sys.modules[parent]).setdefault("__path__", [])  # so that it counts as a package, in which imports look on
    for name, module in modules.items():
        sys.modules[f"{parent}.{name}"] = module
        setattr(sys.modules[parent], name, module)
