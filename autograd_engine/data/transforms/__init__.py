"""Transforms of pictures, with torchvision's names and arguments.

A picture is a tensor of shape (C, H, W), with integers from 0 to 255 or real numbers from 0 to 1, and the result is
a tensor too. A transform also takes a NumPy array of this shape, and returns an array, or a Pillow picture, which
becomes a tensor of integers first. Only `ToTensor` takes arrays of shape (H, W, C), as files have them.

Random transforms draw from the generator that `manual_seed` seeds, and a `DataLoader` gives the same pictures with
and without workers. Source of names, arguments and defaults: torchvision.transforms.
"""

from . import color, convert, geometry
from .color import *
from .convert import *
from .geometry import *
from .picture import pixels

__all__ = ["pixels"]
__all__ += color.__all__
__all__ += convert.__all__
__all__ += geometry.__all__
