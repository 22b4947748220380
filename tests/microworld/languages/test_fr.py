"""French: gender, partitive articles and de, elision, contraction, bel and vieil, place of adjectives, être and avoir."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Articles; denial turns what is indefinite into de.
    (st("anna", "buy", a("apple")), "Anna a acheté une pomme."),
    (~st("anna", "buy", a("apple")), "Anna n'a pas acheté de pomme."),
    (st("omar", "drink", a("tea")), "Omar a bu du thé."),
    (st("omar", "eat", a("soup")), "Omar a mangé de la soupe."),
    (st("omar", "drink", a("water", "cold")), "Omar a bu de l'eau froide."),
    (~st("omar", "drink", a("water")), "Omar n'a pas bu d'eau."),
    (st("nina", "buy", some("orange")), "Nina a acheté des oranges."),
    (~st("nina", "has", some("book")), "Nina n'a pas de livres."),
    (~st("nina", "feed", n(4, "sheep")), "Nina n'a pas nourri quatre moutons."),
    (~st("sara", "open", the("window")), "Sara n'a pas ouvert la fenêtre."),
    # Adjectives: most after the noun, a few before it; agreement; two forms before a vowel.
    (st("lina", "buy", a("dress", "white")), "Lina a acheté une robe blanche."),
    (st("lina", "wash", n(3, "scarf", "blue")), "Lina a lavé trois écharpes bleues."),
    (st("lina", "buy", a("coat", "beautiful")), "Lina a acheté un beau manteau."),
    (st("lina", "see", a("hotel", "beautiful")), "Lina a vu un bel hôtel."),
    (st("lina", "repair", the("computer", "old")), "Lina a réparé le vieil ordinateur."),
    (st("lina", "repair", n(2, "computer", "old")), "Lina a réparé deux vieux ordinateurs."),
    (st("lina", "repair", a("tool", "new")), "Lina a réparé un nouvel outil."),
    (st("lina", "buy", a("wardrobe", "new")), "Lina a acheté une nouvelle armoire."),
    (st("lina", "sell", some("house", "big")), "Lina a vendu de grandes maisons."),
    (st("lina", "eat", a("bread", "good")), "Lina a mangé du bon pain."),
    (~st("lina", "buy", a("lemon", "big")), "Lina n'a pas acheté de gros citron."),
    (st("lina", "sell", a("boat", "cheap")), "Lina a vendu un bateau bon marché."),
    # Predicates agree too, and what is new is neuf.
    (st(the("car"), "is", adjective="new"), "La voiture est neuve."),
    (st(the("animal"), "is", adjective="beautiful"), "L'animal est beau."),
    (~st("leila", "is", adjective="happy"), "Leïla n'est pas heureuse."),
    (st("robert", "more", "ivan", adjective="rich"), "Robert est plus riche qu'Ivan."),
    (st(the("lamp"), "more", the("radio"), adjective="cheap"), "La lampe est meilleur marché que la radio."),
    (st(the("house"), "more", the("hotel"), adjective="expensive"), "La maison est plus chère que l'hôtel."),
    (st("anna", "is_a", "lawyer"), "Anna est avocate."),
    (~st("adam", "is_a", "engineer"), "Adam n'est pas ingénieur."),
    # To play is jouer de; de le becomes du; an aspirated h is not elided.
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "Eva a joué du violon à l'école hier."),
    (st("eva", "play", a("guitar", "old")), "Eva a joué d'une vieille guitare."),
    (st("eva", "play", a("instrument")), "Eva a joué d'un instrument de musique."),
    (~st("eva", "play", a("piano")), "Eva n'a pas joué de piano."),
    (st("ivan", "lose", the("axe")), "Ivan a perdu la hache."),
    (st("ivan", "has", the("axe")), "Ivan a la hache."),
    # The participle agrees with the subject after être.
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Lina est arrivée à l'hôpital hier soir."),
    (st("adam", "arrive", place="cairo"), "Adam est arrivé au Caire."),
    (st("lina", "leave", place="market"), "Lina a quitté le marché."),
    (st("david", "visit", "leila", place="italy"), "David a rendu visite à Leïla en Italie."),
    (~st("david", "help", "leila", place="kenya"), "David n'a pas aidé Leïla au Kenya."),
    (st(Thing("adam", surname="novak"), "work", "orbita", place="rome"), "Adam Novak travaille chez Orbita à Rome."),
    (~st("peter", "like", some("dog")), "Peter n'aime pas les chiens."),
    (st("peter", "hate", some("milk")), "Peter déteste le lait."),
    (~st("julia", "live", place="lisbon"), "Julia n'habite pas à Lisbonne."),
    (st(a("circle", "white"), "left_of", a("star", "black")), "Un cercle blanc est à gauche d'une étoile noire."),
    (st(a("square", "red"), "above", a("circle", "green")), "Un carré rouge est au-dessus d'un cercle vert."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("fr").say(statement).text == expected


def test_every_phrasing_says_the_same_in_other_words() -> None:
    french, rng = language("fr"), random.Random(0)
    repaired = ~st("anna", "repair", a("bicycle"), time="last_week")
    assert {french.say(repaired, rng).text for _ in range(200)} == {
        start.format(f"Anna n'a pas {verb} de {noun}")
        for start in ("{} la semaine dernière.", "La semaine dernière, {}.")
        for verb in ("réparé", "remis en état")
        for noun in ("vélo", "bicyclette")
    }


def test_one_owns_a_car_but_has_an_apple() -> None:
    french, rng = language("fr"), random.Random(0)
    ring, apple = (st("sara", "has", a(noun)) for noun in ("ring", "apple"))
    assert {french.say(ring, rng).text for _ in range(50)} == {"Sara a une bague.", "Sara possède une bague."}
    assert {french.say(apple, rng).text for _ in range(50)} == {"Sara a une pomme."}


def test_a_pronoun_stands_for_the_subject() -> None:
    french = language("fr")
    assert french.say(st("anna", "arrive", place="egypt"), pronoun=True).text == "Elle est arrivée en Égypte."
    assert french.say(~st("ivan", "is", adjective="sad"), pronoun=True).text == "Il n'est pas triste."


def test_questions_invert_with_a_pronoun_that_agrees() -> None:
    french = language("fr")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert french.ask("who", bought).text == "Qui a acheté une voiture à Paris hier\u00a0?"
    assert french.ask("what", bought).text == "Qu'est-ce qu'Anna a acheté à Paris hier\u00a0?"
    assert french.ask("where", bought).text == "Où Anna a-t-elle acheté une voiture hier\u00a0?"
    met = st("ivan", "meet", "anna", place="rome", time="yesterday")
    assert french.ask("when", met).text == "Quand Ivan a-t-il rencontré Anna à Rome\u00a0?"
    assert french.ask("where", st(the("dog"), "at", place="park")).text == "Où est le chien\u00a0?"


def test_requests() -> None:
    french = language("fr")
    assert (
        french.request("turn_on", {"device": the("computer"), "place": "office"}).text
        == "Allume l'ordinateur au bureau."
    )
    assert french.request("weather", {"place": "cairo"}).text == "Quel temps fera-t-il au Caire\u00a0?"
    assert french.request("play_song", {"person": Thing("omar")}).text == "Mets une chanson d'Omar."
    assert french.request("order", {"food": a("soup")}).text == "Je voudrais commander de la soupe."


def test_a_connective_comes_first() -> None:
    french = language("fr")
    left = st("anna", "leave", place="hospital")
    assert french.say(left, connective="restate").text == "Autrement dit\u00a0: Anna a quitté l'hôpital."
    assert french.say(left, connective="but", pronoun=True).text == "Mais elle a quitté l'hôpital."
