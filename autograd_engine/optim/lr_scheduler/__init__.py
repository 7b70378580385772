"""Schedules of the learning rate: `scheduler.step()` after each epoch (or batch) sets that of every group."""

from . import combined, cycles, factors, plateau
from .combined import *
from .cycles import *
from .factors import *
from .plateau import *
from .scheduler import LRScheduler

__all__ = ["LRScheduler"]
__all__ += combined.__all__
__all__ += cycles.__all__
__all__ += factors.__all__
__all__ += plateau.__all__

for _name in __all__:
    globals()[_name].__module__ = __name__  # by which programs tell these schedulers from functions of their own
