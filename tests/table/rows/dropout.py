"""Dropout, with a seeded generator: every call draws the same mask, whatever the dtype and the layout.

PyTorch draws other masks, but where everything is dropped it must agree.
"""

from __future__ import annotations

from typing import Any

from autograd_engine.backend.random import Generator
from autograd_engine.ops.network import dropout

from ..operators import Call, Operator, call, ours, real

__all__ = ["ROWS"]


def _row(name: str, *calls: Call) -> Operator:
    function = getattr(dropout, name)

    def seeded(*arguments: Any, **settings: Any) -> Any:
        return function(*arguments, **settings, generator=Generator().manual_seed(1))

    everything = call(calls[0].arguments[0], 1.0, True)
    return Operator(name, seeded, (*calls, everything), torch=f"nn.functional.{name}", of=function)


def _drop(*shape: int, p: float = 0.4, **settings: Any) -> Call:
    return ours(real(*shape), p, True, **settings)


ROWS = (
    _row("dropout", _drop(3, 4), _drop(3, 4, p=0.9), _drop(), _drop(0, 3), ours(real(5), training=True)),
    _row("dropout1d", _drop(2, 3, 4), _drop(3, 4), _drop(0, 3, 2)),
    _row("dropout2d", _drop(2, 3, 2, 2), _drop(2, 3, 4)),
    _row("dropout3d", _drop(2, 3, 1, 2, 2), _drop(2, 1, 2, 2)),
    _row("alpha_dropout", _drop(3, 4), _drop(3, 4, p=0.9), _drop(), _drop(0, 3), ours(real(5), training=True)),
    _row("feature_alpha_dropout", _drop(3, 4, 2), _drop(3, 4), _drop(2, 2, 1, 2)),
)
