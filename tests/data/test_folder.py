"""Pictures in folders, one for each class."""

import os

import numpy as np
import pytest

from autograd_engine.data import (
    DataLoader,
    ImageFolder,
    read_picture,
)

from ..messages import exactly


@pytest.fixture
def folder(tmp_path):
    image = pytest.importorskip("PIL.Image")
    for i, path in enumerate(["dogs/b.png", "dogs/a.PNG", "dogs/more/c.bmp", "cats/x.png"]):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        image.fromarray(np.full((4, 5, 3), i, np.uint8)).save(file)
    (tmp_path / "dogs/notes.txt").write_text("no picture")
    (tmp_path / "readme.md").write_text("no class")
    return tmp_path


def test_pictures_in_folders(folder):
    pictures = ImageFolder(folder)
    assert (pictures.classes, pictures.class_to_idx) == (["cats", "dogs"], {"cats": 0, "dogs": 1})
    assert [path[len(str(folder)) + 1 :] for path, _ in pictures.samples] == [
        "cats/x.png",
        "dogs/a.PNG",
        "dogs/b.png",
        "dogs/more/c.bmp",
    ]
    assert pictures.targets == [0, 1, 1, 1]
    assert pictures.imgs == pictures.samples
    x, y = next(iter(DataLoader(pictures, 4)))
    assert (x.shape, x.dtype, y.tolist()) == ((4, 3, 4, 5), np.uint8, [0, 1, 1, 1])
    assert x[:, 0, 0, 0].tolist() == [3, 1, 0, 2]
    named = ImageFolder(
        folder, lambda p: p + "!", lambda t: -t, os.path.basename, lambda p: p.endswith(".txt"), True
    )
    assert [named[i] for i in range(len(named))] == [("notes.txt!", -1)]


def test_folders_that_hold_no_pictures_are_refused(folder):
    with pytest.raises(FileNotFoundError, match=exactly("there is no folder '.../nowhere'")):
        ImageFolder(folder / "nowhere")
    with pytest.raises(
        FileNotFoundError, match=exactly("'.../cats' has no subfolders: there must be one for each class")
    ):
        ImageFolder(folder / "cats")
    (folder / "birds").mkdir()
    with pytest.raises(
        FileNotFoundError,
        match=exactly(
            "'...' has no pictures for the class birds; pictures end in .jpg, .jpeg, .png, .ppm, .bmp, "
            ".pgm, .tif, .tiff, .webp"
        ),
    ):
        ImageFolder(folder)
    assert len(ImageFolder(folder, allow_empty=True)) == 4


def test_pictures(tmp_path):
    image = pytest.importorskip("PIL.Image")
    colors = np.random.default_rng(0).integers(0, 256, (6, 5, 3), np.uint8)
    image.fromarray(colors).save(tmp_path / "x.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "x.png"), colors.transpose(2, 0, 1))
    image.fromarray(colors[..., 0]).save(tmp_path / "gray.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "gray.png"), [colors[..., 0]] * 3)
    whole = (tmp_path / "x.png").read_bytes()
    for content in (whole[:60], b"", b"text", whole[:45] + b"\xff\xff" + whole[47:]):
        (tmp_path / "x.png").write_bytes(content)
        with pytest.raises(ValueError, match=exactly(".../x.png is damaged or no picture: ...")):
            read_picture(tmp_path / "x.png")
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / "y.png")
