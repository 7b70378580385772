"""Functional transforms, under the names of `torch.func`: from a function, the one that computes its derivatives.

Every transform calls the function on fresh stand-ins of its inputs and runs the backward pass to those. So no
tensor has to require a gradient, no `.grad` changes, and a function can be transformed again.

    vjp, jvp                                products of the Jacobian with vectors
    vhp, hvp                                products of the Hessian with vectors
    grad, value_and_grad, grad_and_value    the gradient of a scalar
    jacobian, hessian                       whole matrices
    vmap                                    a function of one sample, applied to each of a batch
    functional_call                         a module with other parameters
    checkpoint                              no derivative: a call whose graph is recorded when backward needs it

Arguments and results are tensors, or dicts, lists, tuples and named tuples of them, nested to any depth. What
is not a tensor is passed on as it is, and has None in the place of a derivative. NumPy's floating-point scalars and
arrays are not tensors: convert them with `tensor` or `from_numpy`.
"""

from .batched import functional_call, stack_module_state, vmap
from .derivatives import grad, grad_and_value, hessian, jacfwd, jacobian, jacrev, value_and_grad
from .products import hvp, jvp, vhp, vjp
from .recomputation import checkpoint

__all__ = [
    "checkpoint",
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "stack_module_state",
    "value_and_grad",
    "vhp",
    "vjp",
    "vmap",
]
