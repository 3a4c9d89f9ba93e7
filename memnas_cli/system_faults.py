"""One sentence for what the system refuses: which file it is about, and the way out."""

from __future__ import annotations

import errno
import os

from tuner.trials.machine_faults import Fault, describe, fault_of

_AGAIN = "and run the same command again"
_WAYS_OUT = {
    errno.ENOSPC: f"the disk is full: free some space, {_AGAIN}",
    errno.EDQUOT: f"the quota is used up: delete something or ask for more, {_AGAIN}",
    errno.EFBIG: "the file system takes no file so large: name a place on another one",
    errno.EROFS: "its file system can only be read: name a place that can be written",
    errno.EACCES: "it is not yours to use: change its rights, or name another place",
    errno.EPERM: "it is not yours to use: change its rights, or name another place",
    errno.EIO: f"the disk fails: look after it, {_AGAIN}",
    errno.ESTALE: f"the network drive was mounted anew: change into the folder again, {_AGAIN}",
    errno.ENOLCK: "its file system has no locks: name a place on another one",
    errno.EMFILE: f"too many files are open: raise the limit (ulimit -n), {_AGAIN}",
    errno.ENFILE: f"too many files are open: close other programs, {_AGAIN}",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
    errno.EISDIR: "it is a folder where a file belongs: move it away, or name another place",
    errno.ENOTDIR: "part of its path is a file: name another place",
    errno.EEXIST: "it is there already: move it away, or name another place",
    errno.ELOOP: "its links lead in a circle: mend them",
    errno.ENOTEMPTY: f"something was put there in the meantime: move it away, {_AGAIN}",
}
_SHOWN_AROUND = 40


def describe_fault(error: Exception) -> str | None:
    """Say what the system refused, and what to do.

    Args:
        error: What it raised, or a library on top of it.

    Returns:
        One sentence; None for a fault of the program.
    """
    if isinstance(error, UnicodeError):
        return _describe_text(error)
    if not isinstance(error, OSError):
        is_machine = fault_of(error) is Fault.MACHINE
        return f"{describe(error)}; mend that, {_AGAIN}" if is_machine else None
    what = error.strerror or str(error) or type(error).__name__
    name = _name(error)
    subject = "" if name is None else f"cannot use {name!r}: "
    return f"{subject}{what}; {_way_out(error)}"


def _name(error: OSError) -> str | None:
    name = error.filename
    return os.fsdecode(name) if isinstance(name, (str, bytes)) else None


def _way_out(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        name = _name(error)
        if name is not None and os.path.islink(name):
            target = os.readlink(name)
            return f"it is a link to {target!r}, which is not there: mend it, or delete it"
        return "check the path"
    return _WAYS_OUT.get(error.errno or 0, f"mend that, {_AGAIN}")


def _describe_text(error: UnicodeError) -> str:
    if isinstance(error, UnicodeEncodeError):
        around = error.object[max(error.start - _SHOWN_AROUND, 0) : error.end + _SHOWN_AROUND]
        return (
            f"{around!r} holds bytes that are no text in UTF-8, which a name has to be here; "
            "rename the file or folder"
        )
    return f"a file is no text in UTF-8 ({error}); name another, or convert it"
