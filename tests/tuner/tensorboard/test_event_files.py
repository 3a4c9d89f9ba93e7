import os

import pytest
from tensorboard.backend.event_processing.io_wrapper import IsTensorFlowEventsFile

from tests.helpers.event_reader import Run
from tuner.tensorboard.event_files import (
    GrowingFile,
    event_path,
    write_whole,
)
from tuner.tensorboard.values import scalar


def test_a_whole_file_is_read_back(tmp_path):
    write_whole(tmp_path / "run", "4.end", [scalar("a", 0.5), scalar("b", 3)], step=7)
    run = Run(tmp_path / "run")
    assert (run.scalars("a"), run.steps("a")) == ([0.5], [7])
    assert run.scalars("b") == [3.0]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["events.out.tfevents.4.end"]


def test_a_file_that_is_cut_off_is_not_there(tmp_path, monkeypatch):
    def fail(source, target):
        assert not IsTensorFlowEventsFile(str(source))
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path, "4.end", [scalar("a", 0.5)], step=0)
    assert list(tmp_path.iterdir()) == []


def test_values_are_there_for_readers_at_once(tmp_path):
    file = GrowingFile(tmp_path, "2.curves", [])
    for epoch in range(3):
        file.add(epoch, [scalar("loss", epoch / 2)])
        assert Run(tmp_path).scalars("loss") == [step / 2 for step in range(epoch + 1)]
    file.close()


@pytest.mark.parametrize("cut", [0, 1, 30])
def test_a_new_file_takes_the_place_of_one_that_a_kill_cut_off(tmp_path, cut):
    first = GrowingFile(tmp_path, "2.curves", [])
    for epoch in range(3):
        first.add(epoch, [scalar("loss", epoch)])
    first.close()
    (path,) = tmp_path.iterdir()
    os.truncate(path, path.stat().st_size - cut)
    write_whole(tmp_path, "1.begin", [scalar("other", 1)], step=0)
    past = [(epoch, 100.0 + epoch, [scalar("loss", epoch)]) for epoch in range(2)]
    second = GrowingFile(tmp_path, "2.curves", past)
    second.add(2, [scalar("loss", 2)])
    second.close()
    assert not path.exists()
    run = Run(tmp_path)
    assert (run.steps("loss"), run.scalars("loss")) == ([0, 1, 2], [0.0, 1.0, 2.0])
    assert event_path(tmp_path, "1.begin").exists()
