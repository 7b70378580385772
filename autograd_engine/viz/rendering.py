"""Rendering: DOT text becomes a picture, drawn by the first renderer on this machine that can.

An installed `dot` program comes first: it knows the machine's fonts and every format. Second is graphviz-pure, a
program that this package requires. It needs nothing from the system, has fonts of its own and draws the same
picture everywhere, but no PDF. Last is pygraphviz, which draws in this process, also PDF, and needs system
libraries.
"""

from __future__ import annotations

import importlib.metadata
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

FORMATS = ("svg", "png", "pdf")
"""The formats of pictures."""

_PURE = "graphviz-pure"

_lock = threading.Lock()  # the renderer inside this process keeps global state


def render(dot: str, form: str, dpi: int | None = None) -> bytes:
    """The picture that `dot` describes, in one of `FORMATS`.

    Raises:
        ImportError: there is no renderer for this format; the message says how to get one.
        RuntimeError: no renderer could draw the text; the message is that of the first one.
    """
    refusals = []
    for draw in (_by_dot, _by_pure, _by_pygraphviz):
        try:
            return draw(dot, form, dpi)
        except RuntimeError as error:
            refusals.append(error)
        except ImportError as error:
            missing = error
    if refusals:
        raise refusals[0]
    raise missing


def _by_dot(dot: str, form: str, dpi: int | None) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise ImportError("there is no dot")
    return _by_program(program, dot, form, dpi)


def _by_pure(dot: str, form: str, dpi: int | None) -> bytes:
    program = _pure_program()
    if program is None or form == "pdf":
        raise ImportError(f"{_PURE} is not there, or cannot draw {form}")
    return _by_program(program, dot, form, dpi)


def _pure_program() -> str | None:
    """The path of graphviz-pure where pip has put it, else on the PATH, which does not lead to a virtual
    environment that is not activated."""
    try:
        files = importlib.metadata.files(_PURE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    places = [os.path.realpath(str(file.locate())) for file in files if file.stem == _PURE]
    return next(filter(os.path.isfile, places), None) or shutil.which(_PURE)


def _by_program(program: str, dot: str, form: str, dpi: int | None) -> bytes:
    command = [program, f"-T{form}", *([] if dpi is None else [f"-Gdpi={dpi}"])]
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, check=False)
    except OSError as error:
        raise RuntimeError(f"{program} could not be started to render the graph: {error}") from error
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{program} could not render the graph as {form}: {message}")
    return done.stdout


def _by_pygraphviz(dot: str, form: str, dpi: int | None) -> bytes:
    try:
        import pygraphviz
    except ImportError as error:
        raise ImportError(_advice(form, error)) from None
    with _lock, _fonts():
        try:
            drawing = pygraphviz.AGraph(string=dot)
            if dpi is not None:
                drawing.graph_attr["dpi"] = str(dpi)
            return bytes(drawing.draw(format=form, prog="dot"))
        except (ValueError, OSError) as error:
            raise RuntimeError(f"the graph could not be rendered as {form}: {error}") from error


def _advice(form: str, failure: ImportError) -> str:
    """How to get a renderer, and why pygraphviz, the last one, could not be imported."""
    if isinstance(failure, ModuleNotFoundError):
        reason = ""
    else:
        reason = (
            f"; pygraphviz is installed, but cannot be loaded: {failure} (on Debian and Ubuntu, the package "
            "libglib2.0-0 has what it needs)"
        )
    if form == "pdf":
        return (
            'a graph as PDF needs pygraphviz: pip install "autograd_engine[pygraphviz]" (or install Graphviz, '
            f"whose program is `dot`); .svg and .png need neither{reason}"
        )
    return (
        f"pictures of graphs need a renderer: pip install {_PURE} brings one (or install Graphviz, whose program "
        f"is `dot`); the graph as text, in `.dot`, needs none{reason}"
    )


# ----------------------------------------------------------------------------- fonts for pygraphviz

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
            "no fonts on this machine: pygraphviz will draw boxes for letters; "
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
