"""Mixed precision: which operators compute in float16 inside a block of `amp.autocast`, and which in float32.

One table names the operators. While a block is active, each of these functions is exchanged (`exchange`) for one
that brings its tensors to the wanted dtype, and then calls the operator as it was. So no operator knows of mixed
precision, and outside of such blocks it costs nothing. The exchange holds for all threads, and each call looks
whether its own thread is in a block.

Tensors on the CPU stay as they are: NumPy computes float16 many times slower than float32. Raw arrays do too, so
that a backward pass computes in the dtypes that the forward pass saved. The gradient of what was brought to float16
comes back to float32 by the derivative of that conversion.

Source: Micikevicius et al., "Mixed precision training", 2018; PyTorch's lists, "Automatic mixed precision".
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from ..backend.kinds import others
from ..engine.broadcast import cast
from ..engine.graph import Leaf, Value
from ..engine.modes import is_grad_enabled
from .exchange import Layer, lay, lift
from .linear_algebra.products import mapped
from .names import names_in
from .network.recurrence.layers import recurrent

__all__ = ["FLOAT32", "LOWER", "WIDEST", "Mixed", "current", "entered", "left"]

_LOWER = """
    addbmm addmm addmv addr baddbmm bmm chain_matmul conv1d conv2d conv3d conv_transpose1d conv_transpose2d
    conv_transpose3d einsum gru_cell linear lstm_cell matmul mm multi_dot mv prelu rnn_relu_cell rnn_tanh_cell
    scaled_dot_product_attention vecdot
"""
LOWER = frozenset(_LOWER.split())
"""Products of matrices, and what is mostly such: in float16. So are recurrent layers, and GPT's `mapped`."""

_FLOAT32_NAMES = """
    acos asin binary_cross_entropy_with_logits cdist cosh cosine_embedding_loss cosine_similarity
    cross_entropy cumprod cumsum dist erfinv exp expm1 gaussian_nll_loss group_norm hinge_embedding_loss
    huber_loss interpolate kl_div l1_loss layer_norm local_response_norm log log10 log1p log2 log_softmax
    logsumexp margin_ranking_loss matrix_norm mse_loss multi_margin_loss multilabel_margin_loss
    multilabel_soft_margin_loss nll_loss norm normalize pairwise_distance poisson_nll_loss pow prod reciprocal
    renorm rms_norm rsqrt sinh smooth_l1_loss soft_margin_loss softmax softplus sum tan triplet_margin_loss
    vector_norm
"""
FLOAT32 = frozenset(_FLOAT32_NAMES.split())
"""What needs the range or the digits: powers, exponentials, sums, norms and losses."""

_WIDEST = "addcdiv addcmul atan2 bilinear cross dot grid_sample index_put scatter_add tensordot vdot"
WIDEST = frozenset(_WIDEST.split())
"""What takes operands of one dtype: the widest among them."""


class Mixed(NamedTuple):
    """What a block asks for.

    Attributes:
        dtype: the name of the dtype.
        lower: what tensors are brought to; None where they stay as they are.
        kept: for each leaf its conversion, by the number of the leaf, with a weak reference to it; None if none are
            kept.
    """

    dtype: str
    lower: np.dtype[Any] | None
    kept: dict[int, tuple[weakref.ref[Any], Any]] | None


_current: ContextVar[Mixed | None] = ContextVar("autocast", default=None)

current: Callable[[], Mixed | None] = _current.get
"""What the innermost block of this thread asks for; None outside of blocks, and inside of an operator."""

_FLOAT32 = np.dtype(np.float32)
_FLOAT16 = np.dtype(np.float16)


def _each(function: Callable[[Any], Any], given: Any) -> Any:
    """The arguments with a function of each tensor on a device, in lists and tuples too."""
    if isinstance(given, Value):
        return function(given) if given.array.__class__ in others else given
    if type(given) in (list, tuple):
        return type(given)(_each(function, item) for item in given)
    return given


def _lower(dtype: np.dtype[Any], kept: Any, tensor: Any) -> Any:
    """A float32 tensor in the block's dtype; that of a leaf is kept for the next operator."""
    if tensor.array.dtype != _FLOAT32:
        return tensor
    if kept is None or tensor.node.__class__ is not Leaf:
        return cast(tensor, dtype=dtype)
    known = kept.get(id(tensor))
    if known is not None and known[0]() is tensor:
        node = known[1].node
        if (node is not None) == is_grad_enabled() and (node is None or node.parents is not None):
            return known[1]
    made = cast(tensor, dtype=dtype)
    kept[id(tensor)] = weakref.ref(tensor), made
    return made


def _in_lower(mixed: Mixed, given: Any) -> Any:
    assert mixed.lower is not None
    return _each(functools.partial(_lower, mixed.lower, mixed.kept), given)


def _in_float32(mixed: Mixed, given: Any) -> Any:
    return _each(lambda t: cast(t, dtype=_FLOAT32) if t.array.dtype == _FLOAT16 else t, given)


def _in_widest(mixed: Mixed, given: Any) -> Any:
    dtypes: set[np.dtype[Any]] = set()
    _each(lambda t: dtypes.add(t.array.dtype), given)
    return _in_float32(mixed, given) if {_FLOAT32, _FLOAT16} <= dtypes else given


def _mixing(convert: Callable[[Mixed, Any], Any], operator: Callable[..., Any]) -> Callable[..., Any]:
    """The operator, of tensors that `convert` brings to the dtype that it computes in."""

    def mixed(*args: Any, **kwargs: Any) -> Any:
        asked = current()
        if asked is None or asked.lower is None:
            return operator(*args, **kwargs)
        token = _current.set(None)  # what the operator is made of computes in the dtypes that it finds
        try:
            *given, settings = convert(asked, [*args, [*kwargs.values()]])
            return operator(*given, **dict(zip(kwargs, settings, strict=True)))
        finally:
            _current.reset(token)

    return mixed


# ------------------------------------------------------------------------------------------ the block


def _named(name: str) -> Iterator[Any]:
    """The functions that users know under this name, in any place."""
    for place in ("torch", "Tensor", "functional", "linalg", "special"):
        if function := names_in(place).get(name):
            yield function


@functools.cache
def _layers() -> dict[Any, Layer]:
    found = dict.fromkeys((mapped, recurrent), _in_lower)
    for names, convert in ((LOWER, _in_lower), (FLOAT32, _in_float32), (WIDEST, _in_widest)):
        for name in names:
            found |= dict.fromkeys(_named(name), convert)
    return {function: functools.partial(_mixing, convert) for function, convert in found.items()}


_lock = threading.Lock()
_active = 0


def entered(asked: Mixed | None) -> Any:
    """Begin a block; gives what `left` takes."""
    global _active
    if asked is not None and asked.lower is not None:
        with _lock:
            _active += 1
            if _active == 1:
                lay("dtype", _layers().items())
    return asked, _current.set(asked)


def left(state: Any) -> None:
    """End the block that `entered` began."""
    global _active
    asked, token = state
    _current.reset(token)
    if asked is not None and asked.lower is not None:
        with _lock:
            _active -= 1
            if _active == 0:
                lift("dtype")
