"""The libraries that are compared, each behind the same few methods.

A library makes leaves (`scalar`, `array`), computes a function of them and returns its backward pass (`record`),
and takes training steps (`training`). There are two kinds of libraries, with a class each. On a *tape*, results
remember how they were computed, and `backward()` leaves gradients on the leaves. A *functional* library transforms
the function into one that computes its gradient.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["ENGINE", "LIBRARIES", "Function", "Library", "Step", "named"]

Function = Callable[[Sequence[Any]], Any]
"""A scalar function of a list of leaves, written with operators and the library's own methods."""

Step = Callable[[], Any]
"""One training step; returns the loss."""

LEARNING_RATE = 0.01


def initial_weights(sizes: Sequence[int]) -> list[tuple[Any, Any]]:
    """Initial weights (in, out) and biases (out,) of each layer, float32, the same for every library."""
    rng = np.random.default_rng(0)
    scale = [(n_in, n_out, n_in**-0.5) for n_in, n_out in pairwise(sizes)]
    return [
        (rng.uniform(-s, s, (n_in, n_out)).astype(np.float32), rng.uniform(-s, s, n_out).astype(np.float32))
        for n_in, n_out, s in scale
    ]


class Library:
    """One library. Its subclasses define how it does things.

    Attributes:
        key: its name on the command line, for `--libraries`.
        label: its name in the tables.
        package: the name to import.
        distribution: the name that pip installs.
        numpy_memory: whether its arrays are NumPy's, whose memory `tracemalloc` sees.
        compiles_indices: whether it compiles x[0], x[1], x[2], ... one by one, a tenth of a second each.
        torch_names: whether its operators and optimizers have PyTorch's names.
        against: for another way to run this project, the peer that it is compared with itself; otherwise the ratio
            is that of this project to the library.
    """

    key: str
    label: str
    package: str
    distribution: str
    numpy_memory = True
    compiles_indices = False
    torch_names = False
    against: str | None = None

    def turn(self) -> AbstractContextManager[Any]:
        """What must be set while it works."""
        return nullcontext()

    def installed(self) -> bool:
        """Whether the package is there to be imported."""
        return importlib.util.find_spec(self.package.partition(".")[0]) is not None

    def load(self, threads: int) -> None:
        """Import it, and let it use this many threads."""
        self.module: Any = importlib.import_module(self.package)

    def part(self, name: str) -> Any:
        """A submodule."""
        return importlib.import_module(f"{self.package}.{name}")

    def scalar(self, value: float) -> Any:
        """A leaf that holds one number."""
        raise NotImplementedError

    def array(self, values: Any) -> Any:
        """A leaf that holds an array; None if the library has only scalars."""
        raise NotImplementedError

    def relu(self, x: Any) -> Any:
        """max(x, 0)"""
        return x.relu()

    def record(self, function: Function, leaves: Sequence[Any]) -> Callable[[], Any]:
        """Compute the function of the leaves; the returned function does the backward pass."""
        raise NotImplementedError

    def training(self, sizes: Sequence[int], x: Any, labels: Any, optimizer: str = "SGD") -> Step | None:
        """A training step of a multilayer perceptron with ReLU and cross entropy on one batch, as users of the
        library would write it; None if the library has only scalars, or lacks the optimizer.

        Args:
            sizes: the sizes of the input, the hidden layers and the output.
            x: the inputs (N, sizes[0]), a float32 array.
            labels: the classes (N,), an array of integers.
            optimizer: the name of the optimizer in PyTorch.
        """
        return None


# ---------------------------------------------------------------------------------------- on a tape


class Tape(Library):
    """A library whose results remember how they were computed; `backward()` leaves gradients on the leaves."""

    no_grad: Any = None

    def record(self, function: Function, leaves: Sequence[Any]) -> Callable[[], Any]:
        for leaf in leaves:
            leaf.grad = self.no_grad
        backward: Callable[[], Any] = function(leaves).backward
        return backward


