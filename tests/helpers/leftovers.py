"""What a killed process leaves of a file or a folder that it was writing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import os, sys
from pathlib import Path
from memnas_tf.temporaries import temporary_path
with temporary_path(Path(sys.argv[1]), sys.argv[2]) as path:
    path.mkdir() if sys.argv[3] == "folder" else path.touch()
    if sys.argv[3] == "folder":
        (path / "half").write_text("half")
    print(path, flush=True)
    if sys.argv[4] == "wait":
        sys.stdin.read()
    os.kill(os.getpid(), 9)
"""


def start_writing(folder: Path, ending: str = "", kind: str = "file", then: str = "wait"):
    """Start a process that has begun to write, and is killed when its input ends."""
    command = [sys.executable, "-c", _SCRIPT, str(folder), ending, kind, then]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes)
    return process, Path(process.stdout.readline().strip())


def leave_half(folder: Path, ending: str = "", kind: str = "file") -> Path:
    """Kill a process while it writes into a folder; return what it leaves."""
    process, path = start_writing(folder, ending, kind, then="die")
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert path.exists()
    return path
