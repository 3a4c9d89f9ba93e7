"""Whole numbers as people type them: 1,2,4."""

from __future__ import annotations

import re
from typing import Any

import click


class Numbers(click.ParamType):
    """Whole numbers, each at least 1, with commas between them."""

    name = "numbers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read the numbers, or refuse what is none."""
        if isinstance(value, tuple):
            return value
        if not re.fullmatch(r"[1-9][0-9]{0,5}(,[1-9][0-9]{0,5})*", value):
            self.fail(f"{value!r} is no list of numbers; type them such as 1,2,4", param, ctx)
        return tuple(dict.fromkeys(map(int, value.split(","))))
