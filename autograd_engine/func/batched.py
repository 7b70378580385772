"""vmap: a function of single samples, applied to a batch of them; and a module called with other parameters.

`vmap` calls the function once for each sample and stacks what it returns. So it may do what it likes, be
transformed before or after, and takes as long as a loop; what must be fast is written for whole batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ..ops.shape import movedim, stack, unbind
from ..tensor import Tensor
from .structure import is_sequence, replaced, tensors_of

__all__ = ["functional_call", "stack_module_state", "vmap"]


def vmap(
    function: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that applies `function` to each sample of a batch.

    Args:
        function: takes and returns tensors, or structures of them.
        in_dims: the dimension of the arguments along which the samples lie; None for one that all samples share.
            One for all arguments, or a tuple with one for each, or with structures like the arguments.
        out_dims: the dimension of the results along which the samples shall lie; one, or a tuple for several.
        randomness: "same" is refused; otherwise each sample draws its own numbers.
        chunk_size: accepted for programs written for PyTorch.

    Returns:
        A function of the same arguments, of which those given by name are shared by all samples. Derivatives flow
        through it.

    Raises:
        ValueError: when called: nothing is mapped over, or the arguments have different numbers of samples.
        NotImplementedError: `randomness` is "same".

    Example:
        >>> x, y = tensor([[1.0, 2.0], [3.0, 4.0]]), tensor([10.0, 1.0])
        >>> vmap(ag.dot, in_dims=(0, None))(x, y)
        tensor([12., 34.])
        >>> vmap(ag.func.grad(lambda x: (x**2).sum()))(x)
        tensor([[2., 4.],
                [6., 8.]])
    """
    if randomness == "same":
        raise NotImplementedError("vmap: samples cannot share random numbers; draw them before, and pass them on")

    def mapped(*args: Any, **kwargs: Any) -> Any:
        dims = _like(args, in_dims if isinstance(in_dims, (tuple, list)) else (in_dims,) * len(args))
        parts, count = _samples(tensors_of(args), dims)
        results = [function(*replaced(args, values), **kwargs) for values in zip(*parts, strict=True)]
        if not count:
            raise ValueError("vmap: there are no samples, of which the results could be stacked")
        return _stacked(results, out_dims)

    return mapped


def _like(structure: Any, dims: Any) -> list[int | None]:
    """The dimension of each tensor of a structure, of which `dims` names one for each part, or one for all."""
    found: list[int | None] = []
    if isinstance(structure, Tensor):
        return [dims]
    items = [*structure.values()] if isinstance(structure, Mapping) else structure if is_sequence(structure) else []
    if isinstance(dims, Mapping):
        each = [dims[key] for key in structure]
    elif isinstance(dims, (tuple, list)):
        each = [*dims]
    else:
        each = [dims] * len(items)
    if len(each) != len(items):
        raise ValueError(f"vmap: in_dims has {len(each)} parts for {len(items)} arguments")
    for item, dim in zip(items, each, strict=True):
        found += _like(item, dim)
    return found


def _samples(tensors: Sequence[Tensor], dims: Sequence[int | None]) -> tuple[list[Sequence[Tensor]], int]:
    """The samples of each tensor, and how many there are; one that is shared comes again and again."""
    for x, dim in zip(tensors, dims, strict=True):
        if dim is not None and not -x.ndim <= dim < x.ndim:
            raise ValueError(f"vmap: a tensor of shape {tuple(x.shape)} has no samples along dimension {dim}")
    counts = {x.shape[dim] for x, dim in zip(tensors, dims, strict=True) if dim is not None}
    if len(counts) != 1:
        what = f"numbers of samples differ: {sorted(counts)}" if counts else "no argument is mapped over"
        raise ValueError(f"vmap: {what}")
    (count,) = counts
    return [[x] * count if dim is None else unbind(x, dim) for x, dim in zip(tensors, dims, strict=True)], count


def _stacked(results: Sequence[Any], out_dims: Any) -> Any:
    first = results[0]
    if isinstance(first, tuple) and isinstance(out_dims, (tuple, list)):
        parts = [_stacked(part, dim) for part, dim in zip(zip(*results, strict=True), out_dims, strict=True)]
        return tuple(parts)
    columns = zip(*map(tensors_of, results), strict=True)
    return replaced(first, [_at(stack(column), out_dims) for column in columns])


def _at(x: Tensor, dim: int) -> Tensor:
    return movedim(x, 0, dim) if dim else x


@contextmanager
def _in_place_of(module: Any, values: Mapping[str, Any]) -> Iterator[None]:
    """A block in which these tensors are the module's parameters and buffers of these names."""
    before: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for path, value in values.items():
            owner, _, name = path.rpartition(".")
            attributes = vars(module.get_submodule(owner))
            before.append((attributes, name, attributes[name]))
            attributes[name] = value
        yield
    finally:
        for attributes, name, value in reversed(before):
            attributes[name] = value


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module computes with these tensors in the place of its parameters and buffers, which stay as they are.

    Args:
        module: the module.
        parameter_and_buffer_dicts: tensors by their names in `state_dict()`, or several dictionaries of them. The
            module's own are used for names that are left out.
        args, kwargs: the arguments of the call; one that is no tuple stands for itself.
        tie_weights: where the module has one parameter under several names, one name stands for all.
        strict: all parameters and buffers must be given.

    Raises:
        KeyError: there is no parameter or buffer of a name; or, with `strict`, one is missing.
        ValueError: a name comes in two dictionaries.

    Example:
        >>> model = Linear(1, 1, bias=False)
        >>> ag.func.functional_call(model, {"weight": tensor([[3.0]])}, tensor([2.0]))
        tensor([6.])
    """
    dicts = (
        [parameter_and_buffer_dicts]
        if isinstance(parameter_and_buffer_dicts, Mapping)
        else parameter_and_buffer_dicts
    )
    values: dict[str, Any] = {}
    for given in dicts:
        if both := values.keys() & given.keys():
            raise ValueError(f"functional_call: {min(both)!r} is in two dictionaries")
        values.update(given)
    known = {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }
    if strange := values.keys() - known.keys():
        raise KeyError(f"functional_call: {type(module).__name__} has no parameter or buffer {min(strange)!r}")
    if tie_weights:
        by_identity = {id(known[name]): value for name, value in values.items()}
        values |= {
            name: by_identity[id(x)] for name, x in known.items() if id(x) in by_identity and name not in values
        }
    if strict and (lacking := known.keys() - values.keys()):
        raise KeyError(f"functional_call: {min(lacking)!r} is missing")
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    with _in_place_of(module, values):
        return module(*arguments, **(kwargs or {}))


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters of several models of one kind, stacked, and their buffers: for `vmap` of `functional_call`.

    Raises:
        ValueError: there are no models.

    Example:
        >>> parameters, buffers = ag.func.stack_module_state([Linear(2, 3) for _ in range(4)])
        >>> parameters["weight"].shape
        (4, 3, 2)
    """
    if not models:
        raise ValueError("stack_module_state: there are no models")

    def stacked(states: Sequence[Mapping[str, Tensor]], learned: bool) -> dict[str, Tensor]:
        return {
            name: stack([state[name].detach() for state in states]).requires_grad_(learned and x.requires_grad)
            for name, x in states[0].items()
        }

    return (
        stacked([dict(model.named_parameters()) for model in models], True),
        stacked([dict(model.named_buffers()) for model in models], False),
    )
