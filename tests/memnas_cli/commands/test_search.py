import json
import shutil
import signal
import subprocess
import sys
import time

import keras
import pytest
from click.testing import CliRunner

import memnas_tf.layers  # noqa: F401 - Keras finds the model's layers by it
from memnas_cli.commands.show import search_document
from memnas_cli.main import main
from memnas_tf.errors import SearchError
from memnas_tf.genotype import from_json, from_string
from tests.helpers.event_reader import Run, check_logs
from tests.helpers.image_folders import digit_images, write_classes
from tests.memnas_cli.conftest import SMALL, run_memnas
from tuner.history import load_search
from tuner.search_directory import delete_search
from tuner.trials.trial_tuner import TrialTuner


def test_a_search_tells_its_course(finished):
    _, result = finished
    lines = result.stdout.splitlines()
    assert lines[0] == "round 1 of 2: 2 of 56 candidates, drawn at random"
    assert sum(" parameters " in line and " arena " in line for line in lines) >= 4
    assert "the search ended: it reached max_rounds (2)" in lines
    assert any(line.startswith("  deleted the weights of trials that") for line in lines)
    assert result.stderr == ""


def test_it_leaves_everything_that_a_person_wants(finished):
    directory, _ = finished
    best = directory / "searches" / "digits" / "best"
    names = {path.name for path in best.iterdir()}
    assert names == {
        "architecture.png",
        "architecture.txt",
        "genotype.json",
        "model.keras",
        "preprocessing.json",
        "results.json",
        "saved_model",
    }
    results = json.loads((best / "results.json").read_text())
    assert 0 <= results["test_accuracy"] <= 1
    genotype = from_json((best / "genotype.json").read_text())
    assert genotype == from_string(results["genotype"])
    assert results["genotype"] in (best / "architecture.txt").read_text()
    assert (best / "architecture.png").read_bytes().startswith(b"\x89PNG")


def test_the_model_has_the_parameters_that_were_computed(finished):
    directory, _ = finished
    best = directory / "searches" / "digits" / "best"
    model = keras.models.load_model(best / "model.keras")
    results = json.loads((best / "results.json").read_text())
    assert model.count_params() * 4 == results["parameter_bytes"]


def test_every_trial_has_a_tensorboard_log(finished):
    directory, _ = finished
    logs = directory / "searches" / "digits" / "logs"
    assert {path.name for path in logs.iterdir()} == {"0000", "0001", "0002", "0003", "search"}
    check_logs(logs.parent)
    assert len(Run(logs / "0000").image("training/confusion_matrix").getcolors(64)) > 2


def test_the_same_command_on_a_finished_search_trains_nothing(finished, data_dir):
    directory, first = finished
    before = (directory / "searches" / "digits" / "best" / "results.json").stat().st_mtime_ns
    again = run_memnas("search", "--data-dir", data_dir, *SMALL, cwd=directory)
    assert "resuming after 4 trials in 2 rounds" in again.stdout
    assert "drawn at random" not in again.stdout
    after = (directory / "searches" / "digits" / "best" / "results.json").stat().st_mtime_ns
    assert after == before
    assert again.stdout.splitlines()[-10:] == first.stdout.splitlines()[-10:]


