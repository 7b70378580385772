"""Networks: modules that hold parameters, the layers and losses made of them, and their initialization."""

from . import (
    activation,
    container,
    convolution,
    distance,
    dropout,
    embedding,
    flatten,
    fold,
    functional,
    init,
    lazy,
    linear,
    loss,
    modules,
    multihead,
    normalization,
    padding,
    parameter,
    pooling,
    recurrent,
    recurrent_cells,
    resample,
    transformer,
    transformer_layers,
    utils,
)
from .modules import *
from .parameter import Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Module",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "functional",
    "init",
    "modules",
    "parameter",
    "utils",
]
__all__ += activation.__all__
__all__ += container.__all__
__all__ += convolution.__all__
__all__ += distance.__all__
__all__ += dropout.__all__
__all__ += embedding.__all__
__all__ += flatten.__all__
__all__ += fold.__all__
__all__ += lazy.__all__
__all__ += linear.__all__
__all__ += loss.__all__
__all__ += multihead.__all__
__all__ += normalization.__all__
__all__ += padding.__all__
__all__ += pooling.__all__
__all__ += recurrent.__all__
__all__ += recurrent_cells.__all__
__all__ += resample.__all__
__all__ += transformer.__all__
__all__ += transformer_layers.__all__
