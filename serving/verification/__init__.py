"""Checks of exported models; a new one goes to `checks.py`."""

from serving.verification.checks import require_sound, verify_version
from serving.verification.versions_to_verify import versions_to_verify

__all__ = ["require_sound", "verify_version", "versions_to_verify"]
