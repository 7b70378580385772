"""Folders of pictures: IDX files as MNIST has them, the files of CIFAR, and pictures in a folder for each class."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np

from .. import data
from ..data.folder import IMG_EXTENSIONS
from ..data.pictures import PictureSet
from ..tensor.creation import from_numpy
from .folder import UserError
from .task import Pictures, Task, split

__all__ = ["folder_task"]


def folder_task(path: Path) -> Task:
    """The task of a folder.

    Raises:
        UserError: its content cannot be learned from.
        ValueError: a file is damaged.
        OSError: a file cannot be read.
    """
    for kind in (data.CIFAR10, data.CIFAR100):
        root = path.parent if path.name == kind.folder else path
        if (root / kind.folder).is_dir() or (root / kind.archive).exists():
            train, test = (kind(root, part) for part in (True, False))
            return Task(path.name, train, test, train.classes, pictures=Pictures(3, (32, 32)))
    return _pictures(path) if _has_classes(path) else _idx(path)


# -------------------------------------------------------------------------------- a folder for each class

_TEST_NAMES = ("test", "val", "valid", "validation")
"""What the folder of the pictures to test on may be called, beside that of the others, "train"."""


def read_picture(path: str) -> Any:
    """A picture file that the user chose.

    Raises:
        UserError: it is damaged, or too large.
    """
    try:
        return data.read_picture(path)
    except ValueError as error:
        raise UserError(str(error)) from error


def _has_classes(path: Path) -> bool:
    """Whether there are pictures in folders of the folder."""
    return any(
        file.suffix.lower() in IMG_EXTENSIONS
        for place in path.iterdir()
        if place.is_dir()
        for file in place.rglob("*")
    )


def _pictures(path: Path) -> Task:
    """The task of train/CLASS/ and test/CLASS/; or of CLASS/ alone, of which a fifth is held back."""
    if (path / "train").is_dir():
        tests = [path / name for name in _TEST_NAMES if (path / name).is_dir()]
        if not tests:
            raise UserError(
                f"{path} has a folder train, but none of {', '.join(_TEST_NAMES)}; without train, a fifth of the "
                "pictures of each class is held back for the test"
            )
        train, test = (data.ImageFolder(place, loader=read_picture) for place in (path / "train", tests[0]))
        if unknown := sorted(set(test.classes) - set(train.classes)):
            raise UserError(f"{tests[0]} has the class {unknown[0]!r}, which {path / 'train'} does not have")
        of_test = [(file, train.class_to_idx[test.classes[i]]) for file, i in test.samples]
        test = _with_samples(train, of_test)
    else:
        every = data.ImageFolder(path, loader=read_picture)
        train, test = (
            _with_samples(every, [every.samples[i] for i in np.sort(part)])
            for part in split(str(path), "picture", np.array(every.targets), every.classes)
        )
    if len(train.classes) < 2:
        raise UserError(f"{path}: every picture is in {train.classes[0]!r}: nothing to tell apart")
    return Task(path.name, train, test, train.classes, pictures=Pictures(3, None))


def _with_samples(folder: data.ImageFolder, samples: list[tuple[str, int]]) -> data.ImageFolder:
    """The same classes, but other files."""
    result = copy.copy(folder)
    result.samples = result.imgs = samples
    result.targets = [number for _, number in samples]
    return result


# ------------------------------------------------------------------------------------ folders of IDX files

_PARTS = {"train": ("train-",), "test": ("t10k-", "test-")}
"""How the names of the two parts begin: MNIST's, and for the test set EMNIST's too."""


def _idx(path: Path) -> Task:
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

    names = [str(label) for label in known]
    train, test = (
        PictureSet(from_numpy(x), from_numpy(np.searchsorted(known, y)), names)
        for x, y in ((pictures, labels), (test_pictures, test_labels))
    )
    height, width = pictures.shape[1:]
    return Task(path.name, train, test, names, pictures=Pictures(1, (height, width)))


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
