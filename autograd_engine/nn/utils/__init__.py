"""What PyTorch keeps in `nn.utils`: all gradients clipped as one vector, all parameters as one vector; modules
that are not initialized; sequences of different lengths in `rnn`."""

from . import clip_grad, convert_parameters, skipping
from . import rnn as rnn
from .clip_grad import *
from .convert_parameters import *
from .skipping import *

__all__: list[str] = []
__all__ += clip_grad.__all__
__all__ += convert_parameters.__all__
__all__ += skipping.__all__
