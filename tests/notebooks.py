"""The notebooks are committed with their outputs, so that a reader on the web sees them; a new run holds them true.

`python -m tests.notebooks` runs all notebooks and writes their outputs; beginnings of names choose some of them.
The tests run them too, and compare: each cell gives outputs of the same kinds, with the same words; numbers may
differ a little, since networks that are trained on another machine do. Pictures are made small before they are
committed, and are not compared; what they are drawn from is what the cells assert. Nor are lines that begin with
`|`, such as a model's own words.

A cell whose first line is `SLOW` trains for minutes. The quick tests run a notebook up to it, slow ones the whole.
"""

from __future__ import annotations

import base64
import copy
import io
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).parent.parent / "notebooks"

MOST = 50_000
"""Bytes that a picture may have; what git keeps of a picture, it keeps forever."""

WIDTH = 760
"""Pixels, of the widest pictures."""

SLOW = "# This takes minutes; the quick tests stop here."

RELATIVE, ABSOLUTE = 0.1, 0.05
"""By how much a number may differ: a share of it, or this much."""

_WRITTEN = re.compile(r"^\|.*\n", re.MULTILINE)

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d*)?(?:e[-+]?\d+)?(?!\w)", re.IGNORECASE)


def read(path: Path, quick: bool = False) -> Any:
    """The notebook, without what is `SLOW` if it should be quick."""
    notebook = nbformat.read(path, as_version=4)
    if quick:
        notebook.cells = list(itertools.takewhile(lambda cell: not cell.source.startswith(SLOW), notebook.cells))
    return notebook


def is_slow(path: Path) -> bool:
    """Whether it has cells that are `SLOW`."""
    return len(read(path).cells) > len(read(path, quick=True).cells)


def run(path: Path, quick: bool = False) -> Any:
    """The notebook after a run of its cells; what a cell raises is raised here.

    Raises:
        CellExecutionError: a cell failed.
    """
    notebook = read(path, quick)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=600, record_timing=False, resources=resources).execute()
    return notebook


def cells_with_outputs(notebook: Any) -> Iterator[tuple[int, Any]]:
    """The code cells, with their places."""
    return ((i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code")


def differences(committed: Any, fresh: Any) -> list[str]:
    """Where the outputs of a new run say something else than those that are committed, one text for each cell."""
    found = []
    for (place, old), (_, new) in zip(cells_with_outputs(committed), cells_with_outputs(fresh), strict=True):
        before, after = _said(old.outputs), _said(new.outputs)
        if [kind for kind, _ in before] != [kind for kind, _ in after]:
            found.append(f"cell {place} gives {[k for k, _ in after]}, committed are {[k for k, _ in before]}")
            continue
        for (kind, was), (_, now) in zip(before, after, strict=True):
            if not _agree(was, now):
                found.append(f"cell {place}, {kind}:\n{now}\ncommitted is:\n{was}")
    return found


def _said(outputs: list[Any]) -> list[tuple[str, str]]:
    """The kinds of the outputs, with their text; pictures have none."""
    said: list[tuple[str, str]] = []
    for output in _joined(copy.deepcopy(outputs)):
        if output.output_type == "stream":
            said.append((output.name, output.text))
            continue
        texts = {kind: text for kind, text in output.data.items() if kind.startswith("text/")}
        if any(kind.startswith("image/") for kind in output.data):
            said.append(("picture", ""))
        else:
            said.append(("text", texts.get("text/html") or texts.get("text/plain", "")))
    return said


def _agree(was: str, now: str) -> bool:
    """Whether two texts have the same words, and nearly the same numbers. Blanks align numbers and do not count."""
    was, now = (_WRITTEN.sub("", text) for text in (was, now))
    words = [_NUMBER.sub("#", text) for text in (was, now)]
    if re.sub(r"[\s-]+", " ", words[0]) != re.sub(r"[\s-]+", " ", words[1]):
        return False
    numbers = [[float(n.replace(",", "")) for n in _NUMBER.findall(text)] for text in (was, now)]
    return all(abs(a - b) <= max(ABSOLUTE, RELATIVE * max(abs(a), abs(b))) for a, b in zip(*numbers, strict=True))


def pictures(notebook: Any) -> Iterator[tuple[int, str, int]]:
    """For each picture: its cell, its kind, and how many bytes it has."""
    for place, cell in cells_with_outputs(notebook):
        for output in cell.outputs:
            for kind, data in output.get("data", {}).items():
                if kind.startswith("image/"):
                    yield place, kind, len(data) if kind == "image/svg+xml" else len(base64.b64decode(data))


def _small(png: str) -> str:
    """A PNG picture in at most `MOST` bytes: no wider than `WIDTH`, with few colors, or else smaller still."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    width = min(picture.width, WIDTH)
    for share, colors in itertools.product((1, 0.75, 0.5, 0.25), (256, 64)):
        size = round(width * share), round(picture.height * width * share / picture.width)
        buffer = io.BytesIO()
        resized = picture.resize(size, Image.Resampling.LANCZOS) if size[0] < picture.width else picture
        resized.quantize(colors, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST:
            break
    return base64.b64encode(buffer.getvalue()).decode()


def _joined(outputs: list[Any]) -> list[Any]:
    """The outputs, with what was printed in pieces as one."""
    joined: list[Any] = []
    for output in outputs:
        if joined and output.output_type == "stream" and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def write(path: Path) -> None:
    """Run a notebook and write its outputs into it, with small pictures."""
    notebook = run(path)
    for _, cell in cells_with_outputs(notebook):
        cell.outputs = _joined(cell.outputs)
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = _small(data["image/png"])
            if any(kind.startswith("image/") for kind in data):
                data.pop("text/plain", None)
                output["metadata"] = {}
    notebook.metadata["language_info"] = {"name": "python"}
    path.write_text(nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip() + "\n")


if __name__ == "__main__":
    chosen = sys.argv[1:]
    for file in sorted(FOLDER.glob("*.ipynb")):
        if not chosen or any(file.name.startswith(name) for name in chosen):
            write(file)
            print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")
