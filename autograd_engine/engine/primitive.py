"""A primitive: a forward on raw arrays, and beside it one derivative rule per input.

    @primitive(x=lambda g, y: g * y,
               y=lambda g, x: g * x)
    def mul(x, y):
        return x * y

Called with raw arrays, `mul` computes and returns a raw array. Called with a tensor anywhere, it
returns a tensor, and records a `Node` if an input requires a gradient. The parameters of the rules
decide what the node saves, and an input is saved only when a rule that asks for it will run: in
`w * constant` the node keeps the constant and lets `w` go.

Rules are themselves written with primitives and operators. The first-order backward pass feeds them
raw arrays, which is fast; with `create_graph=True` it feeds tensors to the *same* rules, so
derivatives of every order exist for every operation. No rule undoes broadcasting or casts a dtype:
the backward pass does both, once, for all.

So that recording costs a microsecond, the decorator writes two plain Python functions for each
primitive when it is defined, one that calls and records and one that applies the rules (`pull`), as
`dataclasses` and `namedtuple` do. `print(mul.primitive.source)` shows them.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import linecache
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any, NamedTuple, TypeVar, overload

from ..backend.arrays import as_floating, is_array, promote, scalar_types, zeros
from .graph import Node, Output, Value, tick
from .modes import grad_mode

__all__ = [
    "Accumulate",
    "Increment",
    "Primitive",
    "as_tensors",
    "cotangents",
    "make_outputs",
    "make_tensor",
    "primitive",
    "use_tensor_type",
]

F = TypeVar("F", bound=Callable[..., Any])


class Accumulate(NamedTuple):
    """A rule that can add its contribution straight into the input's gradient.

    Attributes:
        rule: returns the contribution, as any rule does; used with `create_graph=True`.
        into: `into(buffer, g, ...)` adds the same contribution to `buffer` in place, touching only
            the part of it that the operation read. So T slices of one tensor cost O(T).
    """

    rule: Callable[..., Any]
    into: Callable[..., None]


class Increment(NamedTuple):
    """An `Accumulate` rule on its way: the backward pass calls `into(buffer, *arguments)`."""

    into: Callable[..., None]
    arguments: tuple[Any, ...]


_RESERVED = frozenset(
    {"as_floating", "as_tensors", "call", "cotangents", "error", "explain", "forward", "g", "grad_mode", "kind"}
    | {"make_outputs", "make_tensor", "mode", "node", "one_each", "out", "parents", "primitive", "promote", "pull"}
    | {"pull_recorded", "result", "scalar_types", "tick", "types", "unwrap_all"}
)


class Primitive:
    """What the engine and its users know about an operation. `function.primitive` is this object.

    Attributes:
        name: shown in pictures and error messages.
        forward: the function of raw arrays.
        operands: the names of the array parameters; `settings`: of the keyword-only others.
        rules: operand name to derivative rule.
        call: the function users call.
        composition: for a fused primitive, the same operation made of others: `create_graph=True`
            differentiates that instead.
    """

    def __init__(
        self,
        forward: Callable[..., Any],
        rules: dict[str, Callable[..., Any] | Accumulate],
        *,
        outputs: int,
        promote: bool,
        floating: bool,
        residuals: Sequence[str],
        composition: Callable[..., Any] | None,
    ) -> None:
        self.forward = forward
        self.name = forward.__name__.strip("_")
        self.rules = rules
        self.outputs = outputs
        self.promotes = promote
        self.floating = floating
        self.residuals = tuple(residuals)
        self.composition = composition
        signature = inspect.signature(forward)
        kinds = {name: p.kind for name, p in signature.parameters.items()}
        self.settings = [n for n, k in kinds.items() if k is inspect.Parameter.KEYWORD_ONLY]
        self.operands = [n for n in kinds if n not in self.settings]
        self.variadic = inspect.Parameter.VAR_POSITIONAL in kinds.values()
        if self.variadic and len(self.operands) > 1:
            raise TypeError(f"{self.name}: *{self.operands[-1]} must be the only array parameter")
        if taken := sorted(_RESERVED & {*kinds, *residuals}):
            raise TypeError(f"{self.name}: the generated code uses {', '.join(taken)} itself; rename the parameter")
        if unknown := set(rules) - set(self.operands):
            raise TypeError(f"{self.name} has no parameter {sorted(unknown)} to differentiate")
        self.differentiable = [n for n in self.operands if n in rules]
        self._plan()
        self._compile(signature)

    def __repr__(self) -> str:
        return f"<primitive {self.name}({', '.join(self.operands + self.settings)})>"

    def __deepcopy__(self, memo: Any) -> Primitive:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.forward.__module__, self.forward.__qualname__)

    # ------------------------------------------------------------------ what a node must save

    def _plan(self) -> None:
        """Which names each rule asks for, and in which place of `node.saved` each one lies."""
        shapes = {f"{n}_shape" for n in self.operands}
        known = {"out", *self.operands, *self.settings, *self.residuals, *shapes}
        self.wants: dict[str, list[str]] = {}
        for operand, rule in self.rules.items():
            function = rule.rule if isinstance(rule, Accumulate) else rule
            names = list(inspect.signature(function).parameters)
            if not names or set(names[1:]) - known:
                raise TypeError(
                    f"{self.name}: the rule for {operand} takes ({', '.join(names)}); it may take g, "
                    f"then any of {', '.join(sorted(known))}"
                )
            self.wants[operand] = names[1:]
        wanted = {name for names in self.wants.values() for name in names}
        if self.composition is not None:
            wanted |= {*self.operands, *self.settings}
        self.saves = [n for n in sorted(known) if n in wanted]

    def _users(self, name: str) -> list[str]:
        """The operands whose derivative needs `name`."""
        if self.composition is not None and name in self.operands + self.settings:
            return self.differentiable
        return [n for n in self.differentiable if name in self.wants[n]]

    # -------------------------------------------------------------------------- generated code

    def _compile(self, signature: inspect.Signature) -> None:
        rules = {n: r.rule if isinstance(r, Accumulate) else r for n, r in self.rules.items()}
        namespace: dict[str, Any] = {
            **{f"rule_{n}": r for n, r in rules.items()},
            **{f"into_{n}": r.into for n, r in self.rules.items() if isinstance(r, Accumulate)},
            **{f"default_{n}": p.default for n, p in signature.parameters.items()},
            "__name__": __name__,
            "forward": self.forward,
            "primitive": self,
            "types": _types,
            "make_tensor": make_tensor,
            "Value": Value,
            "Node": Node,
            "Increment": Increment,
            "promote": promote,
            "scalar_types": scalar_types,
            "as_floating": as_floating,
            "grad_mode": grad_mode,
            "tick": tick,
            "explain": _explain,
            "unwrap_all": _unwrap_all,
            "make_outputs": make_outputs,
            "as_tensors": as_tensors,
            "cotangents": cotangents,
            "one_each": _one_each,
        }
        self._namespace = namespace
        self._call_source = "\n".join(self._call_lines(signature)) + "\n"
        call = self._generated("call", self._call_source)
        call.__name__ = call.__qualname__ = self.name
        call.__module__ = self.forward.__module__
        call.__doc__ = self.forward.__doc__
        call.__wrapped__ = self.forward
        call.primitive = self
        self.call = call

    def _generated(self, function: str, source: str) -> Any:
        exec(_compiled(source), self._namespace)
        return self._namespace[function]

    def _pull_source(self, function: str) -> str:
        return "\n".join(self._pull_lines(function, recorded=function == "pull_recorded")) + "\n"

    @functools.cached_property
    def pull(self) -> Callable[..., Sequence[Any]]:
        """`pull(node, g, parents)`: one contribution per parent (None for a None), from raw arrays.

        Written on first use, which keeps importing fast.
        """
        return self._generated("pull", self._pull_source("pull"))

    @functools.cached_property
    def pull_recorded(self) -> Callable[..., Sequence[Any]]:
        """The same from tensors, so that the contributions are differentiable."""
        return self._generated("pull_recorded", self._pull_source("pull_recorded"))

    @property
    def source(self) -> str:
        """The generated code."""
        functions = ["pull"] * bool(self.rules) + ["pull_recorded"] * bool(self.rules and not self.composition)
        return "\n".join([self._call_source, *map(self._pull_source, functions)])

    def _call_lines(self, signature: inspect.Signature) -> list[str]:
        parameters: list[str] = []
        arguments: list[str] = []
        for name, p in signature.parameters.items():
            if p.kind is p.KEYWORD_ONLY and "*" not in "".join(parameters):
                parameters.append("*")
            star = "*" if p.kind is p.VAR_POSITIONAL else ""
            default = "" if p.default is p.empty else f"=default_{name}"
            parameters.append(f"{star}{name}{default}")
            arguments.append(f"{name}={name}" if p.kind is p.KEYWORD_ONLY else f"{star}{name}")
        body = [f"def call({', '.join(parameters)}):"]
        for name in self.operands:
            body += self._unwrap_lines(name)
        tracked = " or ".join(f"{n}_tensor" for n in self.operands)
        operands = f"({', '.join(self.operands)},)" if not self.variadic else self.operands[0]
        results = ", ".join(["out", *self.residuals])
        body.append("    try:")
        if self.promotes:
            x, y = (self.differentiable or self.operands)[:2]
            body += [
                f"        if (kind := {x}.__class__) is not {y}.__class__ or (",
                f"            kind not in scalar_types and {x}.dtype is not {y}.dtype",
                "        ):",
                f"            {x}, {y} = promote({x}, {y})",
            ]
        if self.floating:
            body += [f"        {n} = as_floating({n})" for n in self.differentiable or self.operands]
        body += [
            f"        {results} = forward({', '.join(arguments)})",
            "    except Exception as error:",
            f"        raise explain(primitive, error, {operands}) from error",
            f"    if not ({tracked}):",
            "        return out",
        ]
        if not self.rules:
            body.append(
                "    return tuple(make_tensor(item, None) for item in out)"
                if self.outputs > 1
                else "    return make_tensor(out, None)"
            )
            return body
        needed = self._any_node(self.differentiable)
        saved = ", ".join(self._saved_expression(n) for n in self.saves)
        if self.outputs > 1:
            body.append(f"    if not ({needed}) or not (mode := grad_mode()):")
            body.append("        return tuple(make_tensor(item, None) for item in out)")
            form = "(tuple(o.shape for o in out), tuple(o.dtype for o in out))"
        else:
            body.append("    result = types.blank()")
            body.append("    result.array = out")
            body.append(f"    if not ({needed}) or not (mode := grad_mode()):")
            body.append("        result.node = None")
            body.append("        return result")
            form = "kind if (kind := out.__class__) in scalar_types else (out.shape, out.dtype)"
        parents = (
            f"{self.operands[0]}_node"
            if self.variadic
            else "(" + "".join(f"{n}_node, " for n in self.differentiable) + ")"
        )
        body += [
            "    node = Node()",
            "    node.primitive = primitive",
            f"    node.parents = {parents}",
            f"    node.saved = ({saved}{',' if len(self.saves) == 1 else ''})",
            f"    node.form = {form}",
            "    node.tick = tick()",
            "    node.extras = None",
            "    if mode is not True:",
            "        mode.recorded(node, out)",
        ]
        if self.outputs > 1:
            body.append("    return make_outputs(node, out)")
        else:
            body.append("    result.node = node")
            body.append("    return result")
        return body

    def _unwrap_lines(self, name: str) -> list[str]:
        if self.variadic:
            return [f"    {name}, {name}_node, {name}_tensor = unwrap_all({name})"]
        node = name in self.differentiable
        return [
            f"    if {name}_tensor := isinstance({name}, Value):",
            *([f"        {name}_node = {name}.node"] if node else []),
            f"        {name} = {name}.array",
            *(["    else:", f"        {name}_node = None"] if node else []),
        ]

    def _any_node(self, operands: Sequence[str]) -> str:
        if self.variadic:
            return f"any(n is not None for n in {operands[0]}_node)"
        return " or ".join(f"{n}_node is not None" for n in operands)

    def _saved_expression(self, name: str) -> str:
        users = self._users(name)
        value = name
        if name.endswith("_shape") and name[:-6] in self.operands:
            operand = name[:-6]
            value = f"tuple(t.shape for t in {operand})" if self.variadic else f"{operand}.shape"
        if len(users) == len(self.differentiable):
            return value
        return f"{value} if {self._any_node(users)} else None"

    def _pull_lines(self, function: str, *, recorded: bool) -> list[str]:
        body = [f"def {function}(node, g, parents):"]
        if self.outputs > 1:
            body.append("    g = cotangents(node, g)")
        if self.saves:
            source = "as_tensors(node)" if recorded else "node.saved"
            body.append(f"    {', '.join(self.saves)}, = {source}")
        applied = []
        for operand in self.differentiable:
            wants = self.wants[operand]
            if isinstance(self.rules[operand], Accumulate) and not recorded:
                applied.append(f"Increment(into_{operand}, (g, {''.join(w + ', ' for w in wants)}))")
            else:
                applied.append(f"rule_{operand}({', '.join(['g', *wants])})")
        if self.variadic:
            return [*body, f"    return one_each(node, {applied[0]})"]
        if len(applied) == 1:
            return [*body, f"    return ({applied[0]},)"]
        nodes = [f"{n}_node" for n in self.differentiable]
        body.append(f"    {', '.join(nodes)} = parents")
        guarded = [f"{a} if {n} is not None else None" for n, a in zip(nodes, applied, strict=True)]
        return [*body, f"    return ({', '.join(guarded)})"]


@overload
def primitive(forward: F, /) -> F: ...


@overload
def primitive(
    *,
    outputs: int = ...,
    promote: bool = ...,
    floating: bool = ...,
    residuals: Sequence[str] = ...,
    composition: Callable[..., Any] | None = ...,
    **rules: Callable[..., Any] | Accumulate,
) -> Callable[[F], F]: ...


def primitive(
    forward: F | None = None,
    /,
    *,
    outputs: int = 1,
    promote: bool = False,
    floating: bool = False,
    residuals: Sequence[str] = (),
    composition: Callable[..., Any] | None = None,
    **rules: Callable[..., Any] | Accumulate,
) -> Any:
    """Make a differentiable operation of a function of raw arrays.

    Positional parameters are arrays (or tensors); keyword-only parameters are settings. Each rule
    is named after the parameter it differentiates and called with `g`, the gradient of the result,
    and whatever else its own parameters name: an input, `out` (the result), `x_shape` (the shape of
    input x), a setting, a residual. It returns the gradient of that input, before broadcasting is
    undone. An operation without rules, such as a comparison, is not differentiable.

    Args:
        outputs: more than 1 when `forward` returns that many results as a tuple; then `g` is a
            tuple too, with zeros for a result that nobody used.
        promote: bring the first two arrays to a common dtype, by PyTorch's promotion, first.
        floating: convert integers to the default floating dtype first.
        residuals: names of further arrays that `forward` returns after its result, for the rules.
        composition: marks a fused primitive: its rules are written for raw arrays, for speed, and
            `create_graph=True` differentiates `composition(...)`, called with the same arguments.

    Raises:
        TypeError: a rule names something the operation does not have.

    Example:
        >>> import numpy as np, autograd_engine as ag
        >>> @ag.primitive(x=lambda g, x: g * (1 + x) * ag.exp(x))
        ... def x_exp_x(x):
        ...     return x * np.exp(x)
        >>> x = ag.tensor(0.0, requires_grad=True)
        >>> x_exp_x(x).backward()
        >>> x.grad
        tensor(1.)
    """

    def define(forward: F) -> F:
        made = Primitive(
            forward,
            rules,
            outputs=outputs,
            promote=promote,
            floating=floating,
            residuals=residuals,
            composition=composition,
        )
        return made.call

    return define if forward is None else define(forward)


# --------------------------------------------------------- what generated code calls off the fast path


class _Types:
    """The class of results. The tensor's room lies below this one and names itself on import."""

    blank: Callable[[], Value] = functools.partial(object.__new__, Value)


