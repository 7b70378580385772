"""The notebooks are committed with their outputs, and a comparison with a new run tells right from wrong ones."""

import base64
import copy
import io

import nbformat
import pytest
from PIL import Image, ImageFilter

from . import notebooks

FILES = sorted(notebooks.FOLDER.glob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_notebooks_are_committed_with_the_outputs_of_one_run_from_the_top(path):
    """If this fails: python -m tests.notebooks, and the name of the notebook"""
    cells = [cell for _, cell in notebooks.cells_with_outputs(read(path))]
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    assert sum(bool(cell.outputs) for cell in cells) > len(cells) / 3
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert kinds <= {"stream", "display_data", "execute_result"}
    assert not [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"]
    assert not [cell.metadata for cell in cells if cell.metadata]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_their_pictures_are_small(path):
    found = list(notebooks.pictures(read(path)))
    assert found
    assert [(place, kind, size) for place, kind, size in found if size > notebooks.MOST] == []
    assert path.stat().st_size < 600_000


def made(*outputs):
    cell = nbformat.v4.new_code_cell("1", outputs=list(outputs))
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("text"), cell])


def printed(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def result(**data):
    return nbformat.v4.new_output("execute_result", {k.replace("_", "/", 1): v for k, v in data.items()})


SAME = [
    ("loss 0.1234, 97.2 % right\n", "loss 0.1251, 96.9 % right\n"),
    ("a  1,024\nb     16\n", "a  1,030\nb   16\n"),
    ("tensor([-1.0000e-03, 2.])", "tensor([-1.1000e-03, 2.0])"),
    ("LSTM\n| The rain\n| fell.\n", "LSTM\n| A dog\n"),
]
OTHER = [
    ("loss 0.12", "lost 0.12"),
    ("accuracy 97 %", "accuracy 80 %"),
    ("1 2 3", "1 2"),
    ("12 numbers", "21 numbers"),
    ("x = 1.0", "x = -1.0"),
    ("conv1", "conv2"),
    ("| The\nend\n", "| The\nbeginning\n"),
]


@pytest.mark.parametrize(("was", "now"), SAME)
def test_numbers_may_differ_a_little(was, now):
    assert notebooks.differences(made(printed(was)), made(printed(now))) == []
    assert notebooks.differences(made(result(text_plain=was)), made(result(text_plain=now))) == []


@pytest.mark.parametrize(("was", "now"), OTHER)
def test_words_and_sizes_may_not(was, now):
    found = notebooks.differences(made(printed(was)), made(printed(now)))
    assert found == [f"cell 1, stdout:\n{now}\ncommitted is:\n{was}"]
    tables = [made(result(text_plain="Table", text_html=f"<td>{text}</td>")) for text in (was, now)]
    assert len(notebooks.differences(*tables)) == 1


def test_an_output_that_is_missing_or_of_another_kind_is_a_difference():
    picture = result(image_png="", text_plain="<Figure 1>")
    assert notebooks.differences(made(picture), made(result(image_png="xx", text_plain="<Figure 2>"))) == []
    assert notebooks.differences(made(printed("a"), printed("b")), made(printed("ab"))) == []
    for was, now in ((made(), made(picture)), (made(printed("a")), made(printed("a", "stderr")))):
        (found,) = notebooks.differences(was, now)
        assert found.startswith("cell 1 gives [")


@pytest.mark.parametrize(("blur", "width"), [(40, notebooks.WIDTH), (0, notebooks.WIDTH / 4)])
def test_pictures_are_made_small(blur, width):
    noise = Image.effect_noise((1600, 800), 90).filter(ImageFilter.GaussianBlur(blur))
    buffer = io.BytesIO()
    noise.convert("RGB").save(buffer, "PNG")
    small = base64.b64decode(notebooks._small(base64.b64encode(buffer.getvalue()).decode()))
    assert len(small) <= notebooks.MOST
    assert Image.open(io.BytesIO(small)).size == (width, width / 2)


def test_a_run_gives_what_the_cells_say_and_writing_keeps_it(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('a'); 6 * 7")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path / "small.ipynb"
    nbformat.write(notebook, path)
    notebooks.write(path)
    written = read(path)
    assert [output.get("text") or output.data["text/plain"] for output in written.cells[0].outputs] == ["a\n", "42"]
    changed = copy.deepcopy(written)
    changed.cells[0].outputs[1].data["text/plain"] = "40_000"
    assert len(notebooks.differences(changed, written)) == 1


def test_a_quick_run_ends_before_what_is_slow(tmp_path):
    path = tmp_path / "long.ipynb"
    sources = ["1 + 1", f"{notebooks.SLOW}\n1 / 0", "2 + 2"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    assert notebooks.is_slow(path)
    assert [cell.source for cell in notebooks.read(path, quick=True).cells] == sources[:1]
    assert len(notebooks.read(path).cells) == 3
    (ran,) = notebooks.run(path, quick=True).cells
    assert ran.outputs[0].data["text/plain"] == "2"
    assert [path.stem for path in FILES if notebooks.is_slow(path)] == ["06_sequences"]
