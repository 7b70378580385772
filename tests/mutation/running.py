"""The tests on one fault: a fork of a warm interpreter, in a copy of the tree, with limits of time and memory.

The fork has NumPy, SciPy, PyTorch, pytest and hypothesis loaded, and nothing of the package, so that a fault costs
the tests' own time. What runs in it are the tests of the file's room, those first whose names mention the function
with the fault, or one that uses it; and if none of them fails, all others.
"""

from __future__ import annotations

import compileall
import gc
import importlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

import pytest

from .edits import Edit, Source, users

ROOT = Path(__file__).parent.parent.parent
_WARM = """
numpy scipy.linalg scipy.special scipy.linalg.blas torch torch.nn torch.func matplotlib.pyplot sklearn.datasets
hypothesis.extra.numpy safetensors graphviz tqdm
"""
COMPARED = ["tests/test_stubs.py", "tests/mutation", "tests/test_docs.py", "tests/test_benchmarks.py"]
"""Tests that compare files with the code, and so fail for any change of a default, whatever that does; and tests of
what is not the package."""
_OPTIONS = ["-x", "-q", "--no-header", "--no-cov", "--tb=short", "-p", "no:cacheprovider", "--basetemp=tmp/pytest"]
_OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
_MEMORY = 8 << 30
_FILE = 1 << 30
_COMPUTING, _SILENCE = 90, 300
"""Seconds of the processor, and of the clock, after which a test that has not ended is taken for one that hangs."""


@dataclass
class Run:
    """One fault under test, in one of the copies."""

    edit: Edit
    copy: Path
    stages: list[tuple[list[str], float]]
    """The tests still to be run, each with the seconds they may take together."""
    near: tuple[str, dict[str, int]]
    """The file's name, and how many steps the functions that tests may mention are away from the fault."""
    pid: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def log(self) -> Path:
        return self.copy / "mutation.log"

    def start(self) -> None:
        """Write the fault into the copy, and run the next tests on it."""
        (self.copy / "autograd_engine" / self.edit.source.name).write_text(self.edit.text)
        self.log.write_text("")
        paths, seconds = self.stages.pop(0)
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            _test(self.copy, self.log, paths, seconds, self.near)

    def ended(self) -> str | None:
        """None while the tests run; then "" if none noticed the fault, or the test that did."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            if time.time() - self.log.stat().st_mtime < _SILENCE:
                return None
            self.kill()
            return f"hangs: {self._last('begins')}"
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # what the tests have left running
        if os.WIFSIGNALED(status):
            return f"signal {os.WTERMSIG(status)}: {self._last('begins')}"
        if os.WEXITSTATUS(status):
            return self._last("fails") or f"pytest ends with {os.WEXITSTATUS(status)}"
        if not self.stages:
            return ""
        self.start()
        return None

    def kill(self) -> None:
        for end in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                end(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def restore(self) -> None:
        """Take the fault out of the copy."""
        (self.copy / "autograd_engine" / self.edit.source.name).write_text(self.edit.source.text)

    def _last(self, word: str) -> str:
        found = re.findall(rf"mutation {word}: (.*)$", self.log.read_text(errors="replace"), re.MULTILINE)
        return found[-1] if found else ""


class _Watch:
    """What pytest is told: the order of the tests, when to stop, and to note which test it is at."""

    def __init__(self, near: tuple[str, dict[str, int]], seconds: float, log: Path) -> None:
        (self._file, self._steps), self._seconds = near, seconds
        self.stopped = False
        self._log = log.open("a")  # not what pytest captures

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        stem, far = Path(self._file).stem, 1 + max(self._steps.values(), default=0)
        steps = {**self._steps, **{name.lower().strip("_"): n for name, n in self._steps.items()}}

        def distance(item: pytest.Item) -> int:
            named = min((steps.get(word, far) for word in re.split(r"\W+", item.nodeid)), default=far)
            return min(named, 1) if stem in item.nodeid else named

        items.sort(key=distance)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        _limit_computing()
        print(f"mutation begins: {nodeid}", file=self._log, flush=True)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._note(report)

    def pytest_collectreport(self, report: Any) -> None:
        self._note(report)

    def _note(self, report: Any) -> None:
        if report.failed:
            print(f"mutation fails: {report.nodeid}", file=self._log, flush=True)
            if self._file:
                os._exit(1)  # the first is enough, and pytest takes a while to end

    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        if time.process_time() > self._seconds:
            self.stopped = True
            item.session.shouldstop = "the time is up"


def _limit_computing() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + _COMPUTING
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _test(
    copy: Path, log: Path, paths: list[str], seconds: float, near: tuple[str, dict[str, int]], *more: str
) -> None:
    """Run pytest in this process, which is a fork, and end it: with 0 if no test failed."""
    code = 3
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for descriptor in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND), descriptor)
        os.chdir(copy)
        sys.path[:] = [str(copy), *(p for p in sys.path if p and not p.startswith(str(ROOT)))]
        for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
            del sys.modules[name]
        assert not any(name.split(".")[0] == "autograd_engine" for name in sys.modules)
        os.environ |= {"PYTHONPATH": str(copy), "TMPDIR": str(copy / "tmp")}
        tempfile.tempdir = None
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE, _FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _limit_computing()
        watch = _Watch(near, seconds, log)
        ignored = [f"--ignore={path}" for path in COMPARED]
        code = int(pytest.main([*_OPTIONS, *ignored, *more, *paths], plugins=[watch]))
        code = 0 if code == pytest.ExitCode.INTERRUPTED and watch.stopped else code
    except BaseException as error:
        print(f"mutation fails: {error!r}", flush=True)
    finally:
        sys.stdout.flush()
        os._exit(code)


@contextmanager
def copies(count: int) -> Iterator[list[Path]]:
    """So many copies of the checkout, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        made = [Path(folder, str(i)) for i in range(count)]
        for copy in made:
            for name in filter(None, listed.stdout.split("\0")):
                if (ROOT / name).is_file():
                    (copy / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / name, copy / name)
            (copy / "tmp").mkdir()
            # A fault may leave the file as long as it was, within the same second.
            mode = PycInvalidationMode.CHECKED_HASH
            compileall.compile_dir(copy / "autograd_engine", quiet=1, invalidation_mode=mode)
        yield made


