"""Recurrent layers: a state that each element of a sequence changes, and the weights are the same at every step."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, overload

from ..ops.gather import index_select
from ..ops.network.recurrence.layers import KINDS, recurrent
from ..ops.shape import _reshape, squeeze, transpose, unsqueeze
from ..tensor import Tensor
from ..tensor.creation import empty
from . import init
from .module import Module
from .parameter import Parameter
from .recurrent_cells import check_sizes
from .utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "MinimalGRU", "RNNBase"]


class RNNBase(Module):
    """What recurrent layers share: parameters, and sequences padded, packed, or one without a batch.

    For layer k there are the parameters weight_ih_lk (gates x hidden, in), weight_hh_lk (gates x hidden, hidden),
    and the biases bias_ih_lk and bias_hh_lk (gates x hidden); with `proj_size` also weight_hr_lk (proj_size,
    hidden). The other direction's end in `_reverse`. All start uniform on [-k, k] with k = 1 / sqrt(hidden_size).

    Args:
        mode: "RNN_TANH", "RNN_RELU", "LSTM" or "GRU".
        input_size, hidden_size: the sizes of an element of the sequence, and of the state.
        num_layers: how many layers; each takes the outputs of the one before.
        bias: whether there are biases.
        batch_first: whether inputs and outputs are (N, T, size) rather than (T, N, size). States stay as they are.
        dropout: the probability to drop an output of a layer, but for the last, in training.
        bidirectional: whether each layer also goes through the sequences from their ends, and gives both results,
            side by side.
        proj_size: of an LSTM, the size to which its outputs are projected; 0 does not.

    Raises:
        TypeError, ValueError: a size or setting is not what it has to be.

    Warns:
        UserWarning: there is a `dropout`, and only one layer.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        check_sizes(name, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        for what, value in (("bias", bias), ("batch_first", batch_first)):
            if not isinstance(value, bool):
                raise TypeError(f"{name}: {what} must be True or False, not {value!r}")
        if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
            raise ValueError(f"{name}: dropout must be a probability between 0 and 1, not {dropout!r}")
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                f"{name}: dropout={dropout} drops outputs between layers, and there is one layer only; nothing is "
                "dropped",
                stacklevel=3,
            )
        if mode not in KINDS:
            raise ValueError(f"{name}: mode must be one of {', '.join(KINDS)}, not {mode!r}")
        if not 0 <= proj_size < hidden_size or (proj_size and mode != "LSTM"):
            raise ValueError(
                f"{name}: proj_size must be 0, or of an LSTM less than hidden_size={hidden_size}, not {proj_size}"
            )
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._all_weights: list[list[str]] = []
        rows, out = KINDS[mode].gates * hidden_size, proj_size or hidden_size
        for layer in range(num_layers):
            size = input_size if layer == 0 else out * (1 + bidirectional)
            shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, size), "weight_hh": (rows, out)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for ending in ("", "_reverse")[: 1 + bidirectional]:
                for what, shape in shapes.items():
                    setattr(self, f"{what}_l{layer}{ending}", Parameter(empty(*shape, device=device, dtype=dtype)))
                self._all_weights.append([f"{what}_l{layer}{ending}" for what in shapes])
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Do nothing: PyTorch brings the parameters into one block of a GPU's memory."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def _states(self, rows: Any, sizes: tuple[int, ...], hx: Sequence[Any] | None) -> tuple[Tensor, list[Tensor]]:
        """The outputs as rows, and the final states."""
        params = [getattr(self, name) for names in self._all_weights for name in names]
        return recurrent(
            KINDS[self.mode],
            type(self).__name__,
            rows,
            sizes,
            hx,
            params,
            self.bias,
            self.num_layers,
            self.dropout,
            self.training,
            self.bidirectional,
        )

    def _packed(self, input: PackedSequence, hx: Sequence[Any] | None) -> tuple[PackedSequence, list[Tensor]]:
        data, batch_sizes, order, inverse = input
        if len(data.shape) != 2:
            raise ValueError(
                f"{type(self).__name__}: expected packed sequences of vectors, got data of shape "
                f"{tuple(data.shape)}"
            )
        if hx is not None and order is not None:
            hx = [index_select(state, 1, order) for state in hx]
        out, finals = self._states(data, tuple(batch_sizes.tolist()), hx)
        if inverse is not None:
            finals = [index_select(state, 1, inverse) for state in finals]
        return PackedSequence(out, batch_sizes, order, inverse), finals

    def _run(self, input: Any, hx: Sequence[Any] | None) -> tuple[Any, list[Tensor]]:
        """The outputs, and the final states, of sequences of any kind."""
        if isinstance(input, PackedSequence):
            return self._packed(input, hx)
        ndim = len(input.shape)
        if ndim not in (2, 3):
            raise ValueError(
                f"{type(self).__name__}: expected an input of 3 dimensions, or of 2 for one sequence without a "
                f"batch, got shape {tuple(input.shape)}"
            )
        if hx is not None and any(len(state.shape) != ndim for state in hx):
            shapes = " and ".join(str(tuple(state.shape)) for state in hx)
            raise ValueError(
                f"{type(self).__name__}: for an input of {ndim} dimensions states need {ndim} too, got {shapes}"
            )
        single = ndim == 2
        if single:
            input, hx = unsqueeze(input, 1), None if hx is None else [unsqueeze(state, 1) for state in hx]
        elif self.batch_first:
            input = transpose(input, 0, 1)
        length, batch, size = input.shape
        rows, finals = self._states(_reshape(input, shape=(length * batch, size)), (batch,) * length, hx)
        if single:
            return rows, [squeeze(state, 1) for state in finals]
        out = _reshape(rows, shape=(length, batch, rows.shape[1]))
        return transpose(out, 0, 1) if self.batch_first else out, finals

    def extra_repr(self) -> str:
        """The sizes, and the settings that differ from their defaults."""
        defaults = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
        }
        told = [f"{n}={getattr(self, n)}" for n, default in defaults.items() if getattr(self, n) != default]
        return ", ".join([str(self.input_size), str(self.hidden_size), *told])

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        data = inputs[0].data if isinstance(inputs[0], PackedSequence) else inputs[0]
        matrices = [p.numel() for names in self._all_weights for p in map(self.get_parameter, names) if p.ndim == 2]
        return 2 * sum(matrices) * math.prod(data.shape[:-1])


