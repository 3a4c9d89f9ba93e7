import numpy as np

from serving.client import GrpcClient, Target
from tests.helpers.model_servers import grpc_server


def test_a_request_larger_than_grpcs_four_megabytes(fresh_model):
    images = np.zeros((25_000, 8, 8, 3), "uint8")
    assert images.nbytes > 4 << 20
    with (
        grpc_server(fresh_model) as address,
        GrpcClient(Target(address, "digits"), timeout=60) as client,
    ):
        assert len(client.predict(images)) == 25_000
