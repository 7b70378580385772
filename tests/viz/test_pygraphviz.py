"""The renderer inside this process: how it is called, and what it leaves behind. A stand-in takes its place."""

import os
import sys
import threading
import types
from pathlib import Path
from typing import ClassVar

import pytest

from autograd_engine.viz import rendering

from ..messages import exactly


class Drawing:
    """Remembers how it was asked, and the settings of fonts at that moment."""

    made: ClassVar = []
    failure = None

    def __init__(self, string):
        self.text, self.graph_attr = string, {}
        Drawing.made.append(self)

    def draw(self, format, prog):
        self.asked = format, prog
        self.file = os.environ.get("FONTCONFIG_FILE")
        self.fonts = Path(self.file).read_text() if self.file and Path(self.file).exists() else None
        os.write(2, b"Fontconfig warning: too new\nsomething else\n")
        if Drawing.failure is not None:
            raise Drawing.failure
        return bytearray(b"drawn")


@pytest.fixture
def drawings(monkeypatch):
    """Those that were asked for; on a machine without a font setting, where nothing was drawn before."""
    fake = types.ModuleType("pygraphviz")
    fake.AGraph = Drawing
    monkeypatch.setitem(sys.modules, "pygraphviz", fake)
    monkeypatch.setattr(Drawing, "made", [])
    monkeypatch.setattr(Drawing, "failure", None)
    monkeypatch.setattr(rendering, "_font_setup_done", False)
    monkeypatch.setattr(rendering.sys, "platform", "linux")
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    return Drawing.made


def test_it_draws_the_text_and_finds_fonts_at_the_first_time(drawings, monkeypatch, tmp_path, capfd):
    (tmp_path / "a & b").mkdir()
    (tmp_path / "a & b" / "x.ttf").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "y.otf").touch()
    monkeypatch.setattr(
        rendering, "_FONT_FOLDERS", [str(tmp_path / name) for name in ("a & b", "empty", "other", "no")]
    )
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: None)
    before = dict(os.environ)
    result = rendering._by_pygraphviz("digraph {}", "png", 72)
    assert (result, type(result)) == (b"drawn", bytes)
    assert capfd.readouterr().err == "something else\n"
    (drawing,) = drawings
    assert (drawing.text, drawing.asked, drawing.graph_attr) == ("digraph {}", ("png", "dot"), {"dpi": "72"})
    assert drawing.fonts == (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{tmp_path}/a &amp; b</dir><dir>{tmp_path}/other</dir>"
        '<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>'
    )
    assert drawing.file.endswith(".conf")
    assert not Path(drawing.file).exists()
    assert os.environ == before
    rendering._by_pygraphviz("digraph {}", "svg", None)
    assert (drawings[1].asked, drawings[1].graph_attr, drawings[1].file) == (("svg", "dot"), {}, None)
    assert "Fontconfig warning" in capfd.readouterr().err
    assert not rendering._lock.locked()


def test_a_failure_leaves_nothing_behind(drawings, capfd):
    for failure in (ValueError("no edge"), OSError("no edge")):
        Drawing.failure = failure
        with pytest.raises(RuntimeError, match=exactly("the graph could not be rendered as pdf: no edge")):
            rendering._by_pygraphviz("digraph {}", "pdf", None)
        assert "FONTCONFIG_FILE" not in os.environ
        assert not Path(drawings[-1].file).exists()
        assert not rendering._lock.locked()
        assert not rendering._font_setup_done


def test_elsewhere_than_on_linux_the_system_knows_the_fonts(drawings, monkeypatch, capfd):
    monkeypatch.setattr(rendering.sys, "platform", "darwin")
    rendering._by_pygraphviz("digraph {}", "svg", None)
    assert drawings[0].file is None


def test_the_users_setting_is_used(drawings, monkeypatch, tmp_path, capfd):
    (tmp_path / "mine.conf").write_text("mine")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "mine.conf"))
    rendering._by_pygraphviz("digraph {}", "svg", None)
    assert drawings[0].fonts == "mine"
    assert os.environ["FONTCONFIG_FILE"] == str(tmp_path / "mine.conf")


def test_one_thread_draws_at_a_time(drawings, capfd):
    with rendering._lock:
        thread = threading.Thread(target=rendering._by_pygraphviz, args=("digraph {}", "svg", None))
        thread.start()
        thread.join(0.05)
        assert not drawings
    thread.join()
    assert len(drawings) == 1


def test_it_is_asked_last(drawings, monkeypatch, capfd):
    asked = []

    def missing(name):
        def draw(dot, form, dpi):
            asked.append((name, dot, form, dpi))
            raise ImportError("no such renderer")

        return draw

    for name in ("_by_dot", "_by_pure"):
        monkeypatch.setattr(rendering, name, missing(name))
    assert rendering.render("digraph {}", "png", 10) == b"drawn"
    assert asked == [("_by_dot", "digraph {}", "png", 10), ("_by_pure", "digraph {}", "png", 10)]


def test_a_machine_without_fonts_is_told(monkeypatch):
    monkeypatch.setattr(rendering, "_font_folders", list)
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    with (
        pytest.warns(
            UserWarning,
            match=exactly(
                "no fonts on this machine: pygraphviz will draw boxes for letters; "
                'pip install "autograd_engine[train]" brings fonts with matplotlib'
            ),
        ),
        rendering._font_list(),
    ):
        assert Path(os.environ["FONTCONFIG_FILE"]).is_file()


def test_the_folders_of_fonts(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".fonts").mkdir()
    (tmp_path / ".fonts" / "x.otf").touch()
    found = rendering._font_folders()
    assert tmp_path / ".fonts" in found
    assert any("matplotlib" in folder.parts for folder in found)
    assert tmp_path / ".local/share/fonts" not in found


def test_without_standard_error_nothing_is_held_back(monkeypatch):
    def closed(descriptor):
        raise OSError("closed")

    monkeypatch.setattr(rendering.os, "dup", closed)
    with rendering._without_font_warnings():
        pass


def test_what_is_printed_before_and_after_keeps_its_place(capfd):
    sys.stderr.write("before\n")
    with rendering._without_font_warnings():
        sys.stderr.write("meanwhile\n")
        os.write(2, b"Fontconfig warning: x\n")
    sys.stderr.write("after\n")
    sys.stderr.flush()
    assert capfd.readouterr().err == "before\nmeanwhile\nafter\n"
