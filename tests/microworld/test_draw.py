"""Random statements: sensible, of the split asked for, and as frequent as a language's taste wants."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some_of

from xlmtut.microworld.draw import COMMON_TASTE, PAST_TIMES, Draw, Taste
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import language
from xlmtut.microworld.splits import SPLITS, Split, domain, split_of
from xlmtut.microworld.world import Facts, Statement

WORLD = ontology()
untimed = settings(deadline=None)


def drawn(split: Split, kind: str | None = None, seed: int = 0, count: int = 400) -> list[Statement]:
    draw = Draw(random.Random(seed), split, COMMON_TASTE)
    return [draw.statement(kind) for _ in range(count)]


def sensible(s: Statement) -> None:
    """Nothing that one does not do, to things that are not so, where it does not happen."""
    assert s.positive
    thing = s.object
    if s.predicate in WORLD.verbs:
        assert thing
        assert WORLD.may_happen(s.predicate, thing.concept)
    if thing and thing.concept in WORLD.nouns:
        assert not thing.adjective or WORLD.may_be(thing.concept, thing.adjective)
        assert not (thing.definite and thing.count != 1)
        assert not (thing.definite and thing.concept in WORLD.below), "the food: which?"
        mass = WORLD.nouns[thing.concept].get("mass")
        assert thing.count == 1 or not mass, "three breads"
        assert thing.concept != s.place, "a house in the house"
    if s.predicate == "play":
        assert thing
        assert (thing.count, thing.definite) == (1, False)
    if s.predicate == "is" and s.adjective:
        assert WORLD.may_be(s.subject.concept, s.adjective)
    if s.predicate == "more":
        assert thing
        assert thing.concept != s.subject.concept
        assert WORLD.families[WORLD.family_of[s.adjective or ""]]["compared"]
    if s.predicate in WORLD.social:
        assert thing
        assert thing.concept != s.subject.concept
    if s.predicate == "drive":
        assert s.place not in {"kitchen", "bedroom", "bathroom", "classroom", "office", "library"}
    assert s.time is None or s.time in PAST_TIMES
    assert Facts([s]).consistent()


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", [None, *Draw.KINDS])
def test_statements_are_sensible_and_of_the_split(split: Split, kind: str | None) -> None:
    english = language("en")
    for s in drawn(split, kind):
        sensible(s)
        assert split_of(s) == split, s
        assert english.say(s).text
    assert len(set(drawn(split, kind))) > 15


def test_all_kinds_come_about_as_often_as_the_table_says() -> None:
    found = Counter(s.predicate for s in drawn("train", count=6000))
    for predicate in ("has", "at", "arrive", "leave", "live", "work", "more", "is_a"):
        assert found[predicate] / 6000 == pytest.approx(Draw.KINDS[predicate] / 107, abs=0.012), predicate
    events = sum(found[verb] for verb in WORLD.verbs)
    assert events / 6000 == pytest.approx(Draw.KINDS["event"] / 107, abs=0.03)


def test_most_concepts_come_up_in_training() -> None:
    said: set[str | None] = set()
    for s in drawn("train", count=12000):
        said |= {s.predicate, s.adjective, s.place, s.time, s.subject.concept}
        if s.object:
            said |= {s.object.concept, s.object.adjective}
    concepts = {n for n in WORLD.nouns if not n.isupper()} - set(WORLD.things("SHAPE"))
    concepts |= {*WORLD.verbs, *WORLD.social, *WORLD.attitudes, *WORLD.family_of, *WORLD.places, *PAST_TIMES}
    missing = concepts - said
    assert len(missing) <= 3, missing


@untimed
@given(some_of.integers(), some_of.sampled_from(SPLITS))
def test_the_same_seed_draws_the_same(seed: int, split: Split) -> None:
    assert drawn(split, seed=seed, count=5) == drawn(split, seed=seed, count=5)


def test_parts_may_be_asked_for() -> None:
    draw = Draw(random.Random(0), "train", COMMON_TASTE)
    event = draw.event("eat", "soup")
    assert event.object
    assert (event.predicate, event.object.concept) == ("eat", "soup")
    has = draw.has("car")
    assert has.object
    assert has.object.concept == "car"
    assert domain(draw.is_person("height")) == "height"
    assert draw.is_thing("colour").adjective in WORLD.families["colour"]["members"]
    two = draw.people("height")[:2]
    assert draw.person("height", but=two[:1]) != two[0]


# ---- taste ------------------------------------------------------------------------------------------------

ITEMS = tuple(WORLD.leaves("GOODS"))


def shares(taste: Taste, count: int = 20000) -> dict[str, float]:
    rng = random.Random(0)
    found = Counter(taste.pick(ITEMS, rng) for _ in range(count))
    return {item: found[item] / count for item in ITEMS}


def test_frequencies_follow_zipf() -> None:
    found = sorted(shares(COMMON_TASTE).values(), reverse=True)
    total = sum(rank**-0.8 for rank in range(1, len(ITEMS) + 1))
    for rank in (1, 2, 4, 8, 16):
        assert found[rank - 1] == pytest.approx(rank**-0.8 / total, rel=0.1)


def likeness(shift: float) -> float:
    """How alike two languages' frequencies are: the share that they have in common."""
    one, other = (shares(Taste(code, shift)) for code in ("en", "sw"))
    return sum(min(one[item], other[item]) for item in ITEMS)


def test_shift_moves_languages_apart() -> None:
    alike = [likeness(shift) for shift in (0, 0.5, 1)]
    assert alike[0] > 0.97
    assert alike[0] > alike[1] > alike[2]
    assert alike[2] < 0.65
    assert shares(Taste("en", 0)) == shares(Taste("sw", 0)) == shares(COMMON_TASTE)


def test_every_item_can_come_up() -> None:
    assert min(shares(Taste("hi", 1)).values()) > 0


@pytest.mark.parametrize("shift", [-0.1, 1.1, float("nan")])
def test_a_shift_beyond_its_range_is_refused(shift: float) -> None:
    with pytest.raises(ValueError, match=r"shift is .*; expected a number from 0 \(one order for all\) to 1"):
        Taste("en", shift)
