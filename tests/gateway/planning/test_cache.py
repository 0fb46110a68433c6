from __future__ import annotations

from gateway.planning.cache import BytesCache


def test_the_longest_unused_entry_makes_room() -> None:
    cache = BytesCache[str, int](100)
    cache.put("a", 1, 40)
    cache.put("b", 2, 40)
    assert cache.get("a") == 1
    cache.put("c", 3, 40)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]
    assert (len(cache), cache.size, cache.hits, cache.misses) == (2, 80, 3, 1)


def test_what_is_heavier_than_the_cache_is_not_kept() -> None:
    cache = BytesCache[str, int](100)
    cache.put("a", 1, 10)
    cache.put("a", 2, 101)
    assert cache.get("a") is None
    assert cache.size == 0


def test_a_new_value_replaces_the_weight_of_the_old() -> None:
    cache = BytesCache[str, int](100)
    cache.put("a", 1, 90)
    cache.put("a", 2, 10)
    assert (cache.get("a"), cache.size) == (2, 10)
    cache.clear()
    assert (len(cache), cache.size) == (0, 0)
