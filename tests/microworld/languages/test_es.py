"""Spanish: gender and number, personal a, ser and estar, gustar, contractions, buen and mal, el agua, question marks."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Articles and agreement; ninguno denies one.
    (st("anna", "buy", a("apple", "red")), "Anna compró una manzana roja."),
    (~st("anna", "buy", a("apple")), "Anna no compró ninguna manzana."),
    (~st("anna", "buy", a("hat", "white")), "Anna no compró ningún sombrero blanco."),
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "Omar comió tres patatas en la cocina."),
    (st("omar", "sell", some("chair", "old")), "Omar vendió sillas viejas."),
    (~st("omar", "has", some("book")), "Omar no tiene libros."),
    (~st("omar", "drink", a("milk")), "Omar no bebió leche."),
    (st("nina", "open", the("window")), "Nina abrió la ventana."),
    (st("nina", "repair", n(2, "lamp", "blue")), "Nina reparó dos lámparas azules."),
    # Before the noun bueno is buen; a stressed a takes the article el.
    (st("julia", "read", a("book", "good")), "Julia leyó un buen libro."),
    (st("julia", "write", a("letter", "bad")), "Julia escribió una mala carta."),
    (~st("julia", "see", a("film", "good")), "Julia no vio ninguna buena película."),
    (st("eva", "drink", the("water", "cold")), "Eva bebió el agua fría."),
    (st("eva", "drink", the("water", "good")), "Eva bebió la buena agua."),
    (st("eva", "has", a("axe", "new")), "Eva tiene un hacha nueva."),
    (~st("eva", "has", a("axe")), "Eva no tiene ningún hacha."),
    # a before people and before known animals; a el is al.
    (st("david", "see", the("dog")), "David vio al perro."),
    (st("david", "see", a("dog")), "David vio un perro."),
    (st("david", "see", the("house")), "David vio la casa."),
    (st("nina", "feed", n(4, "sheep")), "Nina dio de comer a cuatro ovejas."),
    (~st("nina", "feed", the("parrot")), "Nina no dio de comer al loro."),
    (~st("david", "help", "leila", place="india"), "David no ayudó a Leila en la India."),
    (st("david", "meet", "leila", place="park", time="friday_evening"), "David se encontró con Leila en el parque el viernes por la noche."),
    (st("david", "thank", "sara"), "David dio las gracias a Sara."),
    # What is liked is the subject.
    (st("anna", "like", some("apple")), "A Anna le gustan las manzanas."),
    (~st("anna", "like", Thing("water")), "A Anna no le gusta el agua."),
    (st("anna", "love", some("dog")), "A Anna le encantan los perros."),
    (st("peter", "hate", some("animal")), "Peter odia a los animales."),
    (~st("peter", "hate", Thing("coffee")), "Peter no odia el café."),
    # ser and estar.
    (st(the("car"), "is", adjective="cheap"), "El coche es barato."),
    (st(the("bottle"), "is", adjective="empty"), "La botella está vacía."),
    (~st("maria", "is", adjective="tall"), "María no es alta."),
    (~st("maria", "is", adjective="sick"), "María no está enferma."),
    (st(the("soup"), "is", adjective="good"), "La sopa está buena."),
    (st(the("museum"), "is", adjective="good"), "El museo es bueno."),
    (st("samuel", "is_a", "artist"), "Samuel es artista."),
    (~st("maria", "is_a", "lawyer"), "María no es abogada."),
    (~st(the("cat"), "at", place="garden"), "El gato no está en el jardín."),
    (st("laura", "more", "martin", adjective="rich"), "Laura es más rica que Martín."),
    (st(the("table"), "more", the("chair"), adjective="heavy"), "La mesa es más pesada que la silla."),
    # Other verbs and places.
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "Eva tocó el violín en la escuela ayer."),
    (st("eva", "play", a("guitar", "old")), "Eva tocó una guitarra vieja."),
    (st("laura", "wear", n(2, "scarf")), "Laura llevó puestas dos bufandas."),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Lina llegó al hospital ayer por la noche."),
    (st("lina", "leave", place="market"), "Lina salió del mercado."),
    (st(Thing("adam", surname="novak"), "work", "orbita", place="cairo"), "Adam Novak trabaja para Orbita en El Cairo."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "Un círculo rojo está a la izquierda de una estrella azul."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("es").say(statement).text == expected


def test_every_phrasing_says_the_same_in_other_words() -> None:
    spanish, rng = language("es"), random.Random(0)
    bought = st("anna", "buy", a("car", "expensive"), time="sunday")
    assert {spanish.say(bought, rng).text for _ in range(300)} == {
        start.format(f"Anna {verb} un {noun} {adjective}")
        for start in ("{} el domingo.", "El domingo {}.")
        for verb in ("compró", "adquirió")
        for noun in ("coche", "automóvil")
        for adjective in ("caro", "costoso")
    }


def test_older_has_a_comparative_of_its_own() -> None:
    spanish = language("es")
    older = st("robert", "more", "martin", adjective="aged")
    assert spanish.say(older).text == "Robert es más viejo que Martín."
    assert spanish.say(older, words=1).text == "Robert es mayor que Martín."


def test_a_pronoun_stands_for_the_subject() -> None:
    spanish = language("es")
    assert spanish.say(st("anna", "buy", a("coat")), pronoun=True).text == "Ella compró un abrigo."
    assert spanish.say(st("ivan", "like", some("cat")), pronoun=True).text == "A él le gustan los gatos."


def test_questions() -> None:
    spanish = language("es")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert spanish.ask("who", bought).text == "¿Quién compró un coche en París ayer?"
    assert spanish.ask("what", bought).text == "¿Qué compró Anna en París ayer?"
    assert spanish.ask("where", bought).text == "¿Dónde compró Anna un coche ayer?"
    met = st("ivan", "meet", "anna", place="rome", time="yesterday")
    assert spanish.ask("when", met).text == "¿Cuándo se encontró Iván con Anna en Roma?"
    wore = st("anna", "wear", the("shirt"), place="rome", time="yesterday")
    assert spanish.ask("when", wore).text == "¿Cuándo llevó Anna puesta la camisa en Roma?"
    assert spanish.ask("where", st(the("dog"), "at", place="park")).text == "¿Dónde está el perro?"


def test_requests() -> None:
    spanish = language("es")
    assert (
        spanish.request("turn_on", {"device": the("radio"), "place": "kitchen"}).text
        == "Enciende la radio en la cocina."
    )
    assert spanish.request("weather", {"place": "cairo"}).text == "¿Qué tiempo hará en El Cairo?"
    assert (
        spanish.request("book_ticket", {"place": "london", "time": "tomorrow"}).text
        == "Necesito un billete a Londres para mañana."
    )
