"""Texts from the command line: a model that learns one, goes on, is measured, and writes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.cli import text_settings
from autograd_engine.cli.text import Text, TextTraining
from autograd_engine.cli.text_settings import STEPS, USUAL_OF_TEXTS, TextSettings
from autograd_engine.data import CharVocabulary
from autograd_engine.models import GPT
from autograd_engine.serialization import load

from ..messages import Like, exactly

TEXT = "the cat sat on the mat, and the dog sat on the log\n" * 12
SMALL = ["--width", "16", "--context", "8", "--batch-size", "8", "--no-progress"]
MODELS = ("lstm", "gru", "gpt")


def train(model, *more, epochs=1):
    Path("text.txt").write_text(TEXT)
    return cli.main(["train", "text.txt", "--model", model, "--epochs", str(epochs), *SMALL, *more])


@pytest.mark.parametrize("model", MODELS)
def test_a_text_is_learned_measured_and_written(model, capsys):
    more = ["--layers", "1"] + ["--heads", "2"] * (model == "gpt")
    assert train(model, "--lr", "0.02", *more, epochs=20) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "551 characters to learn from and 61 held out, 15 different ones; the run goes to runs/text\n"
    )
    history = np.genfromtxt("runs/text/history.csv", delimiter=",", names=True)
    bits = history["val_loss"][-1] / np.log(2)
    assert bits < 1.3
    learned = history["train_loss"][-1] / np.log(2)
    assert f"epoch  20   bits per character: train {learned:.3f}, held out {bits:.3f}\n" in out
    assert f"\n{bits:.3f} bits per character held out after " in out
    assert {p.name for p in Path("runs/text").iterdir()} == {
        "checkpoint.safetensors",
        "config.json",
        "history.csv",
        "weights.safetensors",
    }
    assert cli.main(["evaluate"]) == 0
    assert capsys.readouterr().out == (
        f"runs/text on the held-out end of {Path.cwd() / 'text.txt'}, 61 characters\n"
        f"bits per character  {bits:.4f}\n"
    )
    assert cli.main(["summary"]) == 0
    out = capsys.readouterr().out
    assert f"  model: {model}\n  width: 16\n  layers: 1\n  context: 8\n" in out
    assert "  vocabulary: 15 characters\n" in out
    assert ("GPT " if model == "gpt" else "RecurrentLM ") in out
    write = ["generate", "--prompt", "the ", "--length", "30", "--temperature", "0"]
    assert cli.main(write) == 0
    out = capsys.readouterr().out
    assert len(out) == 35
    assert out[:7] in ("the cat", "the mat", "the dog", "the log")


def test_a_run_is_the_same_for_a_seed_and_draws_as_it_is_told(capsys):
    assert train("gru") == 0
    assert train("gru", "--out", "other", "--seed", "1") == 0
    assert train("gru", "--out", "same") == 0
    runs = [Path(run, "weights.safetensors").read_bytes() for run in ("runs/text", "other", "same")]
    assert runs[0] == runs[2] != runs[1]

    def written(*more):
        capsys.readouterr()
        assert cli.main(["generate", "same", "--length", "60", *more]) == 0
        return capsys.readouterr().out

    assert written("--seed", "3") == written("--seed", "3") != written("--seed", "4")
    assert written() != written()
    greedy = written("--temperature", "0")
    assert written("--top-k", "1") == written("--top-p", "1e-9") == greedy != written("--seed", "3")
    assert len(greedy) == 61
    assert written("--length", "0", "--prompt", "at") == "at\n"


@pytest.mark.parametrize("model", ["lstm", "gpt"])
def test_an_interrupted_run_goes_on_to_the_same_bits(model, monkeypatch, capsys):
    assert train(model, "--out", "whole", epochs=3) == 0
    line = TextTraining._line

    def interrupting(self, row):
        if row["epoch"] == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return line(self, row)

    monkeypatch.setattr(TextTraining, "_line", interrupting)
    assert train(model, "--out", "run", epochs=3) == 130
    assert "interrupted after 2 of 3 epochs: what was reached is in run" in capsys.readouterr().out
    assert cli.main(["generate", "run", "--length", "5"]) == 0
    monkeypatch.setattr(TextTraining, "_line", line)
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    for name in ("weights.safetensors", "history.csv", "config.json", "checkpoint.safetensors"):
        assert Path("run", name).read_bytes() == Path("whole", name).read_bytes(), name


def test_a_run_stops_early_and_has_other_optimizers(capsys):
    assert (
        train("gru", "--patience", "1", "--schedule", "constant", "--optimizer", "sgd", "--lr", "1e-9", epochs=9)
        == 0
    )
    assert "stopped early: val_loss has not improved" in capsys.readouterr().out
    assert train("gpt", "--optimizer", "adam", "--weight-decay", "0.5", "--out", "run") == 0
    groups = load("run/checkpoint.safetensors")["optimizer"]["param_groups"]
    assert [group["weight_decay"] for group in groups] == [0.5, 0.0]


def test_a_text_file_alone_is_learned_by_an_lstm():
    Path("text.txt").write_text(TEXT)
    assert cli.main(["train", "text.txt", "--epochs", "1", *SMALL]) == 0
    assert json.loads(Path("runs/text/config.json").read_text())["model"] == "lstm"


def settings(model, **more):
    return TextSettings("text.txt", model, **{**USUAL_OF_TEXTS[model], **more})


def test_the_end_of_the_text_is_measured_and_not_learned():
    Path("text.txt").write_text("abcdefghij" * 100)
    text = Text(settings("gpt", context=7))
    assert (len(text.train), len(text.held_out)) == (900, 100)
    (x, y), *rest = text.measured()
    assert not rest
    assert x.shape == (14, 7)
    assert "".join(map(text.vocabulary.decode, x)) == ("abcdefghij" * 10)[:98]
    assert "".join(map(text.vocabulary.decode, y)) == ("abcdefghij" * 10)[1:99]
    text = Text(settings("lstm", context=5, batch_size=32))
    assert next(iter(text.measured()))[0].shape == (5, 4)
    assert sum(x.numel() for x, _ in text.measured()) == 96
    assert next(iter(Text(settings("lstm", context=50)).measured()))[0].shape == (50, 1)
    Path("text.txt").write_text("abcdefghij" * 4)
    assert next(iter(Text(settings("gpt", context=7)).measured()))[0].shape == (1, 3)


@pytest.mark.parametrize(("model", "each"), [("lstm", 32 * 64), ("gru", 32 * 64), ("gpt", 16 * 64)])
def test_without_epochs_a_long_text_is_read_a_few_times_and_a_short_one_often(model, each):
    for steps, epochs in ((10, 20), (250, STEPS[model] // 250), (600, round(STEPS[model] / 600)), (3000, 1)):
        Path("text.txt").write_text("ab" * (each * steps * 5 // 9 + 40))
        text = Text(settings(model))
        assert abs(len(text.batches()) - steps) <= 1
        assert text.settings.epochs == epochs
    assert Text(settings(model, epochs=7)).settings.epochs == 7


def test_a_gpt_writes_on_when_its_context_is_full(capsys, monkeypatch):
    assert train("gpt") == 0
    keep, stream = [], GPT.stream
    monkeypatch.setattr(GPT, "stream", lambda *a, **more: keep.append(more["keep"]) or stream(*a, **more))
    capsys.readouterr()
    assert cli.main(["generate", "--length", "40"]) == 0
    assert keep == [4]
    assert len(capsys.readouterr().out) == 41


def test_each_character_is_shown_at_once():
    assert train("gru") == 0
    arguments = [sys.executable, "-m", "autograd_engine", "generate", "--length", "100000000"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert len(process.stdout.read(50)) == 50
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.stderr.read() == b"interrupted\n"
        assert process.wait() == 130


def test_an_unknown_character_and_runs_of_the_other_kind(capsys, trained):
    assert train("gru") == 0
    for arguments, message in (
        (
            ["generate", "--prompt", "th\u00e9"],
            "the character '\u00e9' of the prompt is not among the 15 of the text that runs/text was trained on: "
            "leave it out",
        ),
        (
            ["predict", "runs/text"],
            "runs/text learned a text, and classifies nothing: `python -m autograd_engine generate runs/text` "
            "writes with it",
        ),
        (
            ["generate", str(trained)],
            f"{trained} classifies, and writes no text: `python -m autograd_engine predict {trained}` uses it",
        ),
        (["generate", "nothing"], "nothing is not a run: it has no config.json"),
    ):
        capsys.readouterr()
        assert cli.main(arguments) == 1
        assert capsys.readouterr() == ("", f"error: {message}\n")


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (b"", [], "{text} is empty: there is nothing to learn"),
        (b"ab\xff\xfe", [], "{text} is no text in utf-8: ..."),
        (b"ab\0cd", [], "{text} is no text: it has a zero byte at place 2"),
        (
            b"abc" * 10,
            ["--model", "gpt"],
            "{text} is too short: without the end, which is held out, it has 27 characters, and --context 64 needs "
            "65",
        ),
        (
            b"a",
            ["--model", "gru", "--batch-size", "8"],
            "{text} is too short: without the end, which is held out, it has 0 characters, and --batch-size 8 "
            "needs 9",
        ),
        (b"abc" * 99, ["--hidden", "3"], "--hidden is not for texts, which lstm, gru, gpt learn"),
        (b"abc" * 9, ["--label-smoothing", "0"], "--label-smoothing is not for texts, which lstm, gru, gpt learn"),
        (b"abc" * 99, ["--heads", "3"], "--heads goes with --model gpt: the model lstm has none"),
        (
            b"abc" * 99,
            ["--model", "gpt", "--heads", "3", "--width", "16"],
            "--width 16 is no multiple of --heads 3",
        ),
        (b"abc" * 99, ["--model", "mlp", "--width", "3"], "--width is for texts: --model lstm, gru, gpt"),
        (
            b"abc" * 99,
            ["--width", "65536"],
            "width 65536 and layers 1: a network of 34,359,934,976 parameters is too large, at most 1,000,000,000 "
            "will do",
        ),
    ],
)
def test_what_cannot_be_learned(content, arguments, message, capsys):
    Path("text.txt").write_bytes(content)
    assert cli.main(["train", "text.txt", *arguments]) == 1
    assert capsys.readouterr() == ("", Like(f"error: {message.format(text=Path.cwd() / 'text.txt')}\n"))
    assert not Path("runs/text").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "lstm"], "the model lstm learns a text: name its file"),
        (["digits", "--model", "gpt"], "the model gpt learns a text: name its file, and not digits"),
        (["no.txt"], "there is no file no.txt"),
        (["here", "--model", "gru"], "{here} is a folder: the model gru learns the text in one file"),
    ],
)
def test_where_there_is_no_text(arguments, message, capsys):
    Path("here").mkdir()
    assert cli.main(["train", *arguments]) == 1
    assert capsys.readouterr() == ("", f"error: {message.format(here=Path.cwd() / 'here')}\n")


def test_another_text_is_refused(capsys):
    assert train("gru") == 0
    Path("text.txt").write_text(TEXT.replace("cat", "cut"))
    for arguments in (["evaluate"], ["train", "--resume", "runs/text"]):
        capsys.readouterr()
        assert cli.main(arguments) == 1
        assert capsys.readouterr().err == (
            f"error: the text {Path.cwd() / 'text.txt'} is not the one that the run was trained on: its characters "
            "are others; train a new run\n"
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vocabulary": "aa"}, "config.json: vocabulary is 'aa', which is not the characters of a text"),
        ({"vocabulary": ""}, "config.json: vocabulary is '', which is not the characters of a text"),
        ({"width": 0}, "config.json: width is 0, which is not a positive whole number below 65537"),
        ({"heads": 2}, "config.json: heads is 2, but the model gru has none"),
        (
            {"model": "gpt"},
            "config.json: heads is None, but the model gpt needs a positive whole number below 65537",
        ),
        ({"model": "gpt", "heads": 3}, "config.json: the width 16 is no multiple of the 3 heads"),
        ({"width": 17}, "weights.safetensors does not fit the settings in config.json: ..."),
        (
            {"width": 4000},
            "weights.safetensors: config.json describes a model of 96,060,000 parameters, but weights.safetensors "
            "has ...",
        ),
    ],
)
def test_a_damaged_run_of_a_text(changes, message, capsys, text_run):
    config = json.loads(Path(text_run, "config.json").read_text())
    Path("run").mkdir()
    Path("run/weights.safetensors").write_bytes(Path(text_run, "weights.safetensors").read_bytes())
    Path("run/config.json").write_text(json.dumps({**config, **changes}))
    assert cli.main(["generate", "run"]) == 1
    assert capsys.readouterr().err == Like(f"error: the run run cannot be read: {message}\n")


@pytest.fixture(scope="module")
def text_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    (folder / "text.txt").write_text(TEXT)
    arguments = ["train", str(folder / "text.txt"), "--model", "gru", "--epochs", "1", "--out", str(folder / "run")]
    assert cli.main([*arguments, *SMALL]) == 0
    return folder / "run"


def test_a_missing_entry_is_named(text_run):
    config = json.loads(Path(text_run, "config.json").read_text())
    assert CharVocabulary(config["vocabulary"]).decode([0, 1]) == "\n "
    for name in config.keys() - {"model"}:
        left = {key: value for key, value in config.items() if key != name}
        with pytest.raises(ValueError, match=exactly(f"config.json has no {name!r}")):
            text_settings.check_text_settings(left, "config.json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "--top-p", "0"], "argument --top-p: '0' is not a number above 0 and at most 1"),
        (["generate", "--top-p", "1.1"], "argument --top-p: '1.1' is not a number above 0 and at most 1"),
        (["generate", "--top-k", "0"], "argument --top-k: '0' is not a positive whole number below 1e+09"),
        (["generate", "--length", "-1"], "argument --length: '-1' is not a whole number from 0 on below 1e+09"),
        (["generate", "--temperature", "-1"], "argument --temperature: '-1' is not a number from 0 on below ..."),
        (["train", "--context", "65537"], "argument --context: '65537' is not a positive whole number below 65537"),
    ],
)
def test_options_out_of_range(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(arguments)
    assert exit.value.code == 2
    assert capsys.readouterr().err == Like(f"...error: {message}\n")
