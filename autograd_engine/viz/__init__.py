"""Pictures and tables: a graph, its forward and backward pass, the layers of a model, the curves of a training."""

from . import plots
from .graph import GraphPicture, graph
from .modules import keep_modules
from .passes import backward_table, forward_table
from .plots import *
from .reading import keep_values
from .summary import LayerRow, Summary, summary
from .table import Table

__all__ = [
    "GraphPicture",
    "LayerRow",
    "Summary",
    "Table",
    "backward_table",
    "forward_table",
    "graph",
    "keep_modules",
    "keep_values",
    "summary",
]
__all__ += plots.__all__
