"""The process that a person starts, and that of the search under it; the latter is a stand-in."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from memnas_cli import supervisor
from memnas_cli.own_process import memnas_command
from tests.helpers.clusters import wait_until
from tests.helpers.processes import ROOT
from tuner.processes import FRESH_PROCESS, fate_of
from tuner.trials.crashes import crash_message
from tuner.trials.trial_files import CRASH_FILES

# The supervisor as `memnas search` runs it, with a script in the place of the search.
PARENT = """
import sys
import click
from memnas_cli.views.terminal import Console
import memnas_cli.supervisor as supervisor
supervisor.memnas_command = lambda arguments: [sys.executable, "-c", *arguments]
script = sys.argv[1]
try:
    sys.exit(supervisor.Supervisor(Console()).run([script, "first"], [script, "again"]))
except click.ClickException as error:
    error.show()
    sys.exit(error.exit_code)
"""
CHILD = """
import os, signal, sys, time
from pathlib import Path
from tuner.supervised import SUPERVISED, die_with_supervisor
die_with_supervisor()
run, here = sys.argv[1], Path.cwd()
with open("runs", "a") as runs:
    runs.write(f"{run} {os.getpid()}\\n")
count = len(Path("runs").read_text().splitlines())
def train(trial):
    os.pwrite(int(os.environ[SUPERVISED]), os.fsencode(here / trial), 0)
"""


def start(script, cwd):
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD + script],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests in the background of a shell, or under nohup, ignore some and would hand that down.
        preexec_fn=lambda: [signal.signal(name, signal.SIG_DFL) for name in supervisor.WISHES],
    )


def run(script, cwd):
    """Run a supervisor to its end; return its exit code and what it printed."""
    process = start(script, cwd)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def runs(cwd):
    """How each process was started, and its id."""
    file = Path(cwd) / "runs"
    return [tuple(line.split()) for line in file.read_text().splitlines()] if file.exists() else []


def is_alive(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("code", [0, 1, 2, 130])
def test_an_exit_code_is_handed_on_with_all_that_was_printed(code, tmp_path):
    script = f"print('found'); print('a line', file=sys.stderr); sys.exit({code})"
    assert run(script, tmp_path) == (code, "found\n", "a line\n")
    assert [how for how, _ in runs(tmp_path)] == ["first"]


def test_a_crash_costs_its_trial_a_note_and_the_search_goes_on(tmp_path):
    script = (
        "if count == 1:\n"
        "    train('trial_0003')\n"
        "    print('free(): \\x1b[31minvalid pointer', file=sys.stderr)\n"
        "    os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    code, output, _ = run(script, tmp_path)
    assert code == 0
    assert output == "  the process of trial 0003 was ended by SIGSEGV; going on in a new one\n"
    note = tmp_path / "trial_0003" / CRASH_FILES[0]
    assert note.read_text() == "was ended by SIGSEGV\nfree(): \\x1b[31minvalid pointer\n"
    assert crash_message(note.parent) is None  # it may be tried once more
    assert [how for how, _ in runs(tmp_path)] == ["first", "again"]


def test_two_crashes_are_told_to_the_trial_s_next_process(tmp_path):
    script = (
        "if count < 3:\n"
        "    train('trial_0003'); print('reason', count, file=sys.stderr); sys.stderr.flush()\n"
        "    os.kill(os.getpid(), (signal.SIGABRT, signal.SIGBUS)[count - 1])\n"
    )
    assert run(script, tmp_path)[0] == 0
    assert crash_message(tmp_path / "trial_0003").splitlines() == [
        "its process was ended by SIGABRT, and the one that tried it again was ended by SIGBUS",
        "reason 1",
        "reason 2",
    ]


def test_a_process_that_dies_without_a_trial_is_started_again_once(tmp_path):
    script = "print('no such instruction', file=sys.stderr, flush=True); os.kill(os.getpid(), 4)"
    code, _, errors = run(script, tmp_path)
    assert code == 1
    assert "ended by SIGILL, for the second time while no trial was trained" in errors
    assert errors.count("no such instruction") == 3  # as it was printed, and at last as the reason
    assert "Traceback" not in errors
    assert len(runs(tmp_path)) == 2


def test_memory_that_ran_out_is_no_crash(tmp_path):
    script = f"train('trial_0003')\nif count == 1: sys.exit({FRESH_PROCESS})\n"
    code, output, _ = run(script, tmp_path)
    assert code == 0
    assert "trial 0003 ran out of memory; going on in a new one" in output
    assert not (tmp_path / "trial_0003").exists()


def test_ctrl_c_reaches_the_search_once(tmp_path):
    script = (
        "def note(*_): open('told', 'a').write('x')\n"
        "signal.signal(signal.SIGINT, note); open('ready', 'w').close()\n"
        "while not Path('told').exists(): time.sleep(0.02)\n"
        "time.sleep(0.3); print('stopped'); sys.exit(130)"
    )
    process = start(script, tmp_path)
    wait_until((tmp_path / "ready").exists, 30)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert (process.returncode, output) == (130, "stopped\n")
    assert (tmp_path / "told").read_text() == "x"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_who_ends_it_ends_the_search_too_and_nothing_is_started_again(name, tmp_path):
    process = start("train('trial_0003'); time.sleep(60)", tmp_path)
    wait_until(lambda: runs(tmp_path), 30)
    time.sleep(0.1)
    process.send_signal(getattr(signal, name))
    process.communicate(timeout=30)
    assert process.returncode == -getattr(signal, name)
    ((_, pid),) = runs(tmp_path)
    assert not is_alive(pid)
    assert not (tmp_path / "trial_0003").exists()


def test_a_search_does_not_outlive_a_supervisor_that_is_killed(tmp_path):
    process = start("train('trial_0003')\nwhile True: pass", tmp_path)
    wait_until(lambda: runs(tmp_path), 30)
    process.kill()
    process.communicate(timeout=30)
    ((_, pid),) = runs(tmp_path)
    wait_until(lambda: not is_alive(pid), 10)


def test_a_pause_pauses_both(tmp_path):
    def state(pid):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]

    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    process = start("time.sleep(60)", tmp_path)
    wait_until(lambda: runs(tmp_path), 30)
    ((_, pid),) = runs(tmp_path)
    process.send_signal(signal.SIGTSTP)
    wait_until(lambda: state(pid) == state(process.pid) == "T", 10)
    process.send_signal(signal.SIGCONT)
    wait_until(lambda: "T" not in (state(pid), state(process.pid)), 10)
    process.terminate()
    process.communicate(timeout=30)


def test_memnas_runs_in_a_process_of_its_own_from_any_folder(tmp_path):
    (tmp_path / "tuner.py").write_text("raise SystemExit('the wrong tuner')")
    command = memnas_command(["--version"])
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("memnas, version")


@pytest.mark.parametrize(
    ("code", "fate"), [(3, "ended with 3"), (-9, "was ended by SIGKILL"), (-99, "by signal 99")]
)
def test_fates(code, fate):
    assert fate_of(code).endswith(fate)