def test_its_own_file_goes_on_with_a_search_and_json_is_all_that_is_printed(finished, tmp_path):
    project = finished[0] / "searches" / "digits"
    command = ("search", "--config", project / "search.toml", "--json")
    result = run_memnas(*command, cwd=tmp_path)
    assert json.loads(result.stdout) == json.loads(json.dumps(search_document(project)))
    assert result.stderr.startswith("resuming after 4 trials in 2 rounds\n")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_a_search_that_goes_on_to_the_same_end(finished, data_dir, tmp_path):
    directory, _ = finished
    command = [sys.executable, "-m", "memnas_cli.main", "search", "--data-dir", str(data_dir)]
    command += [*SMALL, "--directory", str(tmp_path)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background of a shell ignores Ctrl-C, and would hand that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    lines = []
    while not any("%" in line for line in lines):  # the first trial is over
        lines.append(process.stdout.readline())
        assert lines[-1] or process.poll() is None
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == "interrupted; the same command goes on from here"
    run_memnas("search", "--data-dir", data_dir, *SMALL, "--directory", tmp_path, cwd=tmp_path)
    resumed = load_search(tmp_path / "digits")
    whole = load_search(directory / "searches" / "digits")
    assert [entry.to_state() for entry in resumed.rounds] == [
        entry.to_state() for entry in whole.rounds
    ]


def test_another_tradeoff_in_the_same_directory_is_refused(finished, data_dir):
    directory, _ = finished
    arguments = ["search", "--data-dir", data_dir, *SMALL, "--tradeoff", "0.8"]
    result = run_memnas(*arguments, cwd=directory, check=False)
    assert result.returncode == 2
    assert "other settings (tradeoff: 0.5 there, 0.8 now)" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tradeoff", "1.5"], "1.5 is not in the range 0<=x<=1"),
        (["--trials-per-round", "0"], "'0' is no number of candidates; type 6, or 4,4,8,16"),
        (["--trials-per-round", "4,,8"], "'4,,8' is no number of candidates; type 6, or 4,4,8,16"),
        (["--max-rounds", "0"], "0 is not in the range x>=1"),
        (["--dataset", "digitz"], "digitz"),
        (["--blocks", "9"], "an input of 8x8 is too small: the strides shrink it 16 times"),
        (["--validation-fraction", "2"], "2.0 is not in the range 0<=x<1"),
        (["--validation-fraction", "0"], "validation fraction is 0, and a search measures"),
        (["--image-size", "48"], "'48' is not height x width; type 2 whole numbers, such as 48x48"),
        (["--ranker", "guess"], "'guess' is not one of"),
        (["--memory", "ram"], "'ram' is not one of 'lifetime', 'arena'"),
        (["--dtype", "float8"], "'float8' is not"),
        (["--kernels", "fast"], "'fast' is not one of 'reference', 'optimised'"),
        (["--bytes-per-weight", "3"], "'3' is not one of '4', '2', '1'"),
        (["--max-arena", "much"], "'much' is no number of bytes; write 256kB"),
        (["--max-parameters", "0"], "'0' is less than 1 byte"),
        (["--max-arena", "100B"], "bytes where max_arena is 100; allow more"),
        (["--device", "pico"], "unknown device 'pico'; did you mean raspberry-pi-pico"),
        (["--device", "gone.toml"], "cannot read 'gone.toml': there is no such file"),
        (["--max-ram", "100B"], "bytes where max_ram is 100; allow more"),
        (["--max-flash", "100B"], "bytes where max_flash is 100; allow more"),
        (["--max-macs", "2TB"], "'2TB' is no number of MACs; write 12.5M"),
        (["--max-macs", "2"], "MACs where max_macs is 2; allow more"),
        (["--runtime", "litert", "--max-flash", "1MB"], "is only known for tflm"),
        (["--moves", "grow,jump"], "unknown move 'jump'; use one of grow, trim"),
        (["--max-parameters", "1kB"], "bytes where max_parameters is 1,000; allow more"),
    ],
)
def test_bad_input_ends_in_one_message(arguments, message, data_dir, tmp_path):
    runner = CliRunner()
    command = ["search", "--data-dir", str(data_dir), "--directory", str(tmp_path), *arguments]
    result = runner.invoke(main, command)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_search_that_can_fit_nothing_says_so_before_the_data_set_is_loaded(
    data_dir, tmp_path, monkeypatch
):
    def unwanted(*args, **kwargs):
        raise AssertionError("the data set was loaded")

    monkeypatch.setattr("memnas_tf.data.loading.load_dataset", unwanted)
    command = ["search", "--data-dir", str(data_dir), "--directory", str(tmp_path)]
    result = CliRunner().invoke(main, [*command, "--max-arena", "100"])
    assert result.exit_code == 2
    assert "no network of the first round fits" in result.output


