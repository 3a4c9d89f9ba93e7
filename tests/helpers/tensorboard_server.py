"""TensorBoard in a process of its own, asked over HTTP as its page asks it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests.helpers.clusters import free_port

_STATUSES = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]
_START_SECONDS = 120


class TensorBoard:
    """A running TensorBoard.

    Args:
        logs: The folder of logs.
        runs: How many runs there are to be found in it.
    """

    def __init__(self, logs: Path, runs: int) -> None:
        self._logs = logs
        self._runs = runs
        self.url = f"http://127.0.0.1:{free_port()}"

    def __enter__(self) -> TensorBoard:
        port = self.url.rpartition(":")[2]
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", self._logs]
        command += ["--host", "127.0.0.1", "--port", port, "--reload_interval", "1"]
        self._process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def get(self, path: str, **parameters: str) -> Any:
        """Ask for JSON.

        Args:
            path: The path below `/data`.
            **parameters: Of the query.

        Returns:
            The answer.
        """
        answer = requests.get(f"{self.url}/data/{path}", params=parameters, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def experiment(self) -> Any:
        """Return the columns of the HParams table."""
        return self._post("plugin/hparams/experiment", {})

    def session_groups(self, size: int) -> list[dict[str, Any]]:
        """Return the first lines of the HParams table."""
        request = {
            "startIndex": 0,
            "sliceSize": size,
            "allowedStatuses": _STATUSES,
            "colParams": [],
        }
        groups: list[dict[str, Any]] = self._post("plugin/hparams/session_groups", request)[
            "sessionGroups"
        ]
        return groups

    def image(self, run: str, tag: str) -> bytes:
        """Return the last picture of a tag."""
        known = self.get("plugin/images/images", run=run, tag=tag, sample="0")
        answer = requests.get(
            f"{self.url}/data/plugin/images/individualImage?{known[-1]['query']}", timeout=60
        )
        answer.raise_for_status()
        return answer.content

    def _post(self, path: str, request: dict[str, Any]) -> Any:
        answer = requests.post(f"{self.url}/data/{path}", json=request, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            assert self._process.poll() is None, "TensorBoard ended"
            try:
                if len(self.get("runs")) >= self._runs:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.3)
        raise TimeoutError(f"TensorBoard did not show {self._runs} runs")

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(30)
