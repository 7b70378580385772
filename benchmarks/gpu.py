"""`python -m benchmarks.gpu`: the same work on a GPU here and in PyTorch, checked, timed, and printed as one table.

It is one command of less than six minutes. First every network's losses of a few steps from the same weights are
compared; then each library has blocks of its own, in turn, between two events of the GPU. The ratio of the medians
is what counts: 0.8 is four fifths of PyTorch's time. We are there twice, with CUDA kernels of our own and without,
for they become the default where a card shows that they win. Without a GPU, `--device cpu --quick` runs the same
with small sizes, which shows that the script works and measures nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import autograd_engine as ag

__all__ = ["WORK", "main"]

SECONDS = 1.2
"""How long a library is timed in one piece of work."""

NEAR, NEAR_TF32 = 1e-3, 2e-2
"""By what share losses may differ, since the libraries add in other orders; the second with rounded factors."""

WARM_UP = 3
"""How many steps run operation by operation before one is captured."""


class Work(NamedTuple):
    """A piece of work for both libraries, which have the same names.

    Attributes:
        build: `build(library, sizes, device)` makes a training step or a kernel's call: a function that returns a
            loss or nothing; and the network, if there is one.
        sizes, small: those that are measured, and those of `--quick`.
        tf32: whether factors of products are rounded.
        steps: how many steps are compared.
    """

    build: Callable[..., tuple[Callable[[], Any], Any]]
    sizes: tuple[int, ...]
    small: tuple[int, ...]
    tf32: bool = False
    steps: int = 3


def drawn(library: Any, device: str, shape: tuple[int, ...], classes: int = 0) -> Any:
    """The same numbers in both libraries: normal, or integers below `classes`."""
    random = np.random.default_rng(0)
    values = random.integers(0, classes, shape) if classes else random.normal(size=shape).astype(np.float32)
    return library.from_numpy(values).to(device)


def training(
    library: Any, model: Any, x: Any, y: Any, fused: bool = True, captured: bool = False, mixed: bool = False
) -> Callable[[], Any]:
    """A training step with Adam, which in PyTorch is one kernel on a GPU; captured as a CUDA graph, or with float16
    where `autocast` takes it, if that is asked for."""
    settings = {"fused": True} if (fused or captured) and library is not ag and x.is_cuda else {}
    if captured and settings:
        settings["capturable"] = True
    rule = library.optim.Adam(model.parameters(), lr=1e-3, **settings)

    def step(x: Any, y: Any) -> Any:
        rule.zero_grad()
        with library.autocast("cuda", dtype=library.float16, enabled=mixed and x.is_cuda):
            scores = model(x)
            loss = library.nn.functional.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1))
        loss.backward()
        rule.step()
        return loss.detach()

    if captured and x.is_cuda:
        step = ag.cuda.GraphedStep(step, WARM_UP) if library is ag else captured_by_pytorch(library, step)
    return lambda: step(x, y)


def captured_by_pytorch(torch: Any, step: Callable[..., Any]) -> Callable[..., Any]:
    """The step, which after a few calls is captured as PyTorch's documentation says. Unlike `GraphedStep`, it does
    not copy what it is given and what it gives."""
    done: list[Any] = []
    side, graph = torch.cuda.Stream(), torch.cuda.CUDAGraph()

    def call(x: Any, y: Any) -> Any:
        if len(done) < WARM_UP:
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                done.append(step(x, y))
            torch.cuda.current_stream().wait_stream(side)
            return done[-1]
        if len(done) == WARM_UP:
            with torch.cuda.graph(graph):
                done.append(step(x, y))
        graph.replay()
        return done[-1]

    return call


def perceptron(
    library: Any, sizes: tuple[int, ...], device: str, captured: bool = False
) -> tuple[Callable[[], Any], Any]:
    batch, *widths = sizes
    nn, layers = library.nn, []
    for before, after in pairwise(widths[:-1]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(*widths[-2:])).to(device)
    x, y = drawn(library, device, (batch, widths[0])), drawn(library, device, (batch,), widths[-1])
    return training(library, model, x, y, widths[0] > 1000, captured), model


def recurrent(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    batch, length, width, hidden = sizes

    class Network(library.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layer = library.nn.LSTM(width, hidden, batch_first=True)
            self.head = library.nn.Linear(hidden, 10)

        def forward(self, x: Any) -> Any:
            return self.head(self.layer(x)[0][:, -1])

    model = Network().to(device)
    x, y = drawn(library, device, (batch, length, width)), drawn(library, device, (batch,), 10)
    return training(library, model, x, y), model


def residual(
    library: Any, sizes: tuple[int, ...], device: str, mixed: bool = False
) -> tuple[Callable[[], Any], Any]:
    batch, pixels, width = sizes
    nn = library.nn

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(after)
            self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(after)
            is_same = stride == 1 and before == after
            self.short = None if is_same else nn.Conv2d(before, after, 1, stride, bias=False)

        def forward(self, x: Any) -> Any:
            out = self.bn2(self.conv2(library.relu(self.bn1(self.conv1(x)))))
            return library.relu(out + (x if self.short is None else self.short(x)))

    blocks, before = [], width
    for i, after in enumerate((width, 2 * width, 4 * width, 8 * width)):
        blocks += [Block(before, after, 1 + (i > 0)), Block(after, after, 1)]
        before = after
    model = nn.Sequential(
        nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 1000),
    ).to(device)  # fmt: skip
    x, y = drawn(library, device, (batch, 3, pixels, pixels)), drawn(library, device, (batch,), 1000)
    return training(library, model, x, y, mixed=mixed), model


def transformer(
    library: Any, sizes: tuple[int, ...], device: str, mixed: bool = False
) -> tuple[Callable[[], Any], Any]:
    batch, length, layers, heads, width, tokens = sizes
    nn = library.nn

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x: Any) -> Any:
            parts = self.attention(self.ln_1(x)).reshape(batch, length, 3, heads, width // heads)
            q, k, v = (parts[:, :, i].transpose(1, 2) for i in range(3))
            seen = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
            return x + self.down(nn.functional.gelu(self.up(self.ln_2(x))))

    blocks = [Block() for _ in range(layers)]
    model = nn.Sequential(nn.Embedding(tokens, width), *blocks, nn.LayerNorm(width), nn.Linear(width, tokens))
    model = model.to(device)
    x, y = (drawn(library, device, (batch, length), tokens) for _ in "xy")
    return training(library, model, x, y, mixed=mixed), model


def normalization(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    x = drawn(library, device, sizes)
    weight = library.ones(sizes[-1], device=device)
    return lambda: library.nn.functional.layer_norm(x, sizes[-1:], weight, weight), None


def entropy(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    x, y = drawn(library, device, sizes).requires_grad_(), drawn(library, device, sizes[:1], sizes[1])

    def call() -> None:
        x.grad = None
        library.nn.functional.cross_entropy(x, y).backward()

    return call, None


def product(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    """Rows times a weight, with a bias."""
    rows, before, after = sizes
    x, w, b = (drawn(library, device, s) for s in ((rows, before), (after, before), (after,)))
    return lambda: library.nn.functional.linear(x, w, b), None


def products(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    """Queries times keys, for each head of each sequence."""
    count, heads, length, width = sizes
    x, y = (drawn(library, device, (count, length, heads, width)).transpose(1, 2) for _ in "xy")
    return lambda: x @ y.transpose(-1, -2), None


def convolution(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    """A convolution of 3 by 3 and its two gradients."""
    count, channels, pixels = sizes
    x, g = (drawn(library, device, (count, channels, pixels, pixels)) for _ in "xg")
    w = drawn(library, device, (channels, channels, 3, 3)).requires_grad_()
    x.requires_grad_()

    def call() -> Any:
        x.grad = w.grad = None
        out = library.nn.functional.conv2d(x, w, padding=1)
        out.backward(g)
        return out.detach()

    return call, None


def activation(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    x = drawn(library, device, sizes)
    return lambda: library.nn.functional.gelu(x), None


def addition(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    x = drawn(library, device, sizes)
    return lambda: x + x, None


def update(library: Any, sizes: tuple[int, ...], device: str) -> tuple[Callable[[], Any], Any]:
    count, size = sizes
    parameters = [drawn(library, device, (size,)).requires_grad_() for _ in range(count)]
    for p in parameters:
        p.grad = drawn(library, device, (size,))
    settings = {"fused": True} if library is not ag and device != "cpu" else {}
    return library.optim.Adam(parameters, lr=1e-3, **settings).step, None


WORK = {
    "step 64-128-10": Work(perceptron, (64, 64, 128, 10), (4, 6, 8, 3)),
    "step 784-512-256-10": Work(perceptron, (128, 784, 512, 256, 10), (4, 6, 8, 8, 3)),
    "step 4096^3": Work(perceptron, (1024, 4096, 4096, 4096, 10), (4, 6, 6, 6, 3)),
    "step 4096^3 tf32": Work(perceptron, (1024, 4096, 4096, 4096, 10), (4, 6, 6, 6, 3), True),
    "step 64-128-10 captured": Work(
        partial(perceptron, captured=True), (64, 64, 128, 10), (4, 6, 8, 3), steps=2 * WARM_UP
    ),
    "step 784-512-256-10 captured": Work(
        partial(perceptron, captured=True), (128, 784, 512, 256, 10), (4, 6, 8, 8, 3), steps=2 * WARM_UP
    ),
    "step 4096^3 captured": Work(
        partial(perceptron, captured=True), (1024, 4096, 4096, 4096, 10), (4, 6, 6, 6, 3), steps=2 * WARM_UP
    ),
    "step lstm 128": Work(recurrent, (64, 64, 128, 128), (2, 3, 4, 5)),
    "step lstm 512": Work(recurrent, (64, 64, 256, 512), (2, 3, 4, 5)),
    "step resnet18 tf32": Work(residual, (64, 224, 64), (8, 64, 4), True),
    "step resnet18 autocast": Work(partial(residual, mixed=True), (64, 224, 64), (8, 64, 4), True),
    "step gpt": Work(transformer, (16, 256, 6, 6, 384, 512), (2, 4, 1, 2, 8, 11)),
    "step gpt tf32": Work(transformer, (16, 256, 6, 6, 384, 512), (2, 4, 1, 2, 8, 11), True),
    "step gpt autocast": Work(
        partial(transformer, mixed=True), (16, 256, 6, 6, 384, 512), (2, 4, 1, 2, 8, 11), True
    ),
    "linear 64^3": Work(product, (64, 64, 64), (4, 6, 8)),
    "linear 4096^3": Work(product, (4096, 4096, 4096), (4, 6, 8)),
    "linear 4096^3 tf32": Work(product, (4096, 4096, 4096), (4, 6, 8), True),
    "products of 96 heads": Work(products, (16, 6, 256, 64), (2, 3, 4, 5)),
    "convolution 32x64x56x56": Work(convolution, (32, 64, 56), (2, 4, 6)),
    "convolution 32x64x56x56 tf32": Work(convolution, (32, 64, 56), (2, 4, 6), True),
    "layer norm forward": Work(normalization, (8192, 1024), (4, 8)),
    "cross entropy both": Work(entropy, (8192, 32000), (4, 8)),
    "gelu 16 M": Work(activation, (1 << 24,), (32,)),
    "add 16 M": Work(addition, (1 << 24,), (32,)),
    "adam 60 tensors 2 M": Work(update, (60, 33_000), (3, 5)),
}


class Library(NamedTuple):
    """A library, and how its GPU tells the time.

    Attributes:
        module: the package.
        name: in the table.
        kernels: those of ours that run.
    """

    module: Any
    name: str
    kernels: str = "auto"

    def chosen(self) -> AbstractContextManager[None]:
        """A context in which its kernels run."""
        return ag.use_kernels(self.kernels) if self.module is ag else nullcontext()

    def seconds(self, call: Callable[[], Any], count: int, device: str) -> float:
        """How long `count` calls take, from the first kernel's begin to the last one's end."""
        if device == "cpu":
            start = time.perf_counter()
            for _ in range(count):
                call()
            return time.perf_counter() - start
        cuda = self.module.cuda
        begin, end = (cuda.Event(enable_timing=True) for _ in "ab")
        cuda.synchronize()
        begin.record()
        for _ in range(count):
            call()
        end.record()
        cuda.synchronize()
        return float(begin.elapsed_time(end)) / 1000

    def allow_tf32(self, wanted: bool) -> None:
        """Round the factors of products and convolutions, or not."""
        self.module.backends.cuda.matmul.allow_tf32 = wanted
        self.module.backends.cudnn.allow_tf32 = wanted


def checked(work: Work, libraries: Sequence[Library], sizes: tuple[int, ...], device: str) -> str:
    """Whether the losses of a few steps from the same weights agree, or what a kernel gives; the last loss."""
    losses, results, weights = [], [], None
    for library in libraries:
        library.module.manual_seed(0)
        with library.chosen():
            step, model = work.build(library.module, sizes, device)
            if model is None:
                results.append(step())
                continue
            if weights is None:
                state = model.state_dict()
                weights = {name: np.array(value.detach().cpu().numpy()) for name, value in state.items()}
            else:
                model.load_state_dict({name: library.module.from_numpy(value) for name, value in weights.items()})
            losses.append([float(step()) for _ in range(work.steps)])
    near = NEAR_TF32 if work.tf32 else NEAR
    if not losses:
        ours, *theirs = [None if r is None else r[:8].cpu().numpy() for r in results]
        for other in theirs if ours is not None else ():
            np.testing.assert_allclose(ours, other, rtol=near, atol=near * np.abs(other).max())
        return ""
    ours, *theirs = losses
    for other in theirs:
        np.testing.assert_allclose(ours, other, rtol=near)
    return f"{ours[-1]:.4f}"


def timed(
    work: Work, libraries: Sequence[Library], sizes: tuple[int, ...], device: str, rounds: int
) -> list[float]:
    """The median milliseconds of a call, for each library, which have their rounds in turn."""
    calls = []
    for library in libraries:
        with library.chosen():
            call, _ = work.build(library.module, sizes, device)
            for _ in range(WARM_UP + 2):
                call()
            once = library.seconds(call, 2, device) / 2
        calls.append((call, max(1, min(500, int(SECONDS / rounds / max(once, 1e-6))))))
    found: list[list[float]] = [[] for _ in libraries]
    for _ in range(rounds):
        for (call, count), library, into in zip(calls, libraries, found, strict=True):
            with library.chosen():
                into.append(1000 * library.seconds(call, count, device) / count)
    return [statistics.median(times) for times in found]


def measured(
    names: Sequence[str], libraries: Sequence[Library], device: str, quick: bool
) -> Iterator[dict[str, Any]]:
    """A row for each piece of work; what fails is a row that says so, and the next is tried."""
    for name in names:
        work = WORK[name]
        sizes = work.small if quick else work.sizes
        try:
            for library in libraries:
                library.allow_tf32(work.tf32)
            loss = checked(work, libraries, sizes, device)
            times = timed(work, libraries, sizes, device, 1 if quick else 5)
            yield {"work": name, "loss": loss, "ms": dict(zip([lib.name for lib in libraries], times, strict=True))}
        except Exception as error:
            yield {"work": name, "failed": " ".join(f"{type(error).__name__}: {error}".split())[:200]}
        finally:
            for library in libraries:
                library.allow_tf32(False)
                if device != "cpu":
                    library.module.cuda.empty_cache()


def table(machine: str, rows: Sequence[dict[str, Any]]) -> str:
    """The rows as Markdown, with the card's name above."""
    lines = [
        machine,
        "",
        "| work | ours, ms | with CUDA kernels | PyTorch, ms | ratios | loss after some steps |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        if "failed" in row:
            lines.append(f"| {row['work']} | {row['failed']} | | | | |")
            continue
        ours, kernels, *theirs = row["ms"].values()
        peer = "not installed |"
        if theirs:
            peer = f"{theirs[0]:.3f} | {ours / theirs[0]:.2f}, {kernels / theirs[0]:.2f}"
        lines.append(f"| {row['work']} | {ours:.3f} | {kernels:.3f} | {peer} | {row['loss']} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 1 if something failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--device", default="cuda", help='"cuda", or "cpu" to try the script')
    parser.add_argument("--quick", action="store_true", help="small sizes: to try the script")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[*WORK], default=[*WORK])
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the rows as JSON, too")
    options = parser.parse_args(arguments)
    if options.device != "cpu" and not ag.cuda.is_available():
        ag.ones(1).to(options.device)  # says what is missing
    libraries = [Library(ag, "autograd_engine"), Library(ag, "with CUDA kernels", "cuda")]
    try:
        import torch

        libraries.append(Library(torch, "PyTorch"))
        versions = f"PyTorch {torch.__version__}"
    except ImportError:
        versions = "PyTorch is not installed"
    card = "the CPU, which measures nothing"
    if options.device != "cpu":
        backends = ag.backends
        used = f"{backends.cuda.preferred_blas_library()}, cuDNN {backends.cudnn.version()}"
        card = f"{ag.cuda.get_device_name()} with {used}"
    machine = f"{card}; autograd_engine {ag.__version__}, NumPy {np.__version__}, {versions}"
    rows = []
    for row in measured(options.only, libraries, options.device, options.quick):
        rows.append(row)
        print(row["work"], row.get("failed", "done"), file=sys.stderr, flush=True)
    print(table(machine, rows))
    if options.out is not None:
        options.out.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
    return int(any("failed" in row for row in rows))


if __name__ == "__main__":
    sys.exit(main())
