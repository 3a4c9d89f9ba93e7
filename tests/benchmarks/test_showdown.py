"""Searched networks beside hand-made ones in the same memory."""

from functools import partial

import pytest

from benchmarks.showdown import training
from benchmarks.showdown.contest import BUDGETS, PLAIN, SEARCHES, Budget, Entry, entries
from benchmarks.showdown.searching import search_options
from benchmarks.showdown.sizes import NORMALISING, plain_sizes, widest
from memnas_cli.main import main


def test_each_network_is_trained_once_before_one_is_trained_again():
    listed = list(entries())
    assert len({entry.name for entry in listed}) == len(listed)
    networks = len(PLAIN) + len(SEARCHES)
    assert len(listed) == networks * sum(budget.seeds for budget in BUDGETS.values())
    assert [entry.seed for entry in listed] == sorted(entry.seed for entry in listed)


@pytest.mark.parametrize("space", SEARCHES)
def test_its_searches_are_commands_that_memnas_takes(space, tmp_path):
    name, *options = search_options(space, "20k", tmp_path)
    command = main.get_command(None, name)
    given = command.make_context(name, options).params
    assert given["max_ram"] == BUDGETS["20k"].ram
    assert given["moves"] == tuple(SEARCHES[space].moves.split(","))


def test_a_plain_network_is_as_wide_as_fits():
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    sizes = plain_sizes("ds-cnn", 2)
    budget = Budget(sizes.ram - NORMALISING, sizes.flash, 1, 1)
    assert widest("ds-cnn", budget, most=3) == 2
    with pytest.raises(ValueError, match="ds-cnn does not fit"):
        widest("ds-cnn", Budget(1000, 1000, 1, 1), most=3)


def test_a_network_is_trained_and_its_file_measured(tmp_path, monkeypatch):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    pytest.importorskip("tflite_micro", reason="the real interpreter needs tflite-micro")
    from memnas_tf.data.loading import load_dataset
    from memnas_tf.litert.micro_interpreter import runs_in
    from memnas_tf.plain_networks import resnet8

    budgets = {"tiny": Budget(50_000, 50_000, 1, 1)}
    monkeypatch.setattr(training, "BUDGETS", budgets)
    data = load_dataset("digits", tmp_path / "data", validation_fraction=0.0, limit=200)
    build = partial(resnet8, data.input_shape, data.classes, 2)
    entry = Entry("tiny", "resnet8", 0)
    row = training.train_entry(entry, build, data, tmp_path / entry.name)
    content = (tmp_path / entry.name / "model.tflite").read_bytes()
    assert runs_in(content, row["ram_bytes"] * 2)
    assert row["flash_bytes"] == len(content)
    assert row["accuracy_int8"] == row["accuracy_litert"]
    assert 0 <= row["accuracy_float"] <= 1
    assert (row["budget_ram"], row["network"], row["epochs"]) == (50_000, "resnet8", 1)
    again = training.train_entry(entry, build, data, tmp_path / entry.name)
    assert {**again, "seconds": 0} == {**row, "seconds": 0}  # from where it was: nothing is trained
