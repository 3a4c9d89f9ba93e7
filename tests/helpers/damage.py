"""Every way in which one field of a JSON document can be something else, and a file's bytes too."""

import copy
import json
import random

from memnas_tf.documents.document import CHECKSUM, checksum

DEEP = "[" * 100_000 + "]" * 100_000
# As they stand in a file; JSON has words for all of them but the last two.
RAW = [
    *("null", "true", "0", "1", "-1", "3", "0.5", "-0.0", "1e308", "-1e308", "1e-320"),
    *('""', '"x"', '"../x"', '"5x"', "[]", "[[]]", "{}", '{"x": 1}', "[null]", "[1, 2, 3]"),
    *(str(2**62), str(2**63), "9" * 400, "9" * 5000, "1e999", '"\\ud800"', '"\\u0000"'),
    *(f'"{"y" * 5000}"', DEEP, "NaN", "-Infinity"),
]
_MARK = "\N{SNOWMAN}"


def damaged_fields(text, sealed):
    """Put each of `RAW` in the place of each field, and drop, double and rename each.

    Args:
        text: A document.
        sealed: Whether to give it a checksum that fits, where it is JSON that has one.

    Yields:
        What was done, and the text of a document.
    """
    document = json.loads(text)
    if sealed:
        document.pop(CHECKSUM, None)
    for place in _places(document):
        for raw in RAW:
            if raw != json.dumps(_at(document, place)):
                yield f"{place} = {raw[:20]}", _text(document, place, raw, sealed)
        if isinstance(place[-1], str):
            yield f"without {place}", _without(document, place, sealed)
            yield f"{place} twice", _twice(document, place)


def damaged_bytes(content, count, seed=0):
    """Cut a file, flip bits of it and blank parts of it.

    Args:
        content: The file.
        count: How many of each.
        seed: Of where.

    Yields:
        What was done, and the content.
    """
    rng = random.Random(seed)
    for _ in range(count):
        at, bit = rng.randrange(len(content)), rng.randrange(8)
        yield f"cut at {at}", content[:at]
        yield (
            f"bit {bit} of {at}",
            content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :],
        )
        end = min(len(content), at + rng.randrange(1, 500))
        yield f"{at} to {end} blank", content[:at] + b"\0" * (end - at) + content[end:]


def _places(value, above=()):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*above, key)
        if isinstance(item, dict | list):
            yield from _places(item, (*above, key))


def _at(document, place):
    for key in place:
        document = document[key]
    return document


def _text(document, place, raw, sealed):
    altered = copy.deepcopy(document)
    _at(altered, place[:-1])[place[-1]] = _MARK
    if sealed:
        altered = {CHECKSUM: _fitting(altered, raw), **altered}
    return json.dumps(altered, ensure_ascii=False).replace(f'"{_MARK}"', raw)


def _fitting(altered, raw):
    text = json.dumps(altered, ensure_ascii=False).replace(f'"{_MARK}"', raw)
    try:
        return checksum(json.loads(text))
    except (ValueError, RecursionError):
        return "sha256:none"  # it is refused before


def _without(document, place, sealed):
    altered = copy.deepcopy(document)
    del _at(altered, place[:-1])[place[-1]]
    return json.dumps({CHECKSUM: checksum(altered), **altered} if sealed else altered)


def _twice(document, place):
    altered = copy.deepcopy(document)
    parent = _at(altered, place[:-1])
    parent[_MARK] = parent[place[-1]]
    return json.dumps(altered, ensure_ascii=False).replace(_MARK, place[-1])
