"""Data: data sets, loaders that group their samples into batches, transforms of pictures, readers of file
formats."""

from . import bundled, cifar, idx, loader, mnist, sampler, tabular, text, transforms, vocabulary
from .bundled import *
from .cifar import *
from .collate import default_collate, default_convert
from .dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from .fake import FakeData
from .folder import ImageFolder, read_picture
from .idx import *
from .loader import *
from .mixing import LabelSmoothing, MixUp
from .mnist import *
from .sampler import *
from .tabular import *
from .text import *
from .vocabulary import *
from .workers import WorkerInfo, get_worker_info

__all__ = [
    "ChainDataset",
    "ConcatDataset",
    "Dataset",
    "FakeData",
    "ImageFolder",
    "IterableDataset",
    "LabelSmoothing",
    "MixUp",
    "StackDataset",
    "Subset",
    "TensorDataset",
    "WorkerInfo",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
    "read_picture",
    "transforms",
]
__all__ += bundled.__all__
__all__ += cifar.__all__
__all__ += idx.__all__
__all__ += loader.__all__
__all__ += mnist.__all__
__all__ += sampler.__all__
__all__ += tabular.__all__
__all__ += text.__all__
__all__ += vocabulary.__all__
