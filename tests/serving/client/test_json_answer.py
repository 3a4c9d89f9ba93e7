"""What a REST port says of tensors."""

import pytest

from serving.client.json_answer import shape_of


@pytest.mark.parametrize(
    ("info", "shape"),
    [
        ({"tensor_shape": {"dim": [{"size": "-1"}, {"size": "3"}]}}, (None, 3)),
        ({"tensor_shape": {"dim": []}}, ()),
        ({"tensor_shape": {"dim": [], "unknown_rank": True}}, None),
        ({"dtype": "DT_FLOAT"}, None),
    ],
)
def test_a_shape_is_read_or_not_known(info, shape):
    assert shape_of(info) == shape
