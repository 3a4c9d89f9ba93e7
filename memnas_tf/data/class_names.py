"""Names of classes: each is a line of a file, and words on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# Control characters, halves of characters (in names that are no text), ends of lines.
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def normal_name(name: str) -> str:
    """Return a name as it is compared.

    Args:
        name: A name, such as a folder's.

    Returns:
        The name in Unicode's form NFC: macOS may write the same letters in another.
    """
    return unicodedata.normalize("NFC", name)


def fault_of_names(names: Sequence[str]) -> str | None:
    """Say what makes names unfit to be those of classes.

    Args:
        names: Name of each class.

    Returns:
        What is wrong with the first that is empty, has a character that is none of a line of text,
        or means the same as another; None if all are well.
    """
    known: dict[str, str] = {}
    for name in names:
        if not name.strip():
            return f"the class name {name!r} is empty"
        if any(unicodedata.category(character) in _REFUSED for character in name):
            # ascii, as not every terminal takes what is refused here.
            return f"the class name {name!a} has characters that are none of a line of text"
        normal = normal_name(name)
        if normal in known:
            return f"the class names {known[normal]!a} and {name!a} read the same"
        known[normal] = name
    return None
