"""Arabic: gender of verbs and adjectives, the article on both, tanwin, the dual, numerals, the jussive, ليس."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # The verb comes first and agrees in gender; "did not" is لم with the jussive.
    (st("anna", "buy", a("car", "red"), place="cairo"), "اشترت آنا سيارة حمراء في القاهرة."),
    (st("omar", "buy", a("car", "red"), place="cairo"), "اشترى عمر سيارة حمراء في القاهرة."),
    (~st("anna", "buy", a("car", "red")), "لم تشتر آنا سيارة حمراء."),
    (~st("omar", "see", the("film")), "لم يشاهد عمر الفيلم."),
    # The accusative without article ends in alif, except after ة, in sound feminine plurals and in diptotes.
    (st("anna", "read", a("book", "new")), "قرأت آنا كتابًا جديدًا."),
    (st("anna", "read", the("book", "new")), "قرأت آنا الكتاب الجديد."),
    (st("sara", "wear", a("scarf", "blue")), "ارتدت سارة وشاحًا أزرق."),
    (st("omar", "buy", some("book")), "اشترى عمر كتبًا."),
    (st("omar", "find", some("key")), "وجد عمر مفاتيح."),
    (st("omar", "feed", some("animal")), "أطعم عمر حيوانات."),
    (st("lina", "drink", a("water", "cold")), "شربت لينا ماءً باردًا."),
    (st("lina", "buy", a("axe", "heavy")), "اشترت لينا فأسًا ثقيلة."),
    (st("lina", "buy", a("bed", "expensive")), "اشترت لينا سريرًا غاليًا."),
    (st("lina", "has", a("bed", "expensive")), "لدى لينا سرير غالٍ."),
    # Two is a dual, with case; 3 to 6 take a numeral of the other gender and a plural that agrees like one woman.
    (st("omar", "has", n(2, "car", "red")), "لدى عمر سيارتان حمراوان."),
    (st("omar", "sell", n(2, "car", "red")), "باع عمر سيارتين حمراوين."),
    (st("omar", "sell", n(2, "pencil")), "باع عمر قلمي رصاص."),
    (st("nina", "has", n(3, "book", "new")), "لدى نينا ثلاثة كتب جديدة."),
    (st("nina", "has", n(5, "picture", "beautiful")), "لدى نينا خمس صور جميلة."),
    (~st("nina", "has", n(6, "scarf", "green")), "ليس لدى نينا ستة أوشحة خضراء."),
    (st("eva", "eat", n(4, "potato"), place="kitchen"), "أكلت إيفا أربع حبات بطاطس في المطبخ."),
    (st("eva", "see", some("house", "white")), "شاهدت إيفا بيوتًا بيضاء."),
    # Names decline where they are Arabic words; the preposition ب is written with the name.
    (st("leila", "meet", "karim", time="last_week"), "قابلت ليلى كريمًا الأسبوع الماضي."),
    (st("leila", "call", "hassan"), "اتصلت ليلى بحسن."),
    (~st("david", "help", "leila"), "لم يساعد ديفيد ليلى."),
    # Of music one plays "on the violin".
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "عزفت إيفا على الكمان في المدرسة أمس."),
    (st("eva", "play", n(3, "drum")), "عزفت إيفا على ثلاثة طبول."),
    # Things in general take the article.
    (st("peter", "like", some("animal")), "يحب بيتر الحيوانات."),
    (st("maria", "hate", a("milk")), "تكره ماريا الحليب."),
    (~st("maria", "love", some("apple")), "لا تعشق ماريا التفاح."),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "وصلت لينا إلى المستشفى مساء أمس."),
    (~st("ivan", "leave", place="athens"), "لم يغادر إيفان أثينا."),
    (st("adam", "live", place="kenya"), "يعيش آدم في كينيا."),
    (st(Thing("maria", surname="novak"), "work", "orbita", place="rome"), "تعمل ماريا نوفاك لدى أوربيتا في روما."),
    # No copula in the affirmative; ليس agrees and takes the accusative.
    (st(the("bottle"), "is", adjective="empty"), "الزجاجة فارغة."),
    (~st(the("box"), "is", adjective="big"), "ليس الصندوق كبيرًا."),
    (~st(the("door"), "is", adjective="white"), "ليس الباب أبيض."),
    (~st("fatima", "is", adjective="sick"), "ليست فاطمة مريضة."),
    (st(the("car"), "is", adjective="broken"), "السيارة معطلة."),
    (st(the("window"), "is", adjective="broken"), "النافذة مكسورة."),
    (st(the("hotel"), "is", adjective="hot"), "الفندق حار."),
    (st(the("chair"), "is", adjective="uncomfortable"), "الكرسي غير مريح."),
    (st("amina", "is_a", "lawyer"), "أمينة محامية."),
    (st("samuel", "is_a", "lawyer"), "صامويل محامٍ."),
    (~st("samuel", "is_a", "lawyer"), "ليس صامويل محاميًا."),
    (st(the("cat"), "at", place="beach"), "القطة على الشاطئ."),
    (~st("sara", "at", place="house"), "ليست سارة في البيت."),
    # The elative does not agree.
    (st("laura", "more", "martin", adjective="tall"), "لورا أطول من مارتن."),
    (~st(the("car"), "more", the("boat"), adjective="expensive"), "ليست السيارة أغلى من القارب."),
    (st("robert", "more", "nina", adjective="aged"), "روبرت أكبر سنًا من نينا."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "توجد دائرة حمراء على يسار نجمة زرقاء."),
    (st(a("square"), "above", a("circle", "black")), "يوجد مربع فوق دائرة سوداء."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("ar").say(statement).text == expected


def test_questions() -> None:
    arabic = language("ar")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert arabic.ask("who", bought).text == "من اشترى سيارة في باريس أمس؟"
    assert arabic.ask("what", bought).text == "ماذا اشترت آنا في باريس أمس؟"
    assert arabic.ask("where", bought).text == "أين اشترت آنا سيارة أمس؟"
    assert arabic.ask("when", bought).text == "متى اشترت آنا سيارة في باريس؟"
    assert arabic.ask("what", st("ivan", "play", a("piano"))).text == "على أي آلة عزف إيفان؟"
    assert arabic.ask("where", st(the("dog"), "at", place="park")).text == "أين الكلب؟"
    assert arabic.ask("where", st("sara", "live", place="rome")).text == "أين تعيش سارة؟"
    assert arabic.ask("who", st("anna", "has", the("key"))).text == "من لديه المفتاح؟"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    arabic, rng = language("ar"), random.Random(0)
    sold = st("anna", "sell", a("guitar"), time="last_week")
    assert {arabic.say(sold, rng).text for _ in range(100)} == {
        "باعت آنا جيتارًا الأسبوع الماضي.",
        "في الأسبوع الماضي باعت آنا جيتارًا.",
        "آنا باعت جيتارًا الأسبوع الماضي.",
    }
    assert {arabic.say(st("omar", "has", a("dog")), rng).text for _ in range(50)} == {
        "لدى عمر كلب.",
        "يملك عمر كلبًا.",
    }


def test_the_verb_says_who_it_was() -> None:
    arabic = language("ar")
    assert arabic.say(st("anna", "buy", a("car")), pronoun=True).text == "اشترت سيارة."
    assert arabic.say(~st("ivan", "eat", a("soup")), pronoun=True).text == "لم يأكل حساءً."
    assert arabic.say(st("anna", "has", a("car")), pronoun=True).text == "لديها سيارة."
    assert arabic.say(~st("ivan", "has", a("car")), pronoun=True).text == "ليس لديه سيارة."
    assert arabic.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "هو حزين."
    assert arabic.say(~st("anna", "is", adjective="sad"), pronoun=True).text == "ليست حزينة."


def test_requests() -> None:
    arabic = language("ar")
    assert (
        arabic.request("turn_on", {"device": the("radio"), "place": "kitchen"}).text
        == "شغّل الراديو في المطبخ."
    )
    assert arabic.request("weather", {"place": "cairo"}).text == "كيف سيكون الطقس في القاهرة؟"
    assert arabic.request("order", {"food": n(3, "apple")}).text == "أريد أن أطلب ثلاث تفاحات."
    assert arabic.request("call_person", {"person": Thing("anna")}).text == "اتصل بآنا."


def test_names_are_found_inside_words() -> None:
    called = language("ar").say(st("leila", "call", "hassan", place="cairo"))
    assert (called.part("object"), called.part("place.name")) == ("حسن", "القاهرة")
