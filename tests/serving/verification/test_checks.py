"""Exports that are sound, and every way to damage one."""

import json
import re
import shutil

import numpy as np
import pytest

from memnas_tf.errors import ExportError
from serving import extras
from serving.label_file import LABELS_FILE
from serving.verification import verify_version, versions_to_verify
from serving.verification.check import CheckFailed
from serving.verification.checks import CONTENT, FILES, NAME
from serving.verification.exported_version import ExportedVersion

CHECKS = {check.name: check for check in (NAME, FILES, *CONTENT)}


def refusal(name, path):
    """Run one check and return what it says is wrong."""
    with ExportedVersion(path) as version, pytest.raises(CheckFailed) as caught:
        CHECKS[name].run(version)
    message = str(caught.value)
    assert "\n" not in message
    return message


def edit_model(path, change):
    """Change the file of the graph."""
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    file = path / "saved_model.pb"
    model = SavedModel.FromString(file.read_bytes())
    change(model.meta_graphs[0])
    file.write_bytes(model.SerializeToString())


def edit_card(path, **changes):
    file = path / extras.FOLDER / extras.CARD_FILE
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


def write_requests(path, requests):
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path / extras.FOLDER / extras.WARMUP_FILE)) as writer:
        for request in requests:
            writer.write(request)


def request(signature="serving_default", input_name="images", images=None):
    import tensorflow as tf
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    log = PredictionLog()
    log.predict_log.request.model_spec.signature_name = signature
    images = np.zeros((1, 8, 6, 3), np.uint8) if images is None else images
    log.predict_log.request.inputs[input_name].CopyFrom(tf.make_tensor_proto(images))
    return log.SerializeToString()


def test_a_sound_export_passes_every_check_in_order(export):
    results = list(verify_version(export.path))
    assert [(result.check, result.status) for result in results] == [
        (name, "ok") for name in CHECKS
    ]
    messages = {result.check: result.message for result in results}
    assert messages["warm-up"] == "12 requests"
    off = re.fullmatch(r"4 signatures, off by (\S+) at most", messages["C++ loader"])
    assert float(off[1]) < 1e-5


def test_without_its_files_nothing_else_is_checked(export, tmp_path):
    path = export.copy(tmp_path)
    shutil.rmtree(path / "variables")
    results = {result.check: result for result in verify_version(path)}
    assert results["files"].message == "variables/variables.index is missing"
    assert [result.status for result in results.values()] == ["ok", "failed"] + ["not run"] * 5


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("latest", "'latest' is no number; TF-Serving passes over it"),
        ("007", "'007' has leading zeros; rename it to 7"),
    ],
)
def test_a_name_that_is_no_version(name, message, tmp_path):
    (tmp_path / name).mkdir()
    assert refusal("version name", tmp_path / name).startswith(message)


def test_missing_and_empty_files(export, tmp_path):
    path = export.copy(tmp_path)
    shard = path / "variables" / "variables.data-00000-of-00001"
    shard.rename(path / "variables" / "variables.data-00000-of-00002")
    assert refusal("files", path) == "variables/variables.data-00001-of-00002 is missing"
    (path / "variables" / "variables.data-00000-of-00002").unlink()
    assert refusal("files", path) == "variables/variables.data-* is missing"
    (path / "saved_model.pb").write_bytes(b"")
    assert refusal("files", path) == "saved_model.pb is empty"
    (path / "saved_model.pb").unlink()
    assert refusal("files", path) == "saved_model.pb is missing"


def test_cut_and_changed_variables(export, tmp_path):
    path = export.copy(tmp_path)
    data = path / "variables" / "variables.data-00000-of-00001"
    content = data.read_bytes()
    refused = "the C++ loader refuses it: the files in variables are damaged: "
    data.write_bytes(content[:-2000])
    assert refusal("C++ loader", path).startswith(refused)
    data.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    assert refusal("C++ loader", path).startswith(refused)


def test_a_damaged_graph(export, tmp_path):
    path = export.copy(tmp_path)
    (path / "saved_model.pb").write_bytes(b"\xff" * 1000)
    assert refusal("C++ loader", path).startswith("the C++ loader refuses it: ")
    assert refusal("signatures", path).startswith("saved_model.pb cannot be read")
    shutil.copyfile(export.path / "saved_model.pb", path / "saved_model.pb")
    edit_model(path, lambda graph: graph.meta_info_def.tags.__setitem__(0, "train"))
    assert refusal("signatures", path) == "saved_model.pb holds no graph with the tag 'serve'"


def test_weights_of_another_network(export, tmp_path):
    path = export.copy(tmp_path)
    file = path / extras.FOLDER / extras.EXPECTED_FILE
    arrays = dict(np.load(file))
    np.savez(file, **{**arrays, "probabilities": arrays["probabilities"][::-1]})
    message = refusal("C++ loader", path)
    assert re.match(r"serving_default is off by \S+ from the trained network, and 1e-04", message)
    file.write_bytes(b"PK")
    assert refusal("C++ loader", path).startswith("expected.npz is damaged")


