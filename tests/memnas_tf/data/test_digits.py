"""The digits: real, complete, split in a fixed way, and built in silence."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memnas_tf.data.digits import split_every_fifth
from memnas_tf.data.loading import ImageDataset, load_dataset


def test_every_image_is_in_one_part(digits: ImageDataset) -> None:
    test_images, test_labels = digits.load_test()
    assert len(digits.train_images) + len(digits.validation_images) == 1442
    assert test_images.shape == (355, 8, 8, 1)
    assert np.bincount(test_labels, minlength=10).min() >= 34


def test_pixels_are_those_of_scikit_learn(digits: ImageDataset) -> None:
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    is_test = split_every_fifth(labels)
    images, test_labels = digits.load_test()
    expected = np.rint(pixels[is_test] * 255 / 16).astype(np.uint8)
    assert as_multiset(images, test_labels) == as_multiset(expected, labels[is_test])


def as_multiset(images: np.ndarray, labels: np.ndarray) -> list[tuple[bytes, int]]:
    """Return the labelled images in an order of their own."""
    return sorted((bytes(image), int(label)) for image, label in zip(images, labels, strict=True))


def test_every_fifth_of_each_class_is_test() -> None:
    labels = np.array([0, 1] * 10)
    assert np.flatnonzero(split_every_fifth(labels)).tolist() == [8, 9, 18, 19]


def test_building_is_silent_and_offline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    load_dataset("digits", tmp_path)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_digits_need_no_download(tmp_path: Path) -> None:
    assert load_dataset("digits", tmp_path, download=False).classes == 10
