"""Pairs for inference: labels that inference gives, in balance, and no shortcut to them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from statistics import mean
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from xlmtut.microworld import rows
from xlmtut.microworld.nli import PHENOMENA, Pair, draw_pair
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import language
from xlmtut.microworld.splits import SPLITS, Split, domain, split_of
from xlmtut.microworld.world import LABELS, Facts, Label

WORLD = ontology()
GIVEN = {"train": 40, "validation": 10, "test": 20}  # pairs of every phenomenon and label


@cache
def pairs(split: Split) -> list[Pair]:
    return [
        draw_pair(random.Random(f"{split}/{phenomenon}/{label}/{i}"), split, label, phenomenon)
        for phenomenon in PHENOMENA
        for label in LABELS
        for i in range(GIVEN[split])
    ]


@pytest.mark.parametrize("split", SPLITS)
def test_labels_are_what_the_premise_says_of_the_hypothesis(split: Split) -> None:
    for pair in pairs(split):
        facts = Facts(pair.premise)
        assert facts.consistent(), pair
        assert facts.judge(pair.hypothesis) == pair.label, pair


@pytest.mark.parametrize("split", SPLITS)
def test_all_of_a_pair_is_of_the_split(split: Split) -> None:
    for pair in pairs(split):
        assert {split_of(s) for s in (*pair.premise, pair.hypothesis)} == {split}


def test_premises_have_two_or_three_sentences_one_of_them_denied_and_one_not() -> None:
    lengths: dict[Label, list[int]] = {label: [] for label in LABELS}
    for pair in pairs("train"):
        assert len(pair.premise) in (2, 3)
        assert {s.positive for s in pair.premise} == {True, False}
        lengths[pair.label].append(len(pair.premise))
    means = [mean(found) for found in lengths.values()]
    assert max(means) - min(means) < 0.15


@pytest.mark.parametrize("label", LABELS)
def test_half_of_the_hypotheses_are_denied_whatever_the_label(label: Label) -> None:
    denied = [not pair.hypothesis.positive for pair in pairs("train") if pair.label == label]
    assert mean(denied) == pytest.approx(0.5, abs=0.07)


def test_what_is_said_besides_leaves_no_reader_in_doubt() -> None:
    """A neutral pair says nothing nearer to the hypothesis than its phenomenon is about."""
    near = {
        "modifier",
        "hypernym",
        "quantity",
        "containment",
        "antonym",
    }  # for instance: a fruit, so an apple?
    for pair in pairs("train"):
        if pair.label != "neutral" or pair.phenomenon in near:
            continue
        h = pair.hypothesis
        for s in pair.premise:
            if s.subject != h.subject or domain(s) != domain(h) or h.predicate in WORLD.social:
                continue
            if s.object and h.object:
                assert not WORLD.is_a(s.object.concept, h.object.concept), pair
            elif s.place and h.place:
                assert not WORLD.within(s.place, h.place), pair


def test_what_is_not_one_thing_is_asked_to_be_the_other_only_where_there_is_a_middle() -> None:
    """Not tall, so short? Open. Not sick, so healthy? Readers differ."""
    asked = set()
    for pair in pairs("train"):
        for s in pair.premise:
            h = pair.hypothesis
            if s.predicate == h.predicate == "is" and s.subject == h.subject and pair.label == "neutral":
                family = WORLD.family_of[h.adjective or ""]
                if WORLD.family_of[s.adjective or ""] == family and s.adjective != h.adjective:
                    asked.add(family)
    assert asked
    assert all(WORLD.families[family].get("between") for family in asked), asked


EXAMPLES: dict[str, Callable[[Pair], bool]] = {
    "restatement": lambda pair: any(s in (pair.hypothesis, ~pair.hypothesis) for s in pair.premise),
    "synonym": lambda pair: pair.words == (0, 1),
    "containment": lambda pair: pair.hypothesis.predicate in ("at", "live"),
    "quantity": lambda pair: bool(pair.hypothesis.object and pair.hypothesis.object.count != 1),
    "attitude": lambda pair: pair.hypothesis.predicate == "like",
    "comparison": lambda pair: pair.hypothesis.predicate == "more",
    "role_swap": lambda pair: pair.hypothesis.predicate in WORLD.social,
    "antonym": lambda pair: pair.hypothesis.predicate == "is",
    "hypernym": lambda pair: pair.hypothesis.predicate in (*WORLD.verbs, "has"),
    "modifier": lambda pair: pair.hypothesis.predicate in (*WORLD.verbs, *WORLD.social),
    "cohyponym": lambda pair: pair.hypothesis.predicate in (*WORLD.verbs, "has", "is", "at"),
    "action": lambda pair: pair.hypothesis.predicate in ("is", "has", "at"),
}


@pytest.mark.parametrize("phenomenon", PHENOMENA)
def test_a_phenomenon_is_what_it_is_called(phenomenon: str) -> None:
    decided = [p for p in pairs("train") if p.phenomenon == phenomenon and p.label != "neutral"]
    assert all(EXAMPLES[phenomenon](pair) for pair in decided)
    assert len({pair.hypothesis for pair in decided}) > len(decided) * 0.7


def test_every_phenomenon_has_pairs_that_a_copy_of_the_hypothesis_does_not_decide() -> None:
    for phenomenon in set(PHENOMENA) - {"restatement", "synonym"}:
        decided = [p for p in pairs("train") if p.phenomenon == phenomenon and p.label != "neutral"]
        inferred = [p for p in decided if not {p.hypothesis, ~p.hypothesis} & set(p.premise)]
        assert len(inferred) / len(decided) > 0.3, phenomenon


def test_an_unknown_phenomenon_or_label_is_refused() -> None:
    with pytest.raises(
        ValueError, match="no pair 'irony' with label 'neutral'; expected one of restatement, "
    ):
        draw_pair(random.Random(0), "train", "neutral", "irony")
    with pytest.raises(ValueError, match="no pair 'antonym' with label 'maybe'"):
        draw_pair(random.Random(0), "train", "maybe", "antonym")  # type: ignore[arg-type]


# ---- the task: balance, and what shortcuts reach ----------------------------------------------------------


@cache
def english(split: Split, size: int) -> list[dict[str, Any]]:
    return list(rows("xnli", "en", split, size))


def training() -> list[dict[str, Any]]:
    return english("train", 9000)


def held_out() -> list[dict[str, Any]]:
    return english("test", 4500)


def labels(found: list[dict[str, Any]]) -> np.ndarray[Any, Any]:
    return np.array([row["label"] for row in found])


@pytest.mark.parametrize("found", [training, held_out])
def test_labels_and_phenomena_are_in_balance(found: Callable[[], list[dict[str, Any]]]) -> None:
    data = found()
    shares = Counter((row["phenomenon"], row["label"]) for row in data)
    assert len(shares) == len(PHENOMENA) * 3
    assert max(shares.values()) - min(shares.values()) <= 1
    assert np.bincount(labels(data)) / len(data) == pytest.approx(1 / 3, abs=0.01)


def test_pairs_are_many_and_none_is_in_two_splits() -> None:
    found = [{(row["premise"], row["hypothesis"]) for row in data()} for data in (training, held_out)]
    assert not found[0] & found[1]
    assert len(found[0]) > 0.999 * len(training())
    assert len(found[1]) > 0.99 * len(held_out())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def overlap(row: dict[str, Any]) -> list[float]:
    """The share of the hypothesis' words that are in the premise, and both lengths."""
    premise, hypothesis = words(row["premise"]), words(row["hypothesis"])
    return [len(set(hypothesis) & set(premise)) / len(set(hypothesis)), len(hypothesis), len(premise)]


