"""The chief's own traps, in this process."""

import logging
import socket
import time
from types import SimpleNamespace

import pytest
from keras_tuner.src.distribute import oracle_client

from memnas_tf.errors import ConfigError, SearchError
from tests.helpers.formula import TEMPLATE
from tests.helpers.searches import make_tuner
from tuner.distributed.chief import run_chief, serving
from tuner.distributed.distribution import Address, chief_address, is_chief, is_worker
from tuner.distributed.identity import SearchIdentity
from tuner.distributed.worker import ChiefLink, ChiefLost, SearchIsOver
from tuner.oracle import MemNASOracle
from tuner.search.settings import SearchSettings
from tuner.trials.trial_files import PROGRESS_FILE, WEIGHTS_FILE, trial_directory

ANY_PORT = Address("127.0.0.1", 0)
SEARCH = SearchIdentity({"epochs": 1})


@pytest.fixture
def oracle(tmp_path):
    settings = SearchSettings(TEMPLATE, 5, max_cells=4, trials_per_round=3, max_rounds=2)
    oracle = MemNASOracle(settings, lease_seconds=30)
    oracle._set_project_dir(str(tmp_path), "search")
    oracle.verbose = 0
    return oracle


@pytest.fixture
def client(oracle, monkeypatch):
    """KerasTuner's own client of a chief that is served."""
    with serving(oracle, ANY_PORT, SEARCH) as address:
        monkeypatch.setenv("KERASTUNER_TUNER_ID", "worker-1")
        monkeypatch.setenv("KERASTUNER_ORACLE_IP", address.host)
        monkeypatch.setenv("KERASTUNER_ORACLE_PORT", str(address.port))
        client = oracle_client.OracleClient(oracle)
        client.stub = ChiefLink(chief_address(), SEARCH, 5, lambda: False, lambda: None)
        yield client


def test_keras_tuner_s_own_client_trains_a_trial(oracle, client):
    trial = client.create_trial("worker-1")
    client.stub.begin(trial.trial_id, lease_seconds=30)
    client.update_trial(trial.trial_id, {"val_accuracy": 0.5})
    trial.status = "COMPLETED"
    client.end_trial(trial)
    client.stub.end()
    assert oracle.rounds[0].trials[0].quality == 0.5
    assert client.get_trial(trial.trial_id).score == 0.5


def test_heartbeats_come_from_a_worker_that_trains(oracle, client, monkeypatch):
    heard = []
    monkeypatch.setattr(oracle, "_hear_of", heard.append)
    trial = client.create_trial("worker-1")
    client.stub.begin(trial.trial_id, lease_seconds=0.6)
    time.sleep(1)
    client.stub.end()
    assert heard.count(trial.trial_id) >= 3
    time.sleep(0.3)
    silent = len(heard)
    time.sleep(0.5)
    assert len(heard) == silent


def test_a_trial_is_far_smaller_than_the_largest_message(oracle):
    assert oracle.create_trial("worker-1").to_proto().ByteSize() < 40_000


def test_an_exception_in_populate_space_ends_the_chief(oracle, monkeypatch):
    def broken(*args):
        raise ZeroDivisionError("made to fail")

    monkeypatch.setattr("tuner.search.planning.plan_round", broken)
    assert oracle.create_trial("worker-1").status == "IDLE"
    with pytest.raises(SearchError, match="ZeroDivisionError: made to fail"):
        run_chief(oracle, lambda: None)


def test_a_request_that_the_chief_cannot_answer_is_not_tried_for_ever(client):
    with pytest.raises(ChiefLost, match="refused a request"):
        client.get_trial("of another search")


def test_a_chief_that_is_gone_is_waited_for_so_long_only():
    link = ChiefLink(Address("127.0.0.1", _unused_port()), SEARCH, 0.5, lambda: False, lambda: None)
    with pytest.raises(ChiefLost, match="has not answered for"):
        link.GetSpace(_space_request())
    start = time.monotonic()
    with pytest.raises(ChiefLost):  # at once: whoever caught the first is not held up again
        link.GetSpace(_space_request())
    assert time.monotonic() - start < 0.2


