"""Pictures of graphs: what the DOT text says, and that every format can be drawn."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, viz
from autograd_engine.nn import functional as F
from autograd_engine.ops.linear_algebra.products import linear
from autograd_engine.viz import rendering

from ..messages import exactly
from .dot import edges, labels, line_of, scalar, titles


@pytest.fixture
def layer():
    w = ag.tensor([[1.0, -2.0], [3.0, 0.5], [0.0, 1.0]], requires_grad=True)
    b = ag.tensor([0.0, 1.0, -1.0], requires_grad=True)
    x = ag.tensor([[1.0, 2.0], [3.0, 4.0]])
    h = linear(x, w, b).relu()
    return {"w": w, "b": b, "x": x, "h": h, "J": h.sum()}


# ------------------------------------------------------------------------------------ what it says


def test_names_shapes_dtypes_and_edges(layer):
    picture = viz.graph(layer["J"], names=layer)
    assert titles(picture) == ["J = sum", "b", "h = relu", "linear", "w", "x"]
    assert edges(picture) == [
        ("b", "linear"),
        ("h = relu", "J = sum"),
        ("linear", "h = relu"),
        ("w", "linear"),
        ("x", "linear"),
    ]
    assert line_of(picture, "w", "float32") == "float32 [3, 2]"
    assert line_of(picture, "J = sum", "float32") == "float32 scalar"


def test_kinds_differ_in_color_and_in_shape(layer):
    picture = viz.graph(layer["J"], names=layer)
    looks = {"color": set(), "outline": set()}
    for title in ("w", "x", "linear", "J = sum"):
        place = next(p for p, lines in labels(picture).items() if lines[0] == title)
        text = next(line for line in picture.dot.splitlines() if line.startswith(f"\t{place} [label"))
        look = dict(re.findall(r"(\w+)=\"?([\w#,]+)", text.rpartition(">")[2]))
        looks["color"].add((look["fillcolor"], look["color"]))
        looks["outline"].add((look["shape"], look["style"], look.get("peripheries")))
    assert [len(kinds) for kinds in looks.values()] == [4, 4]


def test_a_list_of_pairs_names_too(layer):
    picture = viz.graph(layer["J"], names=list(layer.items()))
    assert "h = relu" in titles(picture)


def test_a_modules_parameters_name_themselves():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    loss = F.cross_entropy(model(ag.ones(5, 4)), ag.tensor([0, 1, 0, 1, 0]))
    for names in (model.named_parameters(), dict(model.named_parameters())):
        assert {"0.weight", "0.bias", "2.weight", "2.bias"} <= set(titles(viz.graph(loss, names)))


def test_unnamed_tensors_are_called_by_what_they_are(layer):
    assert titles(viz.graph(layer["J"])) == ["constant", "linear", "parameter", "parameter", "relu", "sum"]


def test_names_may_name_numpy_arrays_and_tensors_outside_the_graph():
    x = np.ones((2, 3), np.float32)
    y = ag.ones(2, 3, requires_grad=True) * x
    assert "data" in titles(viz.graph(y, names={"data": x, "other": ag.zeros(3, requires_grad=True)}))


def test_letters_special_to_dot_are_escaped():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    picture = viz.graph(x[0] * 2, names={'a<b>&"\\n': x})
    assert 'a<b>&"\\n' in titles(picture)
    assert b"a&lt;b&gt;&amp;&quot;\\n" in picture.svg()


def test_constants_that_are_numbers_show_the_number():
    x = scalar(2.0)
    assert "2" in titles(viz.graph(x**2))
    assert "3" in titles(viz.graph(3 * x))
    assert "constant" in titles(viz.graph(x + 1))


def test_an_absent_optional_operand_is_not_drawn():
    w = ag.ones(3, 2, requires_grad=True)
    assert titles(viz.graph(linear(ag.ones(4, 2), w))) == ["constant", "linear", "parameter"]


def test_one_array_used_twice_is_one_node():
    x, w = ag.ones(3), ag.ones(3, requires_grad=True)
    picture = viz.graph(w * x + w * w * x, names={"x": x})
    assert titles(picture).count("x") == 1


def test_an_operation_that_uses_a_tensor_twice_has_two_edges():
    x = scalar(3.0)
    assert edges(viz.graph(x * x, names={"x": x})) == [("x", "mul"), ("x", "mul")]


def test_index_and_dims_are_told():
    x = ag.ones(4, 6, requires_grad=True)
    assert "getitem [1:3, :]" in titles(viz.graph(x[1:3, :]))
    assert "sum (dim=1)" in titles(viz.graph(x.sum(1)))


@ag.primitive(outputs=2, x=lambda g: g[0] + 2 * g[1])
def once_and_twice(x):
    """x and 2x"""
    return x * 1, x * 2


def test_several_outputs():
    x = ag.ones(3, requires_grad=True)
    with viz.keep_values():
        once, twice = once_and_twice(x)
        y = once + twice
    picture = viz.graph(y, names={"x": x}, values=True, gradients=True)
    assert titles(picture) == ["add", "once_and_twice", "once_and_twice[0]", "once_and_twice[1]", "x"]
    assert line_of(picture, "once_and_twice[1]", "value") == "value [2, 2, 2]"
    assert line_of(picture, "once_and_twice", "2 ") == "2 results"
    assert line_of(picture, "x", "grad") == "grad [3, 3, 3]"


class Cube(ag.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x * x


def test_operations_by_users():
    x = scalar(2.0)
    picture = viz.graph(Cube.apply(x), names={"x": x}, values=True, gradients=True)
    assert edges(picture) == [("x", "Cube")]
    assert line_of(picture, "x", "grad") == "grad 12"


def test_several_results():
    x = scalar(2.0)
    y, z = x.sin(), x.cos()
    picture = viz.graph([y, z], names={"x": x, "y": y, "z": z}, gradients=True)
    assert picture.dot.count("peripheries=2") == 2
    assert line_of(picture, "x", "grad") == f"grad {np.cos(2) - np.sin(2):.4g}"


def test_directions():
    x = scalar(1.0)
    assert "rankdir=TB" in viz.graph(x.exp()).dot
    assert "rankdir=LR" in viz.graph(x.exp(), direction="LR").dot


def test_a_leaf_alone_is_a_picture():
    assert titles(viz.graph(scalar(1.0))) == ["parameter"]


# ------------------------------------------------------------------------------------------ errors


def test_nothing_recorded():
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "viz.graph: nothing was recorded for this tensor of shape (2,); set requires_grad=True on an "
            "input before computing with it, outside no_grad()"
        ),
    ):
        viz.graph(ag.ones(2))


def test_a_freed_graph():
    x = scalar(2.0)
    y = x.sin()
    y.backward()
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "the graph was freed: a backward pass has run sin (shape ()) and released its inputs; draw it "
            "before backward(), call backward(retain_graph=True), or compute the result again"
        ),
    ):
        viz.graph(y)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"y": 3.0}, TypeError, "viz.graph takes a tensor, or a list of tensors, not float"),
        ({"y": []}, TypeError, "viz.graph takes a tensor, or a list of tensors, not an empty list"),
        ({"direction": "up"}, ValueError, "direction 'up': use one of TB, LR, BT, RL"),
        ({"max_nodes": 0}, ValueError, "max_nodes must be at least 1, not 0"),
        ({"names": {"w": "b"}}, TypeError, "names: 'w' stands for a str, not for a tensor"),
        ({"names": ["w"]}, TypeError, "names are a dict of tensors or pairs (name, tensor), got 'w'"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=exactly(message)):
        viz.graph(**{"y": scalar(1.0).sin(), **arguments})


# --------------------------------------------------------------------------------------- rendering


@pytest.fixture
def picture():
    x = scalar(2.0)
    return viz.graph(x.sin() * x, names={"x": x})


RENDERERS = {"dot": "_by_dot", "graphviz-pure": "_by_pure", "pygraphviz": "_by_pygraphviz"}


def take_away(monkeypatch, *names):
    """Let this be a machine without these renderers."""

    def missing(dot, form, dpi):
        raise ImportError("no such renderer")

    for name in names:
        monkeypatch.setattr(rendering, RENDERERS[name], missing)


@pytest.fixture(params=RENDERERS)
def renderer(request, monkeypatch):
    """The only one on this machine."""
    if request.param == "dot" and shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    if request.param == "pygraphviz":
        pytest.importorskip(
            "pygraphviz", reason="the extra is not installed or lacks libraries", exc_type=ImportError
        )
    take_away(monkeypatch, *RENDERERS.keys() - {request.param})
    return request.param


def test_every_renderer_draws_the_formats(renderer, picture, tmp_path):
    assert b"<svg" in picture.svg()
    assert picture.svg().count(b'class="node"') == 3
    assert picture.svg().count(b'class="edge"') == 3
    assert b'font-family="Helvetica,' in picture.svg()
    assert picture.png().startswith(b"\x89PNG")
    assert picture._repr_svg_() == picture.svg().decode()
    assert int.from_bytes(picture.png(dpi=288)[16:20]) > 1.8 * int.from_bytes(picture.png(dpi=144)[16:20])
    if renderer != "graphviz-pure":
        assert picture.save(tmp_path / "picture.pdf").read_bytes().startswith(b"%PDF")


def test_the_required_renderer_knows_the_measures_of_the_font(picture):
    """Of others it guesses them, and labels stick out of their boxes."""
    command = [rendering._pure_program(), "-Tsvg"]
    done = subprocess.run(command, input=picture.dot.encode(), capture_output=True, check=True)
    assert not done.stderr


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("dot", b"digraph")])
def test_save(picture, tmp_path, suffix, start):
    path = picture.save(tmp_path / f"picture.{suffix}")
    assert path.read_bytes().startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_save_refuses_other_suffixes(picture, tmp_path):
    with pytest.raises(
        ValueError, match=exactly("cannot save a graph picture as 'picture.jpg': use .svg, .png, .pdf or .dot")
    ):
        picture.save(tmp_path / "picture.jpg")


def test_save_into_a_folder_that_is_not_there(picture, tmp_path):
    with pytest.raises(FileNotFoundError, match=exactly("there is no folder '.../missing' to write 'a.dot' into")):
        picture.save(tmp_path / "missing" / "a.dot")


def test_pointing_at_a_node_tells_more():
    x = scalar(2.0)
    with ag.detect_anomaly():
        svg = viz.graph(ag.sigmoid(x)).svg().decode()
    assert "operation: sigmoid" in svg or "result: sigmoid" in svg
    assert "so that nothing overflows" in svg
    assert "test_graph.py:" in svg


def test_a_failed_save_leaves_the_old_file(picture, tmp_path, monkeypatch):
    path = picture.save(tmp_path / "picture.dot")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        viz.graph(scalar(1.0)).save(path)
    assert path.read_text() == picture.dot
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_without_a_renderer(picture, monkeypatch, tmp_path):
    monkeypatch.setattr(rendering.shutil, "which", lambda _: None)
    monkeypatch.setattr(rendering.importlib.metadata, "files", lambda _: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(
        ImportError,
        match=exactly(
            "pictures of graphs need a renderer: pip install graphviz-pure brings one (or install "
            "Graphviz, whose program is `dot`); the graph as text, in `.dot`, needs none"
        ),
    ):
        picture.svg()
    with pytest.raises(
        ImportError,
        match=exactly(
            "pictures of graphs need a renderer: pip install graphviz-pure brings one (or install "
            "Graphviz, whose program is `dot`); the graph as text, in `.dot`, needs none"
        ),
    ):
        picture.save(tmp_path / "picture.png")
    assert not list(tmp_path.iterdir())
    assert picture.save(tmp_path / "picture.dot").read_text() == picture.dot
    with pytest.warns(UserWarning, match="pip install graphviz-pure"):
        assert picture._repr_svg_() is None


def test_a_pdf_says_what_it_takes(picture, monkeypatch):
    take_away(monkeypatch, "dot")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(
        ImportError,
        match=exactly(
            'a graph as PDF needs pygraphviz: pip install "autograd_engine[pygraphviz]" (or install '
            "Graphviz, whose program is `dot`); .svg and .png need neither"
        ),
    ):
        picture.pdf()
    assert b"<svg" in picture.svg()


def test_a_pygraphviz_that_lacks_a_system_library_is_told(picture, monkeypatch, tmp_path):
    take_away(monkeypatch, "dot")
    monkeypatch.delitem(sys.modules, "pygraphviz", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "pygraphviz.py").write_text("raise ImportError('libgobject-2.0.so.0: cannot open')")
    with pytest.raises(
        ImportError,
        match=exactly(
            'a graph as PDF needs pygraphviz: pip install "autograd_engine[pygraphviz]" (or install '
            "Graphviz, whose program is `dot`); .svg and .png need neither; pygraphviz is installed, but "
            "cannot be loaded: libgobject-2.0.so.0: cannot open (on Debian and Ubuntu, the package "
            "libglib2.0-0 has what it needs)"
        ),
    ):
        picture.pdf()
    assert b"<svg" in picture.svg()


def test_the_required_renderer_is_found_without_the_path(picture, monkeypatch):
    take_away(monkeypatch, "dot", "pygraphviz")
    monkeypatch.setenv("PATH", "")
    assert b"<svg" in picture.svg()


def test_the_required_renderer_may_be_on_the_path_alone(monkeypatch, tmp_path):
    def missing(name):
        raise rendering.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(rendering.importlib.metadata, "files", missing)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rendering._pure_program() is None
    program = tmp_path / "graphviz-pure"
    program.touch(0o755)
    assert rendering._pure_program() == str(program)


def test_text_that_is_not_dot_is_refused(renderer, capfd):
    who = (
        "the graph could not be rendered"
        if renderer == "pygraphviz"
        else f".../{renderer} could not render the graph"
    )
    with pytest.raises(RuntimeError, match=exactly(f"{who} as svg: ...")):
        rendering.render("no graph", "svg")


def test_an_installed_dot_comes_first_and_another_renderer_where_it_fails(picture, monkeypatch, tmp_path):
    program = tmp_path / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:], len(sys.stdin.read()))")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert picture.png(72).decode() == f"['-Tpng', '-Gdpi=72'] {len(picture.dot)}\n"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no png here')")
    assert picture.png(72).startswith(b"\x89PNG")
    program.write_text("no program")
    assert picture.png(72).startswith(b"\x89PNG")
    take_away(monkeypatch, "graphviz-pure", "pygraphviz")
    with pytest.raises(
        RuntimeError,
        match=exactly(".../dot could not be started to render the graph: ... Exec format error: '.../dot'"),
    ):
        picture.svg()
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no png here')")
    with pytest.raises(RuntimeError, match=exactly(".../dot could not render the graph as svg: no png here")):
        picture.svg()
