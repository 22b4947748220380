"""The exercises' checks: the machinery, and every right and wrong answer listed in tests/exercises/.

A file ``tests/exercises/test_chapter_04.py`` holds two lists and nothing else::

    RIGHT = [("04-2", 6144), ("04-3", "b")]
    WRONG = [("04-2", 3072, "second product"), ...]      # id, answer, words of the hint

Each exercise needs at least one right and two wrong answers.
"""

from __future__ import annotations

import re
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from xlmtut import exercises
from xlmtut.exercises import Hint, Verdict, call, check, choice, close, exercise, ids, number, tensor

ROOT = Path(__file__).parents[1]
CHAPTERS = exercises._chapters()


def answers(chapter: str) -> dict[str, Any]:
    file = ROOT / "tests" / "exercises" / f"test_chapter_{chapter}.py"
    assert file.exists(), f"{file.relative_to(ROOT)} is missing: list right and wrong answers there"
    return runpy.run_path(str(file))


def listed(name: str) -> list[Any]:
    return [
        pytest.param(*row, id=f"{row[0]} {i} {type(row[1]).__name__}")  # no addresses: workers must agree
        for chapter in CHAPTERS
        for i, row in enumerate(answers(chapter)[name])
    ]


def source_of(chapter: str) -> str:
    (file,) = (f for f in (ROOT / "book").glob("*.md") if re.match(rf"{chapter}_[a-z]", f.name))
    return file.read_text(encoding="utf-8")


def gives_away(hint: str, right: object) -> bool:
    """Whether a hint contains the right answer, where that can be told from its text."""
    if isinstance(right, str):
        right = right.strip()
        quoted = rf"[\"'(`]{re.escape(right)}[\"')`]"
        word = rf"\b{re.escape(right)}\b" if right.lower() not in ("a", "i") else "$^"
        return bool(re.search(f"{quoted}|{word}", hint, re.I))
    if isinstance(right, int | float) and not isinstance(right, bool):
        written = re.findall(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", hint)
        return any(close(float(n.replace(",", "")), abs(right), 1e-3) for n in written)
    return False


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_chapter_and_its_checks_declare_the_same_exercises(chapter: str) -> None:
    declared = re.findall(r"^`{3,}\{exercise-start\} (\S+)", source_of(chapter), re.M)
    checked = re.findall(
        r'^@exercise\("(.+?)"\)',
        (ROOT / "xlmtut" / "exercises" / f"chapter_{chapter}.py").read_text(encoding="utf-8"),
        re.M,
    )
    assert checked == sorted(set(checked)), "ids are unique and in order"
    assert declared == checked
    assert ids(chapter) == checked


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_has_a_right_and_two_wrong_answers(chapter: str) -> None:
    rows = answers(chapter)
    right = Counter(id for id, _ in rows["RIGHT"])
    wrong = Counter(id for id, *_ in rows["WRONG"])
    assert {id: right[id] >= 1 and wrong[id] >= 2 for id in ids(chapter)} == dict.fromkeys(ids(chapter), True)


@pytest.mark.parametrize(("id", "answer"), listed("RIGHT"))
def test_right(id: str, answer: object) -> None:
    assert repr(check(id, answer)) == f"{id}: right"


@pytest.mark.parametrize(("id", "answer", "words"), listed("WRONG"))
def test_wrong(id: str, answer: object, words: str) -> None:
    verdict = check(id, answer)
    assert not verdict, "a wrong answer was accepted"
    assert verdict.hint
    assert words in verdict.hint
    assert "\n" not in verdict.hint
    assert verdict.hint[-1] in ".?!"
    for right_id, right in answers(id.rpartition("-")[0])["RIGHT"]:
        assert right_id != id or not gives_away(verdict.hint, right)


JUNK = [None, ..., float("nan"), float("inf"), "", "?", [], {}, [[1], [1, 2]], object(), torch.zeros(7, 0, 3)]
JUNK += [lambda *_: None, lambda: 1 / 0, lambda *_: "?", True, {"a": 1}, (None,), np.array(["x"]), 1j, type]


@pytest.mark.parametrize("id", [id for chapter in CHAPTERS for id in ids(chapter)])
def test_junk_gets_a_hint(id: str) -> None:
    for answer in JUNK:
        verdict = check(id, answer)
        assert not verdict, f"{answer!r} was accepted"
        assert "\n" not in repr(verdict)


def test_a_hint_that_gives_the_answer_away_is_seen() -> None:
    assert gives_away("It is 6,144 of course.", 6144)
    assert gives_away("Should it be -0.31?", -0.31)
    assert gives_away("Look at (b) again.", "b")
    assert gives_away('Not "a"?', "a")
    assert not gives_away("A head has a matrix of 64 columns.", 6144)
    assert not gives_away("A head has a matrix.", "a")


# ---- the machinery, with a chapter that exists only here --------------------------------------------------


@pytest.fixture
def chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises, "_checks", {})
    monkeypatch.setattr(exercises, "_chapters", lambda: ["90", "91_1"])
    monkeypatch.setattr(exercises, "import_module", lambda name: None)

    @exercise("90-1")
    def _(answer: object) -> None:
        if not close(number(answer), 42):
            raise Hint("Multiply.")

    @exercise("91_1-2")
    def _(answer: object) -> None:
        if not close(tensor(call(answer, torch.ones(2)), shape=(2,)), torch.tensor([2.0, 2.0])):
            raise Hint("Double it.")


