"""Promotion and rollback, with and without a server that follows models.config."""

import pytest

from memnas_tf.errors import ServingError
from serving.client import RestClient, RetryPolicy, Target
from serving.server.label_history import HISTORY_FILE, write_history
from serving.server.labels import Labels
from serving.server.models_config import (
    MODELS_CONFIG,
    find_model,
    load_latest,
    load_specific,
    new_config,
    read_config,
    set_labels,
    specific_versions,
    write_config,
)
from serving.server.readiness import ServerWatch
from tests.helpers.config_follower import following_server
from tests.helpers.model_directories import make_versions


class Place:
    """A model directory with four versions, and the configuration beside it."""

    def __init__(self, path):
        self.directory = make_versions(path / "digits", 1, 2, 3, 4)
        self.folder = path / "digits.serving"
        self.config = new_config("digits", "/models/digits")
        self.model = find_model(self.config, "digits")
        load_specific(self.model, [1])
        set_labels(self.model, {"stable": 1})
        write_config(self.folder, self.config)

    def labels(self, wait_for=lambda version: None):
        return Labels(self.folder, self.directory, "digits", wait_for)

    def written(self):
        model = find_model(read_config(self.folder), "digits")
        return dict(model.version_labels), specific_versions(model)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr("serving.server.readiness._PAUSE", 0.05)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_a_label_moves_and_what_it_left_stays_loaded(place):
    move = place.labels().promote("stable", 2)
    assert (move.before, move.after) == (1, 2)
    assert place.written() == ({"stable": 2}, {1, 2})
    place.labels().promote("stable", 4)
    assert place.written() == ({"stable": 4}, {2, 4})


def test_a_new_label(place):
    assert place.labels().promote("canary", 3).before is None
    assert place.written() == ({"stable": 1, "canary": 3}, {1, 3})


def test_a_promotion_to_where_the_label_is_changes_nothing(place):
    place.labels().promote("stable", 3)
    before = place.written()
    place.labels().promote("stable", 3)
    assert place.written() == before
    assert place.labels().roll_back("stable").after == 1


def test_rollbacks_go_back_the_way_that_promotions_came(place):
    for version in (4, 2, 3):
        place.labels().promote("stable", version)
    assert [place.labels().roll_back("stable").after for _ in range(3)] == [2, 4, 1]
    with pytest.raises(ServingError, match=r"on version 1, and .* no complete version below it"):
        place.labels().roll_back("stable")
    assert place.written() == ({"stable": 1}, {1})


def test_labels_have_histories_of_their_own(place):
    place.labels().promote("canary", 3)
    place.labels().promote("stable", 2)
    place.labels().promote("canary", 4)
    assert place.labels().roll_back("stable").after == 1
    assert place.written() == ({"stable": 1, "canary": 4}, {1, 3, 4})
    assert place.labels().roll_back("canary").after == 3


def test_a_rollback_without_a_history_goes_to_the_next_lower_version(place):
    place.labels().promote("stable", 4)
    (place.folder / HISTORY_FILE).unlink()
    (place.directory / "3" / "saved_model.pb").unlink()
    assert place.labels().roll_back("stable").after == 2


def test_a_rollback_passes_over_versions_that_are_gone(place):
    place.labels().promote("stable", 2)
    place.labels().promote("stable", 3)
    (place.directory / "2" / "saved_model.pb").unlink()
    place.labels().promote("canary", 4)
    assert place.written() == ({"stable": 3, "canary": 4}, {1, 3, 4})
    assert place.labels().roll_back("stable").after == 1
    assert place.written() == ({"stable": 1, "canary": 4}, {1, 4})


