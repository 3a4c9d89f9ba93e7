"""Full disks, file systems that can only be read, names that are no text: a sentence and code 2."""

import errno
import os
import resource
import subprocess
import sys

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_cli.system_faults import describe_fault
from memnas_tf.directory_lock import directory_lock
from memnas_tf.errors import StorageError
from tests.helpers.file_systems import mounted, only_read
from tests.helpers.histories import made_up_history, write_search
from tests.helpers.image_folders import digit_images, write_classes
from tests.helpers.processes import ROOT
from tests.memnas_cli.conftest import SMALL, run_memnas


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    directory = tmp_path_factory.mktemp("searches") / "search"
    write_search(made_up_history(1, 2), directory)
    return directory


def refused(*arguments):
    result = CliRunner().invoke(main, [os.fsdecode(argument) for argument in arguments])
    assert (result.exit_code, type(result.exception)) == (2, SystemExit), result.output
    *_, message = result.output.splitlines()
    assert message.startswith("Error: ")
    return message


def test_a_full_disk(search, tmp_path):
    with mounted(tmp_path / "small", "size=64k") as small:
        output = refused("report", search, "--to", small / "page.html")
        assert f"cannot use '{small / 'page.html'}': No space left on device" in output
        assert "free some space, and run the same command again" in output
        assert list(small.iterdir()) == []


def test_a_file_that_is_too_large_for_its_file_system(search, tmp_path):
    """What a full disk is, for those who may mount none."""
    command = [sys.executable, "-m", "memnas_cli.main", "report", search, "--to", "page.html"]
    result = subprocess.run(
        list(map(str, command)),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: cannot use 'page.html': File too large;")
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_that_can_only_be_read(search, tmp_path):
    with mounted(tmp_path / "fixed", "size=1m") as fixed:
        only_read(fixed)
        output = refused("report", search, "--to", fixed / "page.html")
        assert f"cannot use '{fixed / 'page.html'}': Read-only file system" in output
        assert "name a place that can be written" in output
        output = refused("train", "0c3+0mp=", "--directory", fixed / "training")
        assert "Read-only file system" in output


def test_a_search_that_can_only_be_read_is_shown(search, tmp_path):
    with mounted(tmp_path / "fixed", "size=1m") as fixed:
        write_search(made_up_history(1, 2), fixed / "search")
        (fixed / "search" / ".lock").touch()
        only_read(fixed)
        result = CliRunner().invoke(main, ["status", str(fixed / "search")])
        assert (result.exit_code, result.output[:19]) == (0, "search     finished")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may do anything")
def test_a_folder_of_somebody_else(search, tmp_path):
    (tmp_path / "theirs").mkdir(mode=0o500)
    output = refused("report", search, "--to", tmp_path / "theirs" / "page.html")
    assert "Permission denied; it is not yours to use" in output


def test_a_path_through_a_file(search, tmp_path):
    (tmp_path / "file").touch()
    output = refused("report", search, "--to", tmp_path / "file" / "page.html")
    assert "File exists; it is there already: move it away" in output
    assert "File name too long; the name is too long" in refused(
        "report", search, "--to", tmp_path / f"{'a' * 300}.html"
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])  # as in a terminal, and as in many containers
@pytest.mark.parametrize("what", [["status"], ["status", "--json"], ["--version"], ["--help"]])
def test_an_output_that_takes_nothing(search, what, unbuffered):
    command = [sys.executable, "-m", "memnas_cli.main", *what]
    command += [str(search)] if what[0] == "status" else []
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, env=environment
        )
    assert "No space left on device; the disk is full" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.returncode == 2


def test_a_name_that_is_no_text_is_shown_by_its_bytes(tmp_path):
    try:
        directory = os.fsdecode(os.fsencode(tmp_path / "caf") + b"\xe9")
        os.mkdir(directory)
    except OSError:
        pytest.skip("a file system that takes names in UTF-8 alone")
    write_search(made_up_history(1, 2), tmp_path / "search")
    os.rename(tmp_path / "search", os.path.join(directory, "search"))
    page = os.path.join(directory, "search", "report.html")
    result = CliRunner().invoke(main, ["report", os.path.join(directory, "search"), "--best", "1"])
    assert result.exit_code == 0, result.output
    assert r"caf\xe9/search/report.html" in result.output.replace("\n", "")
    assert os.path.exists(page)
    assert r"caf\udce9" in refused("status", directory)  # as Python quotes it


def test_locks_that_a_file_system_lacks(tmp_path, monkeypatch):
    def no_locks(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", no_locks)
    message = r"has no locks .*use a directory on another one"
    with pytest.raises(StorageError, match=message), directory_lock(tmp_path, "search"):
        pass


def test_links_and_folders_that_are_not_there(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", str(tmp_path / "link"))
    assert describe_fault(error).endswith(
        "it is a link to 'nowhere', which is not there: mend it, or delete it"
    )
    assert describe_fault(OSError("odd")) == "odd; mend that, and run the same command again"


def folder_of_images(tmp_path):
    return write_classes(tmp_path / "photos", digit_images(2, 6))


def test_a_broken_link_among_images(data_dir, tmp_path):
    photos = folder_of_images(tmp_path)
    (photos / "0" / "gone.png").symlink_to("nowhere.png")
    output = refused("search", "--dataset", f"{photos}/", "--directory", tmp_path / "new", *SMALL)
    assert "gone.png" in output


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("write failed: No space left on device [Op:SaveV2]"), "No space left on dev"),
        (RuntimeError("a fault of the program"), None),
        (UnicodeEncodeError("utf-8", "caf\udce9", 3, 4, "surrogates"), "rename the file or folder"),
    ],
)
def test_what_libraries_make_of_the_system_s_errors(error, told):
    shown = describe_fault(error)
    assert shown is None if told is None else told in shown


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_search_on_a_disk_that_is_full_goes_on_when_there_is_room(data_dir, tmp_path):
    with mounted(tmp_path / "small", "size=300k") as small:
        options = ["--data-dir", data_dir, "--directory", small, *SMALL]
        first = run_memnas("search", *options, cwd=ROOT, check=False)
        assert (first.returncode, "Traceback" in first.stderr) == (2, False), first.stderr
        subprocess.run(["mount", "-o", "remount,size=100m", str(small)], check=True)
        again = run_memnas("search", *options, cwd=ROOT, check=False)
        assert again.returncode == 0, again.stderr
        assert (small / "digits" / "best" / "model.keras").exists()
        assert not list(small.rglob(".memnas-*"))
