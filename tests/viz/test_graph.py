"""Pictures of graphs: what the DOT text says, and that every format can be drawn."""

import os
import re
import sys
from html import unescape

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, viz
from autograd_engine.nn import functional as F
from autograd_engine.ops.linear_algebra.products import linear
from autograd_engine.viz import rendering


def labels(picture):
    """The label of every node, as plain text lines."""
    found = re.findall(r"^\t(\w+) \[label=<(.*?)>(?= \w+=)", picture.dot, re.M | re.S)
    return {
        place: [unescape(re.sub(r"<[^>]+>", "", line)) for line in text.split("<br/>")] for place, text in found
    }


def titles(picture):
    return sorted(lines[0] for lines in labels(picture).values())


def line_of(picture, title, prefix):
    lines = next(lines for lines in labels(picture).values() if lines[0] == title)
    return next((line for line in lines if line.startswith(prefix)), None)


def edges(picture):
    texts = {place: lines[0] for place, lines in labels(picture).items()}
    found = re.findall(r"^\t(\w+) -> (\w+)", picture.dot, re.M)
    return sorted((texts[a], texts[b]) for a, b in found)


def scalar(value):
    return ag.tensor(value, requires_grad=True)


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


# ------------------------------------------------------------------------------ values and gradients


def test_values_of_what_is_still_held():
    x = scalar(0.5)
    y = (x.exp().sin() + 1).cos()
    picture = viz.graph(y, names={"x": x}, values=True)
    assert line_of(picture, "x", "value") == "value 0.5"
    assert line_of(picture, "exp", "value") == f"value {np.exp(0.5):.4g}"
    assert line_of(picture, "sin", "value") is None
    assert line_of(picture, "cos", "value") == f"value {np.cos(np.sin(np.exp(0.5)) + 1):.4g}"
    assert line_of(viz.graph(y, names={"x": x}), "x", "value") is None


def test_keep_values_keeps_all():
    x = scalar(0.5)
    with viz.keep_values():
        y = (x.exp().sin() + 1).cos()
    outside = y.neg()
    assert line_of(viz.graph(y, values=True), "sin", "value") == f"value {np.sin(np.exp(0.5)):.4g}"
    assert outside.node.extras is None


def test_keep_values_lets_others_look():
    x = scalar(0.0)
    with ag.detect_anomaly(), viz.keep_values(), pytest.raises(RuntimeError, match="the result of log contains"):
        x.log()
    with ag.detect_anomaly(), viz.keep_values():
        y = (x * x).sqrt()
        with pytest.raises(RuntimeError, match="the derivative of sqrt contains"):
            y.backward()


def test_a_parameter_shows_its_current_value():
    x = scalar(2.0)
    y = x.exp()
    with ag.no_grad():
        x.fill_(5.0)
    assert line_of(viz.graph(y, values=True), "parameter", "value") == "value 5"


def test_an_array_written_in_place_since_is_not_shown_as_a_value():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    y = h * h
    with ag.no_grad():
        h.detach().fill_(7.0)
    assert line_of(viz.graph(y, values=True), "parameter", "value") == "value [1, 2]"
    assert line_of(viz.graph(h, values=True), "mul", "value") == "value [7, 7]"
    picture = viz.graph(y.sum(), values=True)
    assert "value [7, 7]" not in picture.dot


def test_a_dead_parameter_has_no_value():
    y = scalar(2.0).sin().exp()
    picture = viz.graph(y, values=True, gradients=True)
    assert line_of(picture, "parameter", "grad") is not None
    assert line_of(picture, "exp", "value") == f"value {np.exp(np.sin(2)):.4g}"


