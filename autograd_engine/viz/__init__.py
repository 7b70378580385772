"""Pictures and tables: graphs and their two passes, models' layers and what they see, the curves of a training."""

from . import attribution, inside, plots, representation
from .attribution import *
from .graph import GraphPicture, graph
from .inside import *
from .modules import keep_modules
from .passes import backward_table, forward_table
from .plots import *
from .reading import keep_values
from .representation import *
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
__all__ += attribution.__all__
__all__ += inside.__all__
__all__ += plots.__all__
__all__ += representation.__all__
