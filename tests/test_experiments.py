"""The long experiments: no result is stale, and all of them come out again."""

import pytest

import experiments


@pytest.mark.parametrize("name", experiments.names())
def test_the_committed_result_is_of_this_script(name):
    assert not experiments.is_stale(name), "run `make experiments`"


def test_every_result_has_a_script():
    assert {path.stem for path in experiments.FOLDER.glob("*.json")} == set(experiments.names())


@pytest.mark.slow
def test_all_of_them_come_out_again():
    assert experiments.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"a": 1.0}, {"a": 1.0 + 1e-9}, None),
        ({"a": 1.0}, {"a": 1.001}, "results/a: 1.0 became 1.001"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "results/a[1]: 2 became 3"),
        ({"a": [1, 2]}, {"a": [1]}, "results/a: [1, 2] became [1]"),
        ({"a": 1}, {"b": 1}, "results: {'a': 1} became {'b': 1}"),
        ({"timing ns": 1}, {"timing ns": 2}, None),
        ({"a": float("nan")}, {"a": float("nan")}, None),
    ],
)
def test_what_counts_as_the_same_result(one, other, found):
    assert experiments.difference(one, other) == found