def test_long_arrays_are_summed_up():
    x = ag.tensor(np.arange(100.0), requires_grad=True)
    assert line_of(viz.graph(x.exp(), values=True), "parameter", "value") == "value 49.5 mean, 0 to 99"
    broken = ag.tensor([np.nan, np.inf, *range(10)], requires_grad=True)
    assert line_of(viz.graph(broken + 1, values=True), "parameter", "value") == "value 2 of 12 not finite"
    mask = ag.tensor(np.arange(9) > 4)
    y = ag.where(mask, ag.ones(9, requires_grad=True), 0)
    assert line_of(viz.graph(y, {"mask": mask}, values=True), "mask", "value") == "value False to True"
    assert line_of(viz.graph(ag.zeros(0, requires_grad=True), values=True), "parameter", "value") == "value empty"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0"),
        (759_375.0, "759375"),
        (2.0, "2"),
        (0.123456, "0.1235"),
        (1e6, "1e+06"),
        (np.inf, "inf"),
        (np.nan, "nan"),
    ],
)
def test_numbers_are_short(value, text):
    assert line_of(viz.graph(scalar(value), values=True), "parameter", "value") == f"value {text}"


def test_gradients_of_every_node_and_no_grad_is_touched():
    x = scalar(2.0)
    t = x**2
    s = t.sin()
    y = s * t
    picture = viz.graph(y, names={"x": x, "t": t, "s": s, "y": y}, gradients=True)
    assert line_of(picture, "y = mul", "grad") == "grad 1"
    assert line_of(picture, "s = sin", "grad") == "grad 4"
    dt = np.sin(4) + 4 * np.cos(4)
    assert line_of(picture, "t = pow", "grad") == f"grad {dt:.4g}"
    assert line_of(picture, "x", "grad") == f"grad {4 * dt:.4g}"
    assert x.grad is None
    y.backward()
    assert abs(x.grad.item() - 4 * dt) < 1e-4


def test_gradients_of_several_elements_are_those_of_their_sum():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    assert line_of(viz.graph(x * x, gradients=True), "parameter", "grad") == "grad [2, 4]"


# ------------------------------------------------------------------------------------- large graphs


def chain(length):
    y = scalar(1.0)
    for _ in range(length):
        y = y.neg()
    return y


def test_a_long_chain_is_cut_with_a_note():
    picture = viz.graph(chain(10_000))
    assert picture.hidden == 9_901
    assert "… 9,901 more nodes not shown" in titles(picture)
    assert titles(picture).count("neg") == 100
    assert b"9,901 more nodes not shown" in picture.svg()
    assert "9,901 nodes hidden" in repr(picture)


def test_a_wide_graph_is_cut_with_a_note():
    terms = [scalar(float(i)) for i in range(5_000)]
    picture = viz.graph(ag.stack([t * t for t in terms]).sum())
    assert picture.hidden > 9_000
    assert len(labels(picture)) < 50
    assert "4,992 inputs" in picture.dot


def test_a_million_nodes():
    y = chain(1_000_000)
    picture = viz.graph(y, values=True, gradients=True, max_nodes=5)
    assert "… 999,996 more nodes not shown" in titles(picture)
    assert line_of(picture, "neg", "grad") in ("grad 1", "grad -1")
    assert picture.svg().startswith(b"<?xml")


def test_the_counting_stops(monkeypatch):
    monkeypatch.setattr("autograd_engine.viz.reading._COUNTED", 50)
    assert "… more than 45 more nodes not shown" in titles(viz.graph(chain(100), max_nodes=5))


def test_max_nodes_shows_all_of_it():
    picture = viz.graph(chain(300), max_nodes=1_000)
    assert picture.hidden == 0
    assert len(labels(picture)) == 301


def test_gradients_of_a_cut_graph_are_right():
    x = scalar(3.0)
    y = x
    for _ in range(200):
        y = y * 1.01
    picture = viz.graph(y, gradients=True, max_nodes=3)
    grads = [line.removeprefix("grad ") for lines in labels(picture).values() for line in lines if "grad" in line]
    assert sorted(map(float, grads)) == [1.0, 1.01, 1.02]


# ------------------------------------------------------------------------------------------ errors


def test_nothing_recorded():
    with pytest.raises(RuntimeError, match=r"nothing was recorded .* shape \(2,\); set requires_grad=True"):
        viz.graph(ag.ones(2))


