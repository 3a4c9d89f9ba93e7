from memnas_tf.differences import describe_differences, flatten


def test_settings_within_settings_come_to_one_level():
    settings = {"seed": 1, "training": {"seed": 2, "sizes": (1, 2)}, "shape": (8, 8)}
    assert flatten(settings) == {
        "seed": 1,
        "training.seed": 2,
        "sizes": [1, 2],
        "shape": [8, 8],
    }


def test_what_is_missing_on_one_side_is_a_difference():
    assert describe_differences({"a": 1, "b": 2}, {"b": 2, "c": 3}) == [
        "a: 1 there, None now",
        "c: None there, 3 now",
    ]