@pytest.fixture
def tuner_arguments(data_dir, tmp_path, monkeypatch):
    """Run the command up to the tuner, and return what that is made of."""

    def run(*arguments):
        made = {}

        def stop(hypermodel, training, **search):
            made.update(search)
            raise SearchError("far enough")

        monkeypatch.setattr("tuner.experiment.make_tuner", stop)
        command = ["search", "--data-dir", str(data_dir), "--directory", str(tmp_path)]
        assert "far enough" in CliRunner().invoke(main, [*command, *arguments]).output
        return made

    return run


def test_the_memory_aimed_at_reaches_the_search(tuner_arguments):
    options = ["--memory", "arena", "--kernels", "optimised", "--bytes-per-weight", "2"]
    made = tuner_arguments(*options, "--max-arena", "256kB", "--max-parameters", "1MiB")
    expected = {
        "memory": "arena",
        "dtype": None,
        "kernels": "optimised",
        "bytes_per_weight": 2,
        "max_arena": 256_000,
        "max_parameters": 1_048_576,
    }
    assert {name: made[name] for name in expected} == expected


def test_a_device_and_its_budgets_reach_the_search(tuner_arguments):
    options = ["--device", "nrf52840-dk", "--max-ram", "60kB", "--max-flash", "90kB"]
    made = tuner_arguments(*options, "--max-macs", "12.5M")
    expected = {
        "device": "nrf52840-dk",
        "max_ram": 60_000,
        "max_flash": 90_000,
        "max_macs": 12_500_000,
        "runtime": None,
    }
    assert {name: made[name] for name in expected} == expected


def test_moves_reach_the_search(tuner_arguments):
    assert tuner_arguments()["moves"] == ("grow", "trim")
    assert tuner_arguments("--moves", "grow, widen")["moves"] == ("grow", "widen")


def test_by_default_the_search_aims_as_the_paper_does(tuner_arguments):
    made = tuner_arguments()
    assert (made["memory"], made["max_arena"], made["max_parameters"]) == ("lifetime", None, None)
    assert made["bytes_per_weight"] is None


def test_help_teaches():
    output = CliRunner().invoke(main, ["search", "--help"]).output
    assert "Ctrl-C" in output
    assert "the paper's own are" in output


def test_all_that_a_search_writes_is_its_own(finished, tmp_path):
    """Or --overwrite would leave some of it."""
    shutil.copytree(finished[0] / "searches" / "digits", tmp_path / "digits")
    delete_search(tmp_path / "digits")
    assert {path.name for path in (tmp_path / "digits").iterdir()} <= {".lock"}


def test_the_data_set_s_folder_is_no_place_for_a_search(tmp_path):
    photos = write_classes(tmp_path / "photos", digit_images(2, 4))
    before = sorted(tmp_path.rglob("*"))
    for name in ("photos", "photos/new", "."):
        options = ["--directory", str(tmp_path), "--project-name", name, "--overwrite", *SMALL]
        result = CliRunner().invoke(main, ["search", "--dataset", str(photos), *options])
        assert result.exit_code == 2
        assert "the data set's folder" in result.output.replace("\n", " ")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_program_that_calls_the_command_has_all_done_in_its_process(
    data_dir, tmp_path, monkeypatch
):
    trained = []
    run_trial = TrialTuner.run_trial

    def noted(self, trial, *args, **kwargs):
        trained.append(trial.trial_id)
        return run_trial(self, trial, *args, **kwargs)

    monkeypatch.setattr(TrialTuner, "run_trial", noted)
    size = ("--max-rounds", 1, "--trials-per-round", 1, "--epochs", 1, "--filters", 2)
    place = ("--data-dir", data_dir, "--directory", tmp_path, "--limit", 60, "--blocks", 1)
    result = CliRunner().invoke(main, list(map(str, ("search", *size, *place))))
    assert result.exit_code == 0, result.output
    assert trained == ["0000"]
