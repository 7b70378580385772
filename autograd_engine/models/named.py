"""Named models: `resnet18(num_classes=10)` is `ResNet` with the settings of that name.

A family declares its members one line each, and `named` makes the functions: their signatures, their descriptions,
and the weights that they take from a file. `get_model` finds a member by its name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from .classifier import PictureClassifier
from .weights import Weights, with_weights

__all__ = ["get_model", "list_models"]

M = TypeVar("M", bound=PictureClassifier)
M_co = TypeVar("M_co", bound=PictureClassifier, covariant=True)


class Constructor(Protocol[M_co]):
    """A function that makes a named model."""

    __name__: str

    def __call__(self, *, weights: Weights = None, progress: bool = True, **settings: Any) -> M_co: ...


_MODELS: dict[str, Constructor[Any]] = {}

_DESCRIPTION = """{title}: {family} with {parameters:,} parameters, unless settings change that.

Args:
    weights: the path of a .safetensors or .pth file of a state_dict, or None for new weights. Where the file is one
        for another number of classes, all but the last layer is loaded, and a warning says so. Nothing is ever
        downloaded.
    progress: accepted for programs written for torchvision.
    settings: those of `{family}`, such as `num_classes`, which is by default that of the file, or else {classes}.

Raises:
    FileNotFoundError: there is no such file.
    ValueError: the file is damaged, or a setting is out of range.
    RuntimeError: the file holds another model's weights.
"""


def named(
    name: str, title: str, parameters: int, family: Callable[..., M], *fixed: Any, **settings: Any
) -> Constructor[M]:
    """The function that makes the model `name`: it calls the class `family` with the arguments `fixed`, and with
    `settings` where its caller gives no others."""
    _, *accepted = inspect.signature(family.__init__).parameters.values()
    accepted = accepted[len(fixed) :]
    defaults = {p.name: settings.get(p.name, p.default) for p in accepted}

    def construct(*, weights: Weights = None, progress: bool = True, **given: Any) -> M:
        unknown = [repr(n) for n in given if n not in defaults]
        if unknown:
            raise TypeError(f"{name}() does not take {', '.join(unknown)}; it takes {', '.join(defaults)}")
        return with_weights(family, fixed, {**settings, **given}, weights)

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = inspect.signature(construct).parameters
    construct.__name__ = construct.__qualname__ = name
    construct.__module__ = family.__module__
    construct.__doc__ = _DESCRIPTION.format(
        title=title, parameters=parameters, family=family.__name__, classes=defaults["num_classes"]
    )
    construct.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            own["weights"],
            own["progress"],
            *(p.replace(kind=keyword, default=defaults[p.name]) for p in accepted),
        ],
        return_annotation=family.__name__,
    )
    _MODELS[name] = construct
    return construct


def list_models() -> list[str]:
    """The names of all models, in alphabetical order."""
    return sorted(_MODELS)


def get_model(name: str, **config: Any) -> PictureClassifier:
    """The model of a name: `get_model("resnet18", num_classes=10)` is `resnet18(num_classes=10)`.

    Raises:
        ValueError: there is no such model; the message lists those that there are.
        TypeError: the model does not take one of the arguments.

    Example:
        >>> get_model("lenet5")(ones(2, 1, 32, 32)).shape
        (2, 10)
    """
    if name not in _MODELS:
        raise ValueError(f"there is no model {name!r}; there are {', '.join(list_models())}")
    return _MODELS[name](**config)
