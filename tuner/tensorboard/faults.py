"""Logs never end a search: a full disk or a fault of the program costs the log alone."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

_LOGGER = logging.getLogger(__name__)
_Method = TypeVar("_Method", bound=Callable[..., None])


def never_fails(method: _Method) -> _Method:
    """Log what a method raises, and go on.

    Args:
        method: What writes logs.

    Returns:
        The same, but for the exceptions.
    """

    @functools.wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            method(*args, **kwargs)
        except Exception as error:
            unexpected = not isinstance(error, OSError)
            _LOGGER.warning(
                "TensorBoard's logs lack something (%s: %s); the search goes on, and writes it "
                "when it is started again",
                type(error).__name__,
                error,
                exc_info=unexpected,
            )

    return guarded  # type: ignore[return-value]
