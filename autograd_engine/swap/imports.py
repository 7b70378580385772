"""`import torch` as an import of this package: one finder, which answers before Python looks for files.

`torch.nn.functional` becomes `autograd_engine.nn.functional`, the same module object. Only the top level is an
object of its own, since programs ask it for a version of PyTorch. Data sets, transforms and models of pictures have
torchvision's names, and so are found under those too.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ..backend.absent import explained, missing
from ..backend.spelling import spelling

__all__ = ["HOMES", "VERSIONS", "as_torch", "home_of"]

PACKAGE = __name__.partition(".")[0]

HOMES = {
    "torch": PACKAGE,
    "torchvision.datasets": f"{PACKAGE}.data",
    "torchvision.models": f"{PACKAGE}.models",
    "torchvision.transforms": f"{PACKAGE}.data.transforms",
    "torchvision.utils": f"{PACKAGE}.data.grids",
}
"""Where the modules of other packages are here; what lies below a module lies below its home."""

VERSIONS = {"torch": "2.13.0", "torchvision": "0.28.0"}
"""The versions of the packages whose names, arguments and defaults these are, for programs that ask."""


def home_of(name: str) -> str | None:
    """The module here that a module of PyTorch's or torchvision's stands for; None for other packages.

    Example:
        >>> from autograd_engine.swap.imports import home_of
        >>> home_of("torch.nn"), home_of("torchvision.transforms"), home_of("numpy")
        ('autograd_engine.nn', 'autograd_engine.data.transforms', None)
    """
    for theirs, ours in HOMES.items():
        if name == theirs or name.startswith(f"{theirs}."):
            return ours + name[len(theirs) :]
    return None


class _Root(ModuleType):
    """The top level of `torch` or `torchvision`: its names are looked up here when they are asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"{PACKAGE}, in the place of {name}.")
        self.__version__ = VERSIONS[name]
        self.__path__: list[str] = []
        self.__spec__ = ModuleSpec(name, None, is_package=True)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        home = HOMES.get(self.__name__)
        if home is not None:
            try:
                return getattr(sys.modules[home], name)
            except AttributeError as error:
                raise AttributeError(str(error).replace(repr(home), repr(self.__name__), 1), name=name) from None
        if f"{self.__name__}.{name}" in HOMES:
            return importlib.import_module(f"{self.__name__}.{name}")
        raise missing(self.__name__, name)

    def __dir__(self) -> list[str]:
        home = HOMES.get(self.__name__)
        below = [name.partition(".")[2] for name in HOMES if name.startswith(f"{self.__name__}.")]
        return dir(sys.modules[home]) if home else below


class _Home(Loader):
    """Gives a module that is there already, and leaves it as it is."""

    def __init__(self, module: ModuleType) -> None:
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # of which the import has made one of the other name


class _Finder(MetaPathFinder):
    """Finds PyTorch's modules here."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where the module is.

        Raises:
            ModuleNotFoundError: PyTorch may have it, and this package does not.
        """
        if fullname in VERSIONS:
            return ModuleSpec(fullname, _Home(_Root(fullname)), is_package=True)
        home = home_of(fullname)
        if home is None:
            if fullname.partition(".")[0] in VERSIONS:
                raise ModuleNotFoundError(
                    f"No module named {fullname!r}: {PACKAGE} has nothing like it", name=fullname
                )
            return None
        try:
            module = importlib.import_module(home)
        except ModuleNotFoundError as error:
            if error.name is None or not home.startswith(error.name):
                raise
            parent, _, name = home.rpartition(".")
            near = dir(sys.modules[parent]) if parent in sys.modules else ()
            reason = explained(f"{parent}.{name}".partition(".")[2], near)
            raise ModuleNotFoundError(f"No module named {fullname!r} in {PACKAGE}{reason}", name=fullname) from None
        return ModuleSpec(fullname, _Home(module), is_package=hasattr(module, "__path__"))


def as_torch() -> ModuleType:
    """From now on, `import torch` and all imports below it mean this package, in this process; returns `torch`.

    For the first cell of a notebook, or the first line of a program, that was written for PyTorch.
    `python -m autograd_engine as-torch SCRIPT.py` does so for a program that stays as it is. What is not there is
    an ImportError or an AttributeError that names it. `torch.__version__` is the version of PyTorch whose names
    these are, and dtypes and sizes are written as there: torch.float32, torch.Size([2, 3]). torchvision's data
    sets, transforms, models and utils are found as well.

    Raises:
        RuntimeError: PyTorch itself is imported already.

    Example:
        >>> torch = ag.as_torch()  # doctest: +SKIP
        >>> import torch.nn.functional as F  # doctest: +SKIP
        >>> F.relu(torch.tensor([-1.0, 2.0]))  # doctest: +SKIP
        tensor([0., 2.])
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        for name in VERSIONS:
            if name in sys.modules:
                raise RuntimeError(f"{name} itself is imported already; call as_torch() before anything imports it")
        sys.meta_path.insert(0, _Finder())
        spelling.as_pytorch = True
    return importlib.import_module("torch")
