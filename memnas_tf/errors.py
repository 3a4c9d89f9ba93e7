"""Errors that name the bad value and the way out.

Every error that a user can cause derives from `MemNASError`, so that a caller (the command
line, for one) can tell a mistake in the input from a mistake in the program.
"""


class MemNASError(ValueError):
    """Report input that cannot be used.

    Args:
        message: What cannot be used, and the way out.
        arguments: The arguments that the way out names, as their functions call them: the command
            line shows its own options in their place.

    Attributes:
        arguments: The same.
    """

    def __init__(self, message: str = "", *, arguments: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.arguments = arguments


class GenotypeError(MemNASError):
    """Report an architecture that is not one: a bad cell, block, string or file."""


class ConfigError(MemNASError):
    """Report a setting outside its range, or settings that contradict each other."""


class DataError(MemNASError):
    """Report a data set that is missing, or of the wrong kind or shape."""


class DocumentError(MemNASError):
    """Report a file that cannot be used: damaged, changed since it was written, or no file.

    Args:
        path: The file.
        reason: What is wrong with it, as the end of a sentence.

    Attributes:
        reason: The same, for messages that name the file themselves.
    """

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"cannot read {str(path)!r}: {reason}")
        self.reason = reason


class MissingDocumentError(DocumentError):
    """Report a file that is not there."""


class SearchError(MemNASError):
    """Report a search directory that is missing, damaged, or of another search."""


class TrainingError(MemNASError):
    """Report a training that cannot go on: its directory, or a loss that is no number."""


class BusyError(MemNASError):
    """Report a directory that another process is at work in."""


class StorageError(MemNASError):
    """Report a file system that cannot do what is needed: it is full, read-only, without locks."""


class ExportError(MemNASError):
    """Report an export that would overwrite, or that lacks what it needs."""


class ModelError(MemNASError):
    """Report a Keras model that cannot be loaded or measured."""


class ServingError(MemNASError):
    """Report a model server that cannot be set up, or a request that it does not answer."""
