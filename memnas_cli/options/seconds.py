"""A number of seconds on the command line."""

from __future__ import annotations

import math
from typing import Any

import click

from serving.client.deadline import LONGEST


class Seconds(click.FloatRange):
    """Seconds above 0, or from 0 on, up to a day: neither `nan` nor `inf`.

    Args:
        min_open: Whether 0 is none.
    """

    def __init__(self, min_open: bool = True) -> None:
        super().__init__(0, LONGEST, min_open=min_open)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the number, or refuse what is none."""
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail("nan is no number of seconds", param, ctx)
        return seconds
