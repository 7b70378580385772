"""What a model makes of its inputs on the way: the results of its layers, as points that lie near or far apart.

Each function returns numbers; `plot_activations`, `plot_neighbors` and `plot_embedding` draw them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ..backend.extras import from_extra
from ..engine.graph import raw
from ..engine.modes import no_grad
from ..nn import Module
from ..ops.linear_algebra.distances import cdist
from ..ops.shape import cat
from ..ops.sort import topk
from ..tensor import Tensor
from ..tensor.creation import as_tensor
from .watching import watching

__all__ = ["Neighbors", "activations", "features", "nearest_neighbors", "tsne"]


def activations(model: Module, inputs: Any, layers: Iterable[str] | None = None) -> dict[str, Tensor]:
    """What the layers of a model put out for these inputs, by the layers' dotted names, in order of calls.

    A layer that is called several times has an entry for each call: "pool", "pool (call 2)", and so on. The values
    are copies: a later layer that works in place does not change them.

    Args:
        model: is called once, in evaluation mode and without recording, and is afterwards what it was.
        inputs: the argument to call it with.
        layers: the names of modules; by default all that have no modules inside. "" is the model itself.

    Raises:
        TypeError: `model` is not a module.
        AttributeError: there is no module of a name.
        ValueError: a layer was not called, or its result is no tensor.

    Example:
        >>> seen = activations(ag.models.lenet5(), zeros(1, 1, 32, 32), ["conv1", "pool", "fc2"])
        >>> {name: values.shape for name, values in seen.items()}
        {'conv1': (1, 6, 28, 28), 'pool': (1, 6, 14, 14), 'pool (call 2)': (1, 16, 5, 5), 'fc2': (1, 84)}
    """
    seen: dict[str, Tensor] = {}
    calls: dict[Module, int] = {}

    def note(module: Module, args: Any, output: Any) -> None:
        name = names.get(module)
        if name is not None and isinstance(output, Tensor):
            calls[module] = calls.get(module, 0) + 1
            seen[name if calls[module] == 1 else f"{name} (call {calls[module]})"] = output.detach().clone()

    with watching(model, note), no_grad():
        if layers is None:
            names = {m: name for name, m in model.named_modules() if not any(True for _ in m.children())}
        else:
            names = {model.get_submodule(name): name for name in layers}
        model(inputs)
    missing = [name for module, name in names.items() if module not in calls]
    if layers is not None and missing:
        raise ValueError(f"activations: the model did not call {', '.join(missing)}, or the result is no tensor")
    return seen


def features(model: Module, inputs: Any, layer: str, batch_size: int = 256) -> Tensor:
    """What one layer puts out for each of many inputs, as points of a space: (N, D).

    Args:
        model: is called with some inputs at a time, as by `activations`.
        inputs: any number N of inputs.
        layer: the dotted name of a module, usually the last but one; of several calls the last counts.
        batch_size: how many inputs the model gets at once.

    Raises:
        TypeError: `model` is not a module.
        AttributeError: there is no such module.
        ValueError: it was not called, its result is no tensor, or there are no inputs.

    Example:
        >>> features(ag.models.lenet5(), zeros(3, 1, 32, 32), "conv2").shape
        (3, 1600)
    """
    if not len(inputs):
        raise ValueError("features: there are no inputs")
    starts = range(0, len(inputs), batch_size)
    parts = [[*activations(model, inputs[i : i + batch_size], [layer]).values()][-1] for i in starts]
    return cat([part.flatten(1) for part in parts])


class Neighbors(NamedTuple):
    """The nearest points to each of Q queries, the nearest first: Euclidean distances and places, (Q, k) each."""

    distances: Tensor
    indices: Tensor


def nearest_neighbors(points: Any, queries: Any, k: int = 5) -> Neighbors:
    """The k points that lie nearest to each query.

    Pictures that a network takes for alike have features near each other, though their pixels may differ much.

    Args:
        points: (N, D), such as the `features` of a training set.
        queries: (Q, D), the features of other inputs.
        k: how many neighbors of each are wanted.

    Raises:
        ValueError: the shapes do not fit, or there are fewer points than k.

    Example:
        >>> nearest_neighbors([[0.0, 0.0], [3.0, 4.0], [1.0, 0.0]], [[0.0, 0.0]], k=2)
        Neighbors(distances=tensor([[0., 1.]]), indices=tensor([[0, 2]]))

    Source: Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural networks, 2012.
    """
    points, queries = as_tensor(points).detach(), as_tensor(queries).detach()
    if points.ndim != 2 or queries.ndim != 2 or points.shape[1] != queries.shape[1] or not 1 <= k <= len(points):
        raise ValueError(
            f"nearest_neighbors: expected points (N, D), queries (Q, D) and k from 1 to N, got {points.shape}, "
            f"{queries.shape} and {k}"
        )
    return Neighbors(*topk(cdist(queries, points), k, largest=False))


def tsne(points: Any, *, perplexity: float = 30.0, seed: int = 0) -> Tensor:
    """Points of a space of many dimensions laid out in the plane, so that near ones stay near (t-SNE).

    Distances between groups, and their sizes, mean nothing in such a picture.

    Args:
        points: (N, D), such as `features`.
        perplexity: about how many neighbors of each point shall stay near; it must be below N.
        seed: for the random part; the layout starts from the first two principal components.

    Shapes: the result is (N, 2).

    Raises:
        ValueError: the points are not (N, D), or no more than `perplexity`.
        ImportError: scikit-learn is not installed.

    Example:
        >>> tsne(randn(20, 5), perplexity=5).shape
        (20, 2)

    Source: van der Maaten and Hinton, Visualizing data using t-SNE, 2008; scikit-learn's `TSNE`.
    """
    array = np.asarray(raw(points))
    if array.ndim != 2 or not 0 < perplexity < len(array):
        raise ValueError(
            f"tsne: expected points (N, D) and a perplexity below N, got shape {array.shape} and {perplexity}"
        )
    with from_extra("train", "t-SNE needs scikit-learn"):
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits
    with threadpool_limits(1, "openmp"):  # several threads add in another order every time
        return as_tensor(TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(array))
