"""What a library weighs: import time, installed size, peak memory, and memory that a step leaves behind.

Import time and peak memory are read in fresh interpreters.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from ..case import Case, Task
from ..libraries import ENGINE, Library, named
from .training import MIDDLE, SMALL, steps

__all__ = ["CASES", "ROOT", "installed_size", "peak_resident", "required_distributions", "step_memory"]

STEPS = 20
"""For the peak of memory."""

MANY_STEPS = 500
"""For what a step leaves behind: Python keeps some objects for reuse, and needs a while to have enough."""

ROOT = Path(__file__).parents[2]


# -------------------------------------------------------------------------------------- import time


def _interpreter(code: str, **variables: str | None) -> float:
    """Seconds from starting a Python that runs `code` to its end, with the bytecode that pip would have left."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {name: value for name, value in variables.items() if value}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
    return time.perf_counter() - start


def import_time(library: Library) -> Task:
    """An interpreter that imports the library, less one that does nothing."""
    _interpreter(f"import {library.package}")
    return Task(lambda: _interpreter(f"import {library.package}") - _interpreter("pass"))


_FIRST_KERNEL = "import {package} as m; {before}; m.relu(m.ones(300_000))"


def first_kernel(library: Library, cold: bool) -> Task | None:
    """An interpreter that runs its first compiled kernel, less one that runs NumPy's.

    The compiled code is on disk from an earlier process; or, if `cold`, yet to be made.
    """
    if library is not ENGINE or not importlib.util.find_spec("numba"):
        return None
    program = _FIRST_KERNEL.format(package=library.package, before="pass")
    without = _FIRST_KERNEL.format(package=library.package, before="m.use_kernels('numpy')")
    _interpreter(program)

    def measured() -> float:
        with tempfile.TemporaryDirectory() as folder:
            return _interpreter(program, NUMBA_CACHE_DIR=folder if cold else None) - _interpreter(without)

    return Task(measured)


# ------------------------------------------------------------------------------------ installed size


COMPILED = {".pyc", ".nbi", ".nbc"}
"""Bytecode, and machine code that numba made."""


def installed_size(distribution: str) -> int:
    """Bytes of the files a distribution installs, without what is compiled of them later.

    For an editable installation, or one known only by what a build left in the source tree, those of its package
    there.
    """
    found = importlib.metadata.distribution(distribution)
    origin = json.loads(found.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable") or found.read_text("RECORD") is None:
        spec = importlib.util.find_spec(distribution)
        places = spec.submodule_search_locations or [] if spec else []
        files = [path for place in places for path in Path(place).rglob("*")]
    else:
        files = [Path(str(file.locate())) for file in found.files or ()]
    return sum(path.stat().st_size for path in files if path.is_file() and path.suffix not in COMPILED)


def required_distributions(distribution: str) -> set[str]:
    """A distribution and everything it requires, by the names pip compares."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: set[str] = set()
    waiting = [(canonicalize_name(distribution), frozenset[str]())]
    seen = set(waiting)
    for name, extras in waiting:
        found.add(name)
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
                following = (canonicalize_name(requirement.name), frozenset(requirement.extras))
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
    return found


def own_size(library: Library) -> Task:
    return Task(lambda: installed_size(library.distribution))


def whole_size(library: Library) -> Task:
    return Task(lambda: sum(installed_size(name) for name in required_distributions(library.distribution)))


# -------------------------------------------------------------------------------------------- memory


def peak_resident() -> int:
    """The most memory this process has held so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage would count the parent's memory, inherited at the fork.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import psutil

    information = psutil.Process().memory_info()
    return int(getattr(information, "peak_wset", information.rss))


def train(key: str) -> None:
    """Train with one library and print the peak memory of this process."""
    library = named(key)
    library.load(threads=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    step = steps(library, *MIDDLE)
    assert step is not None
    for _ in range(STEPS):
        step()
    print(peak_resident())


def peak_memory(library: Library) -> Task | None:
    """The peak of a fresh process that imports the library and takes some training steps."""
    if steps(library, *MIDDLE) is None:
        return None
    command = [sys.executable, "-c", f"from {__name__} import train; train({library.key!r})"]
    return Task(lambda: int(subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout))


def print_rise(key: str, module: str, name: str) -> None:
    """Print by how much `module.step_of(library, name)`, a training step, raises this process's memory at most, in
    bytes.

    What the library keeps from the steps before, such as machine code, is not counted; what they left to the
    allocator is given back first. Linux only.
    """
    import psutil

    library = named(key)
    library.load(threads=2)
    step = importlib.import_module(module).step_of(library, name)
    with library.turn():
        for _ in range(3):
            step()
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before = psutil.Process().memory_info().rss
        step()
    print(peak_resident() - before)


def step_memory(module: str, name: str) -> Callable[[Library], Task | None]:
    """What `print_rise` prints in a fresh process, for libraries with PyTorch's names."""

    def prepare(library: Library) -> Task | None:
        if not library.torch_names or not Path("/proc/self/clear_refs").exists():
            return None
        program = f"from {__name__} import print_rise as p; p({library.key!r}, {module!r}, {name!r})"
        command = [sys.executable, "-c", program]
        return Task(lambda: int(subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout))

    return prepare


def left_behind(library: Library) -> Task | None:
    """Bytes more after many steps than before, per step; the garbage collector is off."""
    step = steps(library, *SMALL) if library.numpy_memory else None
    if step is None:
        return None

    def run() -> float:
        gc.collect()
        tracemalloc.start()
        try:
            for _ in range(2 * MANY_STEPS):
                step()
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(MANY_STEPS):
                step()
            return (tracemalloc.get_traced_memory()[0] - before) / MANY_STEPS
        finally:
            tracemalloc.stop()

    return Task(run)


CASES = (
    Case(
        "import",
        "import time",
        import_time,
        per="import",
        reads=True,
        rounds=7,
        quick_rounds=2,
        budget=8.0,
        targets={ENGINE.key: 0.25},
    ),
    *(
        Case(
            f"first-kernel-{state}",
            f"first compiled kernel of a process, {words}",
            functools.partial(first_kernel, cold=state == "cold"),
            per="process",
            reads=True,
            rounds=5,
            quick_rounds=1,
            budget=20.0,
            targets={ENGINE.key: limit},
        )
        for state, words, limit in (("warm", "compiled before", 1.0), ("cold", "compiled now", 2.0))
    ),
    Case("size", "installed size", own_size, per="installation", unit="B", reads=True, rounds=1, quick_rounds=1),
    Case(
        "size-with-dependencies",
        "installed size with required dependencies",
        whole_size,
        per="installation",
        unit="B",
        reads=True,
        rounds=1,
        quick_rounds=1,
        targets={ENGINE.key: 200e6},
    ),
    Case(
        "memory",
        f"peak memory of a process training {'-'.join(map(str, MIDDLE[0]))}",
        peak_memory,
        per="process",
        unit="B",
        reads=True,
        rounds=3,
        quick_rounds=1,
        budget=8.0,
    ),
    Case(
        "left-behind",
        "memory that a training step leaves behind",
        left_behind,
        per="step",
        unit="B",
        reads=True,
        rounds=1,
        quick_rounds=1,
    ),
)