def test_a_freed_graph():
    x = scalar(2.0)
    y = x.sin()
    y.backward()
    with pytest.raises(RuntimeError, match=r"run sin .*draw it before backward\(\)"):
        viz.graph(y)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"y": 3.0}, TypeError, "takes a tensor, or a list of tensors, not float"),
        ({"y": []}, TypeError, "not an empty list"),
        ({"direction": "up"}, ValueError, "direction 'up': use one of TB"),
        ({"max_nodes": 0}, ValueError, "max_nodes must be at least 1"),
        ({"names": {"w": "b"}}, TypeError, "'w' stands for a str"),
        ({"names": ["w"]}, TypeError, r"pairs \(name, tensor\), got 'w'"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        viz.graph(**{"y": scalar(1.0).sin(), **arguments})


# --------------------------------------------------------------------------------------- rendering


@pytest.fixture
def picture():
    x = scalar(2.0)
    return viz.graph(x.sin() * x, names={"x": x})


def test_the_formats(picture):
    assert b"<svg" in picture.svg()
    assert picture.svg().count(b'class="node"') == 3
    assert picture.png().startswith(b"\x89PNG")
    assert picture.pdf().startswith(b"%PDF")
    assert picture._repr_svg_() == picture.svg().decode()
    assert int.from_bytes(picture.png(dpi=288)[16:20]) > 1.8 * int.from_bytes(picture.png(dpi=144)[16:20])


@pytest.mark.parametrize(
    ("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"digraph")]
)
def test_save(picture, tmp_path, suffix, start):
    path = picture.save(tmp_path / f"picture.{suffix}")
    assert path.read_bytes().startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_save_refuses_other_suffixes(picture, tmp_path):
    with pytest.raises(ValueError, match=r"'picture\.jpg': use \.svg, \.png, \.pdf or \.dot"):
        picture.save(tmp_path / "picture.jpg")


def test_save_into_a_folder_that_is_not_there(picture, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*missing' to write 'a\.dot' into"):
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
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(ImportError, match=r'pip install "pygraphviz>=2"'):
        picture.svg()
    with pytest.raises(ImportError, match="renderer"):
        picture.save(tmp_path / "picture.png")
    assert not list(tmp_path.iterdir())
    assert picture.save(tmp_path / "picture.dot").read_text() == picture.dot


def test_in_process_rendering_matches_what_is_drawn(picture, monkeypatch):
    monkeypatch.setattr(rendering.shutil, "which", lambda _: None)
    assert picture.svg().count(b'class="edge"') == 3


def test_text_that_is_not_dot_is_refused(monkeypatch, capfd):
    monkeypatch.setattr(rendering.shutil, "which", lambda _: None)
    with pytest.raises(RuntimeError, match="could not be rendered as svg"):
        rendering.render("no graph", "svg")


def test_the_dot_program_is_used_where_there_is_one(picture, monkeypatch, tmp_path):
    program = tmp_path / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:], len(sys.stdin.read()))")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert picture.png(72).decode() == f"['-Tpng', '-Gdpi=72'] {len(picture.dot)}\n"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('syntax error')")
    with pytest.raises(RuntimeError, match="could not render the graph as svg: syntax error"):
        picture.svg()


def test_a_machine_without_fonts_is_told(monkeypatch):
    monkeypatch.setattr(rendering, "_font_folders", list)
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    with pytest.warns(UserWarning, match="no fonts on this machine"), rendering._font_list():
        pass


def test_the_users_font_settings_are_kept(monkeypatch):
    monkeypatch.setenv("FONTCONFIG_FILE", "mine.conf")
    with rendering._font_list():
        assert os.environ["FONTCONFIG_FILE"] == "mine.conf"


def test_the_fonts_of_matplotlib_are_found():
    assert any("matplotlib" in f.parts for f in rendering._font_folders())


def test_only_font_warnings_are_held_back(capfd):
    with rendering._without_font_warnings():
        os.write(2, b"Fontconfig warning: too new\nsomething else\n")
    assert capfd.readouterr().err == "something else\n"


# --------------------------------------------------------------------------------------- modules


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(width, width), nn.ReLU())

    def forward(self, x):
        return x + self.body(x)


class Net(nn.Module):
    def __init__(self, blocks=12):
        super().__init__()
        self.stem = nn.Linear(3, 4)
        self.blocks = nn.Sequential(*[Block(4) for _ in range(blocks)])
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


