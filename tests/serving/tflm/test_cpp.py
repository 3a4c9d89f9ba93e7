"""The C++ files, as text and by a real compiler."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.tflm.structs import structs
from serving.tflm.cpp import add_method, cpp_bytes, cpp_string
from tests.helpers.processes import ROOT

HEADERS = Path(__file__).parent / "headers"
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror", "-std=c++17")
PRINT = r"""
#include <cstdio>
#include <cstring>
#include "model.h"
#include "test_image.h"
using namespace image_classifier;
int main() {
  std::printf("%zu %zu %zu %zu %zu %zu\n", kSmallestArena, kArenaSize, kInputHeight, kInputWidth,
              kInputChannels, kTestLabel);
  std::printf("%d\n", static_cast<int>(reinterpret_cast<std::uintptr_t>(kModel) % 16));
  for (std::size_t i = 0; i < kClasses; ++i) std::printf("%s\n", kLabels[i]);
  std::fwrite(kModel, 1, sizeof(kModel), stdout);
  std::fwrite(kTestImage, 1, sizeof(kTestImage), stdout);
  std::fwrite(kTestAnswer, 1, sizeof(kTestAnswer), stdout);
}
"""


@pytest.fixture(scope="module")
def compiler():
    found = shutil.which("g++")
    if found is None:
        pytest.skip("there is no g++ to compile the exported files with")
    return found


def compile_files(compiler, *arguments):
    command = [compiler, *STRICT, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@given(st.text())
def test_a_string_literal_is_ascii_and_means_the_text(text):
    literal = cpp_string(text.encode("utf-8", "replace").decode())
    # Octal escapes in bytes mean to Python what they mean to C++.
    assert ast.literal_eval(f"b{literal}").decode() == text.encode("utf-8", "replace").decode()
    assert literal.isascii() and literal.isprintable() and "??" not in literal


@given(st.binary())
def test_bytes_are_written_in_order(content):
    numbers = cpp_bytes(content).replace(",", " ").split()
    assert bytes(int(number, 16) for number in numbers) == content


def test_methods_are_those_of_the_runtime():
    declared = (HEADERS / "tensorflow/lite/micro/micro_mutable_op_resolver.h").read_text()
    kinds = structs(32).kinds
    assert len(kinds) > 10
    for kind in kinds:
        assert f"TfLiteStatus {add_method(kind)}();" in declared, kind
    assert add_method("DEPTHWISE_CONV_2D") == "AddDepthwiseConv2D"


def test_the_array_is_the_file_and_the_constants_are_those_of_the_card(trained, compiler, tmp_path):
    path, card = trained.exported
    (tmp_path / "print.cc").write_text(PRINT)
    files = (tmp_path / "print.cc", path / "model.cc", path / "test_image.cc")
    reserve = "-DIMAGE_CLASSIFIER_ARENA_RESERVE=1024"
    compile_files(compiler, reserve, "-I", path, "-o", tmp_path / "print", *files)
    printed = subprocess.run([tmp_path / "print"], capture_output=True, check=True).stdout
    numbers, alignment, *rest = printed.split(b"\n", 12)
    arena, labels, content = card.ram["64"].smallest_arena, rest[:10], rest[10]
    assert numbers.split() == [
        b"%d" % n for n in (arena, arena + 1024, 8, 8, 1, card.test_image.label)
    ]
    assert alignment == b"0"
    assert [label.decode() for label in labels] == list(trained.data.labels)
    images, _ = trained.data.load_test()
    pixels = images[card.test_image.index].tobytes()
    answer = bytes(number % 256 for number in card.test_image.answer)
    assert content == trained.read("model.tflite") + pixels + answer


def test_the_example_compiles_with_the_names_of_the_runtime(trained, compiler):
    path = trained.exported.path
    compile_files(compiler, "-fsyntax-only", "-I", path, "-I", HEADERS, path / "main.cc")
    registered = trained.read("model_operations.h").decode()
    operations = trained.exported.card.operations
    assert f"MicroMutableOpResolver<{len(operations)}>" in registered
    assert registered.count("operations.Add") == len(operations) > 5


def test_the_sketch_in_the_documentation_compiles(trained, compiler, tmp_path):
    page = (ROOT / "docs" / "microcontrollers.md").read_text(encoding="utf-8")
    (sketch,) = re.findall(r"^```cpp\n(.+?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "sketch.cc").write_text(sketch)
    path = trained.exported.path
    compile_files(compiler, "-fsyntax-only", "-I", path, "-I", HEADERS, tmp_path / "sketch.cc")
