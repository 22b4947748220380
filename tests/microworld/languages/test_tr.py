"""Turkish: vowel harmony, softening, the accusative of the definite, var and yok, değil, daha, names, dotted i."""

from __future__ import annotations

import random
import re

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.orthography import apply_rule
from xlmtut.microworld.realize import language
from xlmtut.microworld.spelling.tr import RULES
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Indefinite objects without ending, definite ones in the accusative; b, c, ğ for p, ç, k before vowels.
    (st("anna", "buy", a("car", "red")), "Anna kırmızı bir araba satın aldı."),
    (st("anna", "buy", the("car", "red")), "Anna kırmızı arabayı satın aldı."),
    (st("sara", "break", the("cup")), "Sara fincanı kırdı."),
    (st("sara", "break", the("radio")), "Sara radyoyu bozdu."),
    (st("hassan", "read", the("book")), "Hasan kitabı okudu."),
    (st("hassan", "plant", the("tree")), "Hasan ağacı dikti."),
    (st("nina", "feed", the("dog")), "Nina köpeği besledi."),
    (st("nina", "see", the("horse")), "Nina atı gördü."),
    (st("nina", "see", the("picture")), "Nina resmi gördü."),
    (st("eva", "drink", the("water")), "Eva suyu içti."),
    (st("eva", "drink", the("juice")), "Eva meyve suyunu içti."),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "Eva pazartesi günü sıcak kahve içti."),
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "Eva dün okulda keman çaldı."),
    (st("maria", "wear", the("hat")), "Maria şapkayı taktı."),
    # Singular after numbers.
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "Ömer mutfakta üç patates yedi."),
    (st("omar", "find", some("key")), "Ömer birkaç anahtar buldu."),
    (~st("ivan", "buy", a("fruit")), "İvan meyve satın almadı."),
    (~st("ivan", "buy", a("fruit", "big")), "İvan büyük bir meyve satın almadı."),
    (~st("karim", "write", the("letter")), "Karim mektubu yazmadı."),
    # Verbs choose the case of their object.
    (st("david", "call", "leila", place="paris"), "David Paris'te Leyla'yı aradı."),
    (st("david", "meet", "leila"), "David Leyla ile karşılaştı."),
    (~st("david", "help", "martin"), "David Martin'e yardım etmedi."),
    (st("peter", "like", some("dog")), "Peter köpeklerden hoşlanıyor."),
    (st("peter", "love", some("flower")), "Peter çiçeklere bayılıyor."),
    (~st("peter", "hate", some("milk")), "Peter sütten nefret etmiyor."),
    # Places and names: the apostrophe, the t after voiceless consonants, yatak odası with n.
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Lina dün akşam hastaneye vardı."),
    (st("lina", "arrive", place="street"), "Lina sokağa vardı."),
    (st("lina", "leave", place="athens"), "Lina Atina'dan ayrıldı."),
    (st("lina", "leave", place="bangkok"), "Lina Bangkok'tan ayrıldı."),
    (st("adam", "live", place="egypt"), "Adam Mısır'da yaşıyor."),
    (~st("adam", "live", place="turkey"), "Adam Türkiye'de yaşamıyor."),
    (st(the("cat"), "at", place="bedroom"), "Kedi yatak odasında."),
    (~st(the("cat"), "at", place="beach"), "Kedi plajda değil."),
    (
        st(Thing("adam", surname="novak"), "work", "orbita", place="rome"),
        "Adam Novak Roma'da Orbita şirketinde çalışıyor.",
    ),
    # Having: genitive, possessive, var; a certain thing is with somebody.
    (st("julia", "has", n(5, "scarf", "red")), "Julia'nın beş kırmızı atkısı var."),
    (st("robert", "has", a("book")), "Robert'in bir kitabı var."),
    (st(Thing("viktor", surname="berg"), "has", a("house")), "Viktor Berg'in bir evi var."),
    (~st("julia", "has", some("book")), "Julia'nın kitabı yok."),
    (st("anna", "has", the("key")), "Anahtar Anna'da."),
    (~st("robert", "has", the("key")), "Anahtar Robert'te değil."),
    # Predicates without a verb.
    (st(the("sunflower"), "is", adjective="yellow"), "Ayçiçeği sarı."),
    (~st("viktor", "is", adjective="tall"), "Viktor uzun boylu değil."),
    (st(the("chair"), "is", adjective="broken"), "Sandalye kırık."),
    (st(the("camera"), "is", adjective="broken"), "Kamera bozuk."),
    (st("samuel", "is_a", "artist"), "Samuel bir sanatçı."),
    (~st("maria", "is_a", "lawyer"), "Maria avukat değil."),
    (st("robert", "more", "martin", adjective="rich"), "Robert Martin'den daha zengin."),
    (~st(the("car"), "more", the("boat"), adjective="expensive"), "Araba tekneden daha pahalı değil."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "Kırmızı bir daire mavi bir yıldızın solunda."),
    # Capital İ at the start of a sentence.
    (st(the("cow"), "is", adjective="small"), "İnek küçük."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("tr").say(statement).text == expected


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("kitap+DA göz+DA", "kitapta gözde"),
        ("Şanghay'+(y)A Bangkok'+(y)A", "Şanghay'a Bangkok'a"),
        ("yıldız+(n)In oda+(n)In", "yıldızın odanın"),
        ("oda+(s)I+nDAn ev+(s)I+nDAn", "odasından evinden"),
        ("gül+lAr+I kız+lArI", "gülleri kızları"),
        ("İZMİR'+(y)I IŞIK'+(y)I", "İZMİR'i IŞIK'ı"),
    ],
)
def test_endings_follow_the_word(written: str, spelled: str) -> None:
    assert apply_rule(RULES[0], written, {})[0] == spelled


