"""Formats by name: ours, and those of others."""

import pytest

from memnas_tf.errors import ConfigError, ExportError
from serving.formats import FORMATS, ExportFormat, ExportJob, export_network, register_format


def test_ours_are_there():
    assert list(FORMATS)[:3] == ["saved-model", "litert", "tflm"]
    assert [entry.takes_images for entry in FORMATS.values()][:3] == [False, True, True]


def test_a_saved_model_is_exported_as_the_next_version(network, preprocessing, tmp_path):
    told = []
    job = ExportJob(
        network,
        preprocessing,
        tmp_path,
        version=3,
        on_progress=lambda what, done, total: told.append(what),
    )
    assert export_network("saved-model", job).path == tmp_path / "3"
    assert (tmp_path / "3" / "saved_model.pb").is_file()
    assert "checking the export" in told


@pytest.mark.parametrize("name", ["litert", "tflm"])
def test_a_format_that_takes_images_asks_for_them(network, preprocessing, tmp_path, name):
    with pytest.raises(ExportError, match="this format measures images; give the data set"):
        export_network(name, ExportJob(network, preprocessing, tmp_path))


def test_an_unknown_format_is_refused_by_name(network, preprocessing, tmp_path):
    with pytest.raises(ConfigError, match="unknown format 'onnx'; use one of saved-model, litert"):
        export_network("onnx", ExportJob(network, preprocessing, tmp_path))


def test_what_is_no_format_is_not_registered():
    with pytest.raises(ConfigError, match="'mine' must be one"):
        register_format("mine", print)
    with pytest.raises(ConfigError, match="a format 'litert' already"):
        register_format("litert", ExportFormat("for nobody", print))
    assert "mine" not in FORMATS