def test_classes_that_are_named_otherwise(export, tmp_path):
    path = export.copy(tmp_path)
    card = json.loads((path / extras.FOLDER / extras.CARD_FILE).read_text("utf-8"))
    edit_card(path, preprocessing={**card["preprocessing"], "labels": ["a", "b", "c"]})
    assert refusal("C++ loader", path) == "serving_default names other classes than the model card"
    assert refusal("labels and card", path) == (
        "labels.txt (3 lines) and model_card.json (3 labels) name other classes"
    )


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([request(), request(input_name="image")], "request 2 of 2 fails: serving_default has the"),
        ([request("serve")], "request 1 of 1 fails: there is no signature 'serve'"),
        ([request(images=np.zeros((1, 9, 6, 3), np.uint8))], "request 1 of 1 fails: serving_def"),
        ([request(""), request()], "no request for classify, serve_bytes, serve_raw"),
        ([request()] * 1001, "there are more than 1000 requests"),
        ([b"\xff\xff"], "record 1 of tf_serving_warmup_requests is no PredictionLog"),
        ([b""], "request 1 of 1 fails: it is a record without a request"),
        ([], "tf_serving_warmup_requests holds no request"),
    ],
    ids=["input", "signature", "shape", "cold", "many", "junk", "nothing", "none"],
)
def test_warm_up_requests_that_would_fail_the_load(requests, message, export, tmp_path):
    path = export.copy(tmp_path)
    write_requests(path, requests)
    assert refusal("warm-up", path).startswith(message)


def test_a_warm_up_file_that_is_cut_or_missing(export, tmp_path):
    path = export.copy(tmp_path)
    file = path / extras.FOLDER / extras.WARMUP_FILE
    file.write_bytes(file.read_bytes()[:-10])
    assert refusal("warm-up", path) == "tf_serving_warmup_requests is damaged after request 11"
    file.unlink()
    assert refusal("warm-up", path).startswith("assets.extra/tf_serving_warmup_requests cannot be")


def rename_signature(graph):
    graph.signature_def["serve"].CopyFrom(graph.signature_def["serving_default"])
    del graph.signature_def["serving_default"]


def fix_batch(graph):
    graph.signature_def["serve_raw"].inputs["images"].tensor_shape.dim[0].size = 1


def change_type(graph):
    graph.signature_def["serve_raw"].outputs["probabilities"].dtype = 14  # bfloat16


def change_output(graph):
    outputs = graph.signature_def["serve_raw"].outputs
    outputs["output_0"].CopyFrom(outputs["probabilities"])
    del outputs["probabilities"]


def change_method(graph):
    graph.signature_def["classify"].method_name = "tensorflow/serving/predict"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (rename_signature, "signatures are classify, serve, serve_bytes, serve_raw; they should"),
        (fix_batch, "serve_raw: inputs: images is float32 [1, 8, 6, 3]; it should be float32 [-1"),
        (change_type, "serve_raw: outputs: probabilities is bfloat16 [-1, 3]; it should be float"),
        (change_output, "serve_raw: outputs are output_0; they should be probabilities"),
        (change_method, "classify is for the interface 'tensorflow/serving/predict', not"),
    ],
)
def test_signatures_that_clients_cannot_rely_on(change, message, export, tmp_path):
    path = export.copy(tmp_path)
    edit_model(path, change)
    assert refusal("signatures", path).startswith(message)


def test_a_path_in_any_file(export, tmp_path):
    path = export.copy(tmp_path)

    def name_a_file(graph):
        graph.graph_def.node[0].attr["path"].s = b"/home/ann/labels.txt"

    edit_model(path, name_a_file)
    assert refusal("no paths", path) == "saved_model.pb tells the path /home/ann/labels.txt"
    shutil.copyfile(export.path / "saved_model.pb", path / "saved_model.pb")
    edit_card(path, dataset=r"C:\Users\ann")
    assert refusal("no paths", path).startswith("assets.extra/model_card.json tells the path C:")
    edit_card(path, dataset=str(tmp_path))
    assert str(tmp_path) in refusal("no paths", path)


def test_labels_and_card_that_contradict_each_other(export, tmp_path):
    path = export.copy(tmp_path)
    labels = path / extras.FOLDER / LABELS_FILE
    text = labels.read_text("utf-8")
    labels.write_text("cat\n", "utf-8")
    assert refusal("labels and card", path).startswith("labels.txt (1 lines) and model_card.json")
    labels.write_text(text, "utf-8")
    edit_card(path, signatures={})
    assert "tells of other signatures" in refusal("labels and card", path)
    edit_card(path, schema=99)
    assert "has the schema 99; this program reads 1" in refusal("labels and card", path)
    (path / extras.FOLDER / extras.CARD_FILE).write_text("{")
    assert refusal("labels and card", path).startswith("model_card.json is damaged")


def test_what_there_is_to_verify(tmp_path):
    for name in ("2", "10", ".11.5.tmp", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "saved_model.pb").write_bytes(b"x")
    names = [path.name for path in versions_to_verify(tmp_path)]
    assert names == ["2", "10", "latest"]
    assert versions_to_verify(tmp_path / "10") == [tmp_path / "10"]
    assert versions_to_verify(tmp_path / "latest") == [tmp_path / "latest"]
    for wrong in (tmp_path / "gone", tmp_path / "notes"):
        with pytest.raises(ExportError, match=re.escape(repr(str(wrong)))):
            versions_to_verify(wrong)