def test_a_promotion_that_stopped_between_its_two_files_can_be_rolled_back(place, monkeypatch):
    place.labels().promote("stable", 2)
    monkeypatch.setattr("serving.server.labels.set_labels", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        place.labels().promote("stable", 3)
    monkeypatch.undo()
    assert place.written()[0] == {"stable": 2}
    assert place.labels().roll_back("stable").after == 1


def test_a_rollback_to_a_lower_version_forgets_what_was_above(place):
    place.labels().promote("stable", 3)
    write_history(place.folder, {"stable": [3]})  # as after a stop in between
    assert place.labels().roll_back("stable").after == 2
    assert place.labels().roll_back("stable").after == 1


def test_what_others_wrote_into_the_file_stays(place):
    place.model.logging_config.sampling_config.sampling_rate = 0.5
    place.config.model_config_list.config.add(name="cats", base_path="/models/cats")
    write_config(place.folder, place.config)
    place.labels().promote("stable", 2)
    config = read_config(place.folder)
    assert find_model(config, "digits").logging_config.sampling_config.sampling_rate == 0.5
    assert find_model(config, "cats").base_path == "/models/cats"


@pytest.mark.parametrize("error", [ServingError("not loaded"), KeyboardInterrupt()])
def test_a_version_that_does_not_load_leaves_everything_as_it_was(place, error):
    seen = []

    def wait_for(version):
        seen.append(place.written())
        raise error

    before = (place.folder / MODELS_CONFIG).read_text()
    with pytest.raises(type(error)):
        place.labels(wait_for).promote("stable", 2)
    assert seen == [({"stable": 1}, {1, 2})]
    assert (place.folder / MODELS_CONFIG).read_text() == before
    assert not (place.folder / HISTORY_FILE).exists()


@pytest.mark.parametrize(
    ("label", "version", "message"),
    [
        ("stable", 9, "has no version 9; the versions in it: 1, 2, 3, 4"),
        ("a/b", 2, "'a/b' is no label"),
        ("", 2, "'' is no label"),
    ],
)
def test_moves_that_are_refused(place, label, version, message):
    before = place.written()
    with pytest.raises(ServingError) as caught:
        place.labels().promote(label, version)
    assert message in str(caught.value)
    assert place.written() == before


def test_an_incomplete_version_gets_no_label(place):
    (place.directory / "2" / "variables" / "variables.index").unlink()
    with pytest.raises(ServingError, match=r"incomplete: variables/variables\.index is missing"):
        place.labels().promote("stable", 2)


def test_an_unknown_label_or_model(place):
    with pytest.raises(ServingError, match="'digits' has no label 'canary'; its labels: 'stable'"):
        place.labels().roll_back("canary")
    labels = Labels(place.folder, place.directory, "cats", lambda version: None)
    with pytest.raises(ServingError, match="has no model 'cats'; its models: 'digits'"):
        labels.promote("stable", 2)


def test_the_latest_versions_have_no_labels(place):
    load_latest(place.model, 2)
    write_config(place.folder, place.config)
    with pytest.raises(ServingError, match="without latest"):
        place.labels().promote("stable", 2)


@pytest.mark.parametrize("text", [None, "model_config_list {", "\x00"])
def test_a_configuration_that_cannot_be_read(place, text):
    path = place.folder / MODELS_CONFIG
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(ServingError, match="write the configuration anew"):
        place.labels().promote("stable", 2)


@pytest.mark.parametrize("text", ["{", "[1]", '{"stable": 1}', '{"stable": ["x"]}'])
def test_a_history_that_cannot_be_read(place, text):
    (place.folder / HISTORY_FILE).write_text(text)
    with pytest.raises(ServingError, match="delete it, and a rollback goes to the next lower"):
        place.labels().promote("stable", 2)


def watched(place, address, seconds=5.0):
    client = RestClient(Target(address, "digits"), 5, RetryPolicy(attempts=1))
    return client, ServerWatch(client, seconds)


def test_a_running_server_never_refuses_a_move(place):
    with following_server(place.folder, "digits") as (model, address):
        client, watch = watched(place, address)
        with client:
            assert watch.is_there()
            for move in (
                lambda labels: labels.promote("stable", 2),
                lambda labels: labels.promote("stable", 4),
                lambda labels: labels.promote("canary", 3),
                lambda labels: labels.promote("canary", 2),
                lambda labels: labels.roll_back("stable"),
                lambda labels: labels.roll_back("stable"),
            ):
                done = move(place.labels(watch.wait_for_version))
                watch.wait_for_label(done.label, done.after)
                assert model.labels[done.label] == done.after
        assert model.refusals == 0
        assert model.labels == {"stable": 1, "canary": 2}


def test_a_server_that_refuses_the_file_is_told_of(place):
    # Why a promotion writes twice: here the version and its label come at once.
    with following_server(place.folder, "digits") as (model, address):
        load_specific(place.model, [1, 2])
        set_labels(place.model, {"stable": 2})
        write_config(place.folder, place.config)
        client, watch = watched(place, address, seconds=0.5)
        with client, pytest.raises(ServingError, match="did not move label 'stable' to version 2"):
            watch.wait_for_label("stable", 2)
        assert model.refusals > 0
        assert model.labels == {"stable": 1}


def test_a_version_that_the_server_cannot_load_gets_no_label(place):
    with following_server(place.folder, "digits", broken={2}) as (model, address):
        client, watch = watched(place, address, seconds=0.5)
        with client, pytest.raises(ServingError, match=r"its versions: 1 AVAILABLE, 2 LOADING"):
            place.labels(watch.wait_for_version).promote("stable", 2)
        assert place.written() == ({"stable": 1}, {1})
        assert model.labels == {"stable": 1}


def test_another_server_than_the_models(place):
    with following_server(place.folder, "digits") as (_, address):
        client = RestClient(Target(address, "cats"), 5, RetryPolicy(attempts=1))
        with client, pytest.raises(ServingError, match="does not serve a model 'cats'"):
            ServerWatch(client, 1).is_there()


def test_no_server(free_port):
    client = RestClient(Target(f"127.0.0.1:{free_port}", "digits"), 5, RetryPolicy(attempts=1))
    with client:
        assert not ServerWatch(client, 1).is_there()
