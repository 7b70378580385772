"""Tools to test derivatives and operators, for this project's own operators and for yours.

gradcheck, gradgradcheck        compare first and second derivatives with finite differences
check_call                      checks all that must hold for one call of an operator
assert_close                    compares two results
check_op                        the same for many calls, whose arguments hypothesis draws
shapes, broadcastable_shapes, arrays, tensors, indices
                                hypothesis strategies that draw arguments
GradcheckError, NotSmoothError  what the checks raise

`check_op` and the strategies need hypothesis: `pip install "autograd_engine[test]"`.
"""

from .check import check_call, check_op
from .closeness import assert_close
from .gradcheck import GradcheckError, NotSmoothError, gradcheck, gradgradcheck
from .strategies import arrays, broadcastable_shapes, indices, shapes, tensors

__all__ = [
    "GradcheckError",
    "NotSmoothError",
    "arrays",
    "assert_close",
    "broadcastable_shapes",
    "check_call",
    "check_op",
    "gradcheck",
    "gradgradcheck",
    "indices",
    "shapes",
    "tensors",
]
