"""Pictures in files."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.text import Text

import memnas_tf
from memnas_tf.drawing import draw_genotype
from memnas_tf.drawing.page import lay_out_page
from memnas_tf.drawing.painting import paint
from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS, Genotype, from_string

FIGURE = PRESETS["figure-1b"]
MIXED = from_string(
    "0c3+0a3,1,1id+2mp=/0c3+0c3,0d3+1ap=,1f7+0mp=,3d3+3d5=,2mp+2ap=,1f7+1f7=,6c3+5c3=,0id+7a3="
)
GENOTYPES = [*PRESETS.values(), MIXED, from_string("0c3+0a3="), Genotype.empty()]


def texts(path):
    return [element.text for element in ET.parse(path).iter() if element.tag.endswith("}text")]


@pytest.mark.parametrize("genotype", GENOTYPES)
def test_png(genotype, tmp_path):
    path = tmp_path / "best.png"
    draw_genotype(genotype, path, "A title", "A subtitle")
    height, width = imread(path).shape[:2]
    page = lay_out_page(genotype, "A title", "A subtitle")
    assert (width, height) == (int(page.width * 150), int(page.height * 150))
    pixels = imread(path)
    assert (pixels[0] == 1).all() and (pixels[:, -1] == 1).all()
    assert pixels[..., :3].min() < 0.2


def test_svg_keeps_text_as_text(tmp_path):
    path = tmp_path / "best.svg"
    draw_genotype(FIGURE, path, "Winner", "y = 0.4 at $5 & <more>")
    found = texts(path)
    for text in (
        *("Winner", "y = 0.4 at $5 & <more>", "blocks 1 to 5", "input", "output"),
        *("concat of C2, C3", "C1", "C2", "C3", "sum", "concat", "depthwise", "3x3 depthwise"),
    ):
        assert text in found
    assert found.count("blocks 1 to 5") == found.count("input") == 1


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_same_genotype_same_file_whatever_the_settings(suffix, tmp_path):
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    draw_genotype(MIXED, first, "A title")
    changed = {
        **{"font.size": 30, "font.family": ["serif"], "savefig.bbox": "tight"},
        **{"savefig.facecolor": "red", "lines.scale_dashes": False, "figure.autolayout": True},
        **{"svg.hashsalt": None, "svg.fonttype": "path", "text.color": "red"},
    }
    with matplotlib.rc_context(changed):
        before = dict(matplotlib.rcParams)
        draw_genotype(MIXED, second, "A title")
        assert dict(matplotlib.rcParams) == before
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", ["best.pdf", "best", "best.png.txt"])
def test_other_suffixes_are_refused(name, tmp_path):
    with pytest.raises(ConfigError, match=r"\.png or \.svg") as error:
        draw_genotype(FIGURE, tmp_path / name)
    assert repr(os.path.splitext(name)[1]) in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_folders_are_made_and_files_replaced(tmp_path):
    path = tmp_path / "new" / "folder" / "best.SVG"
    draw_genotype(FIGURE, str(path))
    draw_genotype(MIXED, path)
    assert "block 2" in texts(path)
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "best.png"
    draw_genotype(FIGURE, path)
    before = path.read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(FigureCanvasAgg, "print_figure", fail)
    with pytest.raises(OSError, match="disk full"):
        draw_genotype(FIGURE, path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


def test_very_large_drawings_stay_within_what_viewers_open(tmp_path, monkeypatch):
    monkeypatch.setattr("memnas_tf.drawing.picture_file._MAX_PIXELS", 300)
    draw_genotype(FIGURE, tmp_path / "best.png")
    assert max(imread(tmp_path / "best.png").shape) == 300


@pytest.mark.parametrize("genotype", GENOTYPES)
def test_no_two_texts_overlap_and_none_is_cut_off(genotype):
    figure = paint(lay_out_page(genotype, "A title that is long enough to wrap" * 3, "subtitle"))
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.findobj(Text)]
    assert len(boxes) > 3
    for number, box in enumerate(boxes):
        # The painted letters are about a pixel apart from what the line heights touch at.
        assert not any(box.padded(-1).overlaps(other.padded(-1)) for other in boxes[:number])
        assert figure.bbox.x0 < box.x0 and box.x1 < figure.bbox.x1
        assert figure.bbox.y0 < box.y0 and box.y1 < figure.bbox.y1


def test_neither_pyplot_nor_a_framework_is_imported(tmp_path):
    code = (
        "import sys; from memnas_tf import PRESETS, draw_genotype; "
        "draw_genotype(PRESETS['figure-1b'], sys.argv[1]); "
        "loaded = {'matplotlib.pyplot', 'tensorflow', 'keras'} & set(sys.modules); "
        "sys.exit(str(loaded) if loaded else 0)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], check=True)


def test_the_layout_needs_no_matplotlib():
    code = (
        "import sys, types; "
        # The package's own __init__ imports the painter: stand in for it.
        "package = types.ModuleType('memnas_tf.drawing'); package.__path__ = [sys.argv[1]]; "
        "sys.modules['memnas_tf.drawing'] = package; "
        "from memnas_tf.drawing.page import lay_out_page; "
        "from memnas_tf.genotype import PRESETS; "
        "lay_out_page(PRESETS['supplement'], None, None); "
        "sys.exit('matplotlib' in sys.modules)"
    )
    folder = os.path.join(os.path.dirname(memnas_tf.__file__), "drawing")
    subprocess.run([sys.executable, "-c", code, folder], check=True)
