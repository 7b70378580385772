"""Sources: where the command line gets its samples. A name, a CSV file or a folder becomes a `Task`.

To add a ready set, add its name to `READY`; to add a kind of file, add a branch to `task`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import data
from ..data import TensorDataset
from ..tensor.creation import from_numpy
from .folder import Scale, UserError

__all__ = ["READY", "Task", "check_same", "check_values", "read_table", "task"]

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


def check_same(config: dict[str, Any], source: Task) -> None:
    """Check that the data are those that a run was trained on.

    Raises:
        UserError: they have other classes or features, or the features are scaled by other numbers.
    """
    shape = [config["sizes"][0], config["classes"], config["picture"] and tuple(config["picture"])]
    now = [source.train.tensors[0].shape[1], source.classes, source.picture]
    same = shape == now and all(
        np.allclose(old, new, rtol=1e-6, atol=0)  # sums may differ in their last digits from machine to machine
        for old, new in ((config["offset"], source.scale.offset), (config["unit"], source.scale.unit))
    )
    if not same:
        raise UserError(
            f"the data {config['data']} are not those that the run was trained on: they have other features, "
            "classes or ranges than its config.json; train a new run"
        )


# ------------------------------------------------------------------------------------ folders of IDX files

_PARTS = {"train": ("train-",), "test": ("t10k-", "test-")}
"""How the names of the two parts begin: MNIST's, and for the test set EMNIST's too."""


def _folder(path: Path) -> Task:
    """The task of a folder of IDX files, as MNIST and EMNIST have them. The classes are the labels in the training
    set, whatever bytes these are: EMNIST's letters count from 1."""
    (pictures, labels), (test_pictures, test_labels) = (_idx_part(path, begin) for begin in _PARTS.values())
    if test_pictures.shape[1:] != pictures.shape[1:]:
        raise UserError(
            f"{path}: the pictures of the training set are {pictures.shape[1:]} pixels, those of the test set "
            f"{test_pictures.shape[1:]}"
        )
    known = np.unique(labels)
    if len(known) < 2:
        raise UserError(
            f"{path}: every picture of the training set has the label {known[0]}: nothing to tell apart"
        )
    unknown = np.setdiff1d(test_labels, known)
    if unknown.size:
        raise UserError(f"{path}: the test set has the label {unknown[0]}, which the training set does not have")

    def part(x: Any, y: Any) -> TensorDataset:
        inputs = x.reshape(len(x), -1).astype(np.float32) / 255
        return TensorDataset(from_numpy(inputs), from_numpy(np.searchsorted(known, y)))

    height, width = pictures.shape[1:]
    scale = Scale([0.0] * (height * width), [255.0] * (height * width))
    names = [str(label) for label in known]
    return Task(path.name, part(pictures, labels), part(test_pictures, test_labels), names, scale, (height, width))


def _idx_part(folder: Path, begin: tuple[str, ...]) -> tuple[Any, Any]:
    """The pictures (N, H, W) and the labels (N,) of the training or the test set."""
    pictures_path, labels_path = (
        _idx_file(folder, begin, end) for end in ("images-idx3-ubyte", "labels-idx1-ubyte")
    )
    pictures, labels = data.read_idx(pictures_path), data.read_idx(labels_path)
    for file, array, dimensions in ((pictures_path, pictures, 3), (labels_path, labels, 1)):
        if array.dtype != np.uint8 or array.ndim != dimensions or not array.size:
            raise UserError(
                f"{file} holds {array.dtype} of shape {array.shape}, expected bytes in {dimensions} dimensions"
            )
    if len(pictures) != len(labels):
        raise UserError(
            f"{pictures_path} has {len(pictures)} pictures, but {labels_path} {len(labels)} labels: they do not "
            "belong together"
        )
    return pictures, labels


def _idx_file(folder: Path, begin: tuple[str, ...], end: str) -> Path:
    """The one file whose name ends in `end`, or that and .gz, in a folder or in torchvision's folders below it."""
    for place in (folder, folder / "MNIST" / "raw", folder / "raw"):
        found = {
            file.name.removesuffix(".gz"): file
            for suffix in (".gz", "")
            for start in begin
            for file in sorted(place.glob(f"*{start}{end}{suffix}"))
            if file.is_file()
        }
        if f"{begin[0]}{end}" in found:
            return found[f"{begin[0]}{end}"]
        if len(found) > 1:
            raise UserError(
                f"{place} has several sets, such as {' and '.join(sorted(found)[:2])}: keep one of them"
            )
        if found:
            return found.popitem()[1]
    raise UserError(
        f"{folder} has no file {begin[0]}{end} or {begin[0]}{end}.gz: a folder of pictures has the four files of "
        "MNIST or EMNIST"
    )


# ------------------------------------------------------------------------------------------ tables


def _table(path: Path) -> Task:
    """The task of a CSV file. A fifth of the rows, the same share of each class, becomes the test set."""
    from sklearn.model_selection import train_test_split

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
    counts = Counter(labels)
    rare = min(labels, key=counts.__getitem__)  # the first of equal ones
    if counts[rare] < 2:
        raise UserError(
            f"{path}: the last column is the class, but only one row has {rare!r}: each class needs a row to train "
            "on and one to test on"
        )
    if len(classes) > _MOST_CLASSES:
        raise UserError(
            f"{path}: the last column is the class, and it has {len(classes):,} different values: at most "
            f"{_MOST_CLASSES:,} can be told apart; are they numbers to predict?"
        )
    places = {name: i for i, name in enumerate(classes)}
    indices = np.array([places[label] for label in labels])
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
