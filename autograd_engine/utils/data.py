"""utils.data: the names of `data`, where programs written for PyTorch look for them."""

from .. import data
from ..data import *
from ..data.bundled import *  # these again: mypy takes only names that an `__all__` spells out
from ..data.cifar import *
from ..data.idx import *
from ..data.loader import *
from ..data.mnist import *
from ..data.sampler import *
from ..data.tabular import *
from ..data.text import *
from ..data.vocabulary import *

__all__ = [*data.__all__]
