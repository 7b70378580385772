"""The code that a primitive is written out as: one function that calls and records, two that apply the rules.

A general function would repack its arguments, look up what to save and build closures at every call. Two plain
functions of the primitive's own parameters do not, so that recording costs well under a microsecond, as
`dataclasses` and `namedtuple` write theirs. They are written at the first call, which keeps importing fast.
`print(ag.mul.primitive.source)` shows them.
"""

from __future__ import annotations

import functools
import linecache
from collections.abc import Sequence
from types import CodeType
from typing import Any

from .graph import node_lines
from .plan import Accumulate, Plan

__all__ = ["RESERVED", "UNWRITTEN", "call_source", "compiled", "pull_source"]

_OWN_NAMES = """
as_floating as_tensors asarray call cotangents error explain forward g grad_mode kind make_outputs make_tensor mode
node one_each out parents primitive promote pull pull_recorded result scalar_types share_view tick types unwrap_all
"""
RESERVED = frozenset(_OWN_NAMES.split())
"""Names that generated code uses itself, which no parameter may have."""


def call_source(plan: Plan) -> str:
    """`call(...)`: unwrap the operands, compute, and record a node if one of them requires a gradient."""
    return "\n".join(_call_lines(plan)) + "\n"


def pull_source(plan: Plan, function: str) -> str:
    """`pull(node, g, parents)`: one contribution per parent from raw arrays; or `pull_recorded`, from tensors."""
    return "\n".join(_pull_lines(plan, function, recorded=function == "pull_recorded")) + "\n"


@functools.cache
def compiled(source: str) -> CodeType:
    """The code object of generated source, one for all primitives of the same pattern: `exp` and `tanh`
    differ only in the functions their names are bound to. Tracebacks find the source in `linecache`."""
    filename = f"<primitives of pattern {compiled.cache_info().currsize}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    return compile(source, filename, "exec")


def _call_lines(plan: Plan) -> list[str]:
    parameters: list[str] = []
    arguments: list[str] = []
    for name, p in plan.signature.parameters.items():
        if p.kind is p.KEYWORD_ONLY and "*" not in "".join(parameters):
            parameters.append("*")
        star = "*" if p.kind is p.VAR_POSITIONAL else ""
        default = "" if p.default is p.empty else f"=default_{name}"
        parameters.append(f"{star}{name}{default}")
        arguments.append(f"{name}={name}" if p.kind is p.KEYWORD_ONLY else f"{star}{name}")
    body = [f"def call({', '.join(parameters)}):"]
    for name in plan.operands:
        body += _unwrap_lines(plan, name)
    tracked = " or ".join(f"{n}_tensor" for n in plan.operands)
    operands = f"({', '.join(plan.operands)},)" if not plan.variadic else plan.operands[0]
    results = ", ".join(["out", *plan.residuals])
    body.append("    try:")
    if plan.promotes:
        x, y = (plan.differentiable or plan.operands)[:2]
        body += [
            f"        if (kind := {x}.__class__) is not {y}.__class__ or (",
            f"            kind not in scalar_types and {x}.dtype is not {y}.dtype",
            "        ):",
            f"            {x}, {y} = promote({x}, {y})",
        ]
    if plan.floating:
        body += [f"        {n} = as_floating({n})" for n in plan.differentiable or plan.operands]
    body += [
        f"        {results} = forward({', '.join(arguments)})",
        "    except Exception as error:",
        f"        raise explain(primitive, error, {operands}) from error",
        f"    if not ({tracked}):",
        "        return out",
    ]
    if not plan.differentiable:
        body.append(
            "    return tuple(make_tensor(item, None) for item in out)"
            if plan.outputs > 1
            else "    return make_tensor(out, None)"
        )
        return body
    needed = _any_node(plan, plan.differentiable)
    saved = f"({''.join(_saved_expression(plan, n) + ', ' for n in plan.saves)})"
    if plan.outputs > 1:
        body.append(f"    if not ({needed}) or not (mode := grad_mode()):")
        body.append("        return tuple(make_tensor(item, None) for item in out)")
        form = "(tuple(o.shape for o in out), tuple(o.dtype for o in out))"
    else:
        body.append("    result = types.blank()")
        body.append("    result.array = out")
        if plan.view:
            body.append("    if out.base is not None:")
            body.append(f"        share_view({plan.operands[0]}_value, result)")
        body.append(f"    if not ({needed}) or not (mode := grad_mode()):")
        body.append("        result.node = None")
        body.append("        return result")
        form = "kind if (kind := out.__class__) in scalar_types else (out.shape, out.dtype)"
    parents = (
        f"{plan.operands[0]}_node"
        if plan.variadic
        else "(" + "".join(f"{n}_node, " for n in plan.differentiable) + ")"
    )
    body += [
        "    node = Node()",
        *(f"    {line}" for line in node_lines("primitive", parents, saved, form)),
        "    if mode is not True:",
        "        mode.recorded(node, out)",
    ]
    if plan.outputs > 1:
        body.append("    return make_outputs(node, out)")
    else:
        body.append("    result.node = node")
        body.append("    return result")
    return body


