"""Training: the loop around model, data, loss and optimizer, with metrics, callbacks and checkpoints."""

from .callbacks import Callback, Checkpoint, CSVLogger, EarlyStopping, ProgressBar, Scheduler, TensorBoard
from .loop import evaluate, fit
from .metrics import Metric, accuracy, auc, confusion_matrix, f1
from .run import Run

__all__ = [
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "Metric",
    "ProgressBar",
    "Run",
    "Scheduler",
    "TensorBoard",
    "accuracy",
    "auc",
    "confusion_matrix",
    "evaluate",
    "f1",
    "fit",
]
