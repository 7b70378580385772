"""Data: data sets, loaders that group their samples into batches, transforms of pictures, readers of file
formats."""

from . import transforms
from .bundled import (
    blobs,
    breast_cancer,
    circles,
    classification,
    diabetes,
    digits,
    iris,
    linnerud,
    moons,
    photograph,
    regression,
    wine,
)
from .cifar import CIFAR10, CIFAR100
from .collate import default_collate, default_convert
from .dataset import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from .folder import ImageFolder, read_picture
from .idx import read_idx, write_idx
from .loader import DataLoader
from .mixing import LabelSmoothing, MixUp
from .mnist import MNIST, FashionMNIST
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .tabular import CSVDataset, read_csv
from .text import CharDataset
from .workers import WorkerInfo, get_worker_info

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "MNIST",
    "BatchSampler",
    "CSVDataset",
    "CharDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "FashionMNIST",
    "ImageFolder",
    "IterableDataset",
    "LabelSmoothing",
    "MixUp",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "WorkerInfo",
    "blobs",
    "breast_cancer",
    "circles",
    "classification",
    "default_collate",
    "default_convert",
    "diabetes",
    "digits",
    "get_worker_info",
    "iris",
    "linnerud",
    "moons",
    "photograph",
    "random_split",
    "read_csv",
    "read_idx",
    "read_picture",
    "regression",
    "transforms",
    "wine",
    "write_idx",
]
