"""Sources: where the command line gets its samples. A name, a CSV file or a folder becomes a `Task`.

To add a ready set, add its name to `READY`; to add a kind of file, add a branch to `task`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import data
from ..data import TensorDataset
from ..data.pictures import PictureSet
from ..tensor.creation import from_numpy
from .folder import Scale, UserError
from .folders import folder_task
from .task import Pictures, Task, split

__all__ = ["READY", "check_values", "read_table", "task"]

READY = ("digits", "iris", "wine", "breast_cancer", "moons", "circles", "blobs", "classification")
"""The sets that are known by name: functions of `data` that return a training and a test set."""


def task(source: str) -> Task:
    """The task that a name from `READY`, a .csv file or a folder stands for.

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
            return folder_task(path)
        except ValueError as error:
            raise UserError(str(error)) from error
    raise UserError(f"there is no data {source!r}: it is neither {', '.join(READY)} nor a .csv file or a folder")


def _ready(name: str) -> Task:
    train, test = getattr(data, name)()
    if name == "digits":
        classes = [str(i) for i in range(10)]
        train, test = (PictureSet(x.reshape(-1, 1, 8, 8), y, classes) for x, y in (train.tensors, test.tensors))
        return Task(name, train, test, classes, pictures=Pictures(1, (8, 8), 16.0))
    count = int(train.tensors[1].max().item()) + 1
    return _scaled(
        name, *(t.numpy() for t in (*train.tensors, *test.tensors)), classes=[str(i) for i in range(count)]
    )


# ------------------------------------------------------------------------------------------ tables


def _table(path: Path) -> Task:
    """The task of a CSV file. A fifth of the rows, the same share of each class, becomes the test set."""
    numbers, labels = read_table(path, labelled=True)
    classes = sorted(set(labels), key=_natural)
    if len(classes) < 2:
        raise UserError(
            f"{path}: the last column is the class, but every row has {classes[0]!r}: nothing to tell apart"
        )
    longest = max(classes, key=len)
    if len(longest) > _LONGEST_NAME:
        raise UserError(
            f"{path}: the last column is the class, but it has a text of {len(longest):,} characters, which is "
            "no name"
        )
    if len(classes) > _MOST_CLASSES:
        raise UserError(
            f"{path}: the last column is the class, and it has {len(classes):,} different values: at most "
            f"{_MOST_CLASSES:,} can be told apart; are they numbers to predict?"
        )
    places = {name: i for i, name in enumerate(classes)}
    indices = np.array([places[label] for label in labels])
    train, test = split(str(path), "row", indices, classes, "the last column is the class, but ")
    parts = (part for rows in (train, test) for part in (numbers[rows], indices[rows]))
    return _scaled(path.stem, *parts, classes=classes)


def _scaled(name: str, x: Any, y: Any, test_x: Any, test_y: Any, *, classes: list[str]) -> Task:
    """A task scaled so that each feature of the training set has mean 0 and standard deviation 1."""
    deviation = x.std(0, dtype=np.float64)
    scale = Scale(x.mean(0, dtype=np.float64).tolist(), np.where(deviation == 0, 1.0, deviation).tolist())
    train, test = (
        TensorDataset(from_numpy(scale.apply(features)), from_numpy(labels.astype(np.int64)))
        for features, labels in ((x, y), (test_x, test_y))
    )
    return Task(name, train, test, classes, scale)


_LARGEST = float(np.finfo(np.float32).max)
"""The largest feature that is accepted: the model computes in float32."""


def check_values(place: str, values: Any) -> None:
    """Check that all features are finite numbers that the model can compute with.

    Raises:
        UserError: one is not; the message begins with `place`.
    """
    wrong = values[~(abs(values) <= _LARGEST)]
    if wrong.size:
        raise UserError(f"{place} has {wrong.flat[0]:g}: expected finite numbers of at most {_LARGEST:.1e}")


_LONGEST_NAME = 100
"""The longest name of a class, in characters: tables and pictures make room for it."""

_MOST_CLASSES = 1000
"""The most classes in a table: a confusion matrix has the square of it."""


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
            else:
                check_values(f"{path}, column {name!r}", column.astype(np.float64))
    except ValueError as error:
        raise UserError(f"this is not a table of numbers: {error}") from error
    return np.stack([column.astype(np.float64) for column in table.values()], 1), [_label(str(c)) for c in labels]
