"""Pictures of large graphs, of which only a part is drawn."""

import autograd_engine as ag
from autograd_engine import viz

from .dot import chain, labels, line_of, scalar, titles


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
