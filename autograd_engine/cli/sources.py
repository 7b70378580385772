"""Sources: where the command line gets its samples. A name, a CSV file or a folder becomes a `Task`.

To add a ready set, add its name to `READY`; to add a kind of file, add a branch to `task`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import data
from ..data import TensorDataset
from ..tensor.creation import from_numpy
from .folder import Scale, UserError

__all__ = ["READY", "Task", "task"]

READY = ("digits", "iris", "wine", "breast_cancer", "moons", "circles", "blobs", "classification")
"""The sets that are known by name: functions of `data` that return a training and a test set."""


@dataclass
class Task:
    """A classification task.

    Attributes:
        name: the default name of the run folder.
        train, test: samples (N, features), float32 and already scaled, and their classes (N,), int64.
        classes: the names of the classes.
        scale: how raw features are scaled, for files that `predict` reads.
        picture: height and width if the samples are pictures, else None.
    """

    name: str
    train: TensorDataset
    test: TensorDataset
    classes: list[str]
    scale: Scale
    picture: tuple[int, int] | None = None

    @property
    def noun(self) -> str:
        """The word for a sample in what is printed: "picture" or "sample"."""
        return "sample" if self.picture is None else "picture"


def task(source: str) -> Task:
    """The task that a name from `READY`, a .csv file, or a folder of IDX files stands for.

    Raises:
        UserError: there is no such source, or its content cannot be learned from; the message says why.
        OSError: a file cannot be read.
    """
    path = Path(source)
    if source in READY:
        return _ready(source)
    if path.suffix == ".csv":
        return _table(path)
    if path.is_dir():
        try:
            return _folder(path)
        except ValueError as error:
            raise UserError(str(error)) from error
    raise UserError(f"there is no data {source!r}: it is neither {', '.join(READY)} nor a .csv file or a folder")


def _ready(name: str) -> Task:
    train, test = getattr(data, name)()
    if name == "digits":
        return Task(name, train, test, [str(i) for i in range(10)], Scale([0.0] * 64, [16.0] * 64), (8, 8))
    count = int(train.tensors[1].max().item()) + 1
    return _scaled(
        name, *(t.numpy() for t in (*train.tensors, *test.tensors)), classes=[str(i) for i in range(count)]
    )


def _folder(path: Path) -> Task:
    parts = [data.MNIST(path, train=train) for train in (True, False)]

    def flat(part: data.MNIST) -> TensorDataset:
        return TensorDataset(part.data.flatten(1).float() / 255, part.targets)

    height, width = parts[0].data.shape[1:]
    size = height * width
    scale = Scale([0.0] * size, [255.0] * size)
    classes = [str(i) for i in range(10)]
    return Task(path.name, flat(parts[0]), flat(parts[1]), classes, scale, (height, width))


def _table(path: Path) -> Task:
    """The task of a CSV file. A fifth of the rows, the same share of each class, becomes the test set."""
    from sklearn.model_selection import train_test_split

    numbers, labels = read_table(path, labelled=True)
    classes = sorted(set(labels), key=_natural)
    if len(classes) < 2:
        raise UserError(
            f"{path}: the last column is the class, but every row has {classes[0]!r}: nothing to tell apart"
        )
    rare = min(classes, key=labels.count)
    if labels.count(rare) < 2:
        raise UserError(
            f"{path}: the last column is the class, but only one row has {rare!r}: each class needs a row to train "
            "on and one to test on"
        )
    indices = np.array([classes.index(label) for label in labels])
    try:
        x, test_x, y, test_y = train_test_split(numbers, indices, test_size=0.2, random_state=0, stratify=indices)
    except ValueError as error:
        raise UserError(f"{path}: each class needs samples for training and for testing: {error}") from error
    return _scaled(path.stem, x, y, test_x, test_y, classes=classes)


def _scaled(name: str, x: Any, y: Any, test_x: Any, test_y: Any, *, classes: list[str]) -> Task:
    """A task scaled so that each feature of the training set has mean 0 and standard deviation 1."""
    deviation = x.std(0, dtype=np.float64)
    scale = Scale(x.mean(0, dtype=np.float64).tolist(), np.where(deviation == 0, 1.0, deviation).tolist())
    train, test = (
        TensorDataset(from_numpy(scale.apply(features)), from_numpy(labels.astype(np.int64)))
        for features, labels in ((x, y), (test_x, test_y))
    )
    return Task(name, train, test, classes, scale)


# ------------------------------------------------------------------------------------------ tables


_LARGEST = float(np.finfo(np.float32).max)
"""The largest feature that is accepted: the model computes in float32."""


def _natural(text: str) -> tuple[int, float, str]:
    """A key for sorting: numbers by value first, then words in alphabetical order."""
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text


def _label(text: str) -> str:
    """The name of the class in a cell: the text, with whole numbers written without a point (3.0 becomes 3)."""
    try:
        number = float(text)
    except ValueError:
        return text.strip()
    return str(int(number)) if number.is_integer() else text.strip()


def read_table(path: Path, labelled: bool | None = None, features: int | None = None) -> tuple[Any, list[str]]:
    """The numbers (N, features) of a CSV file and, if it has them, the classes in its last column.

    A first line in which no cell is a number is taken as a heading.

    Args:
        labelled: whether there is a column of classes; None to tell by the number of columns.
        features: how many numbers each row must have.

    Raises:
        UserError: a cell is no number, or a row has the wrong length; the message says where.
    """
    try:
        table = data.read_csv(path, header=None)
        if labelled is None:
            labelled = len(table) - 1 == features
        width = len(table) - labelled
        if (features is not None and width != features) or width < 1:
            raise UserError(
                f"{path} has {len(table)} column{'s' * (len(table) != 1)}: expected {features or 'some'} numbers "
                "and the class in each row, separated by commas"
            )
        labels = table.popitem()[1] if labelled else ()
        for name, column in table.items():
            if column.dtype.kind == "U":
                data.read_csv(path, [name], dtypes={name: np.float64}, header=None)  # says where it is no number
            elif not (fits := abs(column.astype(np.float64)) <= _LARGEST).all():
                raise UserError(f"{path}, column {name!r} has {column[~fits][0]}")
    except ValueError as error:
        raise UserError(f"this is not a table of numbers: {error}") from error
    return np.stack([column.astype(np.float64) for column in table.values()], 1), [_label(str(c)) for c in labels]
