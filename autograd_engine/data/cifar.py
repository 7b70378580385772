"""CIFAR-10 and CIFAR-100, read from their published archives or the unpacked folder.

Their files are pickles, and reading a pickle can run any code; `read_arrays` runs none. The archive is read where
it is and never unpacked, so that the paths in it do no harm. No more is read of a file, or of the unzipped archive,
than the published ones have.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np

from ..tensor.creation import from_numpy
from .pickles import read_arrays
from .pictures import PictureSet
from .stored import check_md5, find, read_limited

__all__ = ["CIFAR10", "CIFAR100"]

_LARGEST = 2**28
"""The most bytes that are read of a file or an unzipped archive; the published archives have 187 million."""

_MOST_MEMBERS = 1000
"""The most files that an archive may have; the published ones have ten."""


class CIFAR10(PictureSet):
    """Color photographs of ten classes, 32 by 32 pixels: 50,000 to train on and 10,000 to test.

    A sample is a tensor (3, 32, 32) of integers from 0 to 255, which transforms such as `ToTensor()` take, and the
    class. `data` holds all pictures, (N, 3, 32, 32), `targets` all classes. Source: A. Krizhevsky, Learning
    Multiple Layers of Features from Tiny Images, 2009.

    Args:
        root: the folder with the archive cifar-10-python.tar.gz, or with the folder unpacked from it.
        train: the training set; otherwise the test set.
        transform: applied to the picture of a sample.
        target_transform: applied to the class of a sample.
        download: accepted for programs written for torchvision; nothing is ever downloaded.
        verify: compare the files, in the archive or the folder, with the published MD5 checksums.

    Raises:
        FileNotFoundError: files are missing.
        ValueError: files are damaged, have another checksum, or hold something else than pictures.

    Example:
        >>> CIFAR10("data", transform=transforms.ToTensor())  # doctest: +SKIP
    """

    source: ClassVar[str] = "https://www.cs.toronto.edu/~kriz/cifar.html (the python version)"
    archive: ClassVar[str] = "cifar-10-python.tar.gz"
    folder: ClassVar[str] = "cifar-10-batches-py"
    files: ClassVar[dict[str, list[str]]] = {
        "train": [f"data_batch_{i}" for i in range(1, 6)],
        "test": ["test_batch"],
        "names": ["batches.meta"],
    }
    keys: ClassVar[tuple[str, str]] = ("labels", "label_names")
    md5: ClassVar[dict[str, str]] = {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
        "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
    }

    def __init__(
        self,
        root: str | os.PathLike[str],
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        download: bool = False,
        *,
        verify: bool = False,
    ) -> None:
        self.root = Path(root)
        self.train = train
        wanted = self.files["train" if train else "test"]
        contents = self._read([*wanted, *self.files["names"]], verify)
        labels_key, names_key = self.keys
        names_path, names_content = contents.pop()
        names = _entry(names_path, names_content, names_key, list)
        if not all(isinstance(name, str) for name in names):
            raise ValueError(f"{names_path} is damaged: the name of a class is no text")
        pictures, labels = [], []
        for path, content in contents:
            data = _entry(path, content, "data", np.ndarray)
            classes = _entry(path, content, labels_key, list)
            if data.ndim != 2 or data.shape[1] != 3 * 32 * 32 or len(data) != len(classes):
                raise ValueError(
                    f"{path} is damaged: it has pixels of shape {data.shape} and {len(classes)} labels, expected "
                    "3072 pixels for each label"
                )
            if not all(isinstance(c, int) and 0 <= c < len(names) for c in classes):
                raise ValueError(f"{path} is damaged: a label is not a number below {len(names)}")
            pictures.append(data.reshape(-1, 3, 32, 32))
            labels += classes
        super().__init__(
            from_numpy(np.concatenate(pictures)),
            from_numpy(np.array(labels, np.int64)),
            names,
            transform,
            target_transform,
        )

    def _read(self, names: list[str], verify: bool) -> list[tuple[str, Any]]:
        """The path and the content of each of these files, in the folder or in the archive."""
        folder, archive = self.root / self.folder, self.root / self.archive
        if folder.is_dir():
            found = [find([folder / name], self.source) for name in names]
            raw = [(os.fspath(path), read_limited(path, _LARGEST)) for path in found]
        else:
            raw = _members(find([archive, folder / names[0]], self.source), [f"{self.folder}/{n}" for n in names])
        for name, (path, content) in zip(names, raw, strict=True):
            check_md5(path, content, self.md5[name] if verify else None)
        return [(path, _unpickled(path, content)) for path, content in raw]


class CIFAR100(CIFAR10):
    """Color photographs of a hundred classes, with as many pictures as `CIFAR10` has, of the same size.

    Arguments and errors are those of `CIFAR10`; the archive is cifar-100-python.tar.gz.
    """

    archive: ClassVar[str] = "cifar-100-python.tar.gz"
    folder: ClassVar[str] = "cifar-100-python"
    files: ClassVar[dict[str, list[str]]] = {"train": ["train"], "test": ["test"], "names": ["meta"]}
    keys: ClassVar[tuple[str, str]] = ("fine_labels", "fine_label_names")
    md5: ClassVar[dict[str, str]] = {
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        "meta": "7973b15100ade9c7d40fb424638fde48",
    }


def _members(archive: Path, names: list[str]) -> list[tuple[str, bytes]]:
    """The path and the content of files in a .tar.gz archive, which is read without unpacking it."""
    found: dict[str, bytes] = {}
    try:
        with gzip.open(archive) as unzipped:
            limited = _Limited(unzipped)  # type: ignore[arg-type]
            with tarfile.open(fileobj=limited, mode="r|") as tar:  # one pass: seeking in a zipped file starts over
                for count, member in enumerate(tar):
                    if count == _MOST_MEMBERS:
                        raise ValueError(f"it has more than {_MOST_MEMBERS:,} files")
                    if member.name in names and member.isfile():
                        stream = tar.extractfile(member)
                        found[member.name] = stream.read() if stream else b""
            while limited.read(2**16):
                """The checksum comes last."""
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise ValueError(f"{archive} is damaged, it cannot be unpacked: {error}") from error
    missing = [name for name in names if name not in found]
    if missing:
        raise ValueError(f"{archive} is damaged: it lacks {', '.join(missing)}")
    return [(f"{archive}/{name}", found[name]) for name in names]


class _Limited:
    """A stream of which at most `_LARGEST` bytes are read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.left = _LARGEST

    def read(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            ValueError: there are more than there may be.
        """
        content = self.stream.read(count)
        self.left -= len(content)
        if self.left < 0:
            raise ValueError(f"it has more than {_LARGEST:,} bytes, which no archive of CIFAR has")
        return content


def _unpickled(path: str, content: bytes) -> Any:
    try:
        return read_arrays(content)
    except ValueError as error:
        raise ValueError(f"{path} is damaged or not a file of CIFAR: {error}") from error


def _entry(path: str, table: Any, key: str, kind: type) -> Any:
    """An entry of a dictionary, of the given kind."""
    value = table.get(key) if isinstance(table, dict) else None
    if not isinstance(value, kind):
        raise ValueError(f"{path} is damaged: it has no {kind.__name__} {key!r}")
    return value
