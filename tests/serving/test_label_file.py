"""The one file of class names: written and read by the same rule in every export."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.errors import ExportError
from serving.label_file import read_labels, write_labels

# As they are in NFC, so that two of them are two.
WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], max_codepoint=0x2FF), min_size=1
).filter(str.strip)


@given(st.lists(WORDS, min_size=1, unique=True))
def test_names_come_back_as_they_were(tmp_path_factory, names):
    path = tmp_path_factory.getbasetemp() / "labels.txt"
    write_labels(path, names)
    text = path.read_text(encoding="utf-8")
    assert read_labels(text) == tuple(names)
    # However another program looks for lines.
    assert text.splitlines() == names


@pytest.mark.parametrize(
    "name", ["", " ", "a\nb", "a\rb", "a\x0bb", "a\x1bb", "a\x85b", "a\u2028b", "\udcff", "cat"]
)
def test_what_is_no_line_of_its_own_is_refused(tmp_path, name):
    with pytest.raises(ExportError, match=r"labels.txt has a line for each class: rename it"):
        write_labels(tmp_path / "labels.txt", ["cat", name])
    assert list(tmp_path.iterdir()) == []
