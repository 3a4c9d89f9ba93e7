"""`batching.config` and `monitoring.config`, the server's other two files in protobuf's text form.

tensorflow-serving-api ships no module for their messages, so what this project sets of them is
declared here, and protobuf writes and checks the text.

Source: tensorflow_serving/servables/tensorflow/session_bundle_config.proto (BatchingParameters)
and tensorflow_serving/config/monitoring_config.proto of TensorFlow Serving.
"""

from __future__ import annotations

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf import wrappers_pb2 as wrappers
from google.protobuf.message import Message

BATCHING_CONFIG = "batching.config"
MONITORING_CONFIG = "monitoring.config"
METRICS_PATH = "/monitoring/prometheus/metrics"

_PACKAGE = "tensorflow.serving"
_Field = descriptor_pb2.FieldDescriptorProto
# The fields of each message: name, number, and a type or the name of a message.
_MESSAGES: dict[str, list[tuple[str, int, int | str]]] = {
    "BatchingParameters": [
        ("max_batch_size", 1, "google.protobuf.Int64Value"),
        ("batch_timeout_micros", 2, "google.protobuf.Int64Value"),
        ("max_enqueued_batches", 3, "google.protobuf.Int64Value"),
    ],
    "PrometheusConfig": [
        ("enable", 1, _Field.TYPE_BOOL),
        ("path", 2, _Field.TYPE_STRING),
    ],
    "MonitoringConfig": [("prometheus_config", 1, f"{_PACKAGE}.PrometheusConfig")],
}


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
    parameters = _message("BatchingParameters")
    parameters.max_batch_size.value = max_batch_size
    parameters.batch_timeout_micros.value = timeout_micros
    parameters.max_enqueued_batches.value = max_enqueued_batches
    text: str = text_format.MessageToString(parameters)
    return text


def monitoring_text() -> str:
    """Write that the server counts for Prometheus, at `METRICS_PATH` of the REST port.

    Returns:
        The text of `monitoring.config`.
    """
    monitoring = _message("MonitoringConfig")
    monitoring.prometheus_config.enable = True
    monitoring.prometheus_config.path = METRICS_PATH
    text: str = text_format.MessageToString(monitoring)
    return text


def _message(name: str) -> Message:
    # A pool of its own: another package may bring the real files into the common one.
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers.DESCRIPTOR.serialized_pb)
    pool.Add(_declaration())
    descriptor = pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")
    return message_factory.GetMessageClass(descriptor)()


def _declaration() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="parameters.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[wrappers.DESCRIPTOR.name],
    )
    for message, fields in _MESSAGES.items():
        declared = file.message_type.add(name=message)
        for name, number, kind in fields:
            field = declared.field.add(name=name, number=number, label=_Field.LABEL_OPTIONAL)
            if isinstance(kind, str):
                field.type, field.type_name = _Field.TYPE_MESSAGE, f".{kind}"
            else:
                field.type = kind
    return file
