"""Bytes and MACs for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.errors import ConfigError
from memnas_tf.memory import format_bytes, parse_bytes, parse_macs


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


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1", 1),
        ("4096", 4096),
        (4096, 4096),
        ("512 B", 512),
        ("256kB", 256_000),
        ("256KB", 256_000),
        ("1MB", 1_000_000),
        (" 1.5 MB ", 1_500_000),
        ("0.1 mb", 100_000),
        ("2GB", 2_000_000_000),
        ("512KiB", 524_288),
        ("512kib", 524_288),
        ("1.5MiB", 1_572_864),
        ("1 GiB", 1_073_741_824),
        ("1.2345 kB", 1234),
    ],
)
def test_bytes_are_read_with_and_without_a_unit(text, count):
    assert parse_bytes(text) == count


@given(st.integers(1, 10**14))
def test_what_was_written_is_read_back_to_three_digits(count):
    read = parse_bytes(format_bytes(count))
    assert read == pytest.approx(count, rel=0.005)
    assert format_bytes(read) == format_bytes(count)


@given(st.integers(1, 10**15))
def test_plain_numbers_are_exact(count):
    assert parse_bytes(str(count)) == parse_bytes(f"{count} b") == parse_bytes(count) == count


@pytest.mark.parametrize(
    "value", ["", "MB", "kB 256", "-1MB", "1,5 MB", "1 TB", "1e6", "nan", "1..5kB", 1.5, True, None]
)
def test_what_is_no_number_of_bytes_is_refused(value):
    with pytest.raises(ConfigError, match="is no number of bytes; write 256kB"):
        parse_bytes(value)


@pytest.mark.parametrize("value", [0, -1, "0", "0 kB", "0.0001kB"])
def test_less_than_a_byte_is_refused(value):
    with pytest.raises(ConfigError, match="is less than 1 byte"):
        parse_bytes(value)


@pytest.mark.parametrize(
    ("text", "count"),
    [("12.5M", 12_500_000), ("500k", 500_000), ("1 G", 10**9), ("7", 7), (7, 7), ("0.0015k", 1)],
)
def test_macs_are_read_as_people_write_them(text, count):
    assert parse_macs(text) == count


@pytest.mark.parametrize("value", ["", "many", "12.5MB", "1e6", "-3", 1.5, True, None])
def test_what_is_no_number_of_macs_is_refused(value):
    with pytest.raises(ConfigError, match="is no number of MACs; write"):
        parse_macs(value)


@pytest.mark.parametrize("value", [0, "0k", "0.5", -3])
def test_less_than_one_mac_is_refused(value):
    with pytest.raises(ConfigError, match="is less than 1 MAC"):
        parse_macs(value)
