"""Which parts of a picture speak for a class: maps that a classifier's derivatives, or what it says of changed
pictures, give.

Each function takes a model, inputs (N, C, ...) and the classes to explain, and returns a map for each input, as
numbers; `plot_maps` draws them. The model is in evaluation mode meanwhile, and is afterwards what it was: modes,
hooks and `.grad` of its parameters.
"""

from __future__ import annotations

import itertools
from typing import Any

from ..engine.backward import grad
from ..engine.modes import enable_grad, no_grad
from ..engine.order import reverse_topological
from ..nn import Module
from ..nn import functional as F
from ..tensor import Handle, Tensor
from ..tensor.creation import as_tensor, zeros
from .watching import watching

__all__ = ["grad_cam", "guided_backprop", "occlusion", "saliency"]


def _classes(scores: Any, target: Any) -> Tensor:
    """The classes to explain, one for each input, of shape (N, 1)."""
    if not isinstance(scores, Tensor) or scores.ndim != 2:
        found = f"shape {scores.shape}" if isinstance(scores, Tensor) else f"a {type(scores).__name__}"
        raise ValueError(f"expected a classifier, which gives scores (N, classes); this model gave {found}")
    count, classes = scores.shape
    chosen = scores.detach().argmax(1) if target is None else as_tensor(target).detach()
    if chosen.dtype.kind not in "iu" or chosen.shape not in ((), (count,)):
        raise ValueError(
            f"the target must be a class, or {count} of them, one for each input; got {chosen.dtype} of shape "
            f"{chosen.shape}"
        )
    if not bool(((chosen >= 0) & (chosen < classes)).all()):
        raise ValueError(f"the target {chosen.tolist()} is not among the classes 0 to {classes - 1}")
    return chosen.long().expand(count).reshape(count, 1)


def _explained(scores: Any, target: Any) -> Tensor:
    """The sum of the scores to explain, of each input one: each is a function of its own input only."""
    return scores.gather(1, _classes(scores, target)).sum()


def _followed(inputs: Any) -> Tensor:
    """The inputs as a leaf of a graph of its own."""
    return as_tensor(inputs).detach().clone().requires_grad_()


def saliency(model: Module, inputs: Any, target: Any = None) -> Tensor:
    """How much each pixel counts: |d score / d pixel|, the largest of the channels.

    Args:
        model: a classifier, whose results are scores (N, classes).
        inputs: pictures (N, C, H, W), or others whose second dimension are channels; (N, D) has none.
        target: the class whose score is explained: one for all inputs, or one for each; by default the class that
            the model chooses.

    Shapes: the result is (N, H, W), and (N, D) for inputs (N, D).

    Raises:
        TypeError: `model` is not a module.
        ValueError: the results are no scores, or there is no such class.

    Example:
        >>> saliency(ag.models.lenet5(), rand(2, 1, 32, 32)).shape
        (2, 32, 32)

    Source: Simonyan, Vedaldi and Zisserman, Deep inside convolutional networks, 2014.
    """
    x = _followed(inputs)
    with watching(model), enable_grad():
        (slope,) = grad(_explained(model(x), target), x)
    return slope.abs().amax(1) if x.ndim > 2 else slope.abs()


def guided_backprop(model: Module, inputs: Any, target: Any = None) -> Tensor:
    """d score / d pixel, but at every relu only positive gradients pass.

    So what speaks against the class does not blur the picture of what speaks for it. All relus are found, also
    those that a `forward` calls as functions. Other activation functions are left alone.

    Args:
        model, inputs, target: as for `saliency`.

    Shapes: the result has the shape of the inputs.

    Raises:
        TypeError: `model` is not a module.
        ValueError: there is no relu on the way, the results are no scores, or there is no such class.

    Example:
        >>> guided_backprop(ag.models.lenet5(), rand(2, 1, 32, 32)).shape
        (2, 1, 32, 32)

    Source: Springenberg, Dosovitskiy, Brox and Riedmiller, Striving for simplicity: the all convolutional net,
    2015.
    """
    x = _followed(inputs)
    with watching(model), enable_grad():
        score = _explained(model(x), target)
        assert score.node is not None
        relus = [node for node in reverse_topological([score.node]) if node.name == "relu"]
        if not relus:
            raise ValueError(
                f"guided_backprop: no relu lies between the input and the scores of this {type(model).__name__}, "
                "and relus are what the method changes; take saliency or grad_cam"
            )
        for node in relus:
            Handle(node.annotate().hooks, _positive)
        (guided,) = grad(score, x)
    return guided


def _positive(g: Tensor) -> Tensor:
    return g.clamp(min=0)


