"""The notebook about GPUs on the substitute for one: what it asserts holds there too, not only on the CPU."""

import contextlib
import io
from pathlib import Path

import pytest

import autograd_engine as ag

from . import StandIn

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07_gpu.ipynb"


def test_the_notebook_about_gpus_computes_on_one_where_there_is_one():
    nbformat = pytest.importorskip("nbformat")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pytest.importorskip("sklearn")
    pyplot.switch_backend("Agg")
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in cells:
            source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
            exec(compile(source, str(NOTEBOOK), "exec"), names)
    pyplot.close("all")
    assert names["device"] == ag.device("cuda")
    assert isinstance(names["there"][1].weight.array, StandIn)
    assert names["batch"].is_pinned()
    for said in ("cuda Stand-in 0", "found at least two devices, cuda:0 and cpu", "device='cuda:0'"):
        assert said in printed.getvalue()
