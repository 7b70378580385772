"""Kernels: array operations for which NumPy's own functions are much slower than they need be, by name.

All other operations call NumPy directly. `choice` says how an implementation is chosen.
"""

from .activations import *
from .attention import *
from .choice import use_kernels as use_kernels
from .columns import *
from .convolution import *
from .elements import *
from .layers import *
from .layout import *
from .norms import *
from .order import *
from .places import *
from .products import *
from .recurrence import *
from .scans import *
from .softmaxes import *
from .special import *
from .targets import *
