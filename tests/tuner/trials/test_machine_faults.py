"""What the machine does is charged to no candidate: the search stops, and goes on later."""

import errno

import h5py
import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.errors import MemNASError
from tests.helpers.searches import FormulaTuner, make_tuner
from tuner.history import load_search
from tuner.trials import trial_ends
from tuner.trials.machine_faults import Fault, MachineFault, OutOfMemory, describe, fault_of


def caused(error, cause):
    try:
        raise error from cause
    except type(error) as raised:
        return raised


def in_the_course_of(error, before):
    try:
        try:
            raise before
        except type(before):
            raise error  # noqa: B904 - the context is what is tested
    except type(error) as raised:
        return raised


DISK = OSError(errno.ENOSPC, "No space left on device")
MACHINE = [
    *(
        OSError(getattr(errno, name), "the system's words")
        for name in ("ENOSPC", "EIO", "EROFS", "ESTALE", "EDQUOT", "EMFILE", "ENFILE", "EACCES")
    ),
    ConnectionResetError(errno.ECONNRESET, "reset"),
    TimeoutError(),
    OSError("Can't write data (file write failed: errno = 28, 'No space left on device')"),
    SystemError("<built-in function> returned a result with an exception set"),
    RuntimeError("can't start new thread"),
    RuntimeError("Can't decrement id ref count (error message = 'Input/output error')"),
    tf.errors.UnknownError(None, None, "logs/x: No space left on device"),
    tf.errors.ResourceExhaustedError(None, None, "checkpoint; No space left on device"),
    tf.errors.NotFoundError(None, None, "photos/1.png; No such file or directory"),
    tf.errors.PermissionDeniedError(None, None, "photos/1.png"),
    caused(RuntimeError("saving failed"), DISK),
    in_the_course_of(ValueError("cannot save"), DISK),
    caused(ValueError("outer"), caused(KeyError("inner"), DISK)),
]
MEMORY = [
    MemoryError(),
    np._core._exceptions._ArrayMemoryError((10**9,), np.dtype("float32")),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
    tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[9,9]"),
    tf.errors.InternalError(None, None, "CUDA_ERROR_OUT_OF_MEMORY: out of memory"),
    tf.errors.InternalError(None, None, "Dst tensor is not initialized."),
    RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 123 bytes"),
    caused(RuntimeError("training failed"), MemoryError()),
]
CANDIDATE = [
    RuntimeError("the user's mistake"),
    ValueError("Shapes (3,) and (4,) are incompatible"),
    tf.errors.InvalidArgumentError(None, None, "Incompatible shapes"),
    FloatingPointError("loss is nan"),
    ZeroDivisionError(),
    RecursionError(),
    in_the_course_of(ValueError("no cache, and no network"), FileNotFoundError(2, "no such file")),
]


@pytest.mark.parametrize("error", MACHINE, ids=repr)
def test_the_machine_s_faults_are_known(error):
    assert fault_of(error) is Fault.MACHINE


@pytest.mark.parametrize("error", MEMORY, ids=repr)
def test_memory_that_ran_out_is_known(error):
    assert fault_of(error) is Fault.MEMORY


@pytest.mark.parametrize("error", CANDIDATE, ids=repr)
def test_other_errors_are_the_candidate_s(error):
    assert fault_of(error) is None


def test_ctrl_c_in_c_code_is_ctrl_c():
    assert fault_of(caused(SystemError("exception set"), KeyboardInterrupt())) is Fault.INTERRUPT


def test_what_hdf5_says_of_a_full_disk_is_known():
    with pytest.raises(OSError, match="No space left") as caught, h5py.File("/dev/full", "w"):
        pass
    assert fault_of(caught.value) is Fault.MACHINE


def test_the_cause_is_named_in_one_line():
    assert describe(caused(RuntimeError("saving\nfailed"), DISK)).startswith("OSError: [Errno 28]")
    assert describe(MemoryError()) == "MemoryError"
    assert "\n" not in describe(tf.errors.UnknownError(None, None, "a\nNo space left on device"))


def failing_once(error, victim="0001"):
    left = [error]

    class Failing(FormulaTuner):
        def run_trial(self, trial, *args, **kwargs):
            if trial.trial_id == victim and left:
                raise left.pop()
            return super().run_trial(trial, *args, **kwargs)

    return Failing


def search(directory, kind=FormulaTuner, **kwargs):
    make_tuner(directory, kind, max_rounds=2, trials_per_round=3, **kwargs).search(verbose=0)
    return load_search(directory / "search").rounds


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return search(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("error", [MACHINE[0], MACHINE[-1], MEMORY[0]], ids=repr)
def test_a_trial_that_the_machine_fails_is_trained_later(whole, tmp_path, error):
    with pytest.raises(MachineFault, match="while trial 0001 was trained"):
        search(tmp_path, failing_once(error))
    cut_off = load_search(tmp_path / "search")
    assert cut_off.stop_reason is None
    assert [trial.status for trial in cut_off.rounds[0].trials] == [
        "completed",
        "running",
        "planned",
    ]
    assert search(tmp_path) == whole


def test_ctrl_c_in_c_code_interrupts_the_search(whole, tmp_path):
    error = caused(SystemError("exception set"), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, failing_once(error))
    assert search(tmp_path) == whole


def test_a_disk_too_full_for_the_traceback_stops_the_search_too(whole, tmp_path, monkeypatch):
    def full(*args):
        raise DISK

    monkeypatch.setattr(trial_ends, "fault_of", lambda error: None)
    monkeypatch.setattr("tuner.trials.trial_tuner.record_failure", full)
    with pytest.raises(MachineFault, match="No space left on device"):
        search(tmp_path, failing_once(RuntimeError("the candidate's own")))
    monkeypatch.undo()
    assert search(tmp_path) == whole


class Hungry(FormulaTuner):
    """Memory is too small for one trial, whatever the process."""

    def run_trial(self, trial, *args, **kwargs):
        if trial.trial_id == "0001":
            raise MemoryError("a terabyte")
        return super().run_trial(trial, *args, **kwargs)


def test_memory_that_runs_out_in_a_fresh_process_too_fails_the_trial(tmp_path, monkeypatch):
    with pytest.raises(OutOfMemory, match="MemoryError: a terabyte"):
        search(tmp_path, Hungry)
    with pytest.raises(OutOfMemory):
        search(tmp_path, Hungry)  # this process has trained before, so it may be to blame
    monkeypatch.setattr(trial_ends, "_begun", iter(range(100)))  # as in a fresh one
    rounds = search(tmp_path, Hungry)
    assert [trial.status for trial in rounds[0].trials] == ["completed", "failed", "completed"]
    assert {path.name for path in (tmp_path / "search" / "trial_0001").iterdir()} == {
        "error.txt",
        "trial.json",
    }


def test_keras_tuner_s_fatal_errors_end_the_search_at_once(whole, tmp_path):
    error = keras_tuner.errors.FatalTypeError("no model")
    with pytest.raises(MemNASError, match=f"{type(error).__name__}: {error}") as caught:
        search(tmp_path, failing_once(error))
    assert isinstance(caught.value, keras_tuner.errors.FatalError)
    assert search(tmp_path) == whole
