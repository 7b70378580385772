"""DOT text to a picture: by the `dot` program where there is one, else in this process by pygraphviz.

The pygraphviz wheel brings the renderer itself, so pictures need no system package. Fonts it takes
from the system; a bare container has none, so it is also shown those that matplotlib brings.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["FORMATS", "render"]

FORMATS = ("svg", "png", "pdf")
"""The formats of pictures."""

_lock = threading.Lock()  # the renderer inside this process keeps global state


def render(dot: str, form: str, dpi: int | None = None) -> bytes:
    """The picture that `dot` describes, in one of `FORMATS`.

    Raises:
        ImportError: there is no renderer; says how to get one.
        RuntimeError: the renderer refused the text.
    """
    program = shutil.which("dot")
    if program is not None:
        return _by_program(program, dot, form, dpi)
    try:
        import pygraphviz
    except ImportError:
        raise ImportError(
            'pictures of graphs need a renderer: pip install "pygraphviz>=2" brings one (or install Graphviz, '
            "whose program is `dot`); the DOT text itself is in `.dot`"
        ) from None
    with _lock, _fonts():
        try:
            drawing = pygraphviz.AGraph(string=dot)
            if dpi is not None:
                drawing.graph_attr["dpi"] = str(dpi)
            return bytes(drawing.draw(format=form, prog="dot"))
        except (ValueError, OSError) as error:
            raise RuntimeError(f"the graph could not be rendered as {form}: {error}") from error


def _by_program(program: str, dot: str, form: str, dpi: int | None) -> bytes:
    command = [program, f"-T{form}", *([] if dpi is None else [f"-Gdpi={dpi}"])]
    done = subprocess.run(command, input=dot.encode(), capture_output=True, check=False)
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{program} could not render the graph as {form}: {message}")
    return done.stdout


# ------------------------------------------------------------------------------------------ fonts

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")

_font_setup_done = False


def _font_folders() -> list[Path]:
    """The folders on this machine that hold fonts."""
    folders = [Path(f).expanduser() for f in _FONT_FOLDERS]
    matplotlib = importlib.util.find_spec("matplotlib")
    if matplotlib is not None and matplotlib.origin is not None:
        folders.append(Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf")
    return [f for f in folders if any(f.rglob("*.[to]tf"))]


@contextmanager
def _fonts() -> Iterator[None]:
    """Let the renderer find fonts. It looks for them once, when it draws for the first time."""
    global _font_setup_done
    if _font_setup_done or not sys.platform.startswith("linux"):
        yield
        return
    with _without_font_warnings(), _font_list():
        yield
    _font_setup_done = True


@contextmanager
def _font_list() -> Iterator[None]:
    """Name the font folders to the renderer, unless the user has."""
    if "FONTCONFIG_FILE" in os.environ:
        yield
        return
    folders = _font_folders()
    if not folders:
        warnings.warn(
            "no fonts on this machine: letters in PNG and PDF pictures will be boxes (SVG is fine); "
            'pip install "autograd_engine[train]" brings fonts with matplotlib',
            stacklevel=2,
        )
    listed = "".join(f"<dir>{escape(str(f))}</dir>" for f in folders)
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
            f'<fontconfig>{listed}<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>'
        )
        file.flush()
        os.environ["FONTCONFIG_FILE"] = file.name
        try:
            yield
        finally:
            del os.environ["FONTCONFIG_FILE"]


@contextmanager
def _without_font_warnings() -> Iterator[None]:
    """Hold back what the renderer's font library prints when the system's settings are newer than it;
    anything else that is printed to standard error meanwhile comes out at the end."""
    sys.stderr.flush()
    try:
        terminal = os.dup(2)
    except OSError:  # no standard error to protect
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            for line in held:
                if not line.startswith(b"Fontconfig warning"):
                    os.write(2, line)
