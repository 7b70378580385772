"""An epoch over a folder of JPEG pictures, with and without workers: reading, augmentation, batches, and
their way to the program.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..case import Case, Task
from ..libraries import ENGINE, Library, named

__all__ = ["CASES", "LOADERS", "make_pictures"]

COUNT, SIDE, BATCH = 2000, 256, 64
"""How many pictures, how many pixels a side, how many in a batch."""

RESIZED, CROPPED = 232, 224
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def make_pictures(folder: Path, count: int, side: int) -> None:
    """Write waves of color with noise as JPEG files, in ten classes."""
    from PIL import Image

    random = np.random.default_rng(0)
    noise = random.normal(0, 10, (side, side, 3)).astype(np.float32)
    line = np.linspace(0, 20, side, dtype=np.float32)[:, None]
    for i in range(count):
        slopes = random.uniform(0, 1, (2, 3)).astype(np.float32)
        colors = 128 + 60 * (np.sin(line * slopes[0])[:, None] + np.sin(line * slopes[1])[None])
        colors += np.roll(noise, i, (0, 1))
        place = folder / f"class {i % 10}"
        place.mkdir(exist_ok=True)
        Image.fromarray(colors.clip(0, 255).astype(np.uint8)).save(place / f"{i}.jpg", quality=90)


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """The pictures, until the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="benchmark-pictures-")
    make_pictures(Path(folder.name), COUNT, SIDE)
    return folder


def engine_loader(library: Library, folder: str, **settings: Any) -> Any:
    """This project's loader of the pictures."""
    data = library.part("data")
    transforms = data.transforms
    changes = transforms.Compose(
        [
            transforms.Resize(RESIZED),
            transforms.RandomCrop(CROPPED),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    return data.DataLoader(data.ImageFolder(folder, changes), **settings)


class TorchPictures:
    """The data set as torchvision reads and changes pictures: by Pillow up to the tensor, then by PyTorch."""

    def __init__(self, torch: Any, folder: str) -> None:
        self.torch = torch
        classes = sorted(place for place in Path(folder).iterdir())
        self.samples = [(str(path), i) for i, place in enumerate(classes) for path in sorted(place.iterdir())]
        self.mean, self.std = (torch.tensor(values).view(-1, 1, 1) for values in (MEAN, STD))

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        from PIL import Image

        torch, (path, target) = self.torch, self.samples[index]
        with open(path, "rb") as file:
            picture = Image.open(file).convert("RGB")
        short = min(picture.size)
        size = (picture.width * RESIZED // short, picture.height * RESIZED // short)
        picture = picture.resize(size, Image.Resampling.BILINEAR)
        top = int(torch.randint(0, picture.height - CROPPED + 1, (1,)).item())
        left = int(torch.randint(0, picture.width - CROPPED + 1, (1,)).item())
        picture = picture.crop((left, top, left + CROPPED, top + CROPPED))
        if torch.rand(1) < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        pixels = torch.from_numpy(np.array(picture, np.uint8)).permute(2, 0, 1).contiguous()
        return pixels.to(torch.float32).div(255).sub_(self.mean).div_(self.std), target


def torch_loader(library: Library, folder: str, **settings: Any) -> Any:
    """PyTorch's loader of the pictures."""
    return library.part("utils.data").DataLoader(TorchPictures(library.module, folder), **settings)


LOADERS: dict[str, Callable[..., Any]] = {ENGINE.key: engine_loader, named("torch").key: torch_loader}


def epoch(loader: Any) -> int:
    """Go once through a loader; returns the number of samples."""
    return sum(len(targets) for _, targets in loader)


def prepared(workers: int) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        if library.key not in LOADERS:
            return None
        make = functools.partial(
            LOADERS[library.key], library, _folder().name, batch_size=BATCH, shuffle=True, num_workers=workers
        )
        return Task(epoch, setup=make)

    return prepare


CASES = tuple(
    Case(
        f"jpegs-{workers}-workers",
        f"{COUNT} JPEG pictures with augmentation, {workers or 'no'} worker{'s' * (workers != 1)}",
        prepared(workers),
        per="picture",
        count=COUNT,
        rounds=5,
        quick_rounds=1,
        budget=40.0,
        targets={"torch": 1.1},
    )
    for workers in (0, 1, 2)
)
