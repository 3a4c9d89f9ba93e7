"""A server's bookkeeping of versions and labels, for the tests of promotion.

It follows models.config by the rules of TF-Serving's server_core.cc: it refuses a whole new file in
which a label has moved to a version that is not loaded, takes a new label for any version, loads
what the policy names and unloads the rest.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager

from serving.server.models_config import read_config
from tests.helpers.model_servers import Refused, rest_server

_POLL = 0.05  # seconds


class ConfigFollower:
    """What a server knows of its one model, for `rest_server`."""

    def __init__(self, folder, name, broken=()):
        self.name, self.labels, self.states = name, {}, {}
        self.refusals = 0  # of a file
        self._folder, self._broken = folder, broken

    def find(self, name, version=None, label=None):
        if label is not None and label not in self.labels:
            raise Refused("INVALID_ARGUMENT", f"Unrecognized servable version label: {label}")
        version = self.labels[label] if label is not None else version
        if name != self.name or version not in (None, *self.states):
            raise Refused("NOT_FOUND", f"Could not find any versions of model {name}")
        return version

    def poll(self):
        (model,) = read_config(self._folder).model_config_list.config
        for version, state in self.states.items():
            if state == "LOADING" and version not in self._broken:
                self.states[version] = "AVAILABLE"
        moved = {
            label
            for label, version in model.version_labels.items()
            if self.labels.get(label, version) != version
            and self.states.get(version) != "AVAILABLE"
        }
        if moved:
            self.refusals += 1
            return
        self.labels = dict(model.version_labels)
        wanted = set(model.model_version_policy.specific.versions)
        for version in wanted - set(self.states):
            self.states[version] = "LOADING"
        for version in set(self.states) - wanted:
            del self.states[version]


@contextmanager
def following_server(folder, name, broken=()):
    """Run a server that follows the folder's models.config; yield its bookkeeping and HOST:PORT."""
    model = ConfigFollower(folder, name, broken)
    model.poll()
    stop = threading.Event()

    def run():
        while not stop.wait(_POLL):
            model.poll()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with rest_server(model) as address:
            yield model, address
    finally:
        stop.set()
        thread.join()
