"""What a check raises."""

from __future__ import annotations


class CheckFailed(Exception):
    """Say what is wrong with an export."""
