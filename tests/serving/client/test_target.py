import pytest

from memnas_tf.errors import ServingError
from serving.client import Target


@pytest.mark.parametrize("server", ["127.0.0.1:8500", "serving:1", "[::1]:8500", "a.b-c.d:65535"])
def test_addresses(server):
    assert Target(server, "digits").server == server


@pytest.mark.parametrize(
    "server", ["localhost", ":8500", "http://localhost:8501", "a:0", "a:65536", "a b:1", "::1:80"]
)
def test_what_is_no_address(server):
    with pytest.raises(ServingError, match=r"write HOST:PORT, such as 127\.0\.0\.1:8500"):
        Target(server, "digits")


def test_a_version_excludes_a_label():
    with pytest.raises(ServingError, match="version 2 and label 'stable' exclude each other"):
        Target("a:1", "digits", version=2, label="stable")
