import pytest
from PIL import Image

from memnas_tf.drawing import draw_genotype
from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS
from memnas_tf.output_file import PAGE_MARK, check_replaceable
from tests.helpers.histories import made_up_history, write_search
from tuner.report.html.report import render_report
from tuner.report.search_data import load_search_data


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture_takes_the_place_of_one_of_ours(suffix, tmp_path):
    path = tmp_path / f"drawing.{suffix}"
    draw_genotype(PRESETS["figure-1b"], path)
    first = path.read_bytes()
    draw_genotype(PRESETS["figure-1b"], path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture_of_somebody_else_stays(suffix, tmp_path):
    path = tmp_path / f"photo.{suffix}"
    Image.new("L", (8, 8)).save(path, "PNG")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="is there already, and this program did not write it"):
        draw_genotype(PRESETS["figure-1b"], path)
    assert path.read_bytes() == before


def test_pages_folders_and_links(tmp_path):
    check_replaceable(tmp_path / "none" / "page.html")
    (tmp_path / "ours.html").write_text(f"<!DOCTYPE html><head>{PAGE_MARK}")
    check_replaceable(tmp_path / "ours.html")
    (tmp_path / "theirs.html").write_text("<!DOCTYPE html><p>memnas-tf</p>")
    (tmp_path / "broken.html").symlink_to("nowhere")
    for name in ("theirs.html", "broken.html"):
        with pytest.raises(ConfigError, match="did not write it; name another file"):
            check_replaceable(tmp_path / name)
    with pytest.raises(ConfigError, match="it is a folder"):
        check_replaceable(tmp_path)


def test_a_report_has_the_mark(tmp_path):
    write_search(made_up_history(1, 2), tmp_path / "search")
    page = render_report(load_search_data(tmp_path / "search"), 1)
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    check_replaceable(tmp_path / "page.html")
