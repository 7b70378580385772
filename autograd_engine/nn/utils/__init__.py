"""What PyTorch keeps in `nn.utils`: all gradients clipped as one vector, all parameters as one vector; modules
that are not initialized; sequences of different lengths in `rnn`; weights computed of others in `parametrize`."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from ...backend.absent import missing as _missing
from . import clip_grad, convert_parameters, skipping
from . import rnn as rnn
from .clip_grad import *
from .convert_parameters import *
from .skipping import *

if _TYPE_CHECKING:
    from . import parametrizations as parametrizations
    from . import parametrize as parametrize
    from .weights import *

__all__: list[str] = [
    "parametrizations",
    "parametrize",
    "remove_spectral_norm",
    "remove_weight_norm",
    "spectral_norm",
    "weight_norm",
]
__all__ += clip_grad.__all__
__all__ += convert_parameters.__all__
__all__ += skipping.__all__


def __getattr__(name: str) -> _Any:
    """What few programs use is loaded on first use."""
    if name in ("parametrize", "parametrizations"):
        return _import_module(f"{__name__}.{name}")
    if name in __all__:
        return getattr(_import_module(f"{__name__}.weights"), name)
    raise _missing(__name__, name)