class _TorchNames(Tape):
    """PyTorch, and libraries with its names."""

    torch_names = True

    def scalar(self, value: float) -> Any:
        return self.module.tensor(value, requires_grad=True)

    def array(self, values: Any) -> Any:
        return self.module.tensor(values, requires_grad=True)

    def training(self, sizes: Sequence[int], x: Any, labels: Any, optimizer: str = "SGD") -> Step:
        nn, optim = self.part("nn"), self.part("optim")
        layers = [layer for n_in, n_out in pairwise(sizes) for layer in (nn.Linear(n_in, n_out), nn.ReLU())]
        model = nn.Sequential(*layers[:-1])
        first = [array for weight, bias in initial_weights(sizes) for array in (weight.T.copy(), bias)]
        for parameter, array in zip(model.parameters(), first, strict=True):
            parameter.data = self.module.tensor(array)
        inputs, targets = self.module.tensor(x), self.module.tensor(labels)
        loss_function = nn.CrossEntropyLoss()
        updates = getattr(optim, optimizer)(model.parameters(), lr=LEARNING_RATE)

        def step() -> Any:
            updates.zero_grad()
            loss = loss_function(model(inputs), targets)
            loss.backward()
            updates.step()
            return loss

        return step


class Engine(_TorchNames):
    """This project."""

    key, label, package, distribution = "engine", "autograd_engine", "autograd_engine", "autograd_engine"


class NumPyAlone(_TorchNames):
    """This project without compiled kernels, as it is where numba is not installed."""

    key, label, package, distribution = "numpy", "NumPy alone", "autograd_engine", "autograd_engine"
    against = "torch"

    def turn(self) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = self.module.use_kernels("numpy")
        return context


class Torch(_TorchNames):
    """PyTorch, eager."""

    key, label, package, distribution = "torch", "PyTorch", "torch", "torch"
    numpy_memory = False

    def load(self, threads: int) -> None:
        super().load(threads)
        self.module.set_num_threads(threads)


class Micrograd(Tape):
    """micrograd, which has only scalars."""

    key, label, package, distribution = "micrograd", "micrograd", "micrograd.engine", "micrograd"
    no_grad = 0

    def scalar(self, value: float) -> Any:
        return self.module.Value(value)

    def array(self, values: Any) -> Any:
        return None


class MyGrad(Tape):
    """MyGrad without its guard against writing to arrays in use, which its manual advises to switch off for
    speed."""

    key, label, package, distribution = "mygrad", "MyGrad", "mygrad", "mygrad"

    def load(self, threads: int) -> None:
        super().load(threads)
        self.module.turn_memory_guarding_off()

    def scalar(self, value: float) -> Any:
        return self.module.tensor(value)

    def array(self, values: Any) -> Any:
        return self.module.tensor(values)

    def relu(self, x: Any) -> Any:
        return self.module.maximum(x, 0)

    def record(self, function: Function, leaves: Sequence[Any]) -> Callable[[], Any]:
        for leaf in leaves:
            leaf.null_grad()
        backward: Callable[[], Any] = function(leaves).backward
        return backward

    def training(self, sizes: Sequence[int], x: Any, labels: Any, optimizer: str = "SGD") -> Step | None:
        if optimizer != "SGD":
            return None
        relu = self.part("nnet.activations").relu
        cross_entropy = self.part("nnet.losses").softmax_crossentropy
        parameters = [
            (self.module.tensor(weight), self.module.tensor(bias)) for weight, bias in initial_weights(sizes)
        ]

        def step() -> Any:
            hidden = x
            for weight, bias in parameters[:-1]:
                hidden = relu(self.module.matmul(hidden, weight) + bias)
            weight, bias = parameters[-1]
            loss = cross_entropy(self.module.matmul(hidden, weight) + bias, labels)
            loss.backward()
            for layer in parameters:
                for parameter in layer:
                    parameter.data -= LEARNING_RATE * parameter.grad
                    parameter.null_grad()
            return loss

        return step


# --------------------------------------------------------------------------------------- functional


