import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.documents import parse_json

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_what_json_writes_is_read_back(value):
    assert parse_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is empty"),
        ("  \n", "it is empty"),
        ("{", "it is no JSON"),
        ("\0", "it is no JSON"),
        ("[" * 100_000 + "]" * 100_000, "nested more than 64 deep"),
        ("[" * 80 + "]" * 80, "nested more than 64 deep"),
        ("1" * 400, "a whole number of 400 digits"),
        ("1" * 100_000, "a whole number of 100000 digits"),
        (str(2**63), "a whole number of 19 digits"),
        (f"-{2**64}", "a whole number of 20 digits"),
        ("1e999", "too large for any computer"),
        ("NaN", "it holds NaN"),
        ("[Infinity]", "it holds Infinity"),
        ('{"a": -Infinity}', "it holds -Infinity"),
        ('{"a": {"b": 1, "b": 1}}', "the key 'b' twice"),
        ('["\\u0000"]', "a NUL"),
        ('{"\\u0000": 1}', "a NUL"),
        ('"\\ud800"', "a surrogate"),
    ],
)
def test_what_arithmetic_or_printing_would_not_survive_is_refused(text, fault):
    with pytest.raises(ValueError, match=fault):
        parse_json(text)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(ValueError, match="utf-8"):
        parse_json(b'"\xff"')


def test_numbers_that_are_none_are_read_where_they_may_be():
    nan, infinite = parse_json("[NaN, -Infinity]", allow_constants=True)
    assert math.isnan(nan)
    assert infinite == -math.inf
