"""The card as JSON and as a page."""

import base64
import json
import re
from html.parser import HTMLParser

import pytest

from memnas_tf.genotype import from_string
from memnas_tf.memory import arena_memory, lifetime_memory
from memnas_tf.training.facts import TrainingFacts
from serving.card_page import card_page, draw_pictures
from serving.contract import signature_contracts
from serving.model_card import make_card
from tests.helpers.exports import FACTS, GENOTYPE, PREPROCESSING, TEMPLATE


@pytest.fixture(scope="module")
def card(export):
    return json.loads((export.path / "assets.extra" / "model_card.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def page(export):
    return (export.path / "assets.extra" / "model_card.html").read_text("utf-8")


def test_the_card_tells_what_the_network_is_and_needs(card):
    genotype = from_string(GENOTYPE)
    assert card["architecture"]["genotype"] == GENOTYPE
    assert "3x3 dilated" in card["architecture"]["text"]
    assert card["accuracy"] == {"validation": 0.9, "test": 0.875}
    assert card["memory"]["lifetime_bytes"] == lifetime_memory(genotype, TEMPLATE)
    assert card["memory"]["arena_bytes"]["int8"]["optimised"] == arena_memory(
        genotype, TEMPLATE, dtype="int8", kernels="optimised"
    )
    assert (card["dataset"], card["seed"], card["training"]["epochs"]) == ("pets", 7, 3)
    assert card["preprocessing"]["labels"] == list(PREPROCESSING.labels)
    assert card["signatures"]["classify"]["inputs"] == {"inputs": "string [-1]"}
    assert {"python", "memnas-tf", "tensorflow", "keras"} <= set(card["libraries"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", card["created"])


class _Reader(HTMLParser):
    """Collects text and pictures, and whatever a page would load from elsewhere."""

    def __init__(self):
        super().__init__()
        self.text, self.pictures, self.outside, self.open = "", [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        for name in ("src", "href"):
            value = values.get(name, "data:")
            (self.pictures if value.startswith("data:image/png") else self.outside).append(value)
        self.outside = [value for value in self.outside if value != "data:"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(page):
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_the_page_needs_no_other_file_and_has_both_pictures(page):
    reader = read(page)
    assert reader.outside == []
    assert len(reader.pictures) == 2
    for picture in reader.pictures:
        assert base64.b64decode(picture.partition(",")[2]).startswith(b"\x89PNG")
    for words in ("pets", "90.0 %", "87.5 %", GENOTYPE, "Kuh & Kälbchen", "epochs", "LiteRT arena"):
        assert words in reader.text
    assert "image size" not in reader.text  # not asked for


def test_what_is_not_known_is_said_to_be_so():
    facts = TrainingFacts(dataset="<b>")
    contracts = signature_contracts((8, 6, 3), 3)
    card = make_card(facts, PREPROCESSING, contracts, 100, 90)
    assert card["architecture"] is None
    assert card["memory"]["arena_bytes"] is None
    assert draw_pictures(facts) == {}
    reader = read(card_page(card, {}))
    assert reader.text.count("not recorded") == 5  # accuracies, lifetimes, architecture, seed
    assert "<b>" in reader.text


def test_an_architecture_without_a_size_is_drawn_without_lifetimes():
    pictures = draw_pictures(TrainingFacts(genotype=FACTS.genotype))
    assert list(pictures) == ["Architecture, drawn"]
