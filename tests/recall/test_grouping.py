"""Vectors that are alike end in one group, always the same one."""

from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recall.grouping import gathered, grouped, under
from bot.recall.vectors import kept, unit
from bot.storage.taking import taken

SIZE = 64


def heaps(*sizes, noise=0.5, seed=3):
    """Vectors around middles that lie anywhere, all a little to one side, in a mixed order."""
    random = np.random.default_rng(seed)
    middles = random.standard_normal((len(sizes), SIZE)) + random.standard_normal(SIZE)
    heap = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    vectors = middles[heap] + noise * random.standard_normal((len(heap), SIZE))
    return np.stack([unit(array("f", one)) for one in vectors]), heap


def same_partition(labels, heap):
    pairs = set(zip(labels.tolist(), heap.tolist(), strict=True))
    return len(pairs) == len(set(labels.tolist())) == len(set(heap.tolist()))


@pytest.mark.parametrize("number", [2, 3, 5, 8])
def test_as_many_groups_are_found_as_there_are(number):
    vectors, heap = heaps(*range(10, 10 + number))
    assert same_partition(grouped(vectors).labels, heap)


def test_the_largest_group_is_the_first():
    vectors, _ = heaps(10, 40, 25)
    assert np.bincount(grouped(vectors).labels).tolist() == [40, 25, 10]


def test_one_heap_is_one_group():
    vectors, _ = heaps(150)
    assert set(grouped(vectors).labels) == {0}


def test_who_says_how_many_gets_them():
    vectors, _ = heaps(20, 20)
    assert len(set(grouped(vectors, 5).labels)) == 5


def test_thousands_are_grouped_by_a_sample_of_them():
    vectors, heap = heaps(2_000, 1_500, 1_000)
    assert same_partition(grouped(vectors).labels, heap)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), st.integers(1, 20) | st.none(), st.integers(0, 2**32), st.booleans())
def test_every_vector_is_in_one_group_and_again_in_the_same(number, wanted, seed, twins):
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((number, 8)).astype(np.float32)
    if twins:
        vectors[:] = vectors[0]
    numbers = [kept(array("f", one))[1] for one in vectors]
    groups = gathered(numbers, (), wanted)
    assert sorted(row for rows in groups.values() for row in rows) == list(range(number))
    assert len(groups) <= (wanted or 10)
    assert gathered(numbers, (), wanted) == groups


def test_under_categories_each_goes_to_the_nearest_and_what_is_near_none_to_the_last():
    vectors, heap = heaps(30, 20, 10, noise=0.2)
    middles = np.stack([vectors[heap == number][0] for number in (0, 1)])
    other = unit(array("f", np.random.default_rng(5).standard_normal(SIZE)))
    others = other - middles.T @ np.linalg.lstsq(middles.T, other, rcond=None)[0]
    found = under(np.vstack([vectors[heap < 2], others[None]]), middles)
    assert found.labels[:-1].tolist() == heap[heap < 2].tolist()
    assert found.labels[-1] == 2


def test_vectors_of_another_length_are_left_out():
    numbers = [kept(array("f", one))[1] for one in ([1, 2], [1, 2, 3], [2, 1, 3])]
    assert sorted(row for rows in gathered(numbers, (), 1).values() for row in rows) == [1, 2]
    assert gathered(numbers[:1], [unit(array("f", [1, 0, 0]))]) == {}


@given(st.integers(0, 300), st.integers(1, 50))
def test_a_sample_is_spread_and_in_order_and_always_the_same(number, most):
    found = taken(range(number), most)
    assert sorted(set(found)) == list(found)
    assert len(found) == min(number, most)
    assert list(taken(range(number), most)) == list(found)