def test_a_worker_that_waits_can_be_interrupted():
    def interrupt():
        raise KeyboardInterrupt

    link = ChiefLink(Address("127.0.0.1", _unused_port()), SEARCH, 60, lambda: False, interrupt)
    with pytest.raises(KeyboardInterrupt):
        link.GetSpace(_space_request())


def test_a_worker_knows_without_its_chief_that_the_search_is_over():
    link = ChiefLink(Address("127.0.0.1", _unused_port()), SEARCH, 60, lambda: True, lambda: None)
    with pytest.raises(SearchIsOver):
        link.GetSpace(_space_request())


def test_a_port_that_is_taken_is_refused(oracle):
    with (
        serving(oracle, ANY_PORT, SEARCH) as address,
        pytest.raises(SearchError, match="another chief"),
        serving(oracle, address, SEARCH),
    ):
        pass


@pytest.mark.parametrize(("host", "warns"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_a_chief_that_others_reach_warns(oracle, caplog, host, warns):
    with caplog.at_level(logging.WARNING), serving(oracle, Address(host, 0), SEARCH):
        pass
    assert ("asks for no password" in caplog.text) == warns


@pytest.mark.parametrize(
    ("host", "text", "is_loopback"),
    [
        ("127.0.0.1", "127.0.0.1:80", True),
        ("localhost", "localhost:80", True),
        ("::1", "[::1]:80", True),
        ("10.0.0.1", "10.0.0.1:80", False),
        ("chief.example", "chief.example:80", False),
    ],
)
def test_addresses(host, text, is_loopback):
    address = Address(host, 80)
    assert (str(address), address.is_loopback) == (text, is_loopback)


def test_the_variables_say_who_is_what(monkeypatch):
    assert not is_chief() and not is_worker()
    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    with pytest.raises(ConfigError, match="KERASTUNER_TUNER_ID and KERASTUNER_ORACLE_PORT not set"):
        chief_address()
    monkeypatch.setenv("KERASTUNER_TUNER_ID", "the-chief")
    monkeypatch.setenv("KERASTUNER_ORACLE_PORT", "http")
    assert is_chief() and not is_worker()
    with pytest.raises(ConfigError, match="'http'; it must be a port"):
        chief_address()


def test_a_tuner_with_half_of_the_variables_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    with pytest.raises(ConfigError, match="not set; a search with workers needs"):
        make_tuner(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_idle_worker_asks_only_a_few_times_a_second(tmp_path, monkeypatch):
    pauses = []
    monkeypatch.setattr("tuner.listened_tuner.time.sleep", pauses.append)
    made = make_tuner(tmp_path)
    for _ in range(3):
        made.pre_create_trial()
    assert pauses == [0.2, 0.2]


@pytest.mark.parametrize(("status", "stays"), [("RUNNING", True), ("FAILED", False)])
def test_a_worker_deletes_no_files_of_a_trial_that_another_has(tmp_path, status, stays):
    tuner = make_tuner(tmp_path)
    trial = tuner.oracle.create_trial("tuner0")
    tuner.on_trial_begin(trial)
    directory = trial_directory(tmp_path / "search", trial.trial_id)
    files = [directory / name for name in (PROGRESS_FILE, WEIGHTS_FILE)]
    for file in files:
        file.touch()
    tuner._link = SimpleNamespace(end=lambda: None)
    trial.status = status
    tuner.oracle = SimpleNamespace(end_trial=lambda ended: None, get_trial=lambda trial_id: trial)
    tuner.on_trial_end(trial)
    assert [file.exists() for file in files] == [stays, stays]


def _unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _space_request():
    from keras_tuner.src import protos

    return protos.get_service().GetSpaceRequest()
