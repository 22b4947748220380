"""Say statements in a language: the language's data file, read, and sentences made with it."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from xlmtut.microworld.grammar import Grammar, Group, Pattern, Slot, Text, best_key, compile_pattern
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.orthography import Rule, Sentence, apply_rule, find_words, remove_spaces
from xlmtut.microworld.words import Features, GrammarError, Word, read_section
from xlmtut.microworld.world import Statement, Thing

__all__ = ["HELD_OUT", "Language", "frame", "language", "languages"]

# Dimensions that every language has; its file adds case, gender or noun class.
_DIMENSIONS = {
    "number": ["sg", "du", "pl"],
    "definiteness": ["def", "indef", "generic", "num", "name", "pronoun", "bare"],
}
_WORD_SECTIONS = (
    "nouns", "people", "surnames", "organisations", "occupations", "places", "times", "verbs", "adjectives",
    "numbers", "pronouns", "words",
)  # fmt: skip
HELD_OUT = "id"  # Indonesian: in no pretraining, for the experiment with another language
REQUEST_ROLES = ("device", "food", "object", "person", "place", "time")  # of the dialogue task


class Language:
    """A language of the microworld.

    Attributes
    ----------
    code, name : str
        ISO 639-1 code, English name.
    direction : str
        ``"ltr"`` or ``"rtl"``.
    spaced : bool
        Whether the script separates words with spaces.

    Examples
    --------
    >>> english = language("en")
    >>> anna, car = Thing("anna"), Thing("car", adjective="red")
    >>> english.say(Statement("buy", anna, car, place="paris")).text
    'Anna bought a red car in Paris.'
    >>> english.say(~Statement("has", anna, Thing("book", count=3))).text
    'Anna does not have three books.'
    """

    def __init__(self, data: Mapping[str, Any], rules: Sequence[Rule] = ()) -> None:
        self.code: str = data["code"]
        self.name: str = data["name"]
        self.direction: str = data.get("direction", "ltr")
        self.spaced: bool = data.get("spaced", True)
        self._ends: dict[str, str] = data["punctuation"]
        self._upper: dict[str, str] = data.get("uppercase", {})
        self.grammar = Grammar(_DIMENSIONS | data.get("features", {}))
        self.lexicon: dict[str, dict[str, tuple[Word, ...]]] = {
            section: read_section(data, section) for section in _WORD_SECTIONS
        }
        self._section_of = {
            concept: section
            for section in ("nouns", "people", "organisations", "occupations")
            for concept in self.lexicon[section]
        }
        self.tables: dict[str, dict[Features, tuple[str, ...]]] = {
            name: {
                frozenset(key.split()): tuple([patterns] if isinstance(patterns, str) else patterns)
                for key, patterns in data.get(name, {}).items()
            }
            for name in ("np", "clauses", "questions", "dialogue")
        }
        self._patterns: dict[tuple[str, Features], tuple[str, ...]] = {}
        self.connectives: dict[str, list[str]] = data.get("connectives", {})
        self.notes: str = " ".join(data.get("notes", "").split())
        spelling: list[Rule] = [(re.compile(a), b) for a, b in data.get("spelling", {}).get("rules", [])]
        self._rules: list[Rule] = [*spelling, *rules]

    # -- sentences ---------------------------------------------------------------------------------

    def say(
        self,
        statement: Statement,
        rng: random.Random | None = None,
        *,
        pronoun: bool = False,
        words: int | None = None,
        connective: str | None = None,
    ) -> Sentence:
        """Say a statement.

        Parameters
        ----------
        statement : Statement
        rng : random.Random, optional
            Chooses between the phrasings and synonyms; without it, the first of each.
        pronoun : bool
            Say *she* or *he* for the subject, who must be a person.
        words : int, optional
            0 takes the first word for every concept, 1 the second where there is one.
        connective : str, optional
            How the sentence follows from those before, one of the language's ``[connectives]``.

        Raises
        ------
        GrammarError
            If the language's data lacks a word, a form or a pattern.
        """
        pick = _Picker(rng, words)
        roles = self._roles(statement, pick, pronoun)
        verb = roles["verb"]
        features = _clause_features(statement, roles) | {"pos" if statement.positive else "neg"}
        pattern = self.pattern("clauses", features, pick)
        start = pick(self.connectives[connective]) if connective else ""
        return self.finish(self.fill(pattern, roles, verb.object if verb else None, start))

    def ask(self, about: str, statement: Statement, rng: random.Random | None = None) -> Sentence:
        """Ask for one part of a statement: ``about`` is a key of the language's table of questions."""
        pick = _Picker(rng)
        roles = self._roles(statement, pick, False)
        verb = roles["verb"]
        features = _clause_features(statement, roles) | {about}
        pattern = self.pattern("questions", features, pick)
        return self.finish(self.fill(pattern, roles, verb.object if verb else None), end="question")

    def request(self, intent: str, roles: Mapping[str, Any], rng: random.Random | None = None) -> Sentence:
        """Say a request of the dialogue task; roles are things, places and times by slot name."""
        pick = _Picker(rng)
        filled = dict.fromkeys(REQUEST_ROLES) | {name: self._role(name, v, pick) for name, v in roles.items()}
        pattern = self.pattern("dialogue", frozenset({intent}), pick)
        end = "question" if pattern.endswith("?") else "statement"
        return self.finish(self.fill(pattern.rstrip("?"), filled), end=end)

    def pattern(self, table: str, features: Features, pick: _Picker | None = None) -> str:
        """One of the patterns of the table whose key fits the features best; without ``pick`` the first."""
        patterns = self._patterns.get((table, features))
        if patterns is None:
            key = best_key(self.tables[table], features)
            if key is None:
                raise GrammarError(f"{self.code}: no pattern in [{table}] for {' '.join(sorted(features))}")
            patterns = self._patterns[table, features] = self.tables[table][key]
        return str(pick(patterns) if pick else patterns[0])

    def fill(
        self, pattern: str, roles: Mapping[str, Any], object_pattern: str | None = None, start: str = ""
    ) -> Text:
        """Fill a pattern's slots, after what the text starts with."""
        text = Text()
        text.append(start)
        self._expand(compile_pattern(pattern, object_pattern), roles, frozenset(), text, "")
        return text

    def join(self, sentences: Sequence[Sentence]) -> tuple[str, list[int]]:
        """Put sentences one after the other; also say where each starts.

        Languages that write no spaces between words write none between sentences either, except where a
        sentence has no final mark.
        """
        space = " " if self.spaced or not self._ends["statement"] else ""
        starts, length = [], 0
        for sentence in sentences:
            starts.append(length)
            length += len(sentence.text) + len(space)
        return space.join(sentence.text for sentence in sentences), starts

    # -- roles -------------------------------------------------------------------------------------

    def word(self, section: str, concept: str, pick: _Picker | None = None) -> Word:
        """The word for a concept, or one of them."""
        words = self.lexicon[section].get(concept)
        if words is None:
            raise GrammarError(f"{self.code}: no word for {concept!r} in [{section}]")
        return pick(words) if pick else words[0]

    def _roles(self, s: Statement, pick: _Picker, pronoun: bool) -> dict[str, Any]:
        subject = self._phrase(s.subject, pick)
        if pronoun:
            gender = "f" if s.subject.concept in ontology().women else "m"
            subject = _Phrase(s.subject, self.word("pronouns", gender), frozenset({"pronoun", "sg", gender}))
        return {
            "subject": subject,
            "object": self._phrase(s.object, pick) if s.object else None,
            "verb": self.word("verbs", s.predicate, pick) if s.predicate in self.lexicon["verbs"] else None,
            "adj": self.word("adjectives", s.adjective, pick) if s.adjective else None,
            "place": self.word("places", s.place, pick) if s.place else None,
            "time": self.word("times", s.time, pick) if s.time else None,
        }

    def _role(self, name: str, value: Any, pick: _Picker) -> Any:
        if isinstance(value, Thing):
            return self._phrase(value, pick)
        return self.word({"place": "places", "time": "times", "number": "numbers"}[name], str(value), pick)

    def _phrase(self, thing: Thing, pick: _Picker) -> _Phrase:
        section = self._section_of.get(thing.concept)
        if section is None:
            raise GrammarError(f"{self.code}: no word for {thing.concept!r}")
        noun = self.word(section, thing.concept, pick)
        if section in ("people", "organisations"):
            own = {"name", "sg"}
        elif thing.definite:
            own = {"def", "sg"}
        elif thing.count == 1:
            own = {"indef", "sg"}
        else:
            own = {"indef", "pl"} if thing.count is None else {"num", "pl"}
        features = self.grammar.merge(noun.features, frozenset(own))
        number = None
        if thing.count not in (None, 1):
            number = self.word("numbers", str(thing.count))
            features = self.grammar.merge(features, number.features)
        adjective = self.word("adjectives", thing.adjective, pick) if thing.adjective else None
        if adjective:
            features = features | adjective.features
        surname = self.word("surnames", thing.surname) if thing.surname else None
        return _Phrase(thing, noun, features, adjective, number, surname)

    # -- filling -----------------------------------------------------------------------------------

    def _expand(
        self, pattern: Pattern, roles: Mapping[str, Any], inherited: Features, text: Text, prefix: str
    ) -> None:
        for part in pattern:
            if isinstance(part, str):
                text.append(part)
            elif isinstance(part, Group):
                for name in part.needs:
                    if self._filler(name, roles) is None:
                        break
                else:
                    self._expand(part.parts, roles, inherited, text, prefix)
            else:
                self._fill_slot(part, roles, inherited, text, prefix)

    def _filler(self, name: str, roles: Mapping[str, Any]) -> Any:
        if name in roles:
            return roles[name]
        words = self.lexicon["words"].get(name)
        if words is None:
            raise GrammarError(
                f"{self.code}: a pattern has {{{name}}}, which is neither a role nor in [words]"
            )
        return words[0]

    def _fill_slot(
        self, slot: Slot, roles: Mapping[str, Any], inherited: Features, text: Text, prefix: str
    ) -> None:
        filler = self._filler(slot.name, roles)
        if filler is None:
            raise GrammarError(f"{self.code}: nothing fills {{{slot.name}}}, and it is not in brackets")
        features = inherited
        for name in slot.controllers:
            controller = self._filler(name, roles)
            if controller is not None:
                features = self.grammar.merge(features, controller.features)
        features = self.grammar.merge(features, slot.features)
        tag = f"{prefix}{slot.name}" if slot.name in roles else None
        if isinstance(filler, _Phrase):
            features = self.grammar.merge(filler.features, features)
            start = text.open()
            parts = {
                "noun": filler.noun,
                "adj": filler.adjective,
                "number": filler.number,
                "surname": filler.surname,
            }
            pattern = self.pattern("np", features)
            self._expand(compile_pattern(pattern), parts, features, text, f"{slot.name}.")
            text.close(slot.name, start)
        else:
            try:
                text.append(filler.form(features), tag)
            except GrammarError as error:
                raise GrammarError(f"{self.code}: {error}") from None

    # -- orthography -------------------------------------------------------------------------------

    def finish(self, text: Text, end: str = "statement") -> Sentence:
        """Apply the spelling rules, find the words, and write the sentence as the script wants it."""
        string, spans = str(text), text.spans
        for rule in self._rules:
            string, spans = apply_rule(rule, string, spans)
        words = find_words(string)
        if not self.spaced:
            string, spans, words = remove_spaces(string, spans, words)
        start = self._ends.get(f"before {end}", "")
        string = self._upper.get(string[:1], string[:1].upper()) + string[1:]
        shift = len(start)
        if shift:
            spans = {tag: (a + shift, b + shift) for tag, (a, b) in spans.items()}
            words = [(a + shift, b + shift) for a, b in words]
        return Sentence(start + string + self._ends[end], spans, words)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A noun phrase before it is put into words."""

    thing: Thing
    noun: Word
    features: Features
    adjective: Word | None = None
    number: Word | None = None
    surname: Word | None = None


def _clause_features(statement: Statement, roles: Mapping[str, Any]) -> Features:
    """What keys of clauses may name: the kind of clause, the verb, the subject, and what there is to say.

    Features of the object are written ``object.def``.
    """
    present = {f"+{name}" for name in ("object", "place", "time") if roles[name]}
    if roles["object"]:
        present |= {f"object.{feature}" for feature in roles["object"].features}
    verb = roles["verb"].features if roles["verb"] else frozenset()
    subject: Features = roles["subject"].features
    return subject | verb | present | {frame(statement), statement.predicate}


class _Picker:
    """Chooses between alternatives: the first without ``rng``, else by chance; words as asked for."""

    def __init__(self, rng: random.Random | None, words: int | None = None) -> None:
        self._rng, self._words = rng, words

    def __call__(self, alternatives: Sequence[Any]) -> Any:
        if len(alternatives) == 1:
            return alternatives[0]
        if self._words is not None and isinstance(alternatives[0], Word):
            return alternatives[self._words]
        # The first way to say it is the usual one.
        if self._rng is None or self._rng.random() < 0.5:
            return alternatives[0]
        return alternatives[1 + int(self._rng.random() * (len(alternatives) - 1))]


def frame(statement: Statement) -> str:
    """The kind of clause a statement needs: ``event``, ``social``, ``attitude`` or its own predicate."""
    world = ontology()
    if statement.predicate in world.verbs:
        return "event"
    if statement.predicate in world.social:
        return "social"
    return "attitude" if statement.predicate in world.attitudes else statement.predicate


def languages(held_out: bool = False) -> list[str]:
    """The codes of XNLI's 15 languages, in alphabetical order; with ``held_out`` also Indonesian's."""
    names = [f.name for f in files(__package__).joinpath("languages").iterdir()]
    codes = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return [code for code in codes if held_out or code != HELD_OUT]


@cache
def language(code: str) -> Language:
    """A language of the microworld by its ISO 639-1 code.

    Raises
    ------
    ValueError
        If the microworld does not speak it.
    """
    if code not in languages(held_out=True):
        known = ", ".join(languages(held_out=True))
        raise ValueError(f"the microworld does not speak {code!r}; it speaks {known}")
    folder = files(__package__).joinpath("languages")
    data = tomllib.loads(folder.joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    rules: Sequence[Rule] = ()
    if files(__package__).joinpath("spelling", f"{code}.py").is_file():
        rules = import_module(f"{__package__}.spelling.{code}").RULES
    return Language(data, rules)
