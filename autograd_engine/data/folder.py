"""Pictures in folders, one subfolder for each class."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..backend.extras import from_extra
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .pictures import TransformedPictures
from .transforms import pixels

__all__ = ["IMG_EXTENSIONS", "ImageFolder", "read_picture"]

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def read_picture(path: str | os.PathLike[str]) -> Tensor:
    """The picture in a file as a tensor (3, H, W) of integers from 0 to 255.

    Raises:
        FileNotFoundError: there is no such file.
        ImportError: Pillow is not installed.
        ValueError: the file is damaged, or no picture, or has more pixels than Pillow's `Image.MAX_IMAGE_PIXELS`,
            some 90 million: a small file can unfold to any size.
    """
    with from_extra("train", "reading pictures needs Pillow"):
        from PIL import Image
    name = os.fspath(path)
    try:
        with Image.open(path) as picture:
            size, most = picture.width * picture.height, Image.MAX_IMAGE_PIXELS
            if most is not None and size > most:
                raise Image.DecompressionBombError(f"{size:,} pixels, but PIL.Image.MAX_IMAGE_PIXELS is {most:,}")
            return from_numpy(pixels(picture.convert("RGB")))
    except (FileNotFoundError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"{name} is too large: {error}") from error
    except Exception as error:  # Pillow's readers raise anything
        raise ValueError(f"{name} is damaged or no picture: {error}") from error


def _files(top: Path) -> list[str]:
    """The files below a folder, sorted within each folder. Each folder is read once, so that links may lead back to
    a folder above them."""
    found: list[tuple[str, list[str]]] = []
    known: set[tuple[int, int]] = set()
    for folder, inner, files in os.walk(top, followlinks=True):
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in known:
            inner.clear()
            continue
        known.add((status.st_dev, status.st_ino))
        inner.sort()
        found.append((folder, files))
    return [os.path.join(folder, file) for folder, files in sorted(found) for file in sorted(files)]


class ImageFolder(TransformedPictures):
    """Pictures in files below `root/class/`. The names of the subfolders, sorted, are the classes.

    Links are followed; a folder that several of them lead to is read once for each class.

    A sample is (picture, class): what `loader` reads, by default a tensor (3, H, W) of integers from 0 to 255, and
    the number of the class. A file is read when its sample is asked for. The attributes `classes` (names),
    `class_to_idx` (name to number), `samples` (path, class) and `targets` (classes) list what was found.

    Args:
        root: the folder with a subfolder for each class.
        transform: applied to the picture of a sample.
        target_transform: applied to the class of a sample.
        loader: reads a picture from a path.
        is_valid_file: tells from a path whether it is a picture; by default, its ending must be in
            `IMG_EXTENSIONS`.
        allow_empty: whether a class may have no pictures.

    Raises:
        FileNotFoundError: there is no such folder, it has no subfolders, or a class has no pictures.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        loader: Callable[[str], Any] = read_picture,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(transform, target_transform)
        self.root = root
        self.loader = loader
        top = Path(root)
        if not top.is_dir():
            raise FileNotFoundError(f"there is no folder {os.fspath(root)!r}")
        self.classes = sorted(entry.name for entry in top.iterdir() if entry.is_dir())
        if not self.classes:
            raise FileNotFoundError(f"{os.fspath(root)!r} has no subfolders: there must be one for each class")
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        valid = is_valid_file or (lambda path: path.lower().endswith(IMG_EXTENSIONS))
        self.samples: list[tuple[str, int]] = []
        empty = []
        for name, number in self.class_to_idx.items():
            found = [(path, number) for path in _files(top / name) if valid(path)]
            self.samples += found
            if not found:
                empty.append(name)
        if empty and not allow_empty:
            raise FileNotFoundError(
                f"{os.fspath(root)!r} has no pictures for the class{'es' * (len(empty) > 1)} {', '.join(empty)}"
                + ("" if is_valid_file else f"; pictures end in {', '.join(IMG_EXTENSIONS)}")
            )
        self.imgs = self.samples
        self.targets = [number for _, number in self.samples]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)