_types = _Types()


def make_tensor(array: Any, node: Node | None) -> Any:
    """A tensor of this very array and node, without checks."""
    result: Any = _types.blank()
    result.array = array
    result.node = node
    return result


def use_tensor_type(cls: type[Value]) -> type[Value]:
    """Class decorator: results of primitives are of this class from now on."""
    _types.blank = functools.partial(object.__new__, cls)
    return cls


@functools.cache
def _compiled(source: str) -> CodeType:
    """The code object of generated source, one for all primitives of the same pattern: `exp` and `tanh`
    differ only in the functions their names are bound to. Tracebacks find the source in `linecache`."""
    filename = f"<primitives of pattern {_compiled.cache_info().currsize}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    return compile(source, filename, "exec")


def _find(module: str, name: str) -> Primitive:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found.primitive


def _unwrap_all(values: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Node | None, ...], bool]:
    """Raw arrays, nodes, and whether any was a tensor."""
    arrays = tuple(v.array if isinstance(v, Value) else v for v in values)
    nodes = tuple(v.node if isinstance(v, Value) else None for v in values)
    return arrays, nodes, any(isinstance(v, Value) for v in values)


def make_outputs(node: Node, arrays: Sequence[Any]) -> tuple[Any, ...]:
    """Tensors for the several results of a node; integer results are constants."""
    return tuple(make_tensor(a, Output(node, i) if a.dtype.kind == "f" else None) for i, a in enumerate(arrays))


