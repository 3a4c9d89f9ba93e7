"""Build the API reference with pdoc: `python -m docs.build_api FOLDER`. A warning is an error."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pdoc

_PACKAGES = ("memnas_tf", "tuner", "serving")


def build(folder: Path) -> None:
    """Write a page for every module, and an index of them.

    Args:
        folder: Where the pages go.
    """
    modules: list[str] = []
    known: set[str] = set()
    for name in _names():
        _resolve(importlib.import_module(name))
        # Pdoc finds the modules of a package by itself, unless the package names what is its own.
        if name not in known:
            modules.append(name)
            known.update(pdoc.extract.walk_specs([name]))
    pdoc.render.configure(docformat="google")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", module=r"pdoc\.")
        pdoc.pdoc(*modules, output_directory=folder)


def _names() -> list[str]:
    names = []
    for name in _PACKAGES:
        path = importlib.import_module(name).__path__
        names += [name, *(module.name for module in pkgutil.walk_packages(path, f"{name}."))]
    return names


def _resolve(module: ModuleType) -> None:
    # What a package imports when it is first used; pdoc does not ask for it.
    for name in getattr(module, "__all__", ()):
        setattr(module, name, getattr(module, name))
    # Pdoc looks for the types of a named tuple's fields where there are none.
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, tuple) and hasattr(value, "_fields"):
            value.__new__.__annotations__ = get_type_hints(value)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m docs.build_api FOLDER")
    build(Path(sys.argv[1]))
