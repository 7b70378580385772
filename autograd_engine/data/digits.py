"""The UCI handwritten digits: 1,797 pictures of 8 by 8 pixels, from scikit-learn's installed copy."""

from __future__ import annotations

import numpy as np

from ..creation import from_numpy
from .dataset import TensorDataset

__all__ = ["digits"]


def digits(test_size: float = 0.2, seed: int = 0) -> tuple[TensorDataset, TensorDataset]:
    """The digits as a training and a test set of (picture, class): 64 float32 in [0, 1], int64 in 0-9.

    The split is drawn with `seed`, and every class has the same share of both sets. Source: E. Alpaydin
    and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.

    Args:
        test_size: the share of the test set.
        seed: which split; the same seed gives the same one.

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: `test_size` leaves one of the sets without a sample of each class.
    """
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError:
        raise ImportError('the digits come with scikit-learn: pip install "autograd_engine[train]"') from None
    pictures, classes = load_digits(return_X_y=True)
    pictures = (pictures / 16).astype(np.float32)
    parts = train_test_split(
        pictures, classes.astype(np.int64), test_size=test_size, random_state=seed, stratify=classes
    )
    x_train, x_test, y_train, y_test = (from_numpy(part) for part in parts)
    return TensorDataset(x_train, y_train), TensorDataset(x_test, y_test)
