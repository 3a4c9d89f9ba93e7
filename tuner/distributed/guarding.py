"""The lock of an oracle, which KerasTuner keeps for ever where an exception leaves it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import keras_tuner

from memnas_tf.errors import SearchError
from tuner.trials.machine_faults import fault_of, stopped

_LOGGER = logging.getLogger(__name__)


class Guarded(Protocol):
    """What stops on its first error.

    Attributes:
        error: What it stopped on; None while it goes on.
    """

    error: SearchError | None


_Oracle = TypeVar("_Oracle", bound=Guarded)
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def guarded(
    method: Callable[Concatenate[_Oracle, _Arguments], _Result],
) -> Callable[Concatenate[_Oracle, _Arguments], _Result | None]:
    """Hold an oracle's lock for a method, and keep as its `error` what the method raises.

    From then on the method does nothing and returns None. None that is guarded calls another: the
    error would be kept half-way.

    Args:
        method: The method of an oracle.

    Returns:
        The method, guarded.
    """

    @functools.wraps(method)
    def keep_error(
        oracle: _Oracle, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result | None:
        if oracle.error is None:
            try:
                return method(oracle, *args, **kwargs)
            except Exception as error:
                oracle.error = _stopping(error)
        return None

    locked: Any = keras_tuner.synchronized(keep_error)
    return locked  # type: ignore[no-any-return]


def _stopping(error: Exception) -> SearchError:
    if isinstance(error, SearchError):
        return error
    stop: SearchError
    if fault_of(error) is not None:
        stop = stopped(error)
    else:
        _LOGGER.error("the oracle failed", exc_info=error)
        stop = SearchError(
            f"the search stopped on an internal error ({type(error).__name__}: {error}); the same "
            "search goes on from here once its cause is mended"
        )
    stop.__cause__ = error
    return stop
