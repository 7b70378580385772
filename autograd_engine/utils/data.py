"""utils.data: the names of `data`, where programs written for PyTorch look for them."""

from ..data import *  # noqa: F403
from ..data import __all__ as __all__
