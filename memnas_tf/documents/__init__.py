"""Read and write the project's own files: whole, of the right kind, and as they were written."""

from memnas_tf.documents.arrays import read_arrays
from memnas_tf.documents.document import read_document, read_or_previous, write_document
from memnas_tf.documents.json_text import parse_json, read_json
from memnas_tf.documents.regular_file import read_bytes, read_text
from memnas_tf.documents.schema import SchemaError, at_least, decode, refuse_unless

__all__ = [
    "SchemaError",
    "at_least",
    "decode",
    "parse_json",
    "read_arrays",
    "read_bytes",
    "read_document",
    "read_json",
    "read_or_previous",
    "read_text",
    "refuse_unless",
    "write_document",
]
