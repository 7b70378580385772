"""Losses as modules: settings chosen once, then `loss_fn(prediction, target)`.

Each calls the function of its name in `functional`, which documents formula, shapes and errors in full.
"""

from . import classification, ctc, margin, regression
from .classification import *
from .ctc import *
from .margin import *
from .regression import *

__all__: list[str] = []
__all__ += classification.__all__
__all__ += ctc.__all__
__all__ += margin.__all__
__all__ += regression.__all__
