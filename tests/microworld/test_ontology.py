"""The concepts: related without contradiction, and every table refers to what exists."""

from __future__ import annotations

from itertools import product

import pytest

from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import languages
from xlmtut.tasks import TASKS

WORLD = ontology()


def test_kinds_by_hand() -> None:
    assert WORLD.is_a("apple", "fruit")
    assert WORLD.is_a("apple", "food")
    assert WORLD.is_a("apple", "apple")
    assert not WORLD.is_a("fruit", "apple")
    assert not WORLD.is_a("apple", "vegetable")
    assert WORLD.is_a("anna", "PERSON")
    assert not WORLD.is_a("dog", "PERSON")
    assert WORLD.below["fruit"] == ("apple", "pear", "orange", "banana", "lemon")
    assert "bird" in WORLD.below["animal"]
    assert "duck" in WORLD.below["animal"]
    assert "apple" not in WORLD.below
    assert set(WORLD.leaves("bird")) == {"duck", "parrot", "chicken"}
    assert "bird" in WORLD.things("animal")
    assert "bird" not in WORLD.leaves("animal")
    assert not any(noun.isupper() for noun in WORLD.things("THING"))


def test_places_and_times_by_hand() -> None:
    assert WORLD.within("madrid", "spain")
    assert WORLD.within("madrid", "madrid")
    assert not WORLD.within("spain", "madrid")
    assert WORLD.within("monday_morning", "monday")
    assert set(WORLD.inside["kenya"]) == {"nairobi", "mombasa"}
    assert set(WORLD.inside["yesterday"]) == {"yesterday_morning", "yesterday_evening"}


@pytest.mark.parametrize(
    ("place", "other", "exclusive"),
    [
        ("paris", "rome", True),
        ("paris", "italy", True),
        ("france", "italy", True),
        ("paris", "france", False),
        ("madrid", "barcelona", True),
        ("park", "market", True),
        ("kitchen", "bedroom", True),
        ("kitchen", "school", True),
        ("classroom", "kitchen", True),
        ("kitchen", "house", False),
        ("bathroom", "school", False),  # a school has one too
        ("park", "paris", False),  # nobody said where the park is
        ("kitchen", "paris", False),
    ],
)
def test_exclusive_places_by_hand(place: str, other: str, exclusive: bool) -> None:
    assert WORLD.exclusive(place, other) == WORLD.exclusive(other, place) == exclusive


def test_no_place_excludes_what_contains_it() -> None:
    for place, other in product(WORLD.places, repeat=2):
        if WORLD.within(place, other):
            assert not WORLD.exclusive(place, other)
            for third in WORLD.places:  # what the outer place excludes, the inner one does
                assert WORLD.exclusive(place, third) or not WORLD.exclusive(other, third), (place, third)


def test_what_one_does_and_says_of_things_by_hand() -> None:
    assert WORLD.may_be("car", "red")
    assert WORLD.may_be("anna", "tall")
    assert not WORLD.may_be("anna", "red")
    assert not WORLD.may_be("soup", "fast")
    assert WORLD.may_happen("eat", "apple")
    assert not WORLD.may_happen("eat", "car")
    assert "drive" in WORLD.verbs_for("car")
    assert "drive" not in WORLD.verbs_for("boat")
    assert WORLD.verbs_for("star") == ()
    assert WORLD.topic("duck") == "animals"
    assert WORLD.topic("trumpet") == "music"
    assert WORLD.topic("basket") is None


def test_every_reference_exists() -> None:
    kinds = {*WORLD.nouns, "PERSON"}
    for noun, row in WORLD.nouns.items():
        assert row["isa"] in WORLD.nouns or row["isa"] == "THING", noun
    for verb, row in (*WORLD.verbs.items(), *WORLD.attitudes.items()):
        assert set(row["objects"]) <= kinds, verb
        result = row.get("then", "has").removeprefix("-")
        assert result in {"has", *WORLD.family_of, *WORLD.attitudes}, verb
    for family, row in WORLD.families.items():
        assert set(row["of"]) <= kinds, family
        assert not (row.get("complementary") and row.get("between")), family
        assert len(row["members"]) == 2 or not (row.get("complementary") or row.get("compared")), family
    for name, row in (*WORLD.places.items(), *WORLD.times.items()):
        assert row.get("within", name) in {**WORLD.places, **WORLD.times}, name
    topics = {row["topic"] for row in WORLD.nouns.values() if "topic" in row}
    assert topics == set(TASKS["topic"].labels)
    for section, concepts in WORLD.synonyms.items():
        known = {"nouns": WORLD.nouns, "verbs": WORLD.verbs, "adjectives": WORLD.family_of}
        assert set(concepts) <= set(known.get(section, WORLD.occupations)), section


def test_each_adjective_is_of_one_family_and_its_things_exist() -> None:
    members = [adjective for row in WORLD.families.values() for adjective in row["members"]]
    assert len(set(members)) == len(members)
    for family, row in WORLD.families.items():
        assert row["of"] == ["PERSON"] or len(WORLD.leaves(*row["of"])) >= 5, family  # three splits


def test_each_language_has_a_corpus_size_from_high_to_low_resource() -> None:
    sizes = list(WORLD.corpus.values())
    assert WORLD.corpus.keys() == set(languages(held_out=True))
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) == WORLD.corpus["en"] == 1
    assert min(sizes) <= 0.1


def test_the_lexicon_is_as_large_as_promised() -> None:
    nouns = [noun for noun in WORLD.nouns if not noun.isupper()]
    words = (
        nouns,
        WORLD.verbs,
        WORLD.social,
        WORLD.attitudes,
        WORLD.family_of,
        WORLD.places,
        WORLD.occupations,
    )
    assert sum(len(section) for section in words) >= 200
