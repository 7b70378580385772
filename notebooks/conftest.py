"""Each notebook is a test: it runs from the top, and its outputs say what the committed ones say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbclient.exceptions import CellExecutionError

from tests import notebooks


class OutputError(Exception):
    """The committed outputs are not what the notebook gives."""


class Notebook(pytest.File):
    """A file with one test, or with a quick and a slow one."""

    def collect(self) -> Iterator[pytest.Item]:
        """The runs of the notebook."""
        yield Run.from_parent(self, name=self.path.stem, quick=True)
        if notebooks.is_slow(self.path):
            whole = Run.from_parent(self, name=f"{self.path.stem}-whole", quick=False)
            whole.add_marker(pytest.mark.slow)
            yield whole


class Run(pytest.Item):
    """The run of a notebook, as far as it is quick or as a whole, and the comparison of its outputs."""

    def __init__(self, *, quick: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self.quick = quick

    def runtest(self) -> None:
        """Run it.

        Raises:
            CellExecutionError: a cell failed.
            OutputError: a cell gave another output.
        """
        found = notebooks.differences(*(of(self.path, self.quick) for of in (notebooks.read, notebooks.run)))
        if found:
            raise OutputError(
                "\n\n".join([*found, f"If this is right: python -m tests.notebooks {self.path.stem}"])
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What a cell raised, or which outputs differ, without the ways of pytest and nbclient."""
        if isinstance(excinfo.value, (CellExecutionError, OutputError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it is, and its name."""
        return self.path, 0, f"notebook {self.name}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect notebooks."""
    return Notebook.from_parent(parent, path=file_path) if file_path.suffix == ".ipynb" else None
