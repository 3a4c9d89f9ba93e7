import os
import signal
import subprocess
import sys
import time

import pytest

from memnas_cli.commands.search import command_line, search
from memnas_tf.errors import SearchError
from tests.helpers.clusters import wait_until
from tests.memnas_cli.conftest import SMALL, run_memnas
from tuner.distributed.distribution import Address, is_chief
from tuner.distributed.local_workers import MAX_RESTARTS, Workers, as_chief, is_orphan
from tuner.history import load_search
from tuner.processes import FRESH_PROCESS

ADDRESS = Address("127.0.0.1", 1)


def workers_of(tmp_path, count, code, **callbacks):
    said, died = [], []
    holds_trial = callbacks.get("holds_trial", False)
    workers = Workers(
        count,
        [sys.executable, "-c", code],
        tmp_path / "logs",
        is_over=callbacks.get("is_over", lambda: False),
        on_death=lambda name, fate: died.append((name, fate)) or holds_trial,
        say=said.append,
    )
    return workers, said, died


def tend_until(workers, true):
    def check():
        workers.tend()
        return true()

    wait_until(check, 60)


@pytest.mark.slow
def test_a_crashed_worker_is_started_again(tmp_path):
    mark = tmp_path / "mark"
    code = (
        f"import os, pathlib, time\nmark = pathlib.Path({str(mark)!r})\n"
        "if not mark.exists():\n    mark.touch(); os.kill(os.getpid(), 9)\n"
        "print('alive', os.environ['KERASTUNER_TUNER_ID']); time.sleep(60)"
    )
    workers, said, died = workers_of(tmp_path, 1, code)
    log = tmp_path / "logs" / "worker-1.log"
    with pytest.raises(KeyboardInterrupt), workers:
        workers.start(ADDRESS)
        tend_until(workers, lambda: "alive worker-1" in log.read_text())
        raise KeyboardInterrupt
    assert died == [("worker-1", "was ended by SIGKILL")]
    assert "starting it again" in said[0]


def test_workers_that_always_crash_end_the_search_with_the_end_of_a_log(tmp_path):
    workers, said, died = workers_of(tmp_path, 2, "raise ZeroDivisionError('the reason')")
    with pytest.raises(SearchError, match="the reason"), workers:
        workers.start(ADDRESS)
        tend_until(workers, lambda: False)
    assert len(died) == 2 * (MAX_RESTARTS + 1)
    assert "given up" in said[-1]


def test_crashes_that_trials_are_charged_with_do_not_end_a_worker(tmp_path):
    code = "import os; os.abort()"
    workers, said, died = workers_of(tmp_path, 1, code, holds_trial=True)
    with pytest.raises(KeyboardInterrupt), workers:
        workers.start(ADDRESS)
        tend_until(workers, lambda: len(died) > MAX_RESTARTS + 1)
        raise KeyboardInterrupt
    assert died[0] == ("worker-1", "was ended by SIGABRT")
    assert not any("given up" in line for line in said)


def test_workers_that_run_out_of_memory_are_always_started_again(tmp_path):
    workers, said, died = workers_of(tmp_path, 1, f"raise SystemExit({FRESH_PROCESS})")
    with pytest.raises(KeyboardInterrupt), workers:
        workers.start(ADDRESS)
        tend_until(workers, lambda: len(died) > MAX_RESTARTS + 1)
        raise KeyboardInterrupt
    assert set(died) == {("worker-1", "ran out of memory")}
    assert not any("given up" in line for line in said)


def test_a_worker_whose_input_is_bad_is_not_started_again(tmp_path):
    workers, _, died = workers_of(tmp_path, 1, "raise SystemExit(2)")
    with pytest.raises(SearchError), workers:
        workers.start(ADDRESS)
        tend_until(workers, lambda: False)
    assert len(died) == 1


