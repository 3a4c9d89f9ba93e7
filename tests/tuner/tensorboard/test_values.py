from functools import partial

from memnas_tf.genotype import to_string
from memnas_tf.template import cifar_template
from tests.helpers.event_reader import Run
from tests.helpers.histories import eight_cells, made_up_history, made_up_record
from tuner.report.charts import Chart, trial_charts
from tuner.report.figures.rounds import draw_rounds
from tuner.tensorboard.event_files import write_whole
from tuner.tensorboard.values import code_block, pictures, text


def broken():
    raise ZeroDivisionError("this picture was made to fail")


def test_a_picture_that_fails_costs_itself_alone(tmp_path, caplog):
    paint = partial(draw_rounds, made_up_history(1, 2).rounds)
    charts = [Chart("a/broken", "", broken), Chart("a/rounds", "what it shows", paint)]
    write_whole(tmp_path, "1", pictures(charts), step=3)
    run = Run(tmp_path)
    assert run.tags("images") == {"a/rounds"}
    assert run.steps("a/rounds") == [3]
    assert "cannot paint a/broken" in caplog.text


def test_the_largest_networks_have_pictures_of_modest_size(tmp_path):
    genotype, base = map(to_string, eight_cells())
    trial = made_up_history(1, 1).rounds[0].trials[0]
    record = made_up_record(trial)
    trial.genotype = genotype
    charts = trial_charts(trial, base, cifar_template((32, 32, 3), 10, 16), record)
    write_whole(tmp_path, "1", pictures(charts), step=0)
    run = Run(tmp_path)
    assert run.tags("images") == {chart.name for chart in charts}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 400_000
    # No more colours than the palette has, and none that is not near one of the drawing's.
    drawing = run.image("network/architecture").convert("RGB")
    assert len(drawing.getcolors(64)) > 8
    assert min(drawing.size) > 1500  # where letters can be read


def test_text_is_shown_as_it_is(tmp_path):
    words = "block 1\n  C1 = sum <b>of</b> *things*"
    write_whole(tmp_path, "1", [text("a/words", code_block(words))], step=0)
    assert Run(tmp_path).text("a/words") == "    block 1\n      C1 = sum <b>of</b> *things*"
