"""utils.data: the names of `data`, where programs written for PyTorch look for them, and in its files."""

from .. import data
from ..backend.absent import names_missing as _names_missing
from ..backend.aliases import also_as as _also_as
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

_also_as(
    __name__,
    dataset=data.dataset,
    dataloader=data.loader,
    sampler=data.sampler,
    distributed=data.sampler,
)


__getattr__ = _names_missing(__name__)
