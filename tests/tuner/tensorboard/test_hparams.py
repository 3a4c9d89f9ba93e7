from dataclasses import replace

import pytest
from tensorboard.plugins.hparams import api_pb2, metadata

from memnas_tf.genotype import from_string
from memnas_tf.memory import memory_target
from tests.helpers.event_reader import Run
from tests.helpers.histories import made_up_history
from tuner.objective import SearchObjective
from tuner.search.rounds import FAILED
from tuner.tensorboard.event_files import write_whole
from tuner.tensorboard.hparams import beginning, experiment, result, score


@pytest.fixture(scope="module")
def history():
    return made_up_history(3, 4, tradeoff=0.0)


def test_every_trial_has_the_same_values_of_the_same_types(history, tmp_path):
    seen = []
    for entry in history.rounds:
        for trial in entry.trials:
            run = tmp_path / trial.trial_id
            write_whole(run, "1.begin", beginning(history, entry, trial), step=0)
            values, status = Run(run).hparams()
            assert status is None
            seen.append(values)
    kinds = {tuple((name, type(values[name])) for name in sorted(values)) for values in seen}
    assert len(kinds) == 1
    assert seen[0]["tradeoff"] == 0.0
    assert [values["parent"] for values in seen[:4]] == ["empty network"] * 4
    assert {values["parent"] for values in seen[4:8]} == {history.rounds[0].winning_trial.trial_id}


def test_the_declared_domains_hold_every_value(history):
    (declared, *_) = experiment(history)
    table = metadata.parse_experiment_plugin_data(declared.metadata.plugin_data.content)
    columns = {info.name: info for info in table.hparam_infos}
    for entry in history.rounds:
        for trial in entry.trials:
            (start,) = beginning(history, entry, trial)
            values = metadata.parse_session_start_info_plugin_data(
                start.metadata.plugin_data.content
            ).hparams
            assert set(values) == set(columns)
            for name in ("round", "cells", "tradeoff"):
                domain = columns[name].domain_interval
                assert domain.min_value <= values[name].number_value <= domain.max_value
            allowed = [value.string_value for value in columns["move"].domain_discrete.values]
            assert values["move"].string_value in allowed


def test_hyperparameters_of_a_hypermodel_have_columns_of_their_type(history):
    entry = history.rounds[0]
    asked = {"lr": 0.01, "units": 3, "bias": True, "kind": "a"}
    trial = replace(entry.trials[0], hyperparameters=asked)
    entry = replace(entry, trials=[trial, *entry.trials[1:]])
    (declared, *_) = experiment(replace(history, rounds=(entry,)))
    table = metadata.parse_experiment_plugin_data(declared.metadata.plugin_data.content)
    columns = {info.name: info for info in table.hparam_infos}
    (start,) = beginning(history, entry, trial)
    values = metadata.parse_session_start_info_plugin_data(start.metadata.plugin_data.content)
    assert set(values.hparams) == set(columns)
    for name, kind in (
        ("lr", "FLOAT64"),
        ("units", "FLOAT64"),
        ("bias", "BOOL"),
        ("kind", "STRING"),
    ):
        assert columns[f"hyperparameter/{name}"].type == getattr(api_pb2, f"DATA_TYPE_{kind}")
    assert values.hparams["hyperparameter/lr"].number_value == 0.01


@pytest.mark.parametrize("status", ["completed", "stopped", "failed"])
def test_a_trial_stopped_at_a_rung_is_no_failure(history, status):
    trial = replace(history.rounds[1].trials[0], status=status)
    (end,) = (
        value.metadata.plugin_data.content
        for value in result(history, history.rounds[1], trial, 2)
        if value.tag == metadata.SESSION_END_INFO_TAG
    )
    failed = metadata.parse_session_end_info_plugin_data(end).status == api_pb2.STATUS_FAILURE
    assert failed == (status == "failed")


def test_every_declared_metric_is_written(history, tmp_path):
    (declared, *_) = experiment(history)
    table = metadata.parse_experiment_plugin_data(declared.metadata.plugin_data.content)
    entry = history.rounds[1]
    trial = entry.trials[0]
    write_whole(tmp_path, "4.end", result(history, entry, trial, 5), step=0)
    write_whole(tmp_path, "5.score", score(trial), step=0)
    declared_tags = {info.name.tag for info in table.metric_infos}
    assert declared_tags - Run(tmp_path).tags("scalars") == {"result/best_objective"}
    assert Run(tmp_path).tags("scalars") <= declared_tags


def test_searches_beside_each_other_declare_the_same_columns(history):
    """TensorBoard takes those of one of them for all."""
    loss = replace(history.settings, objective=SearchObjective("val_loss", "min"))
    arena = replace(history.settings, target=memory_target("arena"))
    titles, tags = set(), set()
    for settings in (history.settings, loss, arena):
        (declared, *_) = experiment(replace(history, settings=settings))
        table = metadata.parse_experiment_plugin_data(declared.metadata.plugin_data.content)
        tags.add(frozenset(info.name.tag for info in table.metric_infos))
        titles.add(table.metric_infos[0].display_name)
        assert len(table.metric_infos) == len(next(iter(tags)))
    assert len(tags) == 1
    assert titles == {"best validation accuracy", "best val_loss (less is better)"}


def test_a_loss_stands_in_the_column_of_other_objectives(history, tmp_path):
    objective = SearchObjective("val_loss", "min")
    searched = replace(history, settings=replace(history.settings, objective=objective))
    trial = replace(history.rounds[0].trials[0], quality=-0.25)
    write_whole(tmp_path, "4.end", result(searched, history.rounds[0], trial, 2), step=0)
    assert Run(tmp_path).scalars("result/best_objective") == [0.25]


@pytest.mark.parametrize(("status", "number"), [("completed", 1), (FAILED, 2)])
def test_the_end_has_the_trial_s_status(history, tmp_path, status, number):
    entry = history.rounds[0]
    accuracy = None if status == FAILED else 0.75
    trial = replace(entry.trials[0], status=status, quality=accuracy, efficiency=None)
    write_whole(tmp_path, "4.end", result(history, entry, trial, 2), step=0)
    run = Run(tmp_path)
    assert run.hparams()[1] == number  # TensorBoard's STATUS_SUCCESS and STATUS_FAILURE
    assert ("result/best_val_accuracy" in run.tags("scalars")) == (status != FAILED)
    assert score(trial) == []


def test_a_line_tells_the_width_of_every_block(history, tmp_path):
    entry = history.rounds[0]
    plain = entry.trials[0]
    blocks = len(from_string(plain.genotype).blocks)
    first = "/".join(["0c3+0d3=@12", *["0c3+0d3="] * (blocks - 1)])
    for genotype, widths in ((plain.genotype, [8] * blocks), (first, [12, *[8] * (blocks - 1)])):
        run = tmp_path / str(widths[0])
        trial = replace(plain, genotype=genotype)
        write_whole(run, "1.begin", beginning(history, entry, trial), step=0)
        assert Run(run).hparams()[0]["widths"] == ", ".join(map(str, widths))