def grad_cam(model: Module, inputs: Any, layer: Module | str, target: Any = None) -> Tensor:
    """Where a layer sees what speaks for the class: relu(sum over its maps k of a_k map_k).

    a_k is the mean of d score / d map_k over the places of map k. The result is resized linearly to the input's
    size.

    Args:
        model, inputs, target: as for `saliency`.
        layer: a module of the model, or its dotted name, whose results are maps (N, K, h, w); usually the last one
            with maps. Of several calls the last counts.

    Shapes: inputs (N, C, H, W) give (N, H, W); signals and volumes likewise.

    Raises:
        TypeError: `model` is not a module.
        ValueError: the layer was not called or gave no maps, the results are no scores, or there is no such class.
        AttributeError: there is no module of this name.

    Example:
        >>> grad_cam(ag.models.lenet5(), rand(2, 1, 32, 32), "conv2").shape
        (2, 32, 32)

    Source: Selvaraju et al., Grad-CAM: visual explanations from deep networks via gradient-based localization,
    2017.
    """
    wanted = model.get_submodule(layer) if isinstance(layer, str) and isinstance(model, Module) else layer
    seen: list[Any] = []

    def note(module: Module, args: Any, output: Any) -> Any:
        if module is not wanted:
            return None
        seen.append(output)
        return output.clone() if isinstance(output, Tensor) else None  # which a relu in place may change

    x = _followed(inputs)
    with watching(model, note), enable_grad():
        score = _explained(model(x), target)
        maps = seen[-1] if seen else None
        if not isinstance(maps, Tensor) or maps.ndim != x.ndim or maps.ndim < 3:
            name = layer if isinstance(layer, str) else type(layer).__name__
            found = "was not called" if not seen else f"gave {getattr(maps, 'shape', type(maps).__name__)}"
            raise ValueError(
                f"grad_cam: the layer {name} {found}; expected maps (N, K, ...) of {x.ndim} dimensions, as many as "
                f"the inputs have, of shape {x.shape}"
            )
        (slope,) = grad(score, maps)
    weights = slope.mean(dim=tuple(range(2, maps.ndim)), keepdim=True)
    heat = (weights * maps.detach()).sum(1, keepdim=True).relu()
    mode = {3: "linear", 4: "bilinear", 5: "trilinear"}[x.ndim]
    return F.interpolate(heat, x.shape[2:], mode=mode, align_corners=False).squeeze(1)


def occlusion(
    model: Module,
    inputs: Any,
    target: Any = None,
    *,
    size: int = 8,
    stride: int = 4,
    value: float = 0.0,
    batch_size: int = 256,
) -> Tensor:
    """By how much the probability of the class falls where a square hides the picture.

    A square of one value is laid on every `stride`-th place, and at the far borders. A pixel gets the mean fall of
    the probability, softmax of the scores, over the squares that hide it.

    Args:
        model, target: as for `saliency`.
        inputs: pictures (N, C, H, W).
        size: the side of the square in pixels.
        stride: the step from one place to the next.
        value: what the square shows; the mean of the pictures hides best.
        batch_size: how many changed pictures the model gets at once.

    Shapes: the result is (N, H, W).

    Raises:
        TypeError: `model` is not a module.
        ValueError: the square does not fit, the results are no scores, or there is no such class.

    Example:
        >>> occlusion(ag.models.lenet5(), rand(2, 1, 32, 32), stride=8).shape
        (2, 32, 32)

    Source: Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014.
    """
    x = as_tensor(inputs).detach()
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]) or stride < 1:
        raise ValueError(
            f"occlusion: expected pictures (N, C, H, W) that a square of {size} pixels fits into, and a positive "
            f"stride; got shape {x.shape} and stride {stride}"
        )
    places = list(itertools.product(*(_starts(n, size, stride) for n in x.shape[2:])))
    falls, hidden = zeros(len(x), *x.shape[2:], dtype=x.dtype), zeros(*x.shape[2:], dtype=x.dtype)
    for top, left in places:
        hidden[top : top + size, left : left + size] += 1
    with watching(model), no_grad():
        scores = model(x)
        chosen = _classes(scores, target)
        whole = scores.softmax(1).gather(1, chosen)
        for i, start in itertools.product(range(len(x)), range(0, len(places), batch_size)):
            some = places[start : start + batch_size]
            changed = x[i].expand(len(some), *x.shape[1:]).clone()
            for k, (top, left) in enumerate(some):
                changed[k, :, top : top + size, left : left + size] = value
            fall = whole[i] - model(changed).softmax(1)[:, chosen[i].item()]
            for k, (top, left) in enumerate(some):
                falls[i, top : top + size, left : left + size] += fall[k]
    return falls / hidden


def _starts(n: int, size: int, stride: int) -> list[int]:
    """Where squares begin along a dimension of n pixels, the last one at the border."""
    return sorted({*range(0, n - size + 1, stride), n - size})
