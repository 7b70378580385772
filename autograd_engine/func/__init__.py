"""Under the names of `torch.func`: from a function make the one that computes its derivatives."""

from .checkpoint import checkpoint
from .transforms import grad, grad_and_value, hessian, hvp, jacobian, jacrev, jvp, value_and_grad, vhp, vjp

__all__ = [
    "checkpoint",
    "grad",
    "grad_and_value",
    "hessian",
    "hvp",
    "jacobian",
    "jacrev",
    "jvp",
    "value_and_grad",
    "vhp",
    "vjp",
]
