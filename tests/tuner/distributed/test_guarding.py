"""The lock of an oracle, and what becomes of an error under it."""

import errno
import threading

import keras_tuner
import pytest

from memnas_tf.errors import SearchError
from tuner.distributed.guarding import guarded
from tuner.trials.machine_faults import MachineFault


class Counting(keras_tuner.Oracle):
    """An oracle that counts, and raises what it is told to."""

    def __init__(self):
        super().__init__(objective="val_accuracy")
        self.error, self.count = None, 0

    @guarded
    def add(self, amount, error=None):
        """Add an amount, or fail half-way."""
        self.count += amount
        if error is not None:
            raise error
        return self.count


def in_another_thread(action):
    done = []
    thread = threading.Thread(target=lambda: done.append(action()), daemon=True)
    thread.start()
    thread.join(timeout=20)
    return done


def test_a_method_returns_what_it_returned():
    oracle = Counting()
    assert oracle.add(2) == 2
    assert oracle.add(amount=3) == 5


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (SearchError("found nothing"), SearchError, "found nothing"),
        (OSError(errno.ENOSPC, "No space left on device"), MachineFault, "No space left"),
        (KeyError("genotype"), SearchError, r"internal error \(KeyError: 'genotype'\)"),
    ],
)
def test_the_first_error_is_kept_the_lock_is_free_and_nothing_is_done_any_more(
    error, kind, message
):
    oracle = Counting()
    assert oracle.add(1, error) is None
    assert isinstance(oracle.error, kind)
    with pytest.raises(kind, match=message):
        raise oracle.error
    assert oracle.error is error or oracle.error.__cause__ is error
    assert in_another_thread(lambda: oracle.add(1)) == [None]
    assert oracle.count == 1


def test_the_lock_is_held_meanwhile():
    oracle, begun, go_on = Counting(), threading.Event(), threading.Event()

    class Slow:
        def __radd__(self, count):
            begun.set()
            assert go_on.wait(timeout=20)
            return count + 1

    first = threading.Thread(target=lambda: oracle.add(Slow()))
    first.start()
    assert begun.wait(timeout=20)
    second = threading.Thread(target=lambda: oracle.add(10))
    second.start()
    second.join(timeout=0.2)
    assert second.is_alive() and oracle.count == 0
    go_on.set()
    first.join(timeout=20)
    second.join(timeout=20)
    assert oracle.count == 11
