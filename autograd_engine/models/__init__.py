"""Named networks: perceptrons, and networks that classify pictures, under torchvision's names where it has them.

`resnet20(num_classes=10)` makes one, `list_models()` lists them, `get_model(name)` finds one by its name.
"""

from . import blocks, lenet, mlp, named, residual, residual_cifar
from .blocks import *
from .lenet import *
from .mlp import *
from .named import *
from .residual import *
from .residual_cifar import *

__all__: list[str] = []
__all__ += blocks.__all__
__all__ += lenet.__all__
__all__ += mlp.__all__
__all__ += named.__all__
__all__ += residual.__all__
__all__ += residual_cifar.__all__
