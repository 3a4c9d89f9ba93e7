"""What `memnas search` takes beside the knobs of a search."""

from __future__ import annotations

from dataclasses import dataclass

from memnas_tf.knob_kinds import Flag, Folder, Text, Whole
from memnas_tf.knobs import knob, like
from memnas_tf.template import DEFAULT_BLOCKS
from tuner.run_settings import RunSettings
from tuner.search.settings import SearchSettings

# A first search is to take minutes.
SMALL = {"max_rounds": 4, "trials_per_round": (6,)}
DATA_DIR = knob(
    "Where tensorflow_datasets keeps its data sets.", Folder(), unset="~/tensorflow_datasets"
)
QUIET = knob("Print the result alone, not the course.", Flag(), False)
JSON = knob(
    "Print the result as JSON for a script, in bytes; the course goes to stderr.",
    Flag(),
    False,
    flags=("--json",),
)


@dataclass(frozen=True)
class SearchRun:
    """Where a search is kept, of which networks, and how it is run."""

    filters: int = knob("Output channels of every operation.", Whole(), 8)
    blocks: int = like(SearchSettings, "blocks", DEFAULT_BLOCKS)
    data_dir: str | None = DATA_DIR
    keep_checkpoints: int = like(RunSettings, "keep_checkpoints")
    directory: str = knob("Where searches are kept.", Folder(), "searches")
    project_name: str | None = knob(
        "The search's folder in it.", Text("NAME"), unset="the data set's name"
    )
    overwrite: bool = knob("Start anew where a search is; delete it.", Flag(), False)
    workers: int | None = knob(
        "Train so many candidates at once, each in its own process.", Whole(), unset="one, in this"
    )
    quiet: bool = QUIET
    as_json: bool = JSON
