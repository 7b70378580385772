"""Programs of several steps: views, in-place changes, setitem, several backward passes, no_grad, detach.

PyTorch runs each line as it is written, so that the next ones fit the shapes that there are. A line that it refuses
is left out, but for some that end the program: there we must refuse too, or may answer.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from .calls import tensor
from .program import Program, start, step

SHAPES = ((), (2,), (3,), (2, 3), (3, 3), (2, 1), (0,), (2, 2, 3), (0, 3))

RESULTS = """
{a}.sin() | {a}.cos() | {a}.tanh() | {a}.sigmoid() | {a}.relu() | {a}.abs() | -{a} | {a} ** 2 | {a}.clone()
{a} * 2 | 1 - {a} | {a} / 3 | {a}.sum() | {a}.mean() | {a}.sum(0) | {a}.mean(-1, keepdim=True) | {a}.cumsum(0)
{a}.amax() | {a}.max() | {a}.prod() | {a}.softmax(-1) | {a}.logsumexp(0) | {a}.clamp(-0.5, 1) | {a}.double()
{a}.float() | {a}.long() | {a}.norm() | {a}.var() | {a}.sort().values | {a}.flip(0) | {a}[[0, 0]] | {a}[{a} > 0]
{a}.repeat(2) | {a}.masked_fill({a} > 0, 0.5) | {a}.roll(1) | {a}.tril() | {a}.gather(0, m.zeros_like({a}).long())
{a}.contiguous() | {a} + {b} | {a} - {b} | {a} * {b} | {a} / (2 + {b} ** 2) | {a} @ {b} | m.maximum({a}, {b})
m.minimum({a}, {b}) | m.where({a} > 0, {a}, {b}) | m.cat([{a}, {b}]) | m.stack([{a}, {b}]) | m.cat([{a}, {a}], -1)
m.lerp({a}, {b}, 0.3) | m.atan2({a}, {b}) | m.addcmul({a}, {a}, {b}) | {a} > {b} | m.outer({a}, {b})
m.zeros_like({a}) + {b} | m.nn.functional.layer_norm({a}, {a}.shape[-1:]) | m.nn.functional.mse_loss({a}, {a} / 2)
m.einsum('i,i->', {a}, {b})
"""
VIEWS = """
{a}[0] | {a}[-1] | {a}[1:] | {a}[::2] | {a}[..., 0] | {a}[None] | {a}.T | {a}.t() | {a}.reshape(-1) | {a}.view(-1)
{a}.flatten() | {a}.unsqueeze(0) | {a}.squeeze() | {a}.expand(2, 3) | {a}.diagonal() | {a}.transpose(0, -1)
{a}.narrow(0, 0, 1) | {a}.unbind()[0] | {a}.chunk(2)[0] | {a}.split(1)[-1] | {a}.detach() | {a}.select(0, 0)
{a}.view_as({b}) | {a}.unfold(0, 2, 1) | {a}.movedim(0, -1) | {a}[:, 1:] | {a}[:0] | {a}.expand_as({b}) | {a}.data
{a}.swapaxes(0, -1) | {a}[...] | {a}.unflatten(0, (-1, 1)) | {a}.broadcast_to(2, 3) | {a}.squeeze(0) | {a}.ravel()
"""
CHANGES = """
{a}.add_({b}) | {a}.mul_({b}) | {a}.sub_(1.5) | {a}.div_(2) | {a}.neg_() | {a}.sin_() | {a}.tanh_()
{a}.sigmoid_() | {a}.relu_() | {a}.zero_() | {a}.fill_(1.5) | {a}.copy_({b}) | {a}.clamp_(-1, 1) | {a}.pow_(2)
{a}.abs_() | {a}.masked_fill_({a} > 0, 0.5) | {a}[0] = {b} | {a}[...] = {b} | {a}[1:] *= 2 | {a}[::2] = 1.5
{a}[[0, 1]] = {b} | {a}[{a} > 0] = 0.5 | {a} += {b} | {a} *= {b} | {a} -= {a} | {a}.unsqueeze_(0) | {a}.squeeze_()
{a}.transpose_(0, -1) | {a}.addcmul_({a}, {b}) | {a}.cumsum_(0) | {a}.detach_() | {a}.requires_grad_()
{a}.lerp_({b}, 0.3) | {a}[0] = {a}[1] | {a}[-1] += {b} | {a}.index_fill_(0, m.tensor([0]), 2.0)
{a}.index_add_(0, m.tensor([0]), {a}[:1]) | {a}[..., 0] = 0 | {a}.fill_diagonal_(1.0) | {a}.T[0] = 2.0
{a}.view(-1)[0] = {b} | {a}[None][0] = {b} | {a} **= 2 | {a}.tril_()
{a}.scatter_(0, m.zeros_like({a}).long(), 2.0) | {a}.detach().mul_(2) | {a}.data.add_(1) | {a}.retain_grad()
"""
PASSES = """
{a}.sum().backward() | {a}.sum().backward(retain_graph=True) | {a}.backward(weights({a}))
({a} ** 2).mean().backward() | ({a} * {b}).sum().backward(retain_graph=True) | {a}.sum().backward(inputs=[{x}])
{x}.grad = None | {x}.grad.zero_() | m.autograd.backward([{a}.sum(), {b}.sum()])
"""
DERIVATIVES = """
m.autograd.grad({a}.sum(), {x}, create_graph=True, allow_unused=True)[0] | {x}.grad | {x}.grad.clone()
{x}.grad * 2 | m.autograd.grad(({a} ** 2).sum(), {x}, retain_graph=True)[0]
m.autograd.grad({a}.sum(), {b}, allow_unused=True)[0]
m.autograd.grad({a}, {x}, weights({a}), create_graph=True)[0]
"""


def _listed(text: str) -> list[str]:
    return [item.strip() for line in text.strip().splitlines() for item in line.split("|")]


KINDS = [
    (5, "new", _listed(RESULTS)),
    (3, "new", _listed(VIEWS)),
    (4, "change", _listed(CHANGES)),
    (2, "pass", _listed(PASSES)),
    (1, "new", _listed(DERIVATIVES)),
]


def leaf(random: Random, number: int) -> str:
    """The line that makes a leaf, or a constant."""
    shape = random.choice(SHAPES)
    dtype = random.choice(("float64", "float64", "float64", "float32", "int64"))
    values = np.round(np.random.default_rng(random.randrange(2**32)).uniform(-2, 2, shape), 3)
    if random.random() < 0.2 or dtype == "int64":
        values = np.round(values)
    if dtype == "int64":
        values = values.astype(np.int64)
    grad = dtype != "int64" and random.random() < 0.85
    return f"x{number} = {tensor(random, np.asarray(values), dtype, grad)}"


def program(random: Random, torch: Any, length: int = 12) -> Program:
    """A random program of up to so many steps after the lines that make its leaves."""
    variables = start(torch)
    lines = [leaf(random, i) for i in range(random.randint(1, 3))]
    for line in lines:
        step(line, variables)
    made = 0
    for _ in range(4 * length):
        if len(lines) > length:
            break
        names = [n for n, v in variables.items() if n[0] in "vx" and n[1:].isdigit() and v is not None]
        recent = names[-4:] if random.random() < 0.7 else names
        ((_, kind, templates),) = random.choices(KINDS, [weight for weight, _, _ in KINDS])
        leaves = [n for n in names if n[0] == "x"]
        line = random.choice(templates).format(
            a=random.choice(recent), b=random.choice(names), x=random.choice(leaves)
        )
        if kind == "new":
            line = f"v{made} = {line}"
        if random.random() < 0.08:
            line = f"with m.no_grad(): {line}"
        try:
            step(line, variables)
        except Exception:
            if random.random() < (0.2 if kind == "pass" else 0.02):
                lines.append(line)
                break
            variables = start(torch)  # a pass that was refused may have gone half way
            for earlier in lines:
                step(earlier, variables)
            continue
        lines.append(line)
        made += kind == "new"
        if _large(variables):
            break
    return Program(tuple(lines))


def _large(variables: dict[str, Any]) -> bool:
    """Whether numbers have grown so large that the rounding of two libraries grows with them."""
    tensors = [v for n, v in variables.items() if n[0] in "vx" and hasattr(v, "numel") and v.numel()]
    return any(v.dtype.is_floating_point and not bool(v.detach().abs().max() < 1e3) for v in tensors)
