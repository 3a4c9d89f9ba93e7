"""Two servers with the same model, and a client for each."""

import pytest

from serving.client import GrpcClient, RestClient, RetryPolicy, Target
from tests.helpers.model_servers import ServedModel, grpc_server, rest_server

KINDS = {"grpc": (GrpcClient, grpc_server), "rest": (RestClient, rest_server)}
FAST = RetryPolicy(attempts=4, first_wait=0.01)


class Serving:
    """A server and how to ask it."""

    def __init__(self, address, model, client_class, server):
        self.address, self.model = address, model
        self._client_class, self._server = client_class, server

    def start(self, port):
        """Start another server with the model, on a port."""
        return self._server(self.model, port)

    def client(self, name="digits", timeout=60.0, retries=FAST, server=None, **version):
        target = Target(server or self.address, name, **version)
        return self._client_class(target, timeout, retries)


@pytest.fixture(scope="session")
def served_model(model_directory):
    return ServedModel("digits", model_directory, {"stable": 1})


@pytest.fixture(scope="session", params=list(KINDS))
def running(request, served_model):
    client_class, server = KINDS[request.param]
    with server(served_model) as address:
        yield Serving(address, served_model, client_class, server)


@pytest.fixture
def fresh_model(served_model):
    """Give a model that is quick and answers, with nothing counted."""
    served_model.failures, served_model.delay, served_model.requests = [], 0.0, 0
    return served_model


@pytest.fixture
def serving(running, fresh_model):
    """Give a server with that model."""
    return running


@pytest.fixture(scope="session", params=list(KINDS))
def encoded_serving(request, encoded_directory):
    client_class, server = KINDS[request.param]
    model = ServedModel("brightness", encoded_directory)
    with server(model) as address:
        yield Serving(address, model, client_class, server)
