"""Transforms of pictures, with torchvision's names and arguments.

A picture is a tensor of shape (C, H, W), with integers from 0 to 255 or real numbers from 0 to 1; a NumPy array in
this shape gives an array, and a Pillow picture is turned into a tensor of integers first. `ToTensor` alone takes
arrays as files have them, (H, W, C). Random transforms draw from the engine's generator: `manual_seed` repeats
them, and a `DataLoader` gives the same pictures with and without workers.
"""

from .color import ColorJitter, GaussianNoise, PCANoise, RandomErasing
from .convert import Compose, Lambda, Normalize, ToTensor
from .geometry import CenterCrop, Pad, RandomCrop, RandomHorizontalFlip, RandomRotation, RandomVerticalFlip, Resize
from .picture import pixels

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "GaussianNoise",
    "Lambda",
    "Normalize",
    "PCANoise",
    "Pad",
    "RandomCrop",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomVerticalFlip",
    "Resize",
    "ToTensor",
    "pixels",
]