def _unwrap_lines(plan: Plan, name: str) -> list[str]:
    if plan.variadic:
        return [f"    {name}, {name}_node, {name}_tensor = unwrap_all({name})"]
    node = name in plan.differentiable
    boxed = [
        f"        if {name}.__class__ in scalar_types:",
        f"            {name} = {name}_value.array = asarray({name})",
    ]
    return [
        f"    if {name}_tensor := isinstance({name}, Value):",
        *([f"        {name}_value = {name}"] if plan.view else []),
        *([f"        {name}_node = {name}.node"] if node else []),
        f"        {name} = {name}.array",
        *(boxed if plan.view else []),
        *(["    else:", f"        {name}_node = None"] if node else []),
    ]


def _any_node(plan: Plan, operands: Sequence[str]) -> str:
    if plan.variadic:
        return f"any(n is not None for n in {operands[0]}_node)"
    return " or ".join(f"{n}_node is not None" for n in operands)


def _saved_expression(plan: Plan, name: str) -> str:
    users = plan.users(name)
    value = name
    if name.endswith("_shape") and name[:-6] in plan.operands:
        operand = name[:-6]
        value = f"tuple(t.shape for t in {operand})" if plan.variadic else f"{operand}.shape"
    if len(users) == len(plan.differentiable):
        return value
    return f"{value} if {_any_node(plan, users)} else None"


def _pull_lines(plan: Plan, function: str, *, recorded: bool) -> list[str]:
    body = [f"def {function}(node, g, parents):"]
    if plan.outputs > 1:
        body.append("    g = cotangents(node, g)")
    if plan.saves:
        source = "as_tensors(primitive, node)" if recorded else "node.saved"
        body.append(f"    {', '.join(plan.saves)}, = {source}")
    nodes = [f"{n}_node" for n in plan.differentiable]
    if plan.jointly:
        body.append(f"    {', '.join(nodes)}, = parents")
        given = {"wanted": f"({''.join(f'{n} is not None, ' for n in nodes)})"}
        wants = plan.wants[plan.differentiable[0]]
        return [*body, f"    return rule_jointly({', '.join(['g', *(given.get(w, w) for w in wants)])})"]
    applied = []
    for operand in plan.differentiable:
        wants = plan.wants[operand]
        if isinstance(plan.rules[operand], Accumulate) and not recorded:
            applied.append(f"Increment(into_{operand}, (g, {''.join(w + ', ' for w in wants)}))")
        else:
            applied.append(f"rule_{operand}({', '.join(['g', *wants])})")
    if plan.variadic:
        return [*body, f"    return one_each(node, {applied[0]})"]
    if len(applied) == 1:
        return [*body, f"    return ({applied[0]},)"]
    body.append(f"    {', '.join(nodes)} = parents")
    guarded = [f"{a} if {n} is not None else None" for n, a in zip(nodes, applied, strict=True)]
    return [*body, f"    return ({', '.join(guarded)})"]


def _unwritten() -> CodeType:
    names: dict[str, Any] = {}
    exec(compiled("def call(*args, **kwargs):\n    return primitive.write()(*args, **kwargs)\n"), names)
    return names["call"].__code__


UNWRITTEN = _unwritten()
"""The code of a `call` that has not been called yet."""
