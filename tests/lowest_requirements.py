"""Print what the project needs at the lowest versions that it allows, for `make test-lowest`.

python -m tests.lowest_requirements > lowest.txt
"""

from __future__ import annotations

import re
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
_RANGE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)>=(?P<lowest>[0-9.]+),<[0-9.]+(?P<marker>;.*)?")


def lowest(lines: list[str]) -> list[str]:
    """Return requirements pinned to the lowest version of their ranges, with its fixes."""
    ranges = [match for match in map(_RANGE.fullmatch, lines) if match]
    return [f"{one['name']}=={one['lowest']}.*{one['marker'] or ''}" for one in ranges]


if __name__ == "__main__":
    print("\n".join(lowest(REQUIREMENTS.read_text(encoding="utf-8").splitlines())))