def test_the_hypothesis_alone_does_not_give_the_label() -> None:
    vectorizer = CountVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=r"\w+")
    seen = vectorizer.fit_transform(row["hypothesis"] for row in training())
    classifier = LogisticRegression(C=0.3, max_iter=300).fit(seen, labels(training()))
    unseen = vectorizer.transform(row["hypothesis"] for row in held_out())
    assert classifier.score(unseen, labels(held_out())) < 0.40


def test_words_in_common_do_not_give_the_label() -> None:
    classifier = HistGradientBoostingClassifier(max_iter=50, random_state=0)
    classifier.fit([overlap(row) for row in training()], labels(training()))
    assert classifier.score([overlap(row) for row in held_out()], labels(held_out())) < 0.43


def test_words_in_common_are_about_as_many_for_every_label() -> None:
    by_label = [mean(overlap(row)[0] for row in held_out() if row["label"] == label) for label in range(3)]
    assert max(by_label) - min(by_label) < 0.06


def test_the_phenomenon_does_not_give_the_label() -> None:
    """Nor with whether the hypothesis is denied: the majority of each such group, as training has it."""

    def group(row: dict[str, Any]) -> tuple[str, bool]:
        return row["phenomenon"], "not" in words(row["hypothesis"])

    counts = {key: Counter[int]() for key in map(group, training())}
    for row in training():
        counts[group(row)][row["label"]] += 1
    majority = {key: count.most_common(1)[0][0] for key, count in counts.items()}
    assert mean(majority[group(row)] == row["label"] for row in held_out()) < 0.38


def test_a_hypothesis_seldom_copies_a_sentence_of_the_premise() -> None:
    copies = [row for row in held_out() if row["hypothesis"] in re.split(r"(?<=\.) ", row["premise"])]
    assert len(copies) / len(held_out()) < 0.12


def test_a_synonym_is_used_where_the_phenomenon_is_one() -> None:
    speaker, found = language("en"), 0
    for pair in pairs("train"):
        if pair.phenomenon == "synonym" and pair.label != "neutral":
            first, second = (speaker.say(pair.hypothesis, words=i).text for i in pair.words)
            found += first != second
    assert found == 2 * GIVEN["train"]
