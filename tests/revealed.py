"""What type checkers know of every public name: a program that asks mypy for it, and the answers that say Any.

The program reveals each public function, and of each public class the members that it does not have from another
public class. The call of a module is asked of every class, since its own `forward` decides.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from autograd_engine.nn import Module

PACKAGE = "autograd_engine."
ROOMS = """
    autograd autograd.functional cuda data data.transforms func linalg models nn nn.functional nn.init nn.parameter
    nn.utils nn.utils.rnn optim optim.lr_scheduler optim.swa_utils serialization special testing training
    utils.checkpoint utils.data viz
"""
MODULES = ["autograd_engine", *(PACKAGE + room for room in ROOMS.split())]

SYMBOLS = """
    __abs__ __add__ __and__ __call__ __enter__ __eq__ __ge__ __getitem__ __gt__ __iadd__ __invert__ __iter__ __le__
    __len__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __next__ __or__ __pow__ __radd__ __rmatmul__ __rmul__
    __rpow__ __rsub__ __rtruediv__ __sub__ __truediv__ __xor__
"""
MEMBERS = (staticmethod, classmethod, property, cached_property)

UNKNOWN = {
    "what the user put in, wrote or registered": (
        "load serialization.load data.default_collate data.default_convert utils.data.default_collate "
        "utils.data.default_convert data.transforms.Compose.__call__ data.transforms.Lambda.__call__ "
        "Function.apply Function.forward Function.backward autograd.FunctionContext.saved_tensors "
        "optim.swa_utils.AveragedModel.__call__ optim.swa_utils.AveragedModel.forward training.Metric.result "
        "serialization.get_safe_globals"
    ),
    "pictures and labels after the user's transforms": (
        "data.ImageFolder.__getitem__ data.ImageFolder.transformed data.MNIST.__getitem__ data.MNIST.transformed "
        "data.FashionMNIST.__getitem__ data.FashionMNIST.transformed data.CIFAR10.__getitem__ "
        "data.CIFAR10.transformed data.CIFAR100.__getitem__ data.CIFAR100.transformed "
        "data.FakeData.__getitem__ data.FakeData.transformed"
    ),
    "of a structure that arguments decide": (
        "func.grad func.value_and_grad func.grad_and_value func.jacobian func.jacrev func.hessian func.vjp "
        "func.jacfwd func.vmap func.functional_call "
        "autograd.functional.jacobian autograd.functional.hessian Tensor.tolist nn.Parameter.tolist "
        "nn.UninitializedParameter.tolist nn.UninitializedBuffer.tolist nn.Buffer.tolist "
        "data.StackDataset.__getitem__"
    ),
    "a module whose forward a subclass, or nobody, defines": (
        "nn.DataParallel.__call__ nn.DataParallel.forward "
        "nn.Module.__call__ nn.Module.forward nn.ModuleDict.__call__ nn.ModuleDict.forward nn.ModuleList.__call__ "
        "nn.ModuleList.forward nn.ParameterDict.__call__ nn.ParameterDict.forward nn.ParameterList.__call__ "
        "nn.ParameterList.forward nn.RNNBase.__call__ nn.RNNBase.forward nn.RNNCellBase.__call__ "
        "nn.RNNCellBase.forward models.LanguageModel.__call__ models.LanguageModel.forward"
    ),
    "of a class of another library, which differs by the method, is optional, or depends on the device": (
        "optim.minimize Generator.stream testing.arrays testing.broadcastable_shapes testing.indices "
        "testing.shapes testing.tensors nn.UninitializedParameter.array nn.UninitializedBuffer.array"
    ),
}
"""What may say Any, by the reason: each name with its module, but for the package's own."""

_DIMENSIONS = r"numpy\.(ndarray|dtype)\[(?:[^][]|\[(?:[^][]|\[[^][]*\])*\])*\]"
PLAIN = re.compile(rf"{_DIMENSIONS}|(dict|Mapping)\[str, Any\]")
"""Types that contain Any where nothing else is known: NumPy's, and values under names."""


def _questions() -> Iterator[tuple[str, str, str]]:
    """The name of each thing, how the class that it belongs to is written if any, and the expression to reveal."""
    classes: dict[type[Any], str] = {}
    for path in MODULES:
        module = importlib.import_module(path)
        for name in module.__all__:
            value, full = getattr(module, name), f"{path}.{name}"
            if inspect.isclass(value) and value.__module__.startswith("autograd_engine"):
                classes.setdefault(value, full)
            elif callable(value):
                yield full, "", full
    for kind, full in classes.items():
        count = len(getattr(kind, "__parameters__", ()))
        written = f"{full}[{', '.join(['autograd_engine.Tensor'] * count)}]" if count else full
        for name in dir(kind):
            home = next(base for base in kind.__mro__ if name in vars(base))
            of_its_own = home is kind or home not in classes or (name == "__call__" and issubclass(kind, Module))
            if not of_its_own or not home.__module__.startswith("autograd_engine"):
                continue
            if name.startswith("_") and name not in SYMBOLS.split():
                continue
            if inspect.isfunction(vars(home)[name]) or isinstance(vars(home)[name], MEMBERS):
                yield f"{full}.{name}", written, f"x.{name}"


class Program:
    """A program that asks, and what becomes of the answers."""

    def __init__(self) -> None:
        self.lines = [f"import {module}" for module in MODULES]
        self.asked: dict[int, str] = {}
        last = ""
        for name, written, expression in _questions():
            if written and written != last:
                self.lines.append(f"def _(x: {written}) -> None:")
            last = written
            self.lines.append(f"{'    ' * bool(written)}reveal_type({expression})")
            self.asked[len(self.lines)] = name.removeprefix(PACKAGE)

    def answers(self, report: str, file: str) -> dict[str, str]:
        """The type that mypy's report gives for each name, if the program is in a file of this name."""
        pattern = re.compile(rf'.*\b{re.escape(file)}:(\d+): note: Revealed type is "(.*)"')
        found = [match for line in report.splitlines() if (match := pattern.fullmatch(line))]
        return {self.asked[int(match[1])]: match[2] for match in found}


def results(text: str) -> Iterator[str]:
    """What a revealed type gives when it is called, as often as it says; the type itself if it is no function."""
    if text.startswith("Overload("):
        for part in _parts(text.removeprefix("Overload(").removesuffix(")")):
            yield from results(part)
    elif text.startswith("def "):
        yield from results(_after_parameters(text))
    else:
        yield text


def _after_parameters(text: str) -> str:
    depth = 0
    for i, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == ")" and depth == 0:
            return text[i + 1 :].removeprefix(" -> ") or "None"
    raise ValueError(f"no parameters in {text}")


def _parts(text: str) -> Iterator[str]:
    """The alternatives of an overloaded function."""
    start = depth = 0
    for i, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and text[i : i + 6] == ", def ":
            yield text[start:i]
            start = i + 2
    yield text[start:]


def is_unknown(text: str) -> bool:
    """Whether an editor that knows this of a name has nothing to complete after a call of it."""
    return any(re.search(r"\bAny\b", PLAIN.sub("", result)) for result in results(text))
