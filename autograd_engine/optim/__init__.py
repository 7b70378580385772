"""Optimizers: change parameters so that their objective falls."""

from . import adam, adaptive, lbfgs, lr_scheduler, minimizers, rprop, sgd, swa_utils
from .adam import *
from .adaptive import *
from .lbfgs import *
from .minimizers import *
from .optimizer import Optimizer
from .rprop import *
from .sgd import *

__all__ = ["Optimizer", "lr_scheduler", "swa_utils"]
__all__ += adam.__all__
__all__ += adaptive.__all__
__all__ += lbfgs.__all__
__all__ += minimizers.__all__
__all__ += rprop.__all__
__all__ += sgd.__all__
