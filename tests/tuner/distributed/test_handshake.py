"""Only a worker and a chief of the same search work together."""

import logging
from concurrent import futures

import grpc
import numpy as np
import pytest
from keras_tuner.src import protos
from keras_tuner.src.distribute.oracle_chief import OracleServicer

from tests.helpers.clusters import Cluster, wait_until
from tests.helpers.formula import TEMPLATE
from tests.helpers.searches import make_tuner
from tuner.distributed.chief import serving
from tuner.distributed.distribution import Address
from tuner.distributed.identity import SearchIdentity
from tuner.distributed.worker import ChiefLink, ChiefLost
from tuner.history import load_search
from tuner.oracle import MemNASOracle
from tuner.search.settings import SearchSettings

ANY_PORT = Address("127.0.0.1", 0)
OURS = SearchIdentity({"epochs": 1, "rungs": (1, 2)}, {"x": "uint8 9x8x8x1, checksum 00000000"})


@pytest.fixture
def oracle(tmp_path):
    settings = SearchSettings(TEMPLATE, 5, max_cells=4, trials_per_round=3, max_rounds=2)
    oracle = MemNASOracle(settings, lease_seconds=30)
    oracle._set_project_dir(str(tmp_path), "search")
    oracle.verbose = 0
    return oracle


def link(address, identity):
    return ChiefLink(address, identity, 5, lambda: False, lambda: None)


def test_a_worker_of_the_same_search_is_let_in(oracle):
    with serving(oracle, ANY_PORT, OURS) as address:
        link(address, OURS).greet(OURS)


@pytest.mark.parametrize(
    ("theirs", "named"),
    [
        (SearchIdentity({"epochs": 2, "rungs": (1, 2)}, OURS.fit), "epochs: 1 there, 2 now"),
        (SearchIdentity({"rungs": (1, 2)}, OURS.fit), "epochs: 1 there, None now"),
        (SearchIdentity({**OURS.search, "limit": 9}, OURS.fit), "limit: None there, 9 now"),
        (SearchIdentity(OURS.search, {}), "x: 'uint8 9x8x8x1, checksum 00000000' there, None now"),
    ],
)
def test_a_worker_of_another_search_is_told_what_differs(oracle, theirs, named, caplog):
    with serving(oracle, ANY_PORT, OURS) as address:
        worker = link(address, theirs)
        with pytest.raises(ChiefLost) as caught:
            worker.greet(theirs)
        with pytest.raises(ChiefLost):  # whoever caught the first does not get through either
            worker.CreateTrial(protos.get_service().CreateTrialRequest(tuner_id="worker-1"))
    assert f"this worker differs from its chief at {address} ({named})" in str(caught.value)
    assert named in caplog.text
    assert not oracle.trials


def test_what_a_chief_does_not_know_of_the_data_is_not_compared(oracle):
    with serving(oracle, ANY_PORT, SearchIdentity(OURS.search)) as address:
        link(address, OURS).greet(OURS)


@pytest.mark.parametrize("shown", [(), (("memnas-search-bin", b"[" * 5000),)])
def test_a_worker_that_shows_nothing_gets_no_trial(oracle, shown, caplog):
    request = protos.get_service().CreateTrialRequest(tuner_id="worker-1")
    with (
        serving(oracle, ANY_PORT, OURS) as address,
        grpc.insecure_channel(str(address)) as channel,
        caplog.at_level(logging.WARNING),
    ):
        stub = protos.get_service_grpc().OracleStub(channel)
        for _ in range(2):
            with pytest.raises(grpc.RpcError) as caught:
                stub.CreateTrial(request, metadata=shown, timeout=10)
            assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert caplog.text.count("refused a worker") == 1
    assert not oracle.trials


def test_a_chief_that_shows_nothing_is_asked_for_no_trial(oracle):
    """One of KerasTuner itself, say, for which a trial would be lost."""
    server = grpc.server(futures.ThreadPoolExecutor(1))
    protos.get_service_grpc().add_OracleServicer_to_server(OracleServicer(oracle), server)
    address = ANY_PORT._replace(port=server.add_insecure_port(str(ANY_PORT)))
    server.start()
    try:
        with pytest.raises(ChiefLost, match="does not show which search it is of"):
            link(address, OURS).greet(OURS)
    finally:
        server.stop(None).wait()
    assert not oracle.trials


def test_a_chief_replaced_by_that_of_another_search_is_noticed_later(oracle):
    other = SearchIdentity({"epochs": 7})
    with serving(oracle, ANY_PORT, OURS) as address:
        worker = link(address, OURS)
        worker.greet(OURS)
    with serving(oracle, address, other), pytest.raises(ChiefLost, match="epochs: 7 there, 1 now"):
        worker.CreateTrial(protos.get_service().CreateTrialRequest(tuner_id="worker-1"))
    assert not oracle.trials


def test_a_long_identity_gets_through(oracle):
    long = SearchIdentity({f"setting {number}": "x" * 100 for number in range(1000)})
    with serving(oracle, ANY_PORT, long) as address:
        link(address, long).greet(long)


def test_a_worker_started_with_other_options_ends_without_a_trial(tmp_path):
    with Cluster(tmp_path) as cluster:
        cluster.start("chief")
        wait_until(lambda: (tmp_path / "search" / "workers.json").exists())
        cluster.directory = tmp_path / "elsewhere"  # or the search's own directory would tell it
        cluster.start("worker-1", "--trials", 7, "--patience", 20)
        assert cluster.wait("worker-1") == [1]
        assert "trials_per_round: 4 there, 7 now" in cluster.log("worker-1")
        assert cluster.marks() == []
    assert load_search(tmp_path / "search").rounds == ()


def test_data_sets_are_told_apart(tmp_path):
    """The identity of a search changes with an argument of the hypermodel, too."""
    one, two = (make_tuner(tmp_path / name)._identity({}) for name in ("one", "two"))
    assert one.differences(two) == []
    tuner = make_tuner(tmp_path / "three", executions_per_trial=2)
    tuner.hypermodel.learning_rate = np.float32(0.5)
    named = [difference.split(":")[0] for difference in one.differences(tuner._identity({}))]
    assert named == ["executions_per_trial", "hypermodel.learning_rate"]