def test_ctrl_c_is_handed_on_and_nobody_is_left(tmp_path):
    code = (
        "import signal, time\n"
        # A shell has what it starts in the background ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n    print('ready'); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('stopped')"
    )
    workers, _, _ = workers_of(tmp_path, 2, code)
    logs = [tmp_path / "logs" / f"worker-{number}.log" for number in (1, 2)]
    with pytest.raises(KeyboardInterrupt), workers:
        workers.start(ADDRESS)
        wait_until(lambda: all("ready" in log.read_text() for log in logs))
        time.sleep(0.2)
        raise KeyboardInterrupt
    assert all(log.read_text().split() == ["ready", "stopped"] for log in logs)


def test_a_chief_s_variables_leave_with_the_block():
    before = dict(os.environ)
    with as_chief() as address:
        assert is_chief()
        assert address.is_loopback
    assert dict(os.environ) == before


def test_an_orphan_knows(monkeypatch):
    assert not is_orphan()
    monkeypatch.setenv("MEMNAS_SUPERVISOR", str(os.getppid()))
    assert not is_orphan()
    monkeypatch.setenv("MEMNAS_SUPERVISOR", "1" if os.getppid() != 1 else "2")
    assert is_orphan()


def test_workers_get_the_options_of_their_chief():
    context = search.make_context(
        "search", ["--image-size", "16x12", "--max-arena", "4kB", "--overwrite", "--workers", "2"]
    )
    options = {name: value for name, value in context.params.items() if name != "workers"}
    again = search.make_context("search", command_line(search, options)).params
    assert again == {**options, "overwrite": False, "workers": None}


def test_workers_of_workers_are_refused(tmp_path):
    command = [sys.executable, "-m", "memnas_cli.main", "search", "--workers", "2"]
    environment = {**os.environ, "KERASTUNER_ORACLE_IP": "127.0.0.1", "PYTHONPATH": os.getcwd()}
    result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 2
    assert "starts workers itself" in result.stderr


def command(data_dir, directory):
    return [
        *(sys.executable, "-m", "memnas_cli.main", "search", "--data-dir", str(data_dir)),
        *(*SMALL, "--workers", "2", "--directory", str(directory)),
    ]


def test_two_workers_find_what_one_process_does(finished, data_dir, tmp_path):
    directory, alone = finished
    result = run_memnas(*("search", "--data-dir", data_dir, *SMALL, "--workers", "2"), cwd=tmp_path)
    whole = load_search(directory / "searches" / "digits")
    ours = load_search(tmp_path / "searches" / "digits")
    assert [e.to_state() for e in ours.rounds] == [e.to_state() for e in whole.rounds]
    assert "the search ended: it reached max_rounds (2)" in result.stdout
    assert result.stdout.count("best of the round") == 2
    assert result.stdout.splitlines()[-10:] == alone.stdout.splitlines()[-10:]
    project = tmp_path / "searches" / "digits"
    assert (project / "best" / "model.keras").exists()
    logs = "".join((project / "workers" / f"worker-{n}.log").read_text() for n in (1, 2))
    assert logs.count("ended: ") == 4
    assert logs.count("the search is over") == 2


@pytest.mark.slow
def test_ctrl_c_with_workers_exits_130_and_goes_on_to_the_same_end(finished, data_dir, tmp_path):
    process = subprocess.Popen(
        command(data_dir, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    logs = tmp_path / "digits" / "workers"
    wait_until(lambda: any(" trial " in log.read_text() for log in logs.glob("*.log")), 200)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 130
    assert errors.strip() == "interrupted; the same command goes on from here"
    assert load_search(tmp_path / "digits").stop_reason is None
    run_memnas("search", "--data-dir", data_dir, *SMALL, "--directory", tmp_path, cwd=tmp_path)
    directory, _ = finished
    whole = load_search(directory / "searches" / "digits")
    ours = load_search(tmp_path / "digits")
    assert [e.to_state() for e in ours.rounds] == [e.to_state() for e in whole.rounds]
