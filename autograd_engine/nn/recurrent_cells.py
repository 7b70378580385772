"""Single steps of recurrent layers, for programs that go through a sequence themselves."""

from __future__ import annotations

import math
from typing import Any

from ..ops.network.recurrence import functions
from ..ops.shape import squeeze, unsqueeze
from ..tensor import Tensor
from ..tensor.creation import empty
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


def check_sizes(name: str, **sizes: Any) -> None:
    """Refuse a size of the layer of this name that is no positive whole number."""
    for what, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"{name}: {what} must be a whole number, not a {type(size).__name__}")
        if size < 1:
            raise ValueError(f"{name}: {what} must be positive, not {size}")


class RNNCellBase(Module):
    """What single steps share: weight_ih (gates x hidden, in), weight_hh (gates x hidden, hidden), and two biases.

    All start uniform on [-k, k] with k = 1 / sqrt(hidden_size).

    Args:
        input_size, hidden_size: the sizes of the input and of the state.
        bias: whether there are biases.
        num_chunks: how many gates there are.

    Raises:
        TypeError, ValueError: a size is no positive whole number.
    """

    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        check_sizes(type(self).__name__, input_size=input_size, hidden_size=hidden_size)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty(rows, input_size, device=device, dtype=dtype))
        self.weight_hh = Parameter(empty(rows, hidden_size, device=device, dtype=dtype))
        self.bias_ih = Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
        self.bias_hh = Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _step(self, function: Any, input: Any, hx: Any) -> Any:
        """`function` of the input, the state and the weights; of one sequence without a batch too."""
        single = len(input.shape) == 1
        if single:
            input = unsqueeze(input, 0)
            if hx is not None:
                hx = tuple(unsqueeze(s, 0) for s in hx) if isinstance(hx, (tuple, list)) else unsqueeze(hx, 0)
        out = function(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        if not single:
            return out
        return tuple(squeeze(s, 0) for s in out) if isinstance(out, tuple) else squeeze(out, 0)

    def extra_repr(self) -> str:
        """The sizes, and the settings that differ from their defaults."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        return 2 * (self.weight_ih.numel() + self.weight_hh.numel()) * math.prod(inputs[0].shape[:-1])


class RNNCell(RNNCellBase):
    """One step of an `RNN`: tanh(x W_ih^T + b_ih + h W_hh^T + b_hh).

    Shapes: input (N, input_size) and h (N, hidden_size), or 0 if left out; also without N. -> (N, hidden_size).

    Args:
        bias: whether there are biases.
        nonlinearity: "tanh" or "relu".

    Raises:
        TypeError, ValueError: a setting, or the size or dtype of the input or the state, does not fit.

    Example:
        >>> RNNCell(3, 5)(ones(2, 3)).shape
        (2, 5)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNNCell: nonlinearity must be 'tanh' or 'relu', not {nonlinearity!r}")
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Tensor:
        """The next state."""
        function = functions.rnn_tanh_cell if self.nonlinearity == "tanh" else functions.rnn_relu_cell
        next_state: Tensor = self._step(function, input, hx)
        return next_state

    def extra_repr(self) -> str:
        """The sizes, and the settings that differ from their defaults."""
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class LSTMCell(RNNCellBase):
    """One step of an `LSTM`.

    Shapes: input (N, input_size), and a pair (h, c) of (N, hidden_size), or 0 if left out; also without N. -> such
    a pair.

    Args:
        bias: whether there are biases.

    Raises:
        TypeError, ValueError: the size or dtype of the input or the state does not fit.

    Example:
        >>> cell = LSTMCell(3, 5)
        >>> h, c = cell(ones(2, 3))
        >>> h, c = cell(ones(2, 3), (h, c))
        >>> h.shape
        (2, 5)
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Any, hx: tuple[Any, Any] | None = None) -> tuple[Tensor, Tensor]:
        """The next state."""
        h, c = self._step(functions.lstm_cell, input, hx)
        return h, c


class GRUCell(RNNCellBase):
    """One step of a `GRU`.

    Shapes: input (N, input_size) and h (N, hidden_size), or 0 if left out; also without N. -> (N, hidden_size).

    Args:
        bias: whether there are biases.

    Raises:
        TypeError, ValueError: the size or dtype of the input or the state does not fit.

    Example:
        >>> GRUCell(3, 5)(ones(2, 3)).shape
        (2, 5)
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> Tensor:
        """The next state."""
        next_state: Tensor = self._step(functions.gru_cell, input, hx)
        return next_state
