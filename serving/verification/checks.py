"""All checks in order, the strongest first after the two that the others rest on.

To add a check, write a function that takes an `ExportedVersion` in a file of its own, and add an
entry here: `memnas verify` runs it, and so does every export before it is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from memnas_tf.errors import ExportError
from serving.verification.answers import check_answers
from serving.verification.check import FAILED, NOT_RUN, OK, Check, CheckFailed, CheckResult
from serving.verification.exported_version import ExportedVersion
from serving.verification.files import check_files
from serving.verification.labels_and_card import check_labels_and_card
from serving.verification.path_leaks import check_path_leaks
from serving.verification.signature_check import check_signatures
from serving.verification.version_name import check_version_name
from serving.verification.warmup_replay import check_warmup

NAME = Check("version name", check_version_name)
FILES = Check("files", check_files)
CONTENT: tuple[Check, ...] = (
    Check("C++ loader", check_answers),
    Check("warm-up", check_warmup),
    Check("signatures", check_signatures),
    Check("no paths", check_path_leaks),
    Check("labels and card", check_labels_and_card),
)


def verify_version(path: str | Path) -> Iterator[CheckResult]:
    """Check a version of an exported model.

    Args:
        path: The version's directory.

    Yields:
        What became of each check, as it ends.
    """
    with ExportedVersion(Path(path)) as version:
        yield _result(NAME, version)
        yield from _check_content(version)


def require_sound(path: Path) -> None:
    """Refuse an export that is not published yet unless it passes all checks of its content.

    Args:
        path: Its directory, of any name.

    Raises:
        ExportError: If a check fails.
    """
    with ExportedVersion(path) as version:
        failed = [result for result in _check_content(version) if result.status == FAILED]
    if failed:
        reasons = "; ".join(f"{result.check}: {result.message}" for result in failed)
        raise ExportError(f"the export does not pass its checks and is not published: {reasons}")


def _check_content(version: ExportedVersion) -> Iterator[CheckResult]:
    files = _result(FILES, version)
    yield files
    for check in CONTENT:
        if files.status == FAILED:
            yield CheckResult(check.name, NOT_RUN, "files are missing")
        else:
            yield _result(check, version)


def _result(check: Check, version: ExportedVersion) -> CheckResult:
    try:
        return CheckResult(check.name, OK, check.run(version))
    except CheckFailed as failure:
        return CheckResult(check.name, FAILED, str(failure))
