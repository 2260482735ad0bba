"""The index by signs finds what an exact search finds."""

from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recall.index import Index
from bot.recall.searching import fused
from bot.recall.vectors import alike, kept, signs, singles, unit
from bot.storage.vectors import Sign


def anything(*_):
    return True


def rows(vectors, first=1, where=("said", "slack:T1:C1", "slack:T1:C1:1")):
    return [
        Sign(number, number, kept(array("f", vector))[0], *where)
        for number, vector in enumerate(vectors, first)
    ]


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 400), st.sampled_from((8, 64, 100, 256)), st.integers(0, 2**32))
def test_near_is_what_has_the_most_signs_in_common(number, size, seed):
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((number, size)).astype(np.float32)
    query = unit(array("f", random.standard_normal(size)))
    index = Index()
    for start in range(0, number, 77):
        index.add(rows(vectors[start : start + 77], start + 1))
    found = index.near(signs(query), 20, anything)
    equal = ((vectors > 0) == (query > 0)).sum(axis=1)
    assert sorted(equal[np.array(found) - 1]) == sorted(np.sort(equal)[::-1][:20])


def test_among_many_the_nearest_are_found():
    random = np.random.default_rng(5)
    vectors = random.standard_normal((20_000, 256)).astype(np.float32)
    vectors[::1_000] = vectors[0] + 0.3 * random.standard_normal((20, 256))
    index = Index()
    index.add(rows(vectors))
    found = index.near(signs(unit(array("f", vectors[0]))), 20, anything)
    assert sorted(found) == list(range(1, 20_001, 1_000))


def test_of_what_is_out_of_scope_nothing_is_near():
    index = Index()
    index.add(rows(np.ones((3, 8)), where=("said", "slack:T1:C1", "p")))
    index.add(rows(np.ones((3, 8)), 4, where=("said", "slack:T1:C2", "q")))
    query = signs(unit(array("f", np.ones(8))))
    assert set(index.near(query, 9, lambda _, channel, __: channel == "slack:T1:C2")) == {4, 5, 6}


@pytest.mark.parametrize("size", [0, 4, 16])
def test_an_index_of_other_vectors_or_of_none_finds_nothing(size):
    index = Index()
    index.add(rows(np.ones((2, 200)))[:size])
    assert index.near(signs(unit(array("f", np.ones(8)))), 5, anything) == []


def test_every_finite_number_in_half_precision_is_the_same_in_single():
    halves = np.arange(2**16, dtype="<u2").view("<f2")
    halves = halves[np.isfinite(halves)]
    assert (singles(halves.tobytes()) == halves.astype(np.float32)).all()


def test_likeness_is_the_cosine_and_what_has_another_length_is_not_alike():
    query = unit(array("f", [3.0, 4.0]))
    others = [kept(array("f", vector))[1] for vector in ([6, 8], [4, -3], [1, 0, 0])]
    assert alike(query, others) == pytest.approx([1.0, 0.0, 0.0], abs=0.001)


def test_what_stands_high_in_both_goes_before_what_is_first_in_one():
    assert fused([1, 2, 3], [4, 2, 5])[0] == 2
