"""Indonesian: classifiers, itu, bare nouns after denial, tidak and bukan, yang, lebih … daripada, di- in questions."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import HELD_OUT, language, languages
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Classifiers by what is counted.
    (st("anna", "buy", a("apple")), "Anna membeli sebuah apel."),
    (st("anna", "buy", a("cat", "black")), "Anna membeli seekor kucing hitam."),
    (st("nina", "feed", n(4, "sheep")), "Nina memberi makan empat ekor domba."),
    (st("julia", "has", n(5, "scarf", "red")), "Julia memiliki lima helai syal merah."),
    (st("julia", "write", a("letter")), "Julia menulis sepucuk surat."),
    (st("julia", "find", n(2, "pencil")), "Julia menemukan dua batang pensil."),
    (st("julia", "lose", a("ticket")), "Julia kehilangan selembar tiket."),
    (st("julia", "plant", a("rose", "white")), "Julia menanam setangkai mawar putih."),
    (st("omar", "eat", a("fruit")), "Omar makan sebutir buah."),
    # No classifier: what is not counted, several, what is definite, what is denied.
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "Eva minum kopi panas pada hari Senin."),
    (st("eva", "sell", some("chair", "old")), "Eva menjual beberapa kursi tua."),
    (st("sara", "open", the("window")), "Sara membuka jendela itu."),
    (st("sara", "repair", the("bicycle", "blue")), "Sara memperbaiki sepeda biru itu."),
    (~st("karim", "buy", a("car", "red")), "Karim tidak membeli mobil merah."),
    (~st("karim", "has", some("book")), "Karim tidak memiliki buku."),
    (~st("karim", "read", n(3, "book", "new")), "Karim tidak membaca tiga buah buku baru."),
    # yang before adjectives that are clauses.
    (st("lina", "read", a("book", "boring")), "Lina membaca sebuah buku yang membosankan."),
    (st("lina", "buy", the("chair", "uncomfortable")), "Lina membeli kursi yang tidak nyaman itu."),
    # tidak denies verbs and adjectives, bukan nouns and what is already denied.
    (~st("viktor", "is", adjective="tall"), "Viktor tidak tinggi."),
    (~st("viktor", "is_a", "artist"), "Viktor bukan seniman."),
    (st("viktor", "is_a", "doctor"), "Viktor adalah seorang dokter."),
    (~st(the("bed"), "is", adjective="uncomfortable"), "Tempat tidur itu bukan tidak nyaman."),
    # The word depends on what it is about.
    (st("adam", "wash", the("dog")), "Adam memandikan anjing itu."),
    (st("adam", "wash", the("car")), "Adam mencuci mobil itu."),
    (st("adam", "break", the("cup")), "Adam memecahkan cangkir itu."),
    (st("adam", "break", the("radio")), "Adam merusakkan radio itu."),
    (st("adam", "see", a("film", "good")), "Adam menonton sebuah film bagus."),
    (st(the("museum"), "is", adjective="closed"), "Museum itu tutup."),
    (st(the("door"), "is", adjective="closed"), "Pintu itu tertutup."),
    (st("adam", "read", the("newspaper", "old")), "Adam membaca koran lama itu."),
    # Prepositions and comparison.
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "Eva memainkan sebuah biola di sekolah kemarin."),
    (st("david", "meet", "leila", place="park", time="friday_evening"), "David bertemu dengan Leila di taman pada Jumat malam."),
    (~st("david", "thank", "leila"), "David tidak berterima kasih kepada Leila."),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Lina tiba di rumah sakit kemarin malam."),
    (~st("lina", "leave", place="beijing"), "Lina tidak meninggalkan Beijing."),
    (st("peter", "like", some("animal")), "Peter menyukai hewan."),
    (~st("peter", "hate", Thing("milk")), "Peter tidak membenci susu."),
    (st(Thing("adam", surname="novak"), "work", "orbita", place="rome"), "Adam Novak bekerja untuk Orbita di Roma."),
    (~st(the("key"), "at", place="kitchen"), "Kunci itu tidak ada di dapur."),
    (st("robert", "more", "martin", adjective="rich"), "Robert lebih kaya daripada Martin."),
    (st(the("car"), "more", the("boat"), adjective="expensive"), "Mobil itu lebih mahal daripada perahu itu."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "Sebuah lingkaran merah berada di sebelah kiri sebuah bintang biru."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("id").say(statement).text == expected


def test_it_is_held_out() -> None:
    assert HELD_OUT == "id"
    assert "id" not in languages()
    assert "id" in languages(held_out=True)


def test_every_phrasing_says_the_same_in_other_words() -> None:
    indonesian, rng = language("id"), random.Random(0)
    ate = st("anna", "eat", a("cucumber"), time="sunday")
    assert {indonesian.say(ate, rng).text for _ in range(300)} == {
        start.format(f"{verb} sebuah {noun}")
        for start in (
            "Anna {} pada hari Minggu.",
            "Pada hari Minggu, Anna {}.",
            "Anna telah {} pada hari Minggu.",
        )
        for verb in ("makan", "memakan")
        for noun in ("mentimun", "timun")
    }


def test_a_pronoun_has_no_gender() -> None:
    indonesian = language("id")
    assert indonesian.say(st("anna", "buy", a("coat")), pronoun=True).text == "Dia membeli sehelai mantel."
    assert indonesian.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "Dia sedih."


def test_to_ask_what_the_verb_turns_passive() -> None:
    indonesian = language("id")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert indonesian.ask("who", bought).text == "Siapa yang membeli sebuah mobil di Paris kemarin?"
    assert indonesian.ask("what", bought).text == "Apa yang dibeli Anna di Paris kemarin?"
    assert indonesian.ask("where", bought).text == "Di mana Anna membeli sebuah mobil kemarin?"
    assert indonesian.ask("when", bought).text == "Kapan Anna membeli sebuah mobil di Paris?"
    assert indonesian.ask("where", st(the("dog"), "at", place="park")).text == "Di mana anjing itu?"


def test_requests() -> None:
    indonesian = language("id")
    assert (
        indonesian.request("turn_on", {"device": the("radio"), "place": "kitchen"}).text
        == "Nyalakan radio di dapur."
    )
    assert (
        indonesian.request("weather", {"place": "cairo", "time": "tomorrow"}).text
        == "Bagaimana cuaca di Kairo besok?"
    )
