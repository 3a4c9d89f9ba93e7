"""`batching.config` and `monitoring.config`, the server's other two files in protobuf's text form.

They are five values, and tensorflow-serving-api ships no module for their messages.

Source: tensorflow_serving/servables/tensorflow/session_bundle_config.proto (BatchingParameters)
and tensorflow_serving/config/monitoring_config.proto of TensorFlow Serving.
"""

from __future__ import annotations

BATCHING_CONFIG = "batching.config"
MONITORING_CONFIG = "monitoring.config"
METRICS_PATH = "/monitoring/prometheus/metrics"

# The server counts for Prometheus, at `METRICS_PATH` of the REST port.
MONITORING_TEXT = f"""prometheus_config {{
  enable: true
  path: "{METRICS_PATH}"
}}
"""


def batching_text(max_batch_size: int, timeout_micros: int, max_enqueued_batches: int) -> str:
    """Write how the server gathers requests into batches.

    The number of threads stays the server's own: one for each processor.

    Args:
        max_batch_size: The most images in a batch; a larger request is refused.
        timeout_micros: How long a request waits for others, in microseconds.
        max_enqueued_batches: How many batches may wait; what comes then is refused.

    Returns:
        The text of `batching.config`.
    """
    values = {
        "max_batch_size": max_batch_size,
        "batch_timeout_micros": timeout_micros,
        "max_enqueued_batches": max_enqueued_batches,
    }
    return "".join(f"{name} {{\n  value: {int(value)}\n}}\n" for name, value in values.items())