class Functional(Library):
    """A library that transforms functions. Parameters are lists of arrays, and a training step makes new ones.

    Attributes:
        numpy: the name of its submodule with NumPy's functions.
        special: the name of its submodule with the functions of `scipy.special`.
    """

    numpy: str
    special: str

    def relu(self, x: Any) -> Any:
        return self.part(self.numpy).maximum(x, 0)

    def compiled(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """The training step as users of the library would call it: compiled, if it compiles."""
        return step

    def finished(self, result: Any) -> Any:
        """The result, once it is computed: some libraries return before that."""
        return result

    def value_and_grad(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function that returns the value of `function` and its derivative with respect to the first
        argument."""
        raise NotImplementedError

    def training(self, sizes: Sequence[int], x: Any, labels: Any, optimizer: str = "SGD") -> Step | None:
        if optimizer != "SGD":
            return None
        np_, logsumexp = self.part(self.numpy), self.part(self.special).logsumexp
        one_hot = np.eye(sizes[-1], dtype=np.float32)[labels]

        def loss_of(parameters: Any, x: Any, one_hot: Any) -> Any:
            hidden = x
            for weight, bias in parameters[:-1]:
                hidden = np_.maximum(np_.dot(hidden, weight) + bias, 0)
            weight, bias = parameters[-1]
            logits = np_.dot(hidden, weight) + bias
            return np_.mean(logsumexp(logits, axis=1) - np_.sum(logits * one_hot, axis=1))

        differentiated = self.value_and_grad(loss_of)

        def update(parameters: Any, x: Any, one_hot: Any) -> Any:
            loss, gradients = differentiated(parameters, x, one_hot)
            return loss, [
                (weight - LEARNING_RATE * dweight, bias - LEARNING_RATE * dbias)
                for (weight, bias), (dweight, dbias) in zip(parameters, gradients, strict=True)
            ]

        fast_update = self.compiled(update)
        parameters: Any = [tuple(self.array(a) for a in layer) for layer in initial_weights(sizes)]
        x, one_hot = self.array(x), self.array(one_hot)

        def step() -> Any:
            nonlocal parameters
            loss, parameters = self.finished(fast_update(parameters, x, one_hot))
            return loss

        return step


class HIPS(Functional):
    """HIPS autograd: Python floats and NumPy arrays, boxed while a function is traced."""

    key, label, package, distribution = "autograd", "HIPS autograd", "autograd", "autograd"
    numpy, special = "numpy", "scipy.special"

    def scalar(self, value: float) -> Any:
        return value

    def array(self, values: Any) -> Any:
        return values

    def record(self, function: Function, leaves: Sequence[Any]) -> Callable[[], Any]:
        vjp, value = self.part("core").make_vjp(lambda boxed: function(list(boxed)), list(leaves))
        return lambda: vjp(np.ones_like(value)[()])

    def value_and_grad(self, function: Callable[..., Any]) -> Callable[..., Any]:
        transformed: Callable[..., Any] = self.module.value_and_grad(function)
        return transformed


class JAX(Functional):
    """JAX: op by op (`jax.vjp`), but training steps under `jax.jit`, compiled before the clock starts."""

    key, label, package, distribution = "jax", "JAX", "jax", "jax"
    numpy, special = "numpy", "scipy.special"
    numpy_memory = False
    compiles_indices = True

    def scalar(self, value: float) -> Any:
        return self.part(self.numpy).float32(value)

    def array(self, values: Any) -> Any:
        return self.part(self.numpy).asarray(values)

    def record(self, function: Function, leaves: Sequence[Any]) -> Callable[[], Any]:
        value, vjp = self.module.vjp(function, list(leaves))
        one = self.part(self.numpy).ones_like(value)
        return lambda: self.finished(vjp(one))

    def compiled(self, step: Callable[..., Any]) -> Callable[..., Any]:
        fast: Callable[..., Any] = self.module.jit(step)
        return fast

    def finished(self, result: Any) -> Any:
        return self.module.block_until_ready(result)

    def value_and_grad(self, function: Callable[..., Any]) -> Callable[..., Any]:
        transformed: Callable[..., Any] = self.module.value_and_grad(function)
        return transformed


ENGINE = Engine()

LIBRARIES: tuple[Library, ...] = (ENGINE, Torch(), NumPyAlone(), Micrograd(), HIPS(), MyGrad(), JAX())


def named(key: str) -> Library:
    """The library of that key."""
    return next(library for library in LIBRARIES if library.key == key)
