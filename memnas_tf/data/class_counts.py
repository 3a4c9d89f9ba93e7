"""Classes that are too small to learn, or to tell how well they were learned."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from memnas_tf.data.interface import Labels

_LOGGER = logging.getLogger(__name__)
_NAMED = 20  # beyond it they are counted


def small_classes(names: Sequence[str], parts: Mapping[str, Labels], advice: str) -> list[str]:
    """Say which classes have no image in a part of a data set.

    Args:
        names: Name of each class.
        parts: The classes of a part's images, by what is done with them, such as "train".
        advice: What to do about it.

    Returns:
        A sentence for each class without images somewhere; of very many, of the first.
    """
    counts = {part: np.bincount(labels, minlength=len(names)) for part, labels in parts.items()}
    small = [name for index, name in enumerate(names) if not all(c[index] for c in counts.values())]
    lines = []
    for name in small[:_NAMED]:
        index = names.index(name)
        told = [f"{count[index]} to {part} on" for part, count in counts.items()]
        lines.append(f"The class {name!r} has too few images ({', '.join(told)}): {advice}.")
    if len(small) > _NAMED:
        lines.append(f"Of {len(names)} classes {len(small)} in all have too few images: {advice}.")
    return lines


def told(remarks: list[str]) -> list[str]:
    """Log remarks as warnings.

    Args:
        remarks: The remarks.

    Returns:
        The same, to be kept.
    """
    for remark in remarks:
        _LOGGER.warning(remark)
    return remarks
