"""Faults of the machine, which no candidate is to blame for. Needs no TensorFlow.

Libraries wrap what the system tells them in errors of their own, TensorFlow and HDF5 with the
system's words alone. So types, numbers and words are looked at, and what an error was raised from.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from memnas_tf.errors import MemNASError, SearchError

_LONGEST = 300
_ERRNOS = (
    *("EDQUOT", "EIO", "EMFILE", "ENFILE", "ENODEV", "ENOSPC", "ENXIO", "EREMOTEIO", "EROFS"),
    *("ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN"),
    *("ENETUNREACH", "ENOTCONN", "ESTALE", "ETIMEDOUT"),
)
_NUMBERS = {getattr(errno, name) for name in _ERRNOS if hasattr(errno, name)}
_MACHINE_WORDS = (
    *(os.strerror(number).lower() for number in sorted(_NUMBERS)),
    *("can't start new thread", "no such file or directory"),
    *("cuda_error_ecc_uncorrectable", "gpu is lost"),
)
_MEMORY_WORDS = (
    *(os.strerror(errno.ENOMEM).lower(), "can't allocate memory", "failed to allocate memory"),
    *("out of memory", "out_of_memory", "oom when allocating", "status_alloc_failed"),
    *("dst tensor is not initialized",),  # what TensorFlow says of a full GPU
)
# By name: no library has to be there for its errors to be known.
_MACHINE_TYPES = {"PermissionDeniedError", "UnavailableError"}
_MEMORY_TYPES = {"ResourceExhaustedError", "OutOfMemoryError"}


class MachineFault(SearchError):
    """Report a search that stops, and can go on, as the machine failed: a full disk, say."""


class OutOfMemory(MachineFault):
    """Report that memory ran out; a fresh process is to try the trial again, once."""


class Fault(Enum):
    """What an error is to be blamed on if not on the candidate."""

    MACHINE = "machine"
    MEMORY = "memory"
    INTERRUPT = "interrupt"


def fault_of(error: BaseException) -> Fault | None:
    """Tell whether the machine is to blame for an error.

    Args:
        error: The error, with those that it was raised from.

    Returns:
        What is to blame; None for the candidate, or the program.
    """
    chain = list(_chain(error))
    if any(isinstance(one, KeyboardInterrupt) for one in chain):
        return Fault.INTERRUPT  # C code makes a SystemError of it
    wrapped = next((fault for fault in map(_own_fault, chain) if fault is not None), None)
    if wrapped is None and isinstance(error, OSError):
        return Fault.MACHINE  # of whatever kind: an architecture causes none
    return wrapped


def describe(error: BaseException) -> str:
    """Return one line that names the error of the machine underneath an error."""
    root = next((one for one in _chain(error) if _own_fault(one) is not None), error)
    text = " ".join(str(root).split())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    return f"{type(root).__name__}: {text}" if text else type(root).__name__


@contextmanager
def machine_faults_named() -> Iterator[None]:
    """Turn what the machine does within the block into one message.

    Raises:
        MachineFault: If the machine failed.
    """
    try:
        yield
    except MemNASError:
        raise
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        if fault is Fault.INTERRUPT:
            raise KeyboardInterrupt from error
        raise stopped(error) from error


def stopped(error: BaseException) -> MachineFault:
    """Return the error that a search stops with where the machine failed outside of a trial."""
    return MachineFault(
        f"the search stopped, as the machine failed ({describe(error)}); mend it, and the same "
        "search goes on from here"
    )


def _own_fault(error: BaseException) -> Fault | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    text = str(error).lower()
    number = error.errno if isinstance(error, OSError) else None
    # TensorFlow calls a full disk an exhausted resource too.
    is_told = number is None and any(words in text for words in _MACHINE_WORDS)
    if number in _NUMBERS or is_told:
        return Fault.MACHINE
    if isinstance(error, MemoryError) or number == errno.ENOMEM or names & _MEMORY_TYPES:
        return Fault.MEMORY
    if any(words in text for words in _MEMORY_WORDS):
        return Fault.MEMORY
    is_machine = isinstance(error, SystemError) or names & _MACHINE_TYPES
    return Fault.MACHINE if is_machine else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, or in the course of."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)
