import click
import pytest

from memnas_cli.options.shapes import Counts, Quantity, Size
from memnas_tf.memory.target import BYTES


@pytest.mark.parametrize("text", ["32x16x3", "32X16X3"])
def test_sizes_are_read(text):
    assert Size("height", "width", "channels").convert(text, None, None) == (32, 16, 3)


@pytest.mark.parametrize("text", ["", "32", "32x16", "32x16x3x1", "axbxc", "32x16x-3", "32x16x 3"])
def test_what_is_none_is_refused(text):
    message = "is not height x width x channels; type 3 whole numbers, such as 32x32x3"
    with pytest.raises(click.BadParameter, match=message):
        Size("height", "width", "channels").convert(text, None, None)


def test_bytes_are_read():
    assert Quantity(BYTES).convert("1.5 MB", None, None) == 1_500_000
    assert Quantity(BYTES).convert(4096, None, None) == 4096


def test_what_is_no_number_of_bytes_is_refused():
    with pytest.raises(click.BadParameter, match="'much' is no number of bytes; write 256kB"):
        Quantity(BYTES).convert("much", None, None)


@pytest.mark.parametrize(
    ("value", "widths"), [("64", (64,)), (64, (64,)), ("48,96", (48, 96)), ((4, 8), (4, 8))]
)
def test_numbers_of_filters_are_read(value, widths):
    assert Counts("filters", "64").convert(value, None, None) == widths


@pytest.mark.parametrize("text", ["", "0", "48,", "48, 96", "-1", "1.5", "many"])
def test_what_are_no_numbers_of_filters_is_refused(text):
    with pytest.raises(click.BadParameter, match="is no number of filters; type 64, or 48,96"):
        Counts("filters", "64, or 48,96").convert(text, None, None)
