"""Weights of a model from a file: all of them, or all but the last layer, which other classes need anew."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..nn.utils import skip_init
from ..serialization import load
from ..tensor import Tensor
from .classifier import PictureClassifier

Weights = str | os.PathLike[str] | None

M = TypeVar("M", bound=PictureClassifier)


def with_weights(family: Callable[..., M], fixed: tuple[Any, ...], settings: dict[str, Any], weights: Weights) -> M:
    """`family(*fixed, **settings)`, with the weights in a file if one is given.

    The number of classes is the file's, if it is not among the settings.
    """
    if weights is None:
        return family(*fixed, **settings)
    state = _read(weights)
    model = skip_init(family, *fixed, **settings)
    classes = state.get(f"{model._heads[0]}.weight")
    if "num_classes" not in settings and classes is not None and classes.ndim:
        settings = {**settings, "num_classes": classes.shape[0]}
        model = skip_init(family, *fixed, **settings)
    new, left_out = _compared(model, state)
    if new:
        model = family(*fixed, **settings)  # now with initial values
    own = model.state_dict()
    loaded = {name: value for name, value in state.items() if not _is_inside(name, [*new, *left_out])}
    kept = {
        name: value
        for name, value in own.items()
        if _is_inside(name, new) or (name not in loaded and name.endswith(".num_batches_tracked"))
    }  # files of old versions of PyTorch have no such numbers
    try:
        model.load_state_dict({**kept, **loaded})
    except RuntimeError as error:
        raise RuntimeError(f"{os.fspath(weights)}: {error}") from error
    if new or left_out:
        text = f"{len(loaded)} of the {len(own)} tensors of this {type(model).__name__} were loaded"
        if new:
            text += f"; {_listed(new)} {'is' if len(new) == 1 else 'are'} new"
        if left_out:
            text += f"; {_listed(left_out)} of the file {'was' if len(left_out) == 1 else 'were'} left out"
        warnings.warn(f"{os.fspath(weights)}: {text}", stacklevel=3)
    return model


def _read(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """The state_dict in a file."""
    try:
        state = load(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"weights={os.fspath(path)!r}: there is no such file; weights are the path of a .safetensors or .pth "
            "file of a state_dict, and nothing is downloaded"
        ) from error
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        names = f" of {', '.join(map(str, state))}" if isinstance(state, Mapping) else ""
        raise ValueError(
            f"{os.fspath(path)} holds no state_dict, which has tensors by name, but a {type(state).__name__}{names}"
            "; take the state_dict out of it with load(), and give it to load_state_dict() of the model"
        )
    return dict(state)


def _compared(model: PictureClassifier, state: Mapping[str, Tensor]) -> tuple[dict[str, str], dict[str, str]]:
    """The parts of the model that the file does not have, or not in these shapes, and the parts that only the file
    has, each with the reason. A part is named by its dotted name."""
    own = model.state_dict()
    new, left_out = {}, {}
    for part in model._extras:
        here, there = (any(_is_inside(name, [part]) for name in names) for names in (own, state))
        if here and not there:
            new[part] = "which the file does not have"
        elif there and not here:
            left_out[part] = "which the model does not have"
    for part in model._heads:
        for name, value in own.items():
            if _is_inside(name, [part]) and not _is_inside(name, new):
                if name not in state:
                    new[part] = "which the file does not have"
                elif state[name].shape != value.shape:
                    new[part] = f"since {name} has shape {state[name].shape} in the file and {value.shape} here"
    return new, left_out


def _is_inside(name: str, parts: Any) -> bool:
    return any(name.startswith(f"{part}.") for part in parts)


def _listed(parts: Mapping[str, str]) -> str:
    return ", ".join(f"{part} ({why})" for part, why in parts.items())
