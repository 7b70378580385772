"""Networks: modules that hold parameters, the layers and losses made of them, and their initialization."""

from ..backend.absent import names_missing as _names_missing
from ..backend.aliases import also_as as _also_as
from . import (
    activation,
    attention,
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
    module,
    modules,
    multihead,
    normalization,
    padding,
    parallel,
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
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "DataParallel",
    "Module",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "attention",
    "functional",
    "init",
    "modules",
    "parallel",
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

_also_as(
    f"{__name__}.modules",
    activation=(activation, multihead),
    batchnorm=normalization,
    container=container,
    conv=convolution,
    distance=distance,
    dropout=dropout,
    flatten=flatten,
    fold=fold,
    instancenorm=normalization,
    lazy=lazy,
    linear=linear,
    loss=loss,
    module=module,
    normalization=normalization,
    padding=padding,
    pixelshuffle=resample,
    pooling=pooling,
    rnn=(recurrent, recurrent_cells),
    sparse=embedding,
    transformer=transformer,
    upsampling=resample,
    utils=utils,
)


__getattr__ = _names_missing(__name__)