class _OneState(RNNBase):
    """A layer whose state is one vector."""

    @overload
    def forward(self, input: PackedSequence, hx: Any = None) -> tuple[PackedSequence, Tensor]: ...

    @overload
    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Tensor]: ...

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Tensor]:
        """The outputs of the last layer at each step, and the final states of all layers."""
        out, (last,) = self._run(input, None if hx is None else (hx,))
        return out, last


class RNN(_OneState):
    """h_t = tanh(x_t W_ih^T + b_ih + h_(t-1) W_hh^T + b_hh), for each layer and direction.

    Shapes: input (T, N, input_size), (N, T, input_size) with `batch_first`, (T, input_size) without a batch, or a
    `PackedSequence`; h_0 (layers x directions, N, hidden_size), 0 if left out. -> the outputs of the last layer,
    (T, N, directions x hidden_size), and h_n, as h_0.

    Args:
        nonlinearity: "tanh" or "relu".
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: as for `RNNBase`.

    Raises:
        TypeError, ValueError: a setting, or the size or dtype of an input or a state, does not fit.

    Example:
        >>> out, last = RNN(3, 5, num_layers=2)(ones(7, 2, 3))
        >>> out.shape, last.shape
        ((7, 2, 5), (2, 2, 5))

    Source: Elman, "Finding structure in time", 1990.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNN: nonlinearity must be 'tanh' or 'relu', not {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        super().__init__(
            f"RNN_{nonlinearity.upper()}",
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype,
        )  # fmt: skip


class LSTM(RNNBase):
    """Long short-term memory: gates i, f, o = sigmoid(...) and u = tanh(...) of x_t and h_(t-1), each with weights
    of its own, in the order i, f, u, o; then c_t = f c_(t-1) + i u, and h_t = o tanh(c_t).

    Shapes: as for `RNN`, but the state is a pair (h, c). With `proj_size`, outputs and h have that size.

    Args:
        proj_size: the size P of the projection h_t = (o tanh(c_t)) W_hr^T; 0 for none.
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: as for `RNNBase`.

    Raises:
        TypeError, ValueError: a setting, or the size or dtype of an input or a state, does not fit.

    Example:
        >>> lstm = LSTM(3, 5)
        >>> out, (h, c) = lstm(ones(7, 2, 3))
        >>> out.shape, h.shape, c.shape
        ((7, 2, 5), (1, 2, 5), (1, 2, 5))
        >>> out, state = lstm(ones(1, 2, 3), (h.detach(), c.detach()))  # goes on, and the gradient ends here

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers et al., "Learning to forget", 2000;
    the projection: Sak et al., 2014.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size,
            device, dtype,
        )  # fmt: skip

    @overload
    def forward(
        self, input: PackedSequence, hx: tuple[Any, Any] | None = None
    ) -> tuple[PackedSequence, tuple[Tensor, Tensor]]: ...

    @overload
    def forward(self, input: Tensor, hx: tuple[Any, Any] | None = None) -> tuple[Tensor, tuple[Tensor, Tensor]]: ...

    def forward(self, input: Any, hx: tuple[Any, Any] | None = None) -> tuple[Any, tuple[Tensor, Tensor]]:
        """The outputs of the last layer at each step, and the final states h and c of all layers."""
        if hx is not None and (not isinstance(hx, (tuple, list)) or len(hx) != 2):
            raise TypeError("LSTM: the initial state must be a pair of tensors (h_0, c_0)")
        out, (h, c) = self._run(input, hx)
        return out, (h, c)


