"""Calling a module, and hooks: functions that watch its calls from outside.

A call without hooks costs what `forward` costs. With hooks it goes

    forward pre-hooks -> forward -> forward hooks

Full backward hooks watch the derivatives of a call. For them the arguments pass through a gate, and so do the
results: an operation that returns its inputs unchanged, and in the backward pass gives all their gradients to the
hooks at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

from ..engine.function import Function
from ..tensor import Handle, Tensor

_BEFORE, _AFTER, _GRAD_OUTPUT, _GRAD_INPUT = "before", "after", "grad_output", "grad_input"


class Hook(NamedTuple):
    """A function to be called by a module.

    Attributes:
        moment: when it is called.
        function: what the user registered.
        with_kwargs: whether it gets the keyword arguments too.
    """

    moment: str
    function: Callable[..., Any]
    with_kwargs: bool = False


P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class Forward(Protocol[P, R]):
    """A module as its call sees it. Its `forward` says which arguments the call takes, and what comes out; so type
    checkers and editors know both, for layers and for the classes of users."""

    _hooks: dict[int, Hook] | None

    @property
    def forward(self) -> Callable[P, R]:
        """What the call computes without hooks."""

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...


class Hookable:
    """The part of a module that can be called, with hooks; `Module` extends it.

    Registering a hook returns a handle, whose `remove()` takes the hook away.
    """

    _hooks: dict[int, Hook] | None = None

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the result; subclasses define it. Call the module itself, `module(x)`."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward()")

    def __call__(self: Forward[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of `forward` for these arguments."""
        if self._hooks:
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    def _hook(self, hook: Hook, prepend: bool) -> Handle:
        if self._hooks is None:
            self._hooks = {}
        earlier = list(self._hooks)
        handle = Handle(self._hooks, hook)
        if prepend:
            for key in earlier:
                self._hooks[key] = self._hooks.pop(key)
        return handle

    def _hooks_at(self, moment: str) -> list[Hook]:
        return [hook for hook in (self._hooks or {}).values() if hook.moment == moment]

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for hook in self._hooks_at(_BEFORE):
            given = hook.function(self, args, kwargs) if hook.with_kwargs else hook.function(self, args)
            if given is None:
                continue
            if not hook.with_kwargs:
                args = given if isinstance(given, tuple) else (given,)
            elif isinstance(given, tuple) and len(given) == 2:
                args, kwargs = given
            else:
                raise RuntimeError(
                    "a forward pre-hook with keyword arguments must return None or a tuple (args, kwargs), "
                    f"not {given!r}"
                )
        gates = None
        if self._hooks_at(_GRAD_OUTPUT) or self._hooks_at(_GRAD_INPUT):
            gates = _Gates(self)
            args = gates.arguments(args)
        result = self.forward(*args, **kwargs)
        for hook in self._hooks_at(_AFTER):
            changed = (
                hook.function(self, args, kwargs, result) if hook.with_kwargs else hook.function(self, args, result)
            )
            if changed is not None:
                result = changed
        return result if gates is None else gates.results(result)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call `hook(module, args)` before every forward; what it returns, if anything, replaces the arguments.

        Args:
            prepend: run before the hooks that are already there.
            with_kwargs: call `hook(module, args, kwargs)`, which may return `(args, kwargs)`.
        """
        return self._hook(Hook(_BEFORE, hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call `hook(module, args, result)` after every forward; what it returns, if anything, replaces the result.

        Args:
            prepend: run before the hooks that are already there.
            with_kwargs: call `hook(module, args, kwargs, result)`.

        Example:
            >>> layer = Linear(2, 3)
            >>> handle = layer.register_forward_hook(lambda module, args, result: print(result.shape))
            >>> _ = layer(ones(4, 2))
            (4, 3)
            >>> handle.remove()
            >>> _ = layer(ones(4, 2))
        """
        return self._hook(Hook(_AFTER, hook, with_kwargs), prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call `hook(module, grad_output)` when the gradients of a call's results, a tuple, are complete; what it
        returns, if anything, takes their place.

        Args:
            prepend: run before the hooks that are already there.
        """
        return self._hook(Hook(_GRAD_OUTPUT, hook), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of a call's positional arguments are
        complete; what it returns, if anything, takes the place of `grad_input`.

        Both are tuples, with None for what is no tensor or received no gradient. If no argument requires a
        gradient, the hook is called when those of the results are complete.

        Args:
            prepend: run before the hooks that are already there.

        Example:
            >>> layer = Linear(2, 1, bias=False)
            >>> handle = layer.register_full_backward_hook(lambda module, grad_in, grad_out: print(grad_out))
            >>> layer(ones(1, 2)).sum().backward()
            (tensor([[1.]]),)
        """
        return self._hook(Hook(_GRAD_INPUT, hook), prepend)


class _Gate(Function):
    """Returns tensors unchanged; a function sees and may replace their gradients, all at once."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        ctx.passing, *tensors = args
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*(t for t in tensors if not t.requires_grad))
        return tuple(tensors)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return None, *ctx.passing(grads)


Gradients = tuple[Any, ...]


def _gated(values: tuple[Any, ...], passing: Callable[[Gradients], Gradients]) -> tuple[Any, ...]:
    """`values`, the tensors among them behind a gate; `passing` sees a gradient, or None, for each value."""
    places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]

    def in_place(grads: Gradients) -> list[Any]:
        known = dict(zip(places, grads, strict=True))
        passed = passing(tuple(known.get(i) for i in range(len(values))))
        return [passed[i] for i in places]

    gated = dict(zip(places, _Gate.apply(in_place, *(values[i] for i in places)), strict=True))
    return tuple(gated.get(i, value) for i, value in enumerate(values))


class _Gates:
    """The two gates of one call of a module. The graph refers to them, so they hold none of its tensors."""

    def __init__(self, module: Hookable) -> None:
        self.module = module
        self.grad_output: Gradients = ()

    def arguments(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments behind the first gate."""
        self.none = (None,) * len(args)
        self.reached = any(isinstance(a, Tensor) and a.requires_grad for a in args)
        return _gated(args, self._grad_input)

    def results(self, result: Any) -> Any:
        """The results behind the second gate."""
        several = isinstance(result, tuple)
        gated = _gated(result if several else (result,), self._grad_output)
        return gated if several else gated[0]

    def _grad_output(self, grads: Gradients) -> Gradients:
        for hook in self.module._hooks_at(_GRAD_OUTPUT):
            grads = _replaced("grad_output", grads, hook.function(self.module, grads))
        self.grad_output = grads
        if not self.reached:
            self._grad_input(self.none)
        return grads

    def _grad_input(self, grads: Gradients) -> Gradients:
        for hook in self.module._hooks_at(_GRAD_INPUT):
            grads = _replaced("grad_input", grads, hook.function(self.module, grads, self.grad_output))
        self.grad_output = ()
        return grads


def _replaced(name: str, grads: Gradients, given: Any) -> Gradients:
    """The gradients after a hook returned `given`."""
    if given is None:
        return grads
    given = given if isinstance(given, tuple) else (given,)
    if len(given) != len(grads):
        raise RuntimeError(f"a backward hook returned {len(given)} gradients in place of {len(grads)} ({name})")
    return given
