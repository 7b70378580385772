"""config.json as a hand may have left it: every mistake is named with the file, and nothing is changed."""

import json
import shutil
from pathlib import Path

import pytest

from autograd_engine import cli
from autograd_engine.cli import settings

COMMANDS = (
    ["evaluate", "run"],
    ["summary", "run"],
    ["predict", "run", "--index", "1"],
    ["train", "--resume", "run", "--epochs", "9", "--no-progress"],
)


def refused(trained, content, capsys):
    """What each command says of a run with this config.json."""
    shutil.rmtree("run", ignore_errors=True)
    shutil.copytree(trained, "run")
    Path("run/config.json").write_bytes(content)
    before = {path.name: path.read_bytes() for path in Path("run").iterdir()}
    said = []
    for command in COMMANDS:
        capsys.readouterr()
        assert cli.main(command) == 1, command
        said.append(capsys.readouterr().err)
    assert {path.name: path.read_bytes() for path in Path("run").iterdir()} == before
    return said


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"sizes": ' * 5_000,
        b'{"epochs": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_object_of_settings_is_named(trained, content, capsys):
    for said in refused(trained, content, capsys):
        assert said.startswith("error: the run run cannot be read: config.json")


WRONG = [None, True, -1, 0, 1.5, float("nan"), float("inf"), 10**30, 10**400, "", "x", [], [0], [[1]], {}, {"a": 1}]


@pytest.mark.parametrize("name", settings._IN_FILE)
def test_an_entry_that_is_missing_or_wrong_is_named(trained, name, capsys):
    config = json.loads((trained / "config.json").read_text())
    rule = settings._IN_FILE[name]
    for wrong in WRONG:
        if not rule.accepts(wrong):
            for said in refused(trained, json.dumps({**config, name: wrong}).encode(), capsys):
                assert f"config.json: {name} is " in said
                assert rule.words in said
    without = {key: value for key, value in config.items() if key != name}
    if name in settings._ADDED:
        assert settings.completed(without) == config
        return
    for said in refused(trained, json.dumps(without).encode(), capsys):
        assert f"config.json has no {name!r}" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sizes": [64, 4, 9]}, "config.json: sizes has 9, but classes has 10 entries"),
        ({"sizes": [63, 4, 10]}, "config.json: sizes has 63, but offset has 64 entries"),
        ({"unit": [16.0]}, "config.json: sizes has 64, but unit has 1 entries"),
        ({"classes": ["a"] * 10}, "config.json: classes has a name twice"),
        ({"picture": [8, 9]}, "config.json: a picture of 8 by 9 pixels does not have 64 of them"),
        ({"picture": [3, 8, 8]}, "config.json: a picture of 3 by 8 by 8 pixels does not have 64 of them"),
        ({"hidden": None}, "config.json: hidden is None, but the model mlp needs a list of positive whole numbers"),
        ({"model": "lenet5"}, "config.json: sizes is [64, 32, 10], but the model lenet5 has none"),
        (
            {"model": "lenet5", "sizes": None, "hidden": None, "activation": None, "dropout": None},
            "config.json: picture is [8, 8], but the model lenet5 takes channels, height and width",
        ),
        (
            {
                **dict.fromkeys(("sizes", "hidden", "activation", "dropout")),
                "model": "lenet5",
                "picture": [1, 32, 32],
            },
            "config.json: picture has 1, but offset has 64 entries",
        ),
    ],
)
def test_entries_that_do_not_go_together_are_named(trained, change, words, capsys):
    config = json.loads((trained / "config.json").read_text())
    for said in refused(trained, json.dumps({**config, **change}).encode(), capsys):
        assert words in said


def test_a_model_larger_than_its_weights_is_never_made(trained, capsys):
    config = json.loads((trained / "config.json").read_text())
    said = refused(
        trained, json.dumps({**config, "sizes": [64, 10**9 - 1, 10], "hidden": [10**9 - 1]}).encode(), capsys
    )
    for words in said[:3]:
        assert (
            "config.json describes a model of 74,999,999,935 parameters, but weights.safetensors has 2,410" in words
        )
    assert "a network of 74,999,999,935 parameters is too large" in said[3]


def test_a_huge_file_of_settings_is_not_read_to_its_end(trained, capsys):
    shutil.copytree(trained, "run")
    with open("run/config.json", "r+b") as file:
        file.truncate(2**34)
    assert cli.main(["summary", "run"]) == 1
    assert (
        capsys.readouterr().err
        == "error: the run run cannot be read: config.json: it has more than 67,108,864 bytes\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"classes": [f"class {i}" for i in range(10)]},
        {"offset": [1.0] * 64},
        {"unit": [15.0] * 64},
        {"picture": None},
    ],
)
def test_a_run_of_other_data_is_not_measured(trained, change, capsys):
    """The numbers would be those of another task."""
    config = json.loads((trained / "config.json").read_text())
    shutil.copytree(trained, "run")
    Path("run/config.json").write_text(json.dumps({**config, **change}))
    for command in (COMMANDS[0], *COMMANDS[2:]):
        assert cli.main(command) == 1
        assert capsys.readouterr().err == (
            "error: the data digits are not those that the run was trained on: they have other features, "
            "classes or ranges than its config.json; train a new run\n"
        )
