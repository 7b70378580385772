"""All layers and losses, in the place where PyTorch has them; `nn` has the same names."""

from .activation import *
from .container import *
from .convolution import *
from .distance import *
from .dropout import *
from .embedding import *
from .flatten import *
from .fold import *
from .lazy import *
from .linear import *
from .loss.classification import *
from .loss.ctc import *
from .loss.margin import *
from .loss.regression import *
from .module import Module as Module
from .multihead import *
from .normalization import *
from .padding import *
from .pooling import *
from .recurrent import *
from .recurrent_cells import *
from .resample import *
from .transformer import *
from .transformer_layers import *
