"""TOML files that people write."""

from __future__ import annotations

import os
import sys
from typing import Any

from memnas_tf.documents.regular_file import read_text
from memnas_tf.errors import ConfigError, DocumentError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_toml(path: str | os.PathLike[str], kind: str) -> tuple[str, dict[str, Any]]:
    """Read a TOML file.

    Args:
        path: The file.
        kind: What it has to be, for people, such as "TOML of devices".

    Returns:
        Its text and its tables.

    Raises:
        ConfigError: If it cannot be read, or is no TOML.
    """
    try:
        text = read_text(path)
        return text, tomllib.loads(text)
    except DocumentError as error:
        raise ConfigError(str(error)) from error
    except OSError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error.strerror}") from error
    except ValueError as error:  # a number of thousands of digits is no TOMLDecodeError
        raise ConfigError(f"{path} is no TOML: {error}") from error
    except RecursionError:
        raise ConfigError(f"{path} is no {kind}: it is nested too deep") from None
