"""The arguments of `fit` that a search's results depend on, beside the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from memnas_tf.differences import describe_differences
from memnas_tf.documents import SchemaError, decode, read_document, write_document
from memnas_tf.errors import DocumentError, SearchError
from tuner.distributed.facts import fit_facts

FIT_FILE = "fit.json"
_SCHEMA = 1
_Fact = bool | int | float | str | None
_NOT_COMPARED = ("callbacks", "verbose")


def check_fit(
    project: Path, args: Sequence[Any], kwargs: Mapping[str, Any], has_results: bool
) -> None:
    """Refuse to go on with a search with other epochs or arrays; note those of a new one.

    Of data that is read on the way nothing is compared.

    Args:
        project: The search's directory.
        args: Of `keras.Model.fit`, by position.
        kwargs: Of `keras.Model.fit`, by name.
        has_results: Whether the search has trained anything, by what is noted.

    Raises:
        SearchError: If its results come of other arguments.
    """
    told = fit_facts(
        [value if _tells_all(value) else None for value in args],
        {name: value for name, value in kwargs.items() if _tells_all(value)},
    )
    facts = {name: value for name, value in told.items() if name not in _NOT_COMPARED}
    facts.setdefault("epochs", 1)
    file = project / FIT_FILE
    noted = _read(file) if has_results else None
    if noted is None:
        write_document(file, {"schema": _SCHEMA, "fit": facts})
        return
    differences = describe_differences(noted, facts)
    if differences:
        raise SearchError(
            f"the trials of {str(project)!r} were trained with other arguments "
            f"({'; '.join(differences)}); use the same to go on, another directory, or overwrite it"
        )


def _read(file: Path) -> dict[str, Any] | None:
    try:
        document = read_document(file)
        if document.get("schema") != _SCHEMA:
            return None
        facts: dict[str, Any] = decode(dict[str, _Fact], document.get("fit"))
    except (DocumentError, SchemaError):  # of a search before there was one, or damaged
        return None
    return facts


def _tells_all(value: Any) -> bool:
    """Whether a value is a number, a text or arrays, not an object with a course of its own."""
    if isinstance(value, Mapping):
        return all(map(_tells_all, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_tells_all, value))
    is_array = hasattr(value, "__array__") and hasattr(value, "shape")
    return value is None or isinstance(value, (bool, int, float, str)) or is_array
