"""Inputs: what a model is shown. Features come as the source has scaled them; pictures are brought to the model's
size and, in training, changed at random.

A picture keeps its proportions: its shorter side gets the size, and the middle of the longer one is cut out.
"""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..data import Dataset, TensorDataset
from ..data.pictures import PictureSet, TransformedPictures
from ..data.transforms import CenterCrop, Compose, RandomCrop, RandomHorizontalFlip, RandomRotation, Resize
from ..data.transforms.picture import Transform
from .folder import UserError
from .settings import OF_PERCEPTRONS, PERCEPTRON, SIZES, Settings, network_settings
from .task import Task

__all__ = ["Inputs", "Preparation", "prepared_for"]

_MOST_IN_MEMORY = 2**28
"""The most bytes of prepared pictures that are kept in memory; more are prepared whenever they are needed."""

_MIDDLE, _SPREAD = 0.5, 0.25
"""What a network with convolutions takes off a pixel from 0 to 1, and divides it by."""


@dataclass
class _Fit(Transform):
    """Brings pictures to a size (height, width)."""

    size: tuple[int, int]

    def apply(self, x: Any) -> Any:
        """The pictures (..., C, height, width)."""
        height, width = x.shape[-2:]
        if (height, width) == self.size:
            return x
        scale = max(self.size[0] / height, self.size[1] / width)
        covering = [max(s, round(scale * old)) for s, old in zip(self.size, (height, width), strict=True)]
        return CenterCrop(self.size).apply(Resize(covering).apply(x))


@dataclass
class _Finish(Transform):
    """Makes a model's inputs of pictures of its size: numbers from 0 to 1, in its channels; in a row for a
    perceptron, and otherwise centered."""

    channels: int
    flat: bool

    def apply(self, x: Any) -> Any:
        """The inputs (..., C, H, W), or (..., C * H * W)."""
        x = np.clip(x, 0, 1) if x.dtype.kind == "f" else x.astype(np.float32) / 255
        if x.shape[-3] > self.channels:
            x = x.mean(-3, keepdims=True)
        elif x.shape[-3] < self.channels:
            x = np.repeat(x, self.channels, -3)
        if self.flat:
            return x.reshape(*x.shape[:-3], -1)
        return (x - x.dtype.type(_MIDDLE)) / x.dtype.type(_SPREAD)