class GRU(_OneState):
    """Gated recurrent units: r, z = sigmoid(...) of x_t and h_(t-1), each with weights of its own, and
    n = tanh(x_t W^T + b + r (h_(t-1) U^T + c)), in the order r, z, n; then h_t = (1 - z) n + z h_(t-1).
    In books where h_t = z n + (1 - z) h_(t-1), the weights of z are the negated ones.

    Shapes: as for `RNN`.

    Args:
        reset_after: False for the formula of the paper and of textbooks, in which PyTorch has no layer, and which
            is slower: n = tanh(x_t W^T + b + (r h_(t-1)) U^T + c).
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: as for `RNNBase`.

    Raises:
        TypeError, ValueError: a setting, or the size or dtype of an input or a state, does not fit.

    Example:
        >>> out, last = GRU(3, 5, bidirectional=True, batch_first=True)(ones(2, 7, 3))
        >>> out.shape, last.shape
        ((2, 7, 10), (2, 2, 5))

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        reset_after: bool = True,
    ) -> None:
        self.reset_after = reset_after
        super().__init__(
            "GRU" if reset_after else "GRU_EARLY_RESET",
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype,
        )  # fmt: skip

    def extra_repr(self) -> str:
        """The sizes, and the settings that differ from their defaults."""
        return super().extra_repr() + ("" if self.reset_after else ", reset_after=False")


class MinimalGRU(_OneState):
    """A GRU with one gate: f = sigmoid(...) of x_t and h_(t-1), n = tanh(x_t W^T + b + (f h_(t-1)) U^T + c), with
    the weights in the order f, n; then h_t = (1 - f) h_(t-1) + f n.

    Shapes: as for `RNN`.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: as for `RNNBase`.

    Raises:
        TypeError, ValueError: a setting, or the size or dtype of an input or a state, does not fit.

    Example:
        >>> out, last = MinimalGRU(3, 5)(ones(7, 2, 3))
        >>> out.shape, last.shape
        ((7, 2, 5), (1, 2, 5))

    Source: Zhou, Wu, Zhang and Zhou, "Minimal gated unit for recurrent neural networks", 2016.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "MGU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype,
        )  # fmt: skip
