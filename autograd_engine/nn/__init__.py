"""Networks: modules that hold parameters, the layers and losses made of them, and their initialization."""

from . import functional, init, modules, parameter, utils
from .modules import *
from .modules import __all__
from .parameter import Parameter

__all__ = [*__all__, "Parameter", "functional", "init", "modules", "parameter", "utils"]
