import os
import signal
import subprocess
import sys

from memnas_cli.temporary_folder import sweep

HOLD = """
import sys, tempfile
from memnas_cli.temporary_folder import use_own_temporary_folder
folder = use_own_temporary_folder()
assert use_own_temporary_folder() == folder
tempfile.NamedTemporaryFile(suffix=".py", delete=False).close()
print(folder, flush=True)
if sys.argv[1:]:
    sys.stdin.read()
"""


def start(directory, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, *arguments],
        env={**os.environ, "TMPDIR": str(directory)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_leaves_nothing(tmp_path):
    with start(tmp_path) as process:
        assert process.stdout.readline().startswith(f"{tmp_path}/.memnas-process-")
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_leaves_goes_at_the_next_start(tmp_path):
    with start(tmp_path, "wait") as killed:
        folder = killed.stdout.readline().strip()
        killed.send_signal(signal.SIGKILL)
    assert len(os.listdir(folder)) == 2
    with start(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_use_or_somebody_else_s_stays(tmp_path):
    elsewhere = tmp_path / "mine"
    elsewhere.mkdir()
    (elsewhere / "notes.txt").touch()
    (tmp_path / ".memnas-process-link").symlink_to(elsewhere)
    (tmp_path / ".memnas-process-mine").mkdir()
    (tmp_path / ".memnas-process-mine" / "notes.txt").touch()
    (tmp_path / ".memnas-process-file").touch()
    with start(tmp_path, "wait") as process:
        folder = process.stdout.readline().strip()
        sweep(tmp_path)
        assert len(os.listdir(folder)) == 2
        process.stdin.close()
    names = {path.name.removeprefix(".memnas-process-") for path in tmp_path.iterdir()}
    assert names == {"file", "link", "mine"}
    for folder in (elsewhere, tmp_path / ".memnas-process-mine"):
        assert (folder / "notes.txt").exists()
