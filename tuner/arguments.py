"""The arguments of the tuner: the knobs of a search, and KerasTuner's own."""

from __future__ import annotations

import difflib
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any, NamedTuple, TypeVar

import keras_tuner

from memnas_tf.knobs import describe, knobs_of, pick
from memnas_tf.memory.target import Aims
from tuner.run_settings import RunSettings
from tuner.search.settings import SearchKnobs

_GROUPS = (SearchKnobs, Aims, RunSettings)
_OF_HYPERMODEL = frozenset({"max_cells"})
_WIDTH = 100
Kind = TypeVar("Kind", bound=type)


class Arguments(NamedTuple):
    """What a tuner was made with.

    Attributes:
        search: The knobs of the search that were given.
        aims: The memory that it aims at.
        run: What else it was told.
        kerastuner: What is for KerasTuner's own tuner.
    """

    search: dict[str, Any]
    aims: Aims
    run: RunSettings
    kerastuner: dict[str, Any]


def read_arguments(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Arguments:
    """Sort the arguments of a tuner, all but its hypermodel.

    Args:
        args: The positional ones.
        kwargs: The others.

    Returns:
        The arguments.

    Raises:
        TypeError: If there is no such argument, naming the nearest, or one is given twice.
        ConfigError: If one is out of range.
    """
    for name in kwargs:
        if name not in _PARAMETERS:
            close = difflib.get_close_matches(name, _PARAMETERS, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise TypeError(f"MemNASTuner has no argument {name!r}{hint}")
    given = _SIGNATURE.bind(None, None, *args, **kwargs).arguments
    return Arguments(
        pick(SearchKnobs, given),
        Aims(**pick(Aims, given)),
        RunSettings(**pick(RunSettings, given)),
        {name: value for name, value in given.items() if name in _KERASTUNER},
    )


def with_arguments(tuner: Kind) -> Kind:
    """Give a tuner's class the signature of its knobs, and tell of them in its docstring."""
    tuner.__init__.__signature__ = _SIGNATURE  # type: ignore[misc]
    rows = [row for group in _GROUPS for row in describe(group, _is_argument)]
    tuner.__doc__ = str(tuner.__doc__).replace("        KNOBS\n", "".join(map(_paragraph, rows)))
    return tuner


def _paragraph(row: tuple[str, str]) -> str:
    name, text = row
    lines = textwrap.wrap(f"{name}: {text}", _WIDTH - 8, subsequent_indent="    ")
    return textwrap.indent("\n".join(lines) + "\n", " " * 8)


def _is_argument(name: str) -> bool:
    return name not in _OF_HYPERMODEL


def _knob_parameters() -> list[Parameter]:
    return [
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=field.default)
        for group in _GROUPS
        for name, (_, field) in knobs_of(group).items()
        if _is_argument(name)
    ]


def _kerastuner_parameters() -> list[Parameter]:
    known = inspect.signature(keras_tuner.Tuner.__init__).parameters.values()
    return [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in known
        if parameter.name not in ("self", "oracle", "hypermodel", "kwargs")
    ]


_KERASTUNER = {parameter.name for parameter in _kerastuner_parameters()}
_SIGNATURE = Signature(
    [
        Parameter("self", Parameter.POSITIONAL_ONLY),
        Parameter("hypermodel", Parameter.POSITIONAL_OR_KEYWORD),
        *_knob_parameters(),
        *_kerastuner_parameters(),
    ]
)
_PARAMETERS = list(_SIGNATURE.parameters)[2:]
