"""What a check is, what it raises, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.verification.exported_version import ExportedVersion

OK, FAILED, NOT_RUN = "ok", "failed", "not run"


class CheckFailed(Exception):
    """Say what is wrong with an export."""


@dataclass(frozen=True)
class Check:
    """A check of one version.

    Attributes:
        name: Its name, for people and scripts.
        run: Returns what it found, in a few words; raises CheckFailed with what is wrong.
    """

    name: str
    run: Callable[[ExportedVersion], str]


@dataclass(frozen=True)
class CheckResult:
    """What became of a check.

    Attributes:
        check: The check's name.
        status: "ok", "failed" or "not run".
        message: What it found, or what is wrong.
    """

    check: str
    status: str
    message: str
