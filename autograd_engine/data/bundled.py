"""Ready data sets: real ones that scikit-learn brings along, and artificial ones that it generates.

Each function returns a training set and a test set, both a `TensorDataset` of features, float32 (N, F), and
targets: classes, int64 (N,), or for regression numbers, float32 (N,) or (N, K). All functions take

    test_size: the share of the samples that goes to the test set.
    seed: of the split and, for generated data, of the data; the same seed gives the same samples.
    standardize: whether to shift and scale every feature to mean 0 and standard deviation 1 on the training set.

Both sets have the same share of each class. All functions raise ImportError if scikit-learn is not installed, and
ValueError if `test_size` leaves one of the sets without samples, or without samples of one of the classes.

    >>> train, test = iris()
    >>> len(train), len(test), train.tensors[0].shape
    (120, 30, (120, 4))
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from ..backend.extras import from_extra
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .dataset import TensorDataset
from .transforms import pixels

__all__ = [
    "blobs",
    "breast_cancer",
    "circles",
    "classification",
    "diabetes",
    "digits",
    "iris",
    "linnerud",
    "moons",
    "photograph",
    "regression",
    "wine",
]

Split = tuple[TensorDataset, TensorDataset]


def _sklearn(module: str) -> Any:
    with from_extra("train", "the ready data sets come with scikit-learn"):
        return importlib.import_module(f"sklearn.{module}")


def _split(data: tuple[Any, Any], test_size: float, seed: int, standardize: bool, scale: float = 1) -> Split:
    """A training and a test set of features, divided by `scale`, and targets."""
    features, targets = data
    features = (features / scale).astype(np.float32)
    classes = targets.dtype.kind in "iu"
    targets = targets.astype(np.int64 if classes else np.float32)
    parts = _sklearn("model_selection").train_test_split(
        features, targets, test_size=test_size, random_state=seed, stratify=targets if classes else None
    )
    x_train, x_test, y_train, y_test = parts
    if standardize:
        mean, std = x_train.mean(0, dtype=np.float64), x_train.std(0, dtype=np.float64)
        std[std == 0] = 1  # a constant feature becomes 0
        x_train, x_test = (((x - mean) / std).astype(np.float32) for x in (x_train, x_test))
    x_train, x_test, y_train, y_test = (from_numpy(part) for part in (x_train, x_test, y_train, y_test))
    return TensorDataset(x_train, y_train), TensorDataset(x_test, y_test)


def _loaded(name: str) -> Any:
    return getattr(_sklearn("datasets"), f"load_{name}")(return_X_y=True)


def _made(name: str, seed: int, **settings: Any) -> Any:
    return getattr(_sklearn("datasets"), f"make_{name}")(random_state=seed, **settings)


# ----------------------------------------------------------------------------------------- real data


def digits(test_size: float = 0.2, seed: int = 0, standardize: bool = False) -> Split:
    """1,797 handwritten digits of 8 by 8 pixels: 64 features in [0, 1], ten classes.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, 1998.
    """
    return _split(_loaded("digits"), test_size, seed, standardize, scale=16)


def iris(test_size: float = 0.2, seed: int = 0, standardize: bool = False) -> Split:
    """150 irises: length and width of sepals and petals in cm, three species.

    Source: R. A. Fisher, The Use of Multiple Measurements in Taxonomic Problems, Annals of Eugenics 7, 1936.
    """
    return _split(_loaded("iris"), test_size, seed, standardize)


def wine(test_size: float = 0.2, seed: int = 0, standardize: bool = False) -> Split:
    """178 Italian wines: 13 chemical measurements, three cultivars.

    Source: S. Aeberhard and M. Forina, Wine, UCI Machine Learning Repository, 1992.
    """
    return _split(_loaded("wine"), test_size, seed, standardize)


def breast_cancer(test_size: float = 0.2, seed: int = 0, standardize: bool = False) -> Split:
    """569 breast tumors: 30 measurements of cell nuclei, malignant (0) or benign (1).

    Source: W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic), UCI Machine
    Learning Repository, 1993.
    """
    return _split(_loaded("breast_cancer"), test_size, seed, standardize)


def diabetes(test_size: float = 0.2, seed: int = 0, standardize: bool = False) -> Split:
    """442 patients: 10 measurements, already scaled; the target is a number, the progression of diabetes after a
    year.

    Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression, Annals of Statistics 32,
    2004.
    """
    return _split(_loaded("diabetes"), test_size, seed, standardize)


def linnerud(test_size: float = 0.2, seed: int = 0, standardize: bool = False) -> Split:
    """20 men: how many chin-ups, sit-ups and jumps they did; the targets are three numbers, weight, waist and
    pulse.

    Source: M. Tenenhaus, La régression PLS: théorie et pratique, Technip, 1998.
    """
    return _split(_loaded("linnerud"), test_size, seed, standardize)


# ------------------------------------------------------------------------------------ generated data


def moons(
    test_size: float = 0.2, seed: int = 0, standardize: bool = False, *, samples: int = 500, noise: float = 0.1
) -> Split:
    """Two interleaving half circles in the plane, two classes; `noise` is the standard deviation of the noise."""
    return _split(_made("moons", seed, n_samples=samples, noise=noise), test_size, seed, standardize)


def circles(
    test_size: float = 0.2,
    seed: int = 0,
    standardize: bool = False,
    *,
    samples: int = 500,
    noise: float = 0.05,
    factor: float = 0.5,
) -> Split:
    """A circle inside a circle, two classes; `factor` is the ratio of the radii, `noise` the standard deviation of
    the noise."""
    data = _made("circles", seed, n_samples=samples, noise=noise, factor=factor)
    return _split(data, test_size, seed, standardize)


def blobs(
    test_size: float = 0.2,
    seed: int = 0,
    standardize: bool = False,
    *,
    samples: int = 500,
    features: int = 2,
    classes: int = 3,
    spread: float = 1.0,
) -> Split:
    """A Gaussian cloud of points for each class, at a random place; `spread` is the standard deviation of a
    cloud."""
    data = _made("blobs", seed, n_samples=samples, n_features=features, centers=classes, cluster_std=spread)
    return _split(data, test_size, seed, standardize)


def classification(
    test_size: float = 0.2,
    seed: int = 0,
    standardize: bool = False,
    *,
    samples: int = 500,
    features: int = 20,
    informative: int = 5,
    classes: int = 2,
) -> Split:
    """Classes that lie around corners of a hypercube of `informative` dimensions; the other features tell nothing
    new."""
    data = _made(
        "classification",
        seed,
        n_samples=samples,
        n_features=features,
        n_informative=informative,
        n_redundant=min(2, features - informative),
        n_classes=classes,
    )
    return _split(data, test_size, seed, standardize)


def regression(
    test_size: float = 0.2,
    seed: int = 0,
    standardize: bool = False,
    *,
    samples: int = 500,
    features: int = 10,
    informative: int = 5,
    noise: float = 1.0,
) -> Split:
    """A target that is a linear function of `informative` of the features, plus noise; `noise` is its standard
    deviation."""
    data = _made("regression", seed, n_samples=samples, n_features=features, n_informative=informative, noise=noise)
    return _split(data, test_size, seed, standardize)


# --------------------------------------------------------------------------------------- photographs


def photograph(name: str = "china.jpg") -> Tensor:
    """One of scikit-learn's two photographs, "china.jpg" or "flower.jpg": (3, 427, 640) integers from 0 to 255.

    Raises:
        ImportError: scikit-learn or Pillow is not installed.
        ValueError: there is no photograph of this name.
    """
    if name not in ("china.jpg", "flower.jpg"):
        raise ValueError(f'photographs are "china.jpg" and "flower.jpg", not {name!r}')
    return from_numpy(pixels(_sklearn("datasets").load_sample_image(name)))
