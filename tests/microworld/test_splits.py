"""Splits: by meaning, disjoint, with every word in training."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some_of

from tests.microworld.statements import a, every_kind, n, st, the
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.splits import SPLITS, actors, domain, share, split_of, stable_order
from xlmtut.microworld.world import Statement, Thing

WORLD = ontology()
DOMAINS = (
    "possession",
    "location",
    "social",
    "attitude",
    "live",
    "work",
    "is_a",
    "eat",
    "read",
    "colour",
    "age",
)


@given(
    some_of.lists(some_of.text(max_size=5), min_size=5, max_size=40, unique=True), some_of.text(max_size=5)
)
def test_items_are_dealt_once_three_fifths_to_training(items: list[str], salt: str) -> None:
    dealt = {split: share(tuple(items), salt, split) for split in SPLITS}
    assert sorted(item for part in dealt.values() for item in part) == sorted(items)
    assert len(dealt["validation"]) == len(dealt["test"]) == max(1, round(len(items) / 5))
    assert all([item for item in items if item in part] == list(part) for part in dealt.values())  # in order
    assert sorted(stable_order(tuple(items), salt)) == sorted(items)


def test_the_order_is_the_same_on_every_machine() -> None:
    assert stable_order(("red", "green", "blue"), "x") == ["red", "blue", "green"]
    assert stable_order(("blue", "green", "red"), "x") == ["red", "blue", "green"]


@pytest.mark.parametrize("of", DOMAINS)
def test_people_of_a_domain_are_in_one_split_each(of: str) -> None:
    dealt = [set(actors(of, split, True)) for split in SPLITS]
    assert set.union(*dealt) == set(WORLD.people)
    assert not any(one & other for one, other in combinations(dealt, 2))
    assert all(len(part) >= 4 for part in dealt)


def test_everyone_is_in_training_text_though_not_in_every_domain() -> None:
    for person in WORLD.people:
        splits = [s for of in DOMAINS for s in SPLITS if person in actors(of, s, True)]
        assert splits.count("train") >= 3, person
        assert set(splits) > {"train"}, person


def test_each_thing_is_held_out_by_domain_too() -> None:
    for family, row in WORLD.families.items():
        if row["of"] != ["PERSON"]:
            dealt = [actors(family, split, False) for split in SPLITS]
            assert sorted(thing for part in dealt for thing in part) == sorted(WORLD.leaves(*row["of"]))
            assert all(dealt), family
    shapes = [shape for split in SPLITS for shape in actors("scene", split, False)]
    assert len(shapes) == len(set(shapes)) == 24
    assert "red circle" in shapes


@pytest.mark.parametrize(
    ("statement", "of"),
    [
        (st("anna", "buy", a("car")), "possession"),
        (st("anna", "has", a("car")), "possession"),
        (st("anna", "arrive", place="paris"), "location"),
        (st("anna", "at", place="paris"), "location"),
        (st("anna", "meet", "ivan"), "social"),
        (st("anna", "love", a("tea")), "attitude"),
        (st("anna", "is", adjective="tall"), "height"),
        (st("anna", "more", "ivan", adjective="short"), "height"),
        (st(the("car"), "is", adjective="red"), "colour"),
        (st(a("star", "red"), "above", a("star", "blue")), "scene"),
        (st("anna", "eat", a("apple")), "eat"),
        (st("anna", "live", place="paris"), "live"),
    ],
)
def test_domain(statement: Statement, of: str) -> None:
    assert domain(statement) == domain(~statement) == of


@pytest.mark.parametrize("name", WORLD.people)
def test_what_is_inferred_stays_in_the_split(name: str) -> None:
    owned = {
        split_of(st(name, verb, thing, place=place))
        for verb in ("buy", "sell", "find", "lose", "has")
        for thing in (a("car"), the("car", "red"), a("vehicle"), n(3, "apple"))
        for place in (None, "paris")
    }
    assert len(owned) == 1
    assert len({split_of(st(name, verb, place="rome")) for verb in ("at", "arrive", "leave")}) == 1
    assert len({split_of(st(name, verb, Thing("dog", count=None))) for verb in WORLD.attitudes}) == 1


def test_statements_about_two_are_in_no_split_unless_both_are() -> None:
    train, test = (actors("social", split, True) for split in ("train", "test"))
    assert split_of(st(train[0], "meet", train[1])) == "train"
    assert split_of(st(test[0], "meet", test[1])) == "test"
    assert split_of(st(train[0], "meet", test[0])) is None
    tall = actors("height", "test", True)
    other = actors("height", "train", True)
    assert split_of(st(tall[0], "more", tall[1], adjective="tall")) == "test"
    assert split_of(st(tall[0], "more", other[0], adjective="tall")) is None
    shapes = [shape.split() for shape in actors("scene", "test", False)]
    scene = [a(shape, colour) for colour, shape in shapes]
    assert split_of(st(scene[0], "above", scene[1])) == "test"


def test_all_kinds_of_statements_have_a_split_or_none_for_a_reason() -> None:
    for statement in every_kind():
        found = split_of(statement)
        assert found == split_of(~statement)
        if found is None:  # two who are not in one split, or a kind of thing of which nothing is said alone
            kinds = statement.subject.concept in WORLD.below
            two = statement.object is not None and domain(statement) in {"social", "scene", *WORLD.families}
            assert kinds or two, statement
