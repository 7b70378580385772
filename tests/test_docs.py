"""The README runs from the top, and the generated page is up to date."""

import re
import subprocess
from pathlib import Path

import pytest

import autograd_engine as ag
from tests import reading
from tests.table import page

ROOT = Path(__file__).parent.parent


def test_the_readme_runs_from_the_top(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    names = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    value, derivative = capsys.readouterr().out.split("\n")[0].split()
    assert abs(float(value) - 0.2451003682) < 1e-6
    assert abs(float(derivative) - 9.0991485) < 1e-5
    assert names["second"].item() == 12.0
    accuracy = (names["model"](names["images"]).argmax(1) == names["labels"]).float().mean().item()
    assert accuracy >= 0.97


def test_the_table_of_operators_is_up_to_date():
    """If this fails: python -m tests.table > docs/operators.md"""
    assert (ROOT / "docs" / "operators.md").read_text() == page()


def test_the_reading_path_is_up_to_date():
    """If this fails: python -m tests.reading"""
    listed = {file.strip().split(": ")[0] for file in reading.PATH["engine"].strip().splitlines()}
    assert listed == {f.stem for f in (ROOT / "autograd_engine" / "engine").glob("*.py")} - {"__init__"}
    now, then = reading.page(), reading.PAGE.read_text()
    lines = re.compile(r"^\| `?[\w/.]*`? \| (\d+) \|", re.MULTILINE)
    assert lines.sub("", now) == lines.sub("", then)
    for new, old in zip(lines.findall(now), lines.findall(then), strict=True):
        assert int(new) == pytest.approx(int(old), rel=0.1, abs=10)  # a page need not follow every line


def test_the_readmes_commands_are_there_for_ci():
    readme = (ROOT / "README.md").read_text()
    for name in ("train", "test"):
        found = re.search(rf"^<!-- command: {name} -->\n```sh\n(.+\n)```$", readme, re.MULTILINE)
        script = ["bash", ROOT / ".ci" / "readme_command", name]
        assert subprocess.run(script, capture_output=True, text=True, check=True).stdout == found[1]
    done = subprocess.run([*script[:2], "fly"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "README.md has lost its command: fly\n")


def test_versions_agree():
    assert f"## [{ag.__version__}]" in (ROOT / "CHANGELOG.md").read_text()