@pytest.mark.usefixtures("chapter")
def test_verdicts() -> None:
    assert check("90-1", 42)
    assert check("90-1", torch.tensor([[42]]))
    assert repr(check("90-1", np.float32(42))) == "90-1: right"
    assert repr(check("90-1", 41)) == "90-1: not yet. Multiply."
    assert not check("90-1", 41)
    assert check("91_1-2", lambda x: x * 2)
    assert "shape" in repr(check("91_1-2", lambda x: x.sum()))
    assert "raised KeyError: 'k'" in repr(check("91_1-2", lambda x: {}["k"]))
    assert "without calling" in repr(check("91_1-2", 3))
    assert "three dots" in repr(check("90-1", ...))
    assert check("90-1", 42) == Verdict("90-1")


@pytest.mark.usefixtures("chapter")
@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("90-7", r"^no exercise '90-7'; expected one of 90-1$"),
        ("91_1-1", r"^no exercise '91_1-1'; expected one of 91_1-2$"),
        ("77-1", r"^no exercises for chapter '77'; expected one of 90, 91_1$"),
        (42, r"^no exercises for chapter ''; expected one of 90, 91_1$"),
        ("../x-1", r"^no exercises for chapter '../x'"),
    ],
)
def test_unknown_ids(id: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(id, 1)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("6", "answer is text"),
        (object(), "answer is of type object"),
        ([1, 2], "has shape"),
        (float("nan"), "NaN"),
        (float("-inf"), "infinite"),
        (True, "truth value"),
        (torch.tensor([]), "empty"),
        (1j, "complex"),
    ],
)
def test_what_is_not_a_number_gets_a_hint(answer: object, hint: str) -> None:
    with pytest.raises(Hint, match=hint):
        number(answer)


def test_tensors_are_read_from_arrays_lists_and_gradients() -> None:
    weights = torch.nn.Parameter(torch.eye(2))
    for answer in ([[1, 0], [0, 1]], np.eye(2), weights):
        assert close(tensor(answer, shape=(2, 2)), torch.eye(2))
    assert not tensor(weights).requires_grad
    with pytest.raises(Hint, match=r"should be \(2,\), your answer has \(2, 2\)"):
        tensor(weights, shape=(2,))


@pytest.mark.parametrize("answer", ["B", " b ", "b"])
def test_letters(answer: str) -> None:
    assert choice(answer, "abc") == "b"


@pytest.mark.parametrize("answer", ["d", "ab", "", 2, ["a"]])
def test_other_letters_get_a_hint(answer: object) -> None:
    with pytest.raises(Hint, match="one letter in quotes: a, b, c"):
        choice(answer, "abc")
