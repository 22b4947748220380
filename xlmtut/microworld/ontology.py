"""The concepts of the microworld and how they are related, read from ``concepts.toml``.

Nothing here knows a language: a concept is an English word used as a name.
"""

from __future__ import annotations

import tomllib
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["Ontology", "ontology"]


class Ontology:
    """What is a kind of what, what lies in what, what excludes what.

    Attributes
    ----------
    nouns, verbs, places, times : dict
        The tables of ``concepts.toml``, by concept.
    social, attitudes : dict
        The verbs between people, and those for what a person feels about a kind of thing.
    families : dict
        The families of adjectives; the members of one exclude each other.
    women, men, people, surnames, occupations, organisations : tuple of str
    corpus : dict
        By language, the size of its monolingual corpus against the largest.
    synonyms : dict
        By kind of word, the concepts that have two words in most languages.
    """

    def __init__(self, tables: dict[str, Any]) -> None:
        self.nouns: dict[str, dict[str, Any]] = tables["nouns"]
        self.verbs: dict[str, dict[str, Any]] = tables["verbs"]
        self.social: dict[str, dict[str, Any]] = tables["social"]
        self.attitudes: dict[str, dict[str, Any]] = tables["attitudes"]
        self.places: dict[str, dict[str, Any]] = tables["places"]
        self.times: dict[str, dict[str, Any]] = tables["times"]
        self.families: dict[str, dict[str, Any]] = tables["adjectives"]
        self.women, self.men = tuple(tables["people"]["women"]), tuple(tables["people"]["men"])
        self.people = self.women + self.men
        self.surnames = tuple(tables["people"]["surnames"])
        self.occupations = tuple(tables["people"]["occupations"])
        self.organisations = tuple(tables["organisations"]["names"])
        self.corpus: dict[str, float] = tables["corpus"]
        self.synonyms: dict[str, list[str]] = tables["synonyms"]
        self._leaves: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._verbs_for: dict[str, tuple[str, ...]] = {}

    @cached_property
    def family_of(self) -> dict[str, str]:
        """The family of every adjective."""
        return {adjective: family for family, row in self.families.items() for adjective in row["members"]}

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        """For every noun, place and time, the concept itself and all that are more general."""
        parents = {
            **{noun: row.get("isa") for noun, row in self.nouns.items()},
            **{f"in {place}": _prefixed(row.get("within")) for place, row in self.places.items()},
            **{f"in {time}": _prefixed(row.get("within")) for time, row in self.times.items()},
        }
        above = {}
        for concept in parents:
            chain, parent = {concept}, parents[concept]
            while parent:
                chain.add(parent)
                parent = parents.get(parent)
            above[concept] = frozenset(chain)
        return above

    @cached_property
    def below(self) -> dict[str, tuple[str, ...]]:
        """For every noun that names a kind, the nouns one may say instead: apple, pear … for fruit."""
        nouns = [noun for noun in self.nouns if not noun.isupper()]
        found = {kind: tuple(n for n in nouns if n != kind and self.is_a(n, kind)) for kind in nouns}
        return {kind: special for kind, special in found.items() if special}

    @cached_property
    def inside(self) -> dict[str, tuple[str, ...]]:
        """For every place and time that contains others, these."""
        found: dict[str, list[str]] = {}
        for concept, row in (*self.places.items(), *self.times.items()):
            if "within" in row:
                found.setdefault(row["within"], []).append(concept)
        return {outer: tuple(inner) for outer, inner in found.items()}

    def is_a(self, concept: str, kind: str) -> bool:
        """Whether a concept is of that kind, or is that kind itself; people are of the kind ``PERSON``."""
        if kind == "PERSON":
            return concept in self.people
        return kind in self._above.get(concept, (concept,))

    def within(self, inner: str, outer: str) -> bool:
        """Whether one place, or one time, lies in the other or is the other."""
        return f"in {outer}" in self._above[f"in {inner}"]

    def exclusive(self, place: str, other: str) -> bool:
        """Whether nothing is in both places at once: neither contains the other, and their kinds compare."""
        if self.within(place, other) or self.within(other, place):
            return False
        kinds = {self.places[place]["kind"], self.places[other]["kind"]}
        if len(kinds) == 1 or kinds == {"city", "country"}:
            return True
        # A room of the house is not at school; whether the school of a story is in Paris, nobody said.
        outer = [self.places[p].get("within") for p in (place, other)]
        return kinds == {"room", "site"} and any(
            q and self.exclusive(q, p) for q, p in zip(outer, (other, place), strict=True)
        )

    def things(self, *kinds: str) -> list[str]:
        """The nouns that have a word and are of one of the kinds, most general first as in the file."""
        return [n for n in self.nouns if not n.isupper() and any(self.is_a(n, kind) for kind in kinds)]

    def leaves(self, *kinds: str) -> tuple[str, ...]:
        """The nouns of these kinds that are not themselves kinds of something."""
        if kinds not in self._leaves:
            self._leaves[kinds] = tuple(noun for noun in self.things(*kinds) if noun not in self.below)
        return self._leaves[kinds]

    def may_be(self, concept: str, adjective: str) -> bool:
        """Whether the adjective describes such things (or such people)."""
        return any(self.is_a(concept, kind) for kind in self.families[self.family_of[adjective]]["of"])

    def may_happen(self, verb: str, noun: str) -> bool:
        """Whether one does this to such things."""
        return verb in self.verbs_for(noun)

    def verbs_for(self, noun: str) -> tuple[str, ...]:
        """What one does to such things."""
        if noun not in self._verbs_for:
            self._verbs_for[noun] = tuple(
                verb
                for verb, row in self.verbs.items()
                if any(self.is_a(noun, kind) for kind in row["objects"])
            )
        return self._verbs_for[noun]

    def topic(self, noun: str) -> str | None:
        """What a text with this noun is about: the noun's own topic or that of its kind."""
        while noun in self.nouns:
            if "topic" in self.nouns[noun]:
                return str(self.nouns[noun]["topic"])
            noun = self.nouns[noun].get("isa", "")
        return None


def _prefixed(concept: str | None) -> str | None:
    return concept and f"in {concept}"


@lru_cache(maxsize=1)
def ontology() -> Ontology:
    """The concepts of the microworld.

    Examples
    --------
    >>> world = ontology()
    >>> world.is_a("apple", "food"), world.within("paris", "france"), world.exclusive("paris", "italy")
    (True, True, True)
    """
    text = files(__package__).joinpath("concepts.toml").read_text(encoding="utf-8")
    return Ontology(tomllib.loads(text))
