"""Thai: classifiers after the number, ไม่ได้ and ไม่, กว่า, split verbs, words without spaces, no full stop."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Noun, adjective, number, classifier; นั้น (that) or หนึ่ง (one) after the classifier.
    (st("anna", "buy", a("car", "red")), "แอนนาซื้อรถยนต์สีแดงคันหนึ่ง"),
    (st("anna", "buy", the("car", "red")), "แอนนาซื้อรถยนต์สีแดงคันนั้น"),
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "โอมาร์กินมันฝรั่งสามหัวในห้องครัว"),
    (st("maria", "sell", n(4, "horse")), "มาเรียขายม้าสี่ตัว"),
    (st("maria", "read", n(5, "book", "old")), "มาเรียอ่านหนังสือเก่าห้าเล่ม"),
    (st("maria", "read", some("newspaper")), "มาเรียอ่านหนังสือพิมพ์หลายฉบับ"),
    (st("julia", "has", n(6, "scarf", "white")), "จูเลียมีผ้าพันคอสีขาวหกผืน"),
    (st("hassan", "draw", a("rose")), "ฮัสซันวาดกุหลาบดอกหนึ่ง"),
    (st("hassan", "plant", a("rose")), "ฮัสซันปลูกกุหลาบต้นหนึ่ง"),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "เอวาดื่มกาแฟร้อนเมื่อวันจันทร์"),
    (st("eva", "drink", the("coffee", "hot")), "เอวาดื่มกาแฟร้อนถ้วยนั้น"),
    # A song is its own classifier.
    (st("hassan", "sing", a("song")), "ฮัสซันร้องเพลงหนึ่ง"),
    (st("hassan", "sing", a("song", "good")), "ฮัสซันร้องเพลงที่ดีเพลงหนึ่ง"),
    (st("hassan", "sing", n(2, "song")), "ฮัสซันร้องเพลงสองเพลง"),
    (st(the("room"), "is", adjective="big"), "ห้องนั้นใหญ่"),
    # Place and time at the end.
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "เอวาสีไวโอลินที่โรงเรียนเมื่อวาน"),
    (st("david", "meet", "leila", place="paris"), "เดวิดพบไลลาในปารีส"),
    (st("david", "call", "leila"), "เดวิดโทรหาไลลา"),
    (st("lina", "arrive", place="hospital", time="last_week"), "ลีนามาถึงโรงพยาบาลสัปดาห์ที่แล้ว"),
    (st("lina", "leave", place="athens"), "ลีนาออกจากเอเธนส์"),
    (st("adam", "live", place="thailand"), "อดัมอาศัยอยู่ในประเทศไทย"),
    (
        st(Thing("adam", surname="novak"), "work", "orbita", place="rome"),
        "อดัม โนวักทำงานให้บริษัทออร์บิตาในโรม",
    ),
    # The object chooses the verb: ซัก a shirt, ล้าง a cup, อาบน้ำให้ a dog; ตี a drum, เป่า a flute.
    (st("nina", "wash", the("shirt")), "นีนาซักเสื้อเชิ้ตตัวนั้น"),
    (st("nina", "wash", the("cup")), "นีนาล้างถ้วยใบนั้น"),
    (st("nina", "wash", the("dog")), "นีนาอาบน้ำให้สุนัขตัวนั้น"),
    (st("nina", "play", the("drum")), "นีนาตีกลองใบนั้น"),
    (st("nina", "play", the("flute")), "นีนาเป่าขลุ่ยเลานั้น"),
    (st("nina", "write", n(2, "poem")), "นีนาแต่งบทกวีสองบท"),
    (st("nina", "feed", n(4, "sheep")), "นีนาให้อาหารแกะสี่ตัว"),
    # Verbs around their object: ทำ … หาย, make … vanish.
    (st("sara", "lose", the("key")), "ซาราทำกุญแจดอกนั้นหาย"),
    (st("sara", "break", the("cup")), "ซาราทำถ้วยใบนั้นแตก"),
    (~st("sara", "break", a("radio")), "ซาราไม่ได้ทำวิทยุพัง"),
    # Denial: ไม่ได้ of events, ไม่ of states, no number.
    (~st("ivan", "buy", a("fruit")), "อีวานไม่ได้ซื้อผลไม้"),
    (~st("karim", "write", n(3, "letter")), "คาริมไม่ได้เขียนจดหมายสามฉบับ"),
    (~st("david", "help", "leila"), "เดวิดไม่ได้ช่วยไลลา"),
    (~st("julia", "has", some("book")), "จูเลียไม่มีหนังสือ"),
    (st("anna", "has", the("key")), "กุญแจดอกนั้นอยู่กับแอนนา"),
    (~st("peter", "love", some("dog")), "ปีเตอร์ไม่รักสุนัข"),
    (st("peter", "hate", some("milk")), "ปีเตอร์เกลียดนม"),
    (~st("maria", "is_a", "lawyer"), "มาเรียไม่ได้เป็นทนายความ"),
    (st("samuel", "is_a", "artist"), "ซามูเอลเป็นศิลปิน"),
    # Adjectives are predicates themselves; colours take เป็น.
    (~st("viktor", "is", adjective="tall"), "วิกเตอร์ไม่สูง"),
    (st(the("bottle"), "is", adjective="empty"), "ขวดใบนั้นว่างเปล่า"),
    (~st(the("door"), "is", adjective="red"), "ประตูบานนั้นไม่ได้เป็นสีแดง"),
    (~st(the("door"), "is", adjective="open"), "ประตูบานนั้นไม่ได้เปิดอยู่"),
    (st(the("cat"), "at", place="beach"), "แมวตัวนั้นอยู่บนชายหาด"),
    (~st(the("cat"), "at", place="bedroom"), "แมวตัวนั้นไม่ได้อยู่ในห้องนอน"),
    (st("robert", "more", "martin", adjective="rich"), "โรเบิร์ตรวยกว่ามาร์ติน"),
    (~st(the("car"), "more", the("boat"), adjective="expensive"), "รถยนต์คันนั้นไม่ได้แพงกว่าเรือลำนั้น"),
    (
        st(a("circle", "red"), "left_of", a("star", "blue")),
        "วงกลมสีแดงวงหนึ่งอยู่ทางซ้ายของดาวสีน้ำเงินดวงหนึ่ง",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("th").say(statement).text == expected


def test_questions_keep_the_order_of_the_statement() -> None:
    thai = language("th")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert thai.ask("who", bought).text == "ใครซื้อรถยนต์คันหนึ่งในปารีสเมื่อวาน?"
    assert thai.ask("what", bought).text == "แอนนาซื้ออะไรในปารีสเมื่อวาน?"
    assert thai.ask("where", bought).text == "เมื่อวาน แอนนาซื้อรถยนต์คันหนึ่งที่ไหน?"
    assert thai.ask("when", bought).text == "แอนนาซื้อรถยนต์คันหนึ่งในปารีสเมื่อไร?"
    lost = st("anna", "lose", the("key"), place="paris", time="yesterday")
    assert thai.ask("what", lost).text == "แอนนาทำอะไรหายในปารีสเมื่อวาน?"
    assert thai.ask("where", st(the("dog"), "at", place="park")).text == "สุนัขตัวนั้นอยู่ที่ไหน?"
    assert thai.ask("who", st("anna", "has", the("bag"))).text == "กระเป๋าใบนั้นอยู่กับใคร?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    thai, rng = language("th"), random.Random(0)
    assert {thai.say(st("anna", "eat", the("cheese"), time="friday"), rng).text for _ in range(200)} == {
        "แอนนากินเนยแข็งก้อนนั้นเมื่อวันศุกร์",
        "แอนนากินชีสก้อนนั้นเมื่อวันศุกร์",
        "แอนนารับประทานเนยแข็งก้อนนั้นเมื่อวันศุกร์",
        "แอนนารับประทานชีสก้อนนั้นเมื่อวันศุกร์",
        "เมื่อวันศุกร์ แอนนาได้กินเนยแข็งก้อนนั้น",
        "เมื่อวันศุกร์ แอนนาได้กินชีสก้อนนั้น",
        "เมื่อวันศุกร์ แอนนาได้รับประทานเนยแข็งก้อนนั้น",
        "เมื่อวันศุกร์ แอนนาได้รับประทานชีสก้อนนั้น",
    }


def test_a_pronoun_stands_for_the_subject() -> None:
    thai = language("th")
    assert thai.say(st("anna", "buy", a("car")), pronoun=True).text == "เธอซื้อรถยนต์คันหนึ่ง"
    assert thai.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "เขาเศร้า"


def test_requests() -> None:
    thai = language("th")
    lamp = {"device": the("lamp"), "place": "kitchen"}
    assert thai.request("turn_on", lamp).text == "เปิดโคมไฟในห้องครัว"
    assert (
        thai.request("weather", {"place": "cairo", "time": "tomorrow"}).text == "พรุ่งนี้อากาศในไคโรจะเป็นอย่างไร?"
    )
    assert thai.request("call_person", {"person": Thing("omar")}).text == "โทรหาโอมาร์"
    assert thai.request("order", {"food": n(3, "apple")}).text == "ฉันอยากสั่งแอปเปิลสามผล"


def test_words_are_found_though_nothing_separates_them() -> None:
    thai = language("th")
    sentence = thai.say(st("anna", "buy", n(2, "car", "red"), place="kitchen"))
    words = [sentence.text[start:end] for start, end in sentence.words]
    assert words == ["แอนนา", "ซื้อ", "รถยนต์", "สีแดง", "สอง", "คัน", "ใน", "ห้องครัว"]
    assert sentence.part("object") == "รถยนต์สีแดงสองคัน"
    named = thai.say(st(Thing("adam", surname="novak"), "is", adjective="tall"))
    assert [named.text[start:end] for start, end in named.words] == ["อดัม", "โนวัก", "สูง"]
