"""Data: sets of samples, loaders that deal them out in batches, and ready data sets."""

from .dataset import Dataset, TensorDataset
from .digits import digits
from .loader import DataLoader

__all__ = ["DataLoader", "Dataset", "TensorDataset", "digits"]
