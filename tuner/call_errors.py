"""Mistakes in a call that every candidate would fail by: they end the search at once."""

from __future__ import annotations

from keras_tuner.errors import FatalError

from memnas_tf.errors import ConfigError, DataError, SearchError


class CallError(SearchError, FatalError):
    """Report what no other candidate would do better with."""


class BadArgument(ConfigError, FatalError):
    """Report an argument of `search` that no training can use."""


class BadData(DataError, FatalError):
    """Report data that no training can use."""
