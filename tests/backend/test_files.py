"""Files are written whole or not at all, wherever the path leads."""

import errno
import os
import stat
import threading

import pytest

from autograd_engine.backend.files import check_writable, sweep, write_atomically
from autograd_engine.backend.locks import hold


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "a[b]*.bin"
    assert write_atomically(path, b"old") == path
    assert write_atomically(str(path), b"new") == path
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == [path.name]


def test_the_content_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    happened = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (happened.append(os.fstat(handle).st_size), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda *names: (happened.append("named"), replace(*names)))
    write_atomically(tmp_path / "a", b"12345")
    assert happened == [5, "named"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "the disk is full"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(error, tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def fail(handle):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_what_a_killed_program_left_is_swept_away(tmp_path, monkeypatch):
    path = tmp_path / "a[1]"

    def die(*names):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", die)
        patch.setattr("pathlib.Path.unlink", lambda path, missing_ok: None)
        for _ in range(2):
            with pytest.raises(SystemExit):
                write_atomically(path, b"half")
    left, young = sorted(tmp_path.iterdir())
    other = tmp_path / ".a1.01234567.part"
    other.write_bytes(b"of another file")
    for old in (left, other):
        os.utime(old, (0, 0))
    write_atomically(path, b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([other, young, path]), "the young one may still be being written"


def test_leftovers_of_any_age_are_swept_but_what_a_living_program_writes(tmp_path):
    path = tmp_path / "a[1]"
    left = tmp_path / ".a[1].01234567.part"
    living = tmp_path / ".a[1].89abcdef.part"
    other = tmp_path / ".a1.01234567.part"
    for file in (left, living, other):
        file.write_bytes(b"half")
    with open(living, "rb") as file:
        assert hold(file.fileno())
        sweep(path)
    assert sorted(tmp_path.iterdir()) == sorted([living, other])
    sweep(path)
    assert sorted(tmp_path.iterdir()) == [other]
    sweep(tmp_path / "nowhere" / "a")


def test_a_leftover_that_another_program_sweeps_first_is_passed_over(tmp_path, monkeypatch):
    from autograd_engine.backend import files

    left = [tmp_path / f".a.{k:08x}.part" for k in range(3)]
    left[2].write_bytes(b"half")
    monkeypatch.setattr(files, "_left", lambda target: left)
    sweep(tmp_path / "a")
    assert not left[2].exists()


def test_a_file_is_held_while_it_is_written(tmp_path, monkeypatch):
    held = []

    def look(handle):
        (part,) = tmp_path.iterdir()
        with open(part, "rb") as file:
            held.append(not hold(file.fileno()))

    monkeypatch.setattr(os, "fsync", look)
    write_atomically(tmp_path / "a", b"")
    assert held == [True]


@pytest.mark.parametrize("name", ["fsync", "replace", "open"])
def test_an_error_names_the_file_that_was_asked_for(name, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device", *(arguments[:1] if name == "open" else ()))

    monkeypatch.setattr("builtins.open" if name == "open" else f"os.{name}", fail)
    with pytest.raises(OSError, match=r"No space left on device: '.*/a'$"):
        write_atomically(tmp_path / "a", b"")


def test_a_link_keeps_its_file_and_a_file_its_permissions(tmp_path):
    (tmp_path / "far").mkdir()
    file, link = tmp_path / "far" / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o600)
    link.symlink_to(file)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    write_atomically(tmp_path / "a", b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_pipe_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, b"through")
    reader.join()
    assert read == [b"through"]
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]


def test_writers_side_by_side_do_not_mix(tmp_path):
    path = tmp_path / "a"
    contents = [bytes([i]) * 100_000 for i in range(4)]
    threads = [threading.Thread(target=lambda c=c: [write_atomically(path, c) for _ in range(5)]) for c in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("function", [check_writable, lambda path: write_atomically(path, b"")])
def test_places_that_cannot_be_written(function, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*no' to write 'a' into"):
        function(tmp_path / "no" / "a")
    with pytest.raises(IsADirectoryError, match="this is a folder"):
        function(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)  # root may write anywhere
    with pytest.raises(PermissionError, match="cannot be written"):
        function(tmp_path / "a")
