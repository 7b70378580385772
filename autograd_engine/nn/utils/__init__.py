"""What PyTorch keeps in `nn.utils`: all gradients clipped as one vector, all parameters as one vector."""

from . import clip_grad, convert_parameters
from .clip_grad import *
from .convert_parameters import *

__all__: list[str] = []
__all__ += clip_grad.__all__
__all__ += convert_parameters.__all__