def watched(net, forward=None):
    with viz.keep_modules(net):
        return (forward or net)(ag.ones(5, 3)).sum()


def boxes(picture):
    """The titles of nodes and frames, wherever they stand."""
    frames = re.findall(r'^\t*graph \[.*label=(?:"(.+?)"|(\w+)) ', picture.dot, re.M)
    nodes = [re.sub(r"<[^>]+>", "", t) for t in re.findall(r"label=<<b>(.*?)</b>", picture.dot)]
    return sorted(nodes), sorted(quoted or plain for quoted, plain in frames)


def test_modules_are_frames_around_their_operations():
    net = Net(blocks=1)
    picture = viz.graph(watched(net), names=net.named_parameters())
    nodes, frames = boxes(picture)
    inner = ["blocks.0.body.0: Linear", "blocks.0.body.1: ReLU", "blocks.0.body: Sequential", "blocks.0: Block"]
    assert frames == ["Net", *inner, "blocks: Sequential", "head: Linear", "stem: Linear"]
    assert nodes == sorted(
        [
            *(name for name, _ in net.named_parameters()),
            "linear",
            "linear",
            "linear",
            "relu",
            "add",
            "sum",
            "constant",
        ]
    )
    stem = picture.dot.index('"stem: Linear"')
    frame = picture.dot[stem : picture.dot.index("}", stem)]
    assert "stem.weight" in frame
    assert "stem.bias" in frame
    assert "head.weight" not in frame


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (0, ["Net", "sum"]),
        (1, ["blocks: Sequential", "head: Linear", "stem: Linear", "sum"]),
        (2, ["blocks.0-11: 12 x Block", "constant", "head.bias", "head.weight", "linear",
             "linear", "stem.bias", "stem.weight", "sum"]),
    ],
)  # fmt: skip
def test_closed_modules_are_one_box_and_alike_ones_in_a_row_too(depth, expected):
    net = Net()
    picture = viz.graph(watched(net), names=net.named_parameters(), depth=depth)
    assert boxes(picture)[0] == expected
    assert not picture.hidden
    assert picture.png().startswith(b"\x89PNG")


def test_a_closed_box_counts_parameters_and_is_joined_once():
    picture = viz.graph(watched(Net()), depth=1)
    assert "240 parameters" in picture.dot
    assert len(re.findall("->", picture.dot)) == 3


def test_modules_that_something_else_reads_are_not_drawn_as_one():
    net = Net(blocks=3)

    def skipping(x):
        first = net.blocks[0](net.stem(x))
        return net.head(net.blocks[2](net.blocks[1](first)) + first)

    titles_ = boxes(viz.graph(watched(net, skipping), depth=0))[0]
    assert "blocks.0: Block" in titles_
    assert "blocks.1-2: 2 x Block" in titles_


def test_a_weight_used_by_two_modules_stands_outside_both():
    pair = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    pair[1].weight = pair[0].weight
    with viz.keep_modules(pair):
        y = pair(ag.ones(3)).sum()
    picture = viz.graph(y, names={"shared": pair[0].weight}, depth=1)
    assert boxes(picture) == (["0: Linear", "1: Linear", "shared", "sum"], ["Sequential"])


def test_depth_needs_kept_modules_and_hooks_are_gone_after_the_block():
    net = Net(blocks=1)
    y = net(ag.ones(5, 3)).sum()
    with pytest.raises(ValueError, match=r"depth=1: no module was kept.*keep_modules"):
        viz.graph(y, depth=1)
    with pytest.raises(ValueError, match="at least 0"):
        viz.graph(y, depth=-1)
    with pytest.raises(ValueError, match="deeper"), viz.keep_modules(net):
        raise ValueError("deeper")
    assert not any(m._hooks for m in net.modules())


def test_an_exception_in_a_module_leaves_later_calls_in_order():
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 6))
    with viz.keep_modules(net):
        with pytest.raises(ValueError, match="last dimension"):
            net(ag.ones(1, 3))
        y = net[0](ag.ones(1, 3)).sum()
    assert "0: Linear" in boxes(viz.graph(y))[1]
