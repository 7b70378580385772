"""Pictures: the graph of a computation, its forward and backward tables, the curves of a training run."""

from .graph import GraphPicture, graph
from .modules import keep_modules
from .plots import plot_confusion_matrix, plot_decision_boundary, plot_history
from .reading import keep_values
from .table import Table, backward_table, forward_table

__all__ = [
    "GraphPicture",
    "Table",
    "backward_table",
    "forward_table",
    "graph",
    "keep_modules",
    "keep_values",
    "plot_confusion_matrix",
    "plot_decision_boundary",
    "plot_history",
]
