"""Documents that somebody has changed, with a checksum that fits or as it was."""

import json
from pathlib import Path

from memnas_tf.documents import write_document
from memnas_tf.documents.document import CHECKSUM


def content_of(path):
    """Return a document's content without its checksum."""
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    content.pop(CHECKSUM, None)
    return content


def alter(path, change):
    """Have `change` alter a document's content in place, and give it a checksum that fits."""
    content = content_of(path)
    change(content)
    write_document(path, content)
