"""Networks: perceptrons, language models, and networks that classify pictures, under torchvision's names where it
has them.

`resnet20(num_classes=10)` makes one, `list_models()` lists them, `get_model(name)` finds one by its name.
"""

from . import (
    blocks,
    fractalnet,
    gpt,
    inception1,
    inception4,
    lenet,
    mlp,
    mobilenetv2,
    named,
    recurrent_lm,
    residual,
    residual_cifar,
    resnet,
    sampling,
    towers,
    vgg,
    writing,
)
from .blocks import *
from .fractalnet import *
from .gpt import *
from .inception1 import *
from .inception4 import *
from .lenet import *
from .mlp import *
from .mobilenetv2 import *
from .named import *
from .recurrent_lm import *
from .residual import *
from .residual_cifar import *
from .resnet import *
from .sampling import *
from .towers import *
from .vgg import *
from .writing import *

__all__: list[str] = []
__all__ += blocks.__all__
__all__ += fractalnet.__all__
__all__ += gpt.__all__
__all__ += inception1.__all__
__all__ += inception4.__all__
__all__ += lenet.__all__
__all__ += mlp.__all__
__all__ += mobilenetv2.__all__
__all__ += named.__all__
__all__ += recurrent_lm.__all__
__all__ += residual.__all__
__all__ += residual_cifar.__all__
__all__ += resnet.__all__
__all__ += sampling.__all__
__all__ += towers.__all__
__all__ += vgg.__all__
__all__ += writing.__all__
