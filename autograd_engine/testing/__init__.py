"""Test derivatives: `gradcheck` a function, property-test an operation.

gradcheck, gradgradcheck   compare the derivatives of a function with differences of the function
check_op, check_call       everything that must hold for an operator, on drawn or on given arguments
strategies                 hypothesis strategies for shapes, arrays, indices and tensors

`check_op` and the strategies need hypothesis: `pip install "autograd_engine[test]"`.
"""

from .check import check_call, check_op
from .gradcheck import GradcheckError, NotSmoothError, gradcheck, gradgradcheck
from .strategies import arrays, broadcastable_shapes, indices, shapes, tensors

__all__ = [
    "GradcheckError",
    "NotSmoothError",
    "arrays",
    "broadcastable_shapes",
    "check_call",
    "check_op",
    "gradcheck",
    "gradgradcheck",
    "indices",
    "shapes",
    "tensors",
]
