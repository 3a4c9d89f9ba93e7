import pytest

from serving.client.deadline import Deadline
from serving.client.failures import CallFailed
from serving.client.retries import RetryPolicy, call_with_retries


@pytest.fixture
def waits(monkeypatch):
    """Record the waits instead of waiting."""
    clock, waits = [0.0], []

    def sleep(seconds):
        waits.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr("serving.client.retries.time.sleep", sleep)
    monkeypatch.setattr("serving.client.deadline.time.monotonic", lambda: clock[0])
    return waits


def failing(code, times):
    left = [times]

    def call():
        if left[0]:
            left[0] -= 1
            raise CallFailed(code, "details")
        return "answer"

    return call


def test_waits_double_up_to_the_longest_and_vary(waits):
    policy = RetryPolicy(attempts=7, first_wait=1, longest_wait=8)
    assert call_with_retries(failing("UNAVAILABLE", 6), policy, Deadline(60)) == "answer"
    for wait, whole in zip(waits, [1, 2, 4, 8, 8, 8], strict=True):
        assert whole / 2 <= wait <= whole
    assert len({wait / whole for wait, whole in zip(waits, [1, 2, 4, 8, 8, 8], strict=True)}) > 1


def test_the_last_failure_tells_how_often_it_was_tried(waits):
    with pytest.raises(CallFailed) as caught:
        call_with_retries(failing("DEADLINE_EXCEEDED", 9), RetryPolicy(attempts=3), Deadline(60))
    assert (caught.value.code, caught.value.attempts, len(waits)) == ("DEADLINE_EXCEEDED", 3, 2)


def test_no_attempt_starts_after_the_deadline(waits):
    policy = RetryPolicy(attempts=100, first_wait=4, longest_wait=4)
    with pytest.raises(CallFailed) as caught:
        call_with_retries(failing("RESOURCE_EXHAUSTED", 100), policy, Deadline(20))
    assert sum(waits) <= 20
    assert 5 <= caught.value.attempts <= 11


def test_what_would_fail_again_is_not_tried_again(waits):
    with pytest.raises(CallFailed):
        call_with_retries(failing("INVALID_ARGUMENT", 1), RetryPolicy(), Deadline(60))
    assert waits == []
