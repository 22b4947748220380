"""The steps from one statement to another hold as inference says, and stay in the split where they should."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.draw import COMMON_TASTE, Draw
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.relations import (
    another_actor,
    another_object,
    closer,
    concepts,
    consequence,
    generalised,
    mentioning,
    opposite,
    shorter,
)
from xlmtut.microworld.splits import domain, split_of
from xlmtut.microworld.world import Facts, Statement, Thing

WORLD = ontology()
Step = Callable[[Statement, Draw], Statement | None]


def draw(seed: int = 0) -> Draw:
    return Draw(random.Random(seed), "train", COMMON_TASTE)


def statements(count: int = 1500) -> list[Statement]:
    drawing = draw()
    return [drawing.statement() for _ in range(count)]


@pytest.mark.parametrize(
    ("step", "label", "back"),
    [
        (shorter, "entailment", None),
        (generalised, "entailment", None),
        (lambda s, _: consequence(s), "entailment", None),
        (closer, None, "entailment"),
        (opposite, "contradiction", "contradiction"),
    ],
)
def test_steps_hold_by_inference(step: Step, label: str | None, back: str | None) -> None:
    drawing, found = draw(1), 0
    for s in statements():
        new = step(s, drawing)
        if new is not None:
            found += 1
            assert new != s
            assert split_of(new) == split_of(s) or domain(new) != domain(s)
            assert label is None or Facts([s]).judge(new) == label, (s, new)
            assert back is None or Facts([new]).judge(s) == back, (s, new)
    assert found > 100


@pytest.mark.parametrize("step", [another_actor, another_object])
def test_what_another_did_stays_open(step: Step) -> None:
    drawing, found = draw(2), 0
    for s in statements():
        new = step(s, drawing)
        if new is None or (s.object and s.object.count not in (None, 1)):
            continue
        found += 1
        assert Facts([s]).judge(new) == "neutral", (s, new)
        if s.predicate != "more":  # of which both sides count
            assert split_of(new) == split_of(s), (s, new)
    assert found > 300


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (st("anna", "arrive", place="paris", time="monday"), st("anna", "at", place="paris")),
        (st("anna", "leave", place="paris"), ~st("anna", "at", place="paris")),
        (st("anna", "love", some("dog")), st("anna", "like", some("dog"))),
        (st("anna", "hate", some("dog")), ~st("anna", "like", some("dog"))),
        (st("anna", "like", some("dog")), None),
        (st("anna", "meet", "ivan", place="park"), st("ivan", "meet", "anna", place="park")),
        (st("anna", "help", "ivan"), None),
        (st("anna", "buy", a("car", "red"), place="rome"), st("anna", "has", a("car", "red"))),
        (st("anna", "sell", the("car")), ~st("anna", "has", the("car"))),
        (st("anna", "sell", a("car")), None),
        (st("anna", "open", the("door", "red")), st(the("door"), "is", adjective="open")),
        (st("anna", "repair", the("lamp")), ~st(the("lamp"), "is", adjective="broken")),
        (st("anna", "open", a("door")), None),
        (st("anna", "eat", a("apple")), None),
    ],
)
def test_consequence(statement: Statement, expected: Statement | None) -> None:
    assert consequence(statement) == expected


def all_of(step: Step, s: Statement) -> set[Statement | None]:
    return {step(s, draw(seed)) for seed in range(30)}


def test_shorter_and_generalised_by_hand() -> None:
    bought = st("anna", "buy", a("car", "red"), place="rome", time="friday_evening")
    assert all_of(shorter, bought) == {
        st("anna", "buy", a("car", "red"), time="friday_evening"),
        st("anna", "buy", a("car", "red"), place="rome"),
        st("anna", "buy", a("car"), place="rome", time="friday_evening"),
    }
    assert all_of(generalised, bought) == {
        st("anna", "buy", a("car", "red"), place="italy", time="friday_evening"),
        st("anna", "buy", a("car", "red"), place="rome", time="friday"),
        st("anna", "buy", a("vehicle"), place="rome", time="friday_evening"),
    }
    assert all_of(generalised, st("anna", "eat", n(3, "apple"))) == {None}  # three apples, how many fruits?
    assert all_of(generalised, st("anna", "eat", some("apple"))) == {st("anna", "eat", some("fruit"))}
    assert all_of(generalised, st("anna", "eat", a("fruit"))) == {st("anna", "eat", a("food"))}
    assert all_of(generalised, st("anna", "leave", place="rome")) == {None}  # she may still be in Italy
    assert all_of(shorter, st("anna", "arrive", place="rome")) == {None}
    assert all_of(shorter, st("anna", "eat", the("apple", "big"))) == {None}


def test_opposites_by_hand() -> None:
    assert all_of(opposite, st("anna", "is", adjective="tall")) == {st("anna", "is", adjective="short")}
    assert all_of(opposite, st(the("cup"), "is", adjective="broken")) == {None}
    assert all_of(opposite, st("anna", "hate", some("dog"))) == {
        st("anna", verb, some("dog")) for verb in ("like", "love")
    }
    kitchens = {s.place for s in all_of(opposite, st("anna", "at", place="kitchen")) if s}
    assert kitchens <= {"bedroom", "bathroom", "classroom"}
    counts = {s.object.count for s in all_of(opposite, st("anna", "has", n(3, "key"))) if s and s.object}
    assert counts == {2, 4, 5, 6}


def test_another_object_is_of_the_same_kind_but_no_kind_of_it() -> None:
    found = {
        s.object.concept for s in all_of(another_object, st("anna", "eat", a("apple"))) if s and s.object
    }
    assert found == {"pear", "orange", "banana", "lemon"}
    devices = {
        s.object.concept for s in all_of(another_object, st("anna", "buy", a("device"))) if s and s.object
    }
    assert devices
    assert not devices & set(WORLD.below["device"])
    assert all_of(another_object, st("anna", "meet", "ivan")) == {None}


def test_concepts_are_what_is_mentioned() -> None:
    s = st(Thing("anna"), "buy", a("car", "red"), place="rome", time="monday")
    assert concepts(s) == {"anna", "buy", "car", "red", "rome", "monday"}
    assert concepts(~st("anna", "is", adjective="tall")) == {"anna", "is", "tall"}


def test_mentioning_finds_what_one_statement_can_say() -> None:
    drawing = draw(3)
    for s in statements(400):
        found = concepts(mentioning(concepts(s), drawing, lambda _: True))
        assert found & concepts(s)
    wanted = [{"arrive"}, {"hate"}, {"meet"}, {"drum"}, {"france"}, {"wet"}, {"strong"}, {"more"}, set[str]()]
    for one in wanted:
        s = mentioning(one, drawing, lambda _: True)
        assert one <= concepts(s)
        assert drawing.fits(s)
    no_social = mentioning({"meet"}, drawing, lambda s: s.predicate not in WORLD.social)
    assert no_social.predicate not in WORLD.social
