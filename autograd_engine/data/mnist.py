"""MNIST and Fashion-MNIST, read from their published files in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..tensor.creation import from_numpy
from .idx import read_idx
from .pictures import PictureSet
from .stored import find

__all__ = ["MNIST", "FashionMNIST"]


class MNIST(PictureSet):
    """Handwritten digits: 60,000 pictures of 28 by 28 pixels to train on and 10,000 to test.

    A sample is a tensor (1, 28, 28) of integers from 0 to 255, which transforms such as `ToTensor()` take, and the
    digit. `data` holds all pictures, (N, 28, 28), `targets` all digits. Source: Y. LeCun, L. Bottou, Y. Bengio and
    P. Haffner, Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 86, 1998.

    Args:
        root: the folder with the four files, as they are published (.gz) or unzipped; or a folder with
            torchvision's folder MNIST/raw in it.
        train: the training set; otherwise the test set.
        transform: applied to the picture of a sample.
        target_transform: applied to the class of a sample.
        download: accepted for programs written for torchvision; nothing is ever downloaded.
        verify: read the .gz files only, and compare them with the published MD5 checksums.

    Raises:
        FileNotFoundError: files are missing.
        ValueError: files are damaged, have another checksum, or do not belong together.

    Example:
        >>> MNIST("data/mnist", transform=transforms.ToTensor())  # doctest: +SKIP
    """

    source: ClassVar[str] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/ (a mirror of http://yann.lecun.com/exdb/mnist/)"
    )
    md5: ClassVar[dict[str, str]] = {
        "train-images-idx3-ubyte": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte": "ec29112dd5afa0611ce80d1b7f02629c",
    }
    names: ClassVar[str] = (
        "0 - zero, 1 - one, 2 - two, 3 - three, 4 - four, 5 - five, 6 - six, 7 - seven, 8 - eight, 9 - nine"
    )

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
        part = "train" if train else "t10k"
        names = self.names.split(", ")
        pictures_path, pictures = self._read(f"{part}-images-idx3-ubyte", 3, verify)
        labels_path, labels = self._read(f"{part}-labels-idx1-ubyte", 1, verify)
        if len(pictures) != len(labels):
            raise ValueError(
                f"{pictures_path} has {len(pictures)} pictures, but {labels_path} {len(labels)} labels: they do "
                "not belong together"
            )
        if labels.size and labels.max() >= len(names):
            raise ValueError(
                f"{labels_path} is damaged: it has the label {labels.max()}, but there are {len(names)} classes"
            )
        super().__init__(
            from_numpy(pictures), from_numpy(labels.astype(np.int64)), names, transform, target_transform
        )

    def _read(self, name: str, dimensions: int, verify: bool) -> tuple[Path, Any]:
        """The path of a file and the array in it. Only zipped files have a published checksum."""
        endings = [".gz"] if verify else ["", ".gz"]
        folders = [self.root, self.root / type(self).__name__ / "raw", self.root / "raw"]
        path = find([folder / f"{name}{ending}" for folder in folders for ending in endings], self.source)
        array = read_idx(path, self.md5[name] if verify else None)
        if array.ndim != dimensions or array.dtype != np.uint8:
            raise ValueError(
                f"{path} holds {array.dtype} of shape {array.shape}, expected bytes in {dimensions} dimensions"
            )
        return path, array


class FashionMNIST(MNIST):
    """Articles of clothing in ten classes, in the file format of MNIST and with as many samples.

    Arguments and errors are those of `MNIST`. Source: H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a Novel
    Image Dataset for Benchmarking Machine Learning Algorithms, arXiv:1708.07747, 2017.
    """

    source: ClassVar[str] = "https://github.com/zalandoresearch/fashion-mnist"
    md5: ClassVar[dict[str, str]] = {
        "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
    }
    names: ClassVar[str] = "T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot"
