"""The files of an export that are no part of the SavedModel: TF-Serving's folder `assets.extra`."""

from __future__ import annotations

FOLDER = "assets.extra"
CARD_FILE = "model_card.json"
CARD_PAGE = "model_card.html"
EXPECTED_FILE = "expected.npz"
# The server looks for it under this name.
WARMUP_FILE = "tf_serving_warmup_requests"
