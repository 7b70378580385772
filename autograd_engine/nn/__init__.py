"""Networks: modules that hold parameters, the layers and losses made of them, and their initialization."""

from . import functional, init, modules, parameter, utils
from .modules import *
from .parameter import Parameter

__all__ = ["Parameter", "functional", "init", "modules", "parameter", "utils"]
__all__ += [name for name in dir(modules) if not name.startswith("_")]
