"""Bytes for people."""

import pytest

from memnas_tf.memory import format_bytes


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (65_536, "65.5 kB"),
        (999_999, "1.00 MB"),
        (5_800_000, "5.80 MB"),
        (9_999_000, "10.0 MB"),
        (123_400_000, "123 MB"),
        (2_500_000_000, "2.50 GB"),
        (4_200_000_000_000, "4200 GB"),
        (-1500, "-1.50 kB"),
    ],
)
def test_three_digits_and_a_decimal_unit(count, text):
    assert format_bytes(count) == text