def test_a_name_keeps_its_place_before_the_ending() -> None:
    sentence = language("tr").say(st("anna", "call", "leila", place="paris"))
    assert sentence.part("place") == "Paris'te"
    assert sentence.part("place.name") == "Paris"
    assert sentence.part("object") == "Leyla'yı"
    assert sentence.part("object.noun") == "Leyla"


def test_plurals_take_the_vowels_of_their_noun() -> None:
    """No -lar after e, i, ö, ü and no -ler after a, ı, o, u."""
    turkish = language("tr")
    for noun, row in ontology().nouns.items():
        if not noun.isupper() and not row.get("mass"):
            text = turkish.say(st("anna", "love", some(noun))).text
            assert re.search(r"([aıou][^aeıioöuü]*lar|[eiöü][^aeıioöuü]*ler)(a|e|ına|ine) bayılıyor", text), (
                text
            )


def test_questions_have_the_question_word_before_the_verb() -> None:
    turkish = language("tr")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert turkish.ask("who", bought).text == "Dün Paris'te kim bir araba satın aldı?"
    assert turkish.ask("what", bought).text == "Anna dün Paris'te ne satın aldı?"
    assert turkish.ask("where", bought).text == "Anna dün nerede bir araba satın aldı?"
    assert turkish.ask("when", bought).text == "Anna Paris'te ne zaman bir araba satın aldı?"
    sold = st("anna", "sell", the("car"), place="paris", time="yesterday")
    assert turkish.ask("who", sold).text == "Dün Paris'te arabayı kim sattı?"
    assert turkish.ask("where", sold).text == "Anna dün arabayı nerede sattı?"
    assert turkish.ask("where", st(the("dog"), "at", place="park")).text == "Köpek nerede?"
    assert turkish.ask("who", st("anna", "has", the("bag"))).text == "Çanta kimde?"
    assert turkish.ask("who", st("anna", "has", a("bag"))).text == "Kimin bir çantası var?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    turkish, rng = language("tr"), random.Random(0)
    assert {turkish.say(st("anna", "drive", the("car"), time="yesterday"), rng).text for _ in range(200)} == {
        "Anna dün arabayı kullandı.",
        "Anna dün arabayı sürdü.",
        "Anna dün otomobili kullandı.",
        "Anna dün otomobili sürdü.",
        "Dün Anna arabayı kullandı.",
        "Dün Anna arabayı sürdü.",
        "Dün Anna otomobili kullandı.",
        "Dün Anna otomobili sürdü.",
    }


def test_a_pronoun_stands_for_the_subject() -> None:
    turkish = language("tr")
    assert turkish.say(st("anna", "buy", a("car")), pronoun=True).text == "O, bir araba satın aldı."
    assert turkish.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "O, üzgün."
    assert turkish.say(st("anna", "has", a("car")), pronoun=True).text == "Onun bir arabası var."


def test_requests() -> None:
    turkish = language("tr")
    radio = {"device": the("radio"), "place": "kitchen"}
    assert turkish.request("turn_on", radio).text == "Mutfaktaki radyoyu aç."
    assert turkish.request("weather", {"place": "cairo"}).text == "Kahire'de hava nasıl olacak?"
    assert turkish.request("call_person", {"person": Thing("omar")}).text == "Ömer'i ara."
    assert turkish.request("order", {"food": n(3, "apple")}).text == "Üç elma sipariş etmek istiyorum."
    assert turkish.request("play_song", {"person": Thing("leila")}).text == "Leyla'nın bir şarkısını çal."
