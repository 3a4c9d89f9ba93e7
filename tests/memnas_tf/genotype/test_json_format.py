"""Genotypes as JSON."""

import json

import pytest
from hypothesis import given, settings

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import from_json, from_string, to_json
from tests.helpers.genotypes import raw_genotypes

GENOTYPE = from_string("0d5:0a3=,1/0c3+0id=")


def document(**changes):
    """The genotype's document with some entries replaced."""
    return json.dumps({**json.loads(to_json(GENOTYPE)), **changes})


def cell(**changes):
    """One cell as JSON, with some fields replaced."""
    return {**json.loads(to_json(GENOTYPE))["blocks"][0][0], **changes}


def test_the_document():
    assert json.loads(to_json(GENOTYPE)) == {
        "format": "memnas-genotype",
        "version": 1,
        "blocks": [
            [
                {
                    "input_1": 0,
                    "input_2": 0,
                    "operation_1": "depthwise_5x5",
                    "operation_2": "dilated_3x3",
                    "combine": "concat",
                    "is_output": True,
                },
                {"bypass": 1},
            ],
            [
                {
                    "input_1": 0,
                    "input_2": 0,
                    "operation_1": "conv_3x3",
                    "operation_2": "identity",
                    "combine": "sum",
                    "is_output": True,
                }
            ],
        ],
    }
    assert to_json(GENOTYPE).endswith("}\n")


@settings(deadline=None)
@given(raw_genotypes())
def test_round_trip(genotype):
    assert from_json(to_json(genotype)) == genotype


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON document"),
        ("[" * 100_000, "no JSON document"),
        ("9" * 5000, "no JSON document"),
        ("[]", 'a genotype has "format": "memnas-genotype"'),
        (document(format="other"), 'a genotype has "format"'),
        (document(version=3), "genotype version 3 is unknown; this program reads 1 and 2"),
        (document(version=2, widths=8), '"widths" must be a list'),
        (document(version=2, widths=[8, 8, 8]), "give one for each of"),
        (document(version=2, widths=[8, 0]), "block 2: the width is 0"),
        (document(blocks=None), '"blocks" must be a list of lists'),
        (document(blocks=[None]), '"blocks" must be a list of lists'),
        (document(blocks=[]), "at least one block"),
        (document(blocks=[[cell()], [{}]]), "block 2, cell 1: expected an object with combine"),
        (document(blocks=[[cell(), None]]), "block 1, cell 2: expected an object"),
        (document(blocks=[[cell(extra=1)]]), "block 1, cell 1: expected an object"),
        (document(blocks=[[cell(input_1=1)]]), "block 1, cell 1: input_1 reads"),
        (document(blocks=[[cell(input_1="0")]]), "block 1, cell 1: input_1 reads"),
        (document(blocks=[[cell(operation_1="x")]]), "block 1, cell 1: unknown operation 'x'"),
        (document(blocks=[[cell(operation_1=[])]]), r"block 1, cell 1: unknown operation \[\]"),
        (document(blocks=[[cell(combine={})]]), "block 1, cell 1: unknown combination {}"),
        (document(blocks=[[cell(is_output="yes")]]), "block 1, cell 1: is_output is 'yes'"),
        (document(blocks=[[cell(), {"bypass": 9}]]), "block 1, cell 2: the bypass reads"),
        (document(blocks=[[cell(), {"bypass": {}}]]), "block 1, cell 2: the bypass reads"),
    ],
)
def test_a_bad_document_is_refused(text, message):
    with pytest.raises(GenotypeError, match=message):
        from_json(text)
