"""What TensorBoard would read of a search's logs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
from tensorboard.util import tensor_util

from memnas_tf.training.record import load_record
from tuner.history import load_search
from tuner.search.rounds import COMPLETED


class Run:
    """A run as TensorBoard's own reader sees it.

    Args:
        folder: The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
        self._events.Reload()

    def tags(self, plugin: str) -> set[str]:
        """Return the tags of a plugin that have values."""
        try:
            known = self._events.PluginTagToContent(plugin)
        except KeyError:  # so the reader says that the run has nothing of the plugin
            return set()
        return {tag for tag in known if self._events.Tensors(tag)}

    def all_tags(self) -> set[str]:
        """Return all tags, but for those of HParams."""
        return set().union(*(self.tags(plugin) for plugin in ("scalars", "images", "text")))

    def steps(self, tag: str) -> list[int]:
        """Return the steps that a tag has values of."""
        return [event.step for event in self._events.Tensors(tag)]

    def scalars(self, tag: str) -> list[float]:
        """Return the numbers of a tag, step by step."""
        return [float(value) for value in self._arrays(tag)]

    def text(self, tag: str) -> str:
        """Return the one text of a tag."""
        (array,) = self._arrays(tag)
        return array.item().decode()

    def image(self, tag: str) -> Image.Image:
        """Return the last picture of a tag, once its size is known to be what is said of it."""
        width, height, content = self._arrays(tag)[-1]
        image = Image.open(io.BytesIO(content))
        assert image.size == (int(width), int(height))
        return image

    def hparams(self) -> tuple[dict[str, Any], int | None]:
        """Return a trial's hyperparameters by name, and its status once it is over."""
        content = self._events.PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(
            content[metadata.SESSION_START_INFO_TAG]
        )
        assert start.group_name == ""
        values = {
            name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()
        }
        if metadata.SESSION_END_INFO_TAG not in content:
            return values, None
        end = metadata.parse_session_end_info_plugin_data(content[metadata.SESSION_END_INFO_TAG])
        return values, end.status

    def _arrays(self, tag: str) -> list[Any]:
        return [tensor_util.make_ndarray(event.tensor_proto) for event in self._events.Tensors(tag)]


def check_logs(project: Path) -> None:
    """Insist that the logs of a finished search have all of it, and nothing twice."""
    rounds = load_search(project).rounds
    search = Run(project / "logs" / "search")
    for tag in search.all_tags() - {"search/settings"}:
        wanted = [entry.number for entry in rounds]
        assert search.steps(tag) == wanted or tag.startswith("ranker/"), tag
    for trial in (trial for entry in rounds for trial in entry.trials):
        run = Run(project / "logs" / trial.trial_id)
        record = load_record(project / f"trial_{trial.trial_id}" / "training.json")
        (curve,) = record.executions
        for name, values in curve.metrics.items():
            assert run.steps(name) == curve.epochs
            assert run.scalars(name) == [_float32(value) for value in values]
        for tag in run.all_tags() - set(curve.metrics):
            assert len(run.steps(tag)) == 1, tag
        assert {"network/architecture", "training/learning_curve"} <= run.tags("images")
        if trial.status == COMPLETED:
            assert run.scalars("result/best_val_accuracy") == [_float32(trial.quality)]
            assert run.scalars("result/memory_efficiency") == [_float32(trial.efficiency)]


def _float32(value: float) -> float:
    return float(np.float32(value))