def cotangents(node: Node, g: Sequence[Any]) -> tuple[Any, ...]:
    """The gradients of all results of a node, zeros where nothing was handed in."""
    return tuple(
        zeros(shape, dtype) if given is None else given
        for given, shape, dtype in zip(g, node.shape, node.dtype, strict=True)
    )


def as_tensors(node: Node) -> tuple[Any, ...]:
    """What `node` saved, as tensors that remember which input (or result) they are."""
    primitive = node.primitive
    parents = dict(zip(primitive.differentiable, node.parents or (), strict=False))

    def restore(name: str, saved: Any) -> Any:
        if primitive.variadic and name in primitive.operands:
            return tuple(make_tensor(a, n) for a, n in zip(saved, node.parents or (), strict=True))
        if name == "out" and primitive.outputs > 1:
            return make_outputs(node, saved)
        if not is_array(saved):
            return saved
        return make_tensor(saved, node if name == "out" else parents.get(name))

    return tuple(restore(n, s) for n, s in zip(primitive.saves, node.saved or (), strict=True))


def _one_each(node: Node, contributions: Sequence[Any]) -> Sequence[Any]:
    """The contributions to a variable number of operands, after a look at their number."""
    if len(contributions) != len(node.parents or ()):
        raise RuntimeError(
            f"{node.name}: the rule returned {len(contributions)} gradients for {len(node.parents or ())} operands"
        )
    return contributions


def _explain(primitive: Primitive, error: Exception, operands: Sequence[Any]) -> Exception:
    """The same error, saying which operation failed and on what."""
    if not isinstance(error, (ValueError, TypeError, IndexError, ArithmeticError, RuntimeError)):
        return error
    given = ", ".join(
        f"{a.dtype}[{', '.join(map(str, a.shape))}]" if hasattr(a, "dtype") else repr(a) for a in operands
    )
    message = f"{primitive.name}: {error} (called with {given})"
    kind = next(k for k in (IndexError, ValueError, TypeError, RuntimeError, Exception) if isinstance(error, k))
    return kind(message)
