import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.documents import read_document, read_or_previous, write_document
from memnas_tf.errors import DocumentError, MissingDocumentError

CONTENT = {"b": [1, 2.5, None], "a": {"ä": "x", "c": True}}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.json"
    write_document(path, CONTENT)
    return path


def test_it_is_read_back_in_its_order(file):
    assert read_document(file) == CONTENT
    assert list(read_document(file)) == ["b", "a"]


def test_any_tool_reads_it_and_may_lay_it_out_anew(file):
    document = json.loads(file.read_text())
    assert document.pop("checksum").startswith("sha256:")
    assert document == CONTENT
    again = json.dumps(json.loads(file.read_text()), indent=4, sort_keys=True, ensure_ascii=False)
    file.write_text(again, encoding="utf-8")
    assert read_document(file) == CONTENT


@given(data=st.data())
def test_any_other_content_is_noticed(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("flip") / "a.json"
    write_document(path, CONTENT)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    try:
        assert read_document(path) == CONTENT  # a space became another
    except DocumentError as error:
        assert "a.json" in str(error)


def test_one_without_a_checksum_is_refused(file):
    file.write_text(json.dumps(CONTENT))
    with pytest.raises(DocumentError, match="it has no checksum"):
        read_document(file)


@pytest.mark.parametrize("text", ["[]", "3", "null", '"x"'])
def test_what_is_no_object_is_refused(file, text):
    file.write_text(text)
    with pytest.raises(DocumentError, match="no JSON object"):
        read_document(file)


def test_a_number_that_is_none_is_not_written(file):
    with pytest.raises(ValueError, match="JSON compliant"):
        write_document(file, {"a": float("nan")})
    assert read_document(file) == CONTENT


def test_a_damaged_one_gives_way_to_what_it_held_before(file, caplog):
    write_document(file, {"b": 2}, keep_previous=True)
    assert read_or_previous(file, read_document) == {"b": 2}
    file.write_text("{")
    assert read_or_previous(file, read_document) == CONTENT
    assert "going on from a.json.bak, one step before" in caplog.text
    file.unlink()
    assert read_or_previous(file, read_document) == CONTENT


def test_where_both_are_damaged_the_message_says_so(file):
    write_document(file, {"b": 2}, keep_previous=True)
    file.write_text("{")
    file.with_name("a.json.bak").write_text("{")
    with pytest.raises(DocumentError, match=r"a.json': it is no JSON.*and so is a.json.bak"):
        read_or_previous(file, read_document)


def test_where_there_is_neither_it_is_missing(tmp_path):
    with pytest.raises(MissingDocumentError):
        read_or_previous(tmp_path / "a.json", read_document)
