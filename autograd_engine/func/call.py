"""A call of the user's function on stand-ins of its arguments, to which the backward pass can go.

A stand-in is recorded as `identity` of the argument it stands for. So a result stays connected to whatever
surrounds the call (another transform, or parameters that the function captured), and to nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

from ..backend.arrays import is_floating, unboxed
from ..backend.kinds import kind_of
from ..engine.broadcast import identity
from ..engine.graph import Leaf, Node, tick
from ..engine.modes import enable_grad, is_grad_enabled
from ..engine.results import make_tensor
from ..tensor import Tensor
from .recorded import from_outside, seen_outside
from .structure import map_structure, outline, tensors_of


class Call:
    """One call of a function on stand-ins of its inputs.

    Attributes:
        start: the tick before the call; what was recorded earlier lies outside.
        outer: whether the caller records.
        targets: the nodes of the stand-ins, one for each tensor in the differentiated arguments.
        result: what the function returned; `outputs`: the tensors in it.
        aux: the second of the two things returned, with `has_aux`.
        connected: whether the caller records and a result depends on something outside.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        places: Sequence[int],
        has_aux: bool = False,
    ) -> None:
        self.name = name
        self.start = tick()
        self.outer = is_grad_enabled()
        self.targets: list[Node] = []
        with enable_grad():
            given = [self._stand_in(i, a) if i in places else a for i, a in enumerate(args)]
            returned = function(*given, **kwargs)
        if has_aux and not (isinstance(returned, tuple) and len(returned) == 2):
            raise RuntimeError(
                f"{name}: with has_aux=True the function returns (result, aux), not {outline(returned)}"
            )
        self.result: Any = returned[0] if has_aux else returned
        self.aux: Any = returned[1] if has_aux else None
        self.outputs = tensors_of(self.result)
        if not self.outputs:
            raise TypeError(f"{name}: the function returned {outline(self.result)}, expected a tensor")
        visible = [*self.outputs, *tensors_of(self.aux)]
        self.connected = self.outer and any(from_outside(self.start, visible))

    def _stand_in(self, place: int, argument: Any) -> Any:
        """The argument with a new node for each tensor, which leads to the tensor's own if it has one."""
        count = len(self.targets)

        def replace(item: Any) -> Any:
            if not isinstance(item, Tensor):
                return item
            if not is_floating(item.dtype):
                raise RuntimeError(
                    f"{self.name}: argument {place} holds a tensor of dtype {item.dtype}, and only floating-point "
                    "tensors have derivatives; convert it with float(), or leave it out of argnums"
                )
            if item.node is None:
                item = make_tensor(item.array, None)
                item.node = Leaf(item)
            stand_in = identity(item)
            self.targets.append(stand_in.node)
            return stand_in

        replaced = map_structure(replace, argument)
        if len(self.targets) == count:
            raise TypeError(
                f"{self.name}: argument {place} is {outline(argument)} and holds no tensor to differentiate by; "
                "make one with tensor(...)"
            )
        return replaced

    def check_scalar(self) -> Tensor:
        """The result, if it is one floating-point number."""
        result = self.result
        if not isinstance(result, Tensor):
            raise TypeError(f"{self.name}: the function returned {outline(result)}, expected a 0-d tensor")
        if result.shape != ():
            raise RuntimeError(
                f"{self.name}: the function returned a tensor of shape {tuple(result.shape)}, expected a scalar "
                "(0-d); reduce it with sum() or mean(), or use vjp or jacobian"
            )
        self.check_floating()
        return result

    def check_floating(self) -> None:
        """Raise if a result has no derivative."""
        for output in self.outputs:
            if not is_floating(output.dtype):
                raise RuntimeError(
                    f"{self.name}: the function returned a tensor of dtype {output.dtype}, which has no "
                    "derivative; return it as (result, aux) with has_aux=True"
                )

    def visible(self, structure: Any) -> Any:
        """The structure as the caller shall see it."""
        return seen_outside(self.start, structure, self.outer)


def places_of(name: str, argnums: int | Sequence[int], count: int) -> tuple[int, ...]:
    """The positions of the arguments to differentiate by, counted from the front.

    Raises:
        RuntimeError: there is no such argument, or none or one twice is asked for.
    """
    asked = tuple(argnums) if isinstance(argnums, (tuple, list)) else (argnums,)
    places = []
    for n in asked:
        if not -count <= index(n) < count:
            raise RuntimeError(f"{name}: argnums={argnums} but the function was called with {count} arguments")
        places.append(index(n) % count)
    if not places or len(set(places)) < len(places):
        raise RuntimeError(f"{name}: argnums={argnums} must name at least one argument, and each only once")
    return tuple(places)


def by_argnums(argnums: int | Sequence[int], places: Sequence[int], args: tuple[Any, ...]) -> Any:
    """The differentiated arguments as results are structured: one, or a tuple if argnums is several."""
    chosen = tuple(args[i] for i in places)
    return chosen if isinstance(argnums, (tuple, list)) else chosen[0]


def in_argument_order(places: Sequence[int], args: tuple[Any, ...]) -> tuple[int, ...]:
    """For each tensor of the chosen arguments, its position among the targets, which lie in argument order."""
    first, count = {}, 0
    for i in sorted(places):
        first[i] = count
        count += len(tensors_of(args[i]))
    return tuple(first[i] + k for i in places for k in range(len(tensors_of(args[i]))))


def unit_cotangent(output: Tensor, position: int = 0) -> Tensor:
    """A cotangent of `output`: 1 at one position and 0 elsewhere."""
    unit = kind_of(output.array).zeros(output.shape, output.dtype)
    unit.reshape(-1)[position] = 1
    return make_tensor(unboxed(unit), None)
