"""Delete what a program wrote into a folder, and nothing that somebody else put there.

What it wrote is told by patterns of names from the folder down, such as `trial_*/trial.json`: a
file, or with `/**` at its end a folder with all that is in it. A link counts as a file. It is
deleted, and never followed.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from memnas_tf.errors import ConfigError
from memnas_tf.temporaries import is_temporary

_ALL_BELOW = "**"
_Parts = tuple[str, ...]


def remove_owned(folder: Path, patterns: Sequence[str]) -> None:
    """Delete all that patterns name, and folders that are empty then.

    Args:
        folder: The folder, which stays, and need not exist.
        patterns: What may be deleted.
    """
    if folder.is_dir():
        _remove(folder, [tuple(pattern.split("/")) for pattern in patterns])


def foreign_names(folder: Path, patterns: Sequence[str]) -> list[str]:
    """Return the names in a folder that no pattern begins with, in order.

    Args:
        folder: The folder, which need not exist.
        patterns: What is known.

    Returns:
        The names; those of what is not whole yet are known too.
    """
    first = {pattern.partition("/")[0] for pattern in patterns}
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return [name for name in names if not is_temporary(name) and not _matches(name, first)]


def refuse_links(folder: Path, patterns: Sequence[str]) -> None:
    """Refuse a folder with links where it should have folders: they would lead writes elsewhere.

    Args:
        folder: The folder, which need not exist.
        patterns: What is written into it.

    Raises:
        ConfigError: If a folder that a pattern names, or one below it, is a link.
    """
    parents = {pattern.partition("/")[0] for pattern in patterns if "/" in pattern}
    for name in sorted(os.listdir(folder)) if folder.is_dir() else ():
        if _matches(name, parents):
            _refuse_links(folder / name)


def is_marked(folder: Path, names: Sequence[str], mark: str, witness: str) -> bool:
    """Tell whether a folder is the program's own, by what one of its files holds.

    Args:
        folder: The folder, which need not exist.
        names: The files.
        mark: A key in each of them.
        witness: A file beside them, whose presence tells where all of them are damaged.

    Returns:
        Whether one holds the mark, or there are some, none can be read, and the witness is there.
    """
    files = [folder / name for name in names if os.path.isfile(folder / name)]
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    if any(f'"{mark}"' in text for text in texts):
        return True
    is_damaged = bool(texts) and not any(map(_is_document, texts))
    return is_damaged and os.path.isfile(folder / witness)


def shortened(names: Sequence[str]) -> str:
    """Return a few of many names for a message."""
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _refuse_links(path: Path) -> None:
    if path.is_symlink():
        raise ConfigError(
            f"{str(path)!r} is a symbolic link, and what is written there would land elsewhere; "
            "put the folder itself in its place, or use another directory"
        )
    for where, folders, _ in os.walk(path):
        for name in folders:
            if os.path.islink(os.path.join(where, name)):
                _refuse_links(Path(where, name))


def _remove(folder: Path, patterns: Sequence[_Parts]) -> None:
    for name in sorted(os.listdir(folder)):
        path = folder / name
        below = [rest for first, *rest in patterns if fnmatch.fnmatchcase(name, first)]
        if not below:
            continue
        if path.is_symlink() or not path.is_dir():
            if [] in below:
                path.unlink()
        elif [_ALL_BELOW] in below:
            shutil.rmtree(path)
        else:
            _remove(path, [tuple(rest) for rest in below if rest])
            if not os.listdir(path):
                path.rmdir()


def _matches(name: str, patterns: set[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _is_document(text: str) -> bool:
    try:
        json.loads(text)
        return True
    except (ValueError, RecursionError):
        return False