class Preparation:
    """How pictures become inputs of the model of a run.

    Args:
        config: the settings of the run and the shape of its pictures.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        channels, *size = [1] * (3 - len(config["picture"])) + config["picture"]
        self.fit = _Fit((size[0], size[1]))
        self.finish = _Finish(channels, config["model"] == PERCEPTRON)
        self.changes: list[Transform] = []
        if config["crop"]:
            self.changes.append(RandomCrop(self.fit.size, config["crop"]))
        if config["flip"]:
            self.changes.append(RandomHorizontalFlip())
        if config["rotation"]:
            self.changes.append(RandomRotation(config["rotation"], "bilinear"))

    def __call__(self, picture: Any) -> Any:
        """The input for a picture (C, H, W)."""
        return self.finish(self.fit(picture))

    def dataset(self, pictures: TransformedPictures, changed: bool) -> Dataset[Any]:
        """The inputs of a data set, with random changes or without. What is in memory is brought to size once."""
        changes = self.changes if changed else []
        if not isinstance(pictures, PictureSet):
            prepared = copy.copy(pictures)
            prepared.transform = Compose([self.fit, *changes, self.finish])
            return prepared
        fitted = self.fit(pictures.data if pictures.data.ndim == 4 else pictures.data[:, None])
        if changes or fitted.numel() * 4 > _MOST_IN_MEMORY:
            return PictureSet(fitted, pictures.targets, pictures.classes, Compose([*changes, self.finish]))
        return TensorDataset(self.finish(fitted), pictures.targets)


def prepared_for(settings: Settings, source: Task) -> Settings:
    """The settings, with what suits the data where the user left the choice.

    Raises:
        UserError: a setting does not go with the model or the data.
    """
    perceptron, pictures = settings.model == PERCEPTRON, source.pictures
    changes: dict[str, Any] = {"size": None, "flip": False, "crop": 0, "rotation": 0.0}
    if pictures is None:
        if not perceptron:
            raise UserError(f"the model {settings.model} takes pictures, and {source.name} has none: --model mlp")
        asked = [name for name in changes if getattr(settings, name) not in (None, False, 0)]
        if asked:
            raise UserError(f"--{asked[0]} is for pictures, and {source.name} has none")
        return replace(settings, **changes)
    if not perceptron:
        asked = [name for name in OF_PERCEPTRONS if getattr(settings, name) is not None]
        if asked:
            raise UserError(f"--{asked[0]} goes with --model mlp: {settings.model} is as its paper describes it")
        changes |= pictures.changes
    if not perceptron or pictures.side is None:
        changes["size"] = SIZES.get(settings.model, 224)
    chosen = {name: getattr(settings, name) for name in changes if getattr(settings, name) is not None}
    return replace(settings, **{**changes, **chosen})


class Inputs:
    """The data of a run as inputs of its model.

    Args:
        source: where the samples come from.
        settings: those of the run.

    Attributes:
        shape: the entries of config.json that say how raw samples become inputs: "offset", "unit", "picture".
        features: how many numbers an input has.
    """

    def __init__(self, source: Task, settings: Settings) -> None:
        self.source = source
        self.preparation: Preparation | None = None
        if source.pictures is None:
            self.features = source.train.tensors[0].shape[1]
            scale = source.scale
            assert scale is not None
            self.shape: dict[str, Any] = {"offset": scale.offset, "unit": scale.unit, "picture": None}
            return
        pictures, perceptron = source.pictures, settings.model == PERCEPTRON
        side = (settings.size, settings.size) if settings.size else pictures.side
        assert side is not None
        height, width = side
        chosen = perceptron or "in_channels" in network_settings(settings.model, pictures.channels)
        channels = pictures.channels if chosen else 3
        self.features = channels * height * width
        if perceptron:
            offset, unit = [0.0] * self.features, [pictures.ink] * self.features
        else:
            offset, unit = [_MIDDLE] * channels, [_SPREAD] * channels
        short = perceptron and channels == 1
        picture = [height, width] if short else [channels, height, width]
        self.shape = {"offset": offset, "unit": unit, "picture": picture}
        config = {name: getattr(settings, name) for name in ("model", "crop", "flip", "rotation")}
        self.preparation = Preparation({**config, **self.shape})

    def workers(self, asked: int | None) -> int:
        """How many worker processes read the data, unless the user asked for a number: they pay where each picture
        is a file."""
        if asked is not None:
            return asked
        files = self.source.pictures is not None and self.source.pictures.side is None
        return min(4, (os.cpu_count() or 1) // 2) if files else 0

    def train(self, changed: bool = True) -> Any:
        """The training set, with random changes or without."""
        return self._of(self.source.train, changed)

    def test(self) -> Any:
        """The test set."""
        return self._of(self.source.test, False)

    def _of(self, samples: Any, changed: bool) -> Any:
        return samples if self.preparation is None else self.preparation.dataset(samples, changed)

    def check_same(self, config: dict[str, Any]) -> None:
        """Check that these are the data that a run was trained on.

        Raises:
            UserError: they have other classes or features, or the features are scaled by other numbers.
        """
        features = config["sizes"][0] if config["sizes"] else self.features
        same = [features, config["classes"], config["picture"]] == [
            self.features,
            self.source.classes,
            self.shape["picture"],
        ] and all(
            np.allclose(
                config[name], self.shape[name], rtol=1e-6, atol=0
            )  # sums may differ from machine to machine
            for name in ("offset", "unit")
        )
        if not same:
            raise UserError(
                f"the data {config['data']} are not those that the run was trained on: they have other features, "
                "classes or ranges than its config.json; train a new run"
            )
