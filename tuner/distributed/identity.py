"""Which search a chief or a worker is of: what both show before the first trial."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memnas_tf.differences import describe_differences
from memnas_tf.documents import parse_json


@dataclass(frozen=True)
class SearchIdentity:
    """All that the results of a search depend on.

    Attributes:
        search: Settings and versions by name, as plain values.
        fit: The arguments of `fit`, data included, by name; None where they are not known.
    """

    search: Mapping[str, Any]
    fit: Mapping[str, Any] | None = None

    def differences(self, other: SearchIdentity) -> list[str]:
        """Describe where another is of another search.

        Args:
            other: The other.

        Returns:
            A piece of a sentence per difference, this one's value first.
        """
        found = describe_differences(self.search, other.search)
        if self.fit is not None and other.fit is not None:
            found += describe_differences(self.fit, other.fit)
        return found

    def to_bytes(self) -> bytes:
        """Return it as it is sent."""
        return json.dumps([self.search, self.fit], sort_keys=True).encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> SearchIdentity | None:
        """Read what `to_bytes` made.

        Args:
            content: What came.

        Returns:
            The identity; None if it is none.
        """
        try:
            search, fit = parse_json(content)
        except (ValueError, TypeError):
            return None
        if not isinstance(search, dict) or not isinstance(fit, (dict, type(None))):
            return None
        return cls(search, fit)

    def as_sent(self) -> SearchIdentity:
        """Return it as the other side reads it: sequences as lists, say."""
        return type(self)(*json.loads(self.to_bytes()))
