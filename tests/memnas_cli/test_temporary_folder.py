import os
import signal
import subprocess
import sys

HOLD = """
import multiprocessing.util, sys, tempfile
from memnas_cli.temporary_folder import use_own_temporary_folder
folder = use_own_temporary_folder()
assert use_own_temporary_folder() == folder
tempfile.NamedTemporaryFile(suffix=".py", delete=False).close()
multiprocessing.util.get_temp_dir()
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
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_process_leaves_nothing(tmp_path):
    with start(tmp_path) as process:
        assert process.stdout.readline().startswith(f"{tmp_path}/.memnas-")
        assert process.stderr.read() == ""
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
    (tmp_path / ".memnas-mine").mkdir()
    (tmp_path / ".memnas-mine" / "notes.txt").touch()
    with start(tmp_path, "wait") as first:
        folder = first.stdout.readline().strip()
        with start(tmp_path):
            pass
        assert len(os.listdir(folder)) == 2
        first.stdin.close()
    assert [path.name for path in tmp_path.iterdir()] == [".memnas-mine"]
    assert (tmp_path / ".memnas-mine" / "notes.txt").exists()
