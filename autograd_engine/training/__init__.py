"""Training: the loop around model, data, loss and optimizer, with metrics, callbacks and checkpoints."""

from . import callbacks, loop, sequences
from .callbacks import *
from .loop import *
from .metrics import Metric, accuracy, auc, confusion_matrix, f1
from .run import Run
from .sequences import *

__all__ = ["Metric", "Run", "accuracy", "auc", "confusion_matrix", "f1"]
__all__ += callbacks.__all__
__all__ += loop.__all__
__all__ += sequences.__all__
