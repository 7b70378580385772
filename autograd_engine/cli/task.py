"""A task: samples to learn from and samples to be tested on, and what is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import TensorDataset
from .folder import Scale, UserError

__all__ = ["Pictures", "Task", "split", "targets"]

_TURNED: Mapping[str, Any] = {"crop": 2, "rotation": 10.0}
_MIRRORED: Mapping[str, Any] = {"crop": 4, "flip": True}


@dataclass(frozen=True)
class Pictures:
    """What the pictures of a task have in common.

    Attributes:
        channels: 1 for gray ones, 3 for colored ones.
        side: height and width, or None if they differ.
        ink: the largest number of a pixel in the files that `predict` reads.
    """

    channels: int
    side: tuple[int, int] | None
    ink: float = 255.0

    @property
    def changes(self) -> Mapping[str, Any]:
        """How a network with convolutions sees them changed, unless told otherwise: characters, which are gray, are
        no longer themselves in a mirror."""
        return _TURNED if self.channels == 1 else _MIRRORED


@dataclass
class Task:
    """A classification task.

    Attributes:
        name: the default name of the run folder.
        train, test: a `TensorDataset` of features (N, F), float32 and already scaled, and classes (N,), int64; or a
            data set of pictures, with integers from 0 to 255 or real numbers from 0 to 1.
        classes: the names of the classes.
        scale: how raw features were scaled, for files that `predict` reads; None for pictures.
        pictures: what is known of the pictures; None for features.
    """

    name: str
    train: Any
    test: Any
    classes: list[str]
    scale: Scale | None = None
    pictures: Pictures | None = None

    @property
    def noun(self) -> str:
        """The word for a sample in what is printed: "picture" or "sample"."""
        return "sample" if self.pictures is None else "picture"


def targets(samples: Any) -> Any:
    """The classes of the samples of a task, an array of integers (N,)."""
    return np.asarray(samples.tensors[1] if isinstance(samples, TensorDataset) else samples.targets)


def split(place: str, noun: str, indices: Any, classes: Sequence[str], hint: str = "") -> tuple[Any, Any]:
    """The indices of the samples to train on, and of those to test on: a fifth, the same share of each class.

    Args:
        place: how an error message begins.
        noun: the word for a sample.
        indices: the class of each sample, an array of integers (N,).
        classes: the names of the classes.
        hint: what the error about a rare class begins with, after the place.

    Raises:
        UserError: a class has one sample only, or there are too few.
    """
    from sklearn.model_selection import train_test_split

    counts = Counter(indices.tolist())
    rare = min(indices.tolist(), key=counts.__getitem__)  # the first of equal ones
    if counts[rare] < 2:
        raise UserError(
            f"{place}: {hint}only one {noun} has {classes[rare]!r}: each class needs a {noun} to train on and one "
            "to test on"
        )
    try:
        train, test = train_test_split(np.arange(len(indices)), test_size=0.2, random_state=0, stratify=indices)
    except ValueError as error:
        raise UserError(f"{place}: each class needs samples for training and for testing: {error}") from error
    return train, test
