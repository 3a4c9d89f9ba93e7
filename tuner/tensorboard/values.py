"""What event files hold: numbers, texts and pictures under a tag."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from PIL import Image
from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.image import metadata as image_metadata
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.util import tensor_util

from memnas_tf.drawing.picture_file import picture_bytes
from tuner.report.charts import Chart

Value: TypeAlias = summary_pb2.Summary.Value

_LOGGER = logging.getLogger(__name__)
# As few as letters of 9 points can be read at: a search has thousands of pictures.
_DOTS_PER_INCH = 100
_COLOURS = 64


def scalar(tag: str, number: float) -> Value:
    """Make a value of a number.

    Args:
        tag: What it is, as `group/name`.
        number: The number.

    Returns:
        The value.
    """
    metadata = scalar_metadata.create_summary_metadata("", "")
    tensor = tensor_util.make_tensor_proto(np.float32(number))
    return Value(tag=tag, metadata=metadata, tensor=tensor)


def text(tag: str, markdown: str) -> Value:
    """Make a value of a text.

    Args:
        tag: What it is, as `group/name`.
        markdown: The text.

    Returns:
        The value.
    """
    metadata = text_metadata.create_summary_metadata("", "")
    tensor = tensor_util.make_tensor_proto(np.array([markdown.encode()], dtype=object))
    return Value(tag=tag, metadata=metadata, tensor=tensor)


def code_block(words: str) -> str:
    """Return text as Markdown that shows it as it is."""
    return "\n".join(f"    {line}" for line in words.splitlines())


def pictures(charts: Sequence[Chart]) -> Iterator[Value]:
    """Paint pictures.

    Args:
        charts: What to paint.

    Yields:
        A value for each; one that cannot be painted is left out, and logged.
    """
    for chart in charts:
        try:
            yield _picture(chart)
        except Exception:
            _LOGGER.warning("cannot paint %s for TensorBoard", chart.name, exc_info=True)


def _picture(chart: Chart) -> Value:
    png = picture_bytes(chart.paint, ".png", _DOTS_PER_INCH)
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE)
    content = io.BytesIO()
    few.save(content, "PNG")  # a quarter of the size, and the same to the eye
    width, height = few.size
    metadata = image_metadata.create_summary_metadata("", chart.words)
    parts = [str(width).encode(), str(height).encode(), content.getvalue()]
    tensor = tensor_util.make_tensor_proto(np.array(parts, dtype=object))
    return Value(tag=chart.name, metadata=metadata, tensor=tensor)