def warm_up() -> None:
    """Load what the tests load, but for the package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _WARM.split():
            with suppress(ImportError):
                importlib.import_module(name)
    gc.freeze()


def outcomes(
    edits: list[Edit], files: list[Source], made: list[Path], stages: list[tuple[list[str], float]]
) -> Iterator[tuple[Edit, str, float]]:
    """Each fault with the test that noticed it, or "", and the seconds; one at a time in each copy."""
    waiting, idle, running = list(edits), list(made), list[Run]()
    try:
        while waiting or running:
            while waiting and idle:
                edit = waiting.pop(0)
                name = edit.where.split(".")[0]
                near = (edit.source.name, users(files, name) if name else {})
                running.append(Run(edit, idle.pop(), list(stages), near))
                running[-1].start()
            time.sleep(0.05)
            for run in list(running):
                noticed = run.ended()
                if noticed is not None:
                    running.remove(run)
                    run.restore()
                    idle.append(run.copy)
                    yield run.edit, noticed, time.monotonic() - run.started
    finally:
        for run in running:
            run.kill()


def failing(tests: list[str], copy: Path) -> list[str]:
    """Which of these tests fail without a fault, and so prove nothing."""
    if not tests:
        return []
    log = copy / "mutation.log"
    log.write_text("")
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        _test(copy, log, tests, 3600, ("", {}), "--maxfail=1000")
    os.waitpid(pid, 0)
    return re.findall(r"mutation fails: (.*)$", log.read_text(errors="replace"), re.MULTILINE)
