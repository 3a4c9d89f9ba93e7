"""A network trained to the end: it learns, and goes on to the bit where it was cut off."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from memnas_tf.data.loading import load_dataset
from memnas_tf.errors import ConfigError, TrainingError
from memnas_tf.training.directory import training_directory
from memnas_tf.training.evaluation import accuracy_on_test_split
from memnas_tf.training.train import train_network
from tests.helpers.trainings import make_plan


class Watch(keras.callbacks.Callback):
    """Note down every epoch, and stop like Ctrl-C after so many steps."""

    def __init__(self, steps=None):
        super().__init__()
        self.steps = steps
        self.epochs = []

    def on_train_batch_end(self, batch, logs=None):
        if self.steps is not None:
            self.steps -= 1
            if self.steps <= 0:
                raise KeyboardInterrupt

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append((epoch, dict(logs)))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return load_dataset("digits", tmp_path_factory.mktemp("data"), validation_fraction=0.2)


@pytest.fixture(scope="module")
def few(data):
    """So few images that an epoch is three steps."""
    return replace(
        data,
        train_images=data.train_images[:100],
        train_labels=data.train_labels[:100],
        validation_images=data.validation_images[:50],
        validation_labels=data.validation_labels[:50],
    )


def run(directory, plan, data, steps=None):
    """Train, or as much of it as `steps` allow; return what came of it and what was heard."""
    watch = Watch(steps)
    with training_directory(directory, plan, overwrite=False):
        if steps is not None:
            with pytest.raises(KeyboardInterrupt):
                train_network(plan, data, directory, [watch])
            return None, watch.epochs
        return train_network(plan, data, directory, [watch]), watch.epochs


@pytest.mark.parametrize(("name", "rate"), [("paper", 0.05), ("modern", None)])
def test_a_recipe_learns_digits(name, rate, data, tmp_path):
    plan = make_plan(name, "3x0c3+0d3=", filters=8, epochs=8, learning_rate=rate)
    trained, epochs = run(tmp_path, plan, data)
    assert accuracy_on_test_split(trained.model, data) > 0.75
    assert epochs[-1][1]["val_accuracy"] > 0.75
    assert len(trained.history["loss"]) == 8


@pytest.mark.parametrize(
    "policy",
    ["float32", "mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.slow)],
)
def test_a_training_cut_off_goes_on_to_the_bit(policy, few, tmp_path):
    plan = make_plan("modern", epochs=5, policy=policy)
    whole, expected = run(tmp_path / "whole", plan, few)
    _, first = run(tmp_path / "cut", plan, few, steps=5)  # in the middle of the second epoch
    _, second = run(tmp_path / "cut", plan, few, steps=6)
    again, third = run(tmp_path / "cut", plan, few)
    assert [len(heard) for heard in (first, second, third)] == [1, 1, 3]
    assert first + second + third == expected
    assert again.history == whole.history
    for one, other in zip(again.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_training_cut_off_after_its_last_epoch_ends_with_the_same_average(few, tmp_path):
    plan = make_plan("modern", epochs=2)
    whole, _ = run(tmp_path, plan, few)
    again, heard = run(tmp_path, plan, few)  # the command deletes the checkpoint at its very end
    assert heard == []
    assert again.history == whole.history
    for one, other in zip(again.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_seed_gives_another_network(few, tmp_path):
    plan = make_plan("paper", epochs=1)
    one, _ = run(tmp_path / "one", plan, few)
    other, _ = run(tmp_path / "other", replace(plan, seed=4), few)
    assert one.history != other.history


def test_the_network_is_left_in_float32_and_the_policy_as_it_was(few, tmp_path):
    before = keras.config.dtype_policy().name
    trained, _ = run(tmp_path, make_plan("paper", epochs=1, policy="mixed_bfloat16"), few)
    assert keras.config.dtype_policy().name == before
    assert {layer.compute_dtype for layer in trained.model.layers} == {"float32"}


def test_averaged_weights_are_those_that_are_kept(few, tmp_path):
    """Over so many epochs that the average is still near where it began."""
    plan = make_plan("paper", epochs=2, learning_rate=0.2)
    plain, _ = run(tmp_path / "plain", plan, few)
    averaging = replace(plan, recipe=replace(plan.recipe, ema_epochs=1e6))
    averaged, _ = run(tmp_path / "averaged", averaging, few)
    kernels = [trained.model.get_layer("classifier").kernel for trained in (plain, averaged)]
    assert np.abs(kernels[0] - kernels[1]).max() > 0.01


def test_a_checkpoint_that_is_damaged_is_not_trained_over(few, tmp_path):
    plan = make_plan("paper", epochs=2)
    run(tmp_path, plan, few, steps=4)
    file = tmp_path / "progress.npz"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(TrainingError, match=r"cannot read '.*progress.npz'.*overwrite"):
        run(tmp_path, plan, few)


def test_a_loss_that_is_no_number_ends_it_with_a_way_out(few, tmp_path):
    plan = make_plan("paper", epochs=3, learning_rate=1e30)
    with pytest.raises(TrainingError, match="loss is nan in epoch 1; train with a lower learning"):
        run(tmp_path, plan, few)


@pytest.mark.parametrize("count", [0, 99])
def test_devices_that_are_not_there_are_refused(count, few, tmp_path):
    plan = replace(make_plan("paper", epochs=1), devices=count)
    with pytest.raises(ConfigError, match=rf"devices is {count}, and Keras sees 1 on"):
        run(tmp_path, plan, few)
