"""Vietnamese: classifiers, adjectives after the noun, đã and không, hơn, verbs by their object, tone marks."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Classifiers after numbers and before what is pointed at; none for mass nouns and for kinds of things.
    (st("anna", "buy", a("car", "red")), "Anna đã mua một chiếc ô tô màu đỏ."),
    (st("anna", "buy", the("car", "red")), "Anna đã mua chiếc ô tô màu đỏ đó."),
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "Omar đã ăn ba củ khoai tây trong nhà bếp."),
    (st("omar", "eat", n(2, "apple")), "Omar đã ăn hai quả táo."),
    (st("maria", "sell", n(4, "horse")), "Maria đã bán bốn con ngựa."),
    (st("maria", "read", n(5, "book", "old")), "Maria đã đọc năm cuốn sách cũ."),
    (st("maria", "read", some("newspaper")), "Maria đã đọc vài tờ báo."),
    (st("maria", "see", a("animal")), "Maria đã nhìn thấy một con vật."),
    (st("peter", "like", some("animal")), "Peter thích động vật."),
    (st("hassan", "draw", a("rose")), "Hassan đã vẽ một bông hoa hồng."),
    (st("hassan", "plant", a("rose")), "Hassan đã trồng một cây hoa hồng."),
    (st("hassan", "sing", n(2, "song")), "Hassan đã hát hai bài hát."),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "Eva đã uống cà phê nóng vào thứ Hai."),
    (st("eva", "drink", the("coffee", "hot")), "Eva đã uống tách cà phê nóng đó."),
    # Place and time at the end.
    (
        st("eva", "play", a("violin"), place="school", time="yesterday"),
        "Eva đã chơi đàn vĩ cầm ở trường học hôm qua.",
    ),
    (st("david", "meet", "leila", place="paris"), "David đã gặp Leila ở Paris."),
    (
        st("lina", "arrive", place="hospital", time="yesterday_evening"),
        "Lina đã đến bệnh viện tối hôm qua.",
    ),
    (st("lina", "leave", place="athens"), "Lina đã rời khỏi Athens."),
    (st("adam", "live", place="vietnam"), "Adam sống ở Việt Nam."),
    (
        st(Thing("adam", surname="novak"), "work", "orbita", place="rome"),
        "Adam Novak làm việc cho công ty Orbita ở Rome.",
    ),
    # The object chooses the verb: đội a hat, mặc a coat, quàng a scarf; tắm a dog, giặt a shirt, rửa a cup.
    (st("viktor", "wear", a("hat", "black")), "Viktor đã đội một chiếc mũ màu đen."),
    (st("viktor", "wear", the("coat")), "Viktor đã mặc chiếc áo khoác đó."),
    (st("viktor", "wear", the("scarf")), "Viktor đã quàng chiếc khăn quàng đó."),
    (st("nina", "wash", the("dog")), "Nina đã tắm cho con chó đó."),
    (st("nina", "wash", the("shirt")), "Nina đã giặt chiếc áo sơ mi đó."),
    (st("nina", "wash", the("cup")), "Nina đã rửa chiếc cốc đó."),
    (st("nina", "feed", n(4, "sheep"), place="garden"), "Nina đã cho bốn con cừu ăn trong vườn."),
    (st("sara", "break", the("cup")), "Sara đã làm vỡ chiếc cốc đó."),
    (st("sara", "break", the("radio")), "Sara đã làm hỏng chiếc radio đó."),
    # Denial: no number, đã không; không phải là before nouns.
    (~st("ivan", "buy", a("fruit")), "Ivan đã không mua trái cây."),
    (~st("karim", "write", n(3, "letter")), "Karim đã không viết ba bức thư."),
    (~st("nina", "feed", the("cat")), "Nina đã không cho con mèo đó ăn."),
    (~st("david", "help", "leila"), "David đã không giúp Leila."),
    (~st("julia", "has", some("book")), "Julia không có sách."),
    (~st("peter", "love", some("dog")), "Peter không yêu thích chó."),
    (~st("maria", "is_a", "lawyer"), "Maria không phải là luật sư."),
    (st("samuel", "is_a", "artist"), "Samuel là một nghệ sĩ."),
    # Adjectives are predicates themselves; a colour is had, damage suffered.
    (~st("viktor", "is", adjective="tall"), "Viktor không cao."),
    (st(the("bottle"), "is", adjective="empty"), "Cái chai đó rỗng."),
    (~st(the("door"), "is", adjective="red"), "Cánh cửa đó không có màu đỏ."),
    (st(the("window"), "is", adjective="broken"), "Cánh cửa sổ đó bị vỡ."),
    (~st(the("hotel"), "is", adjective="full"), "Khách sạn đó không chật kín."),
    (st(the("cat"), "at", place="beach"), "Con mèo đó ở trên bãi biển."),
    (~st(the("cat"), "at", place="bedroom"), "Con mèo đó không ở trong phòng ngủ."),
    (st("robert", "more", "martin", adjective="rich"), "Robert giàu hơn Martin."),
    (~st(the("car"), "more", the("boat"), adjective="expensive"), "Chiếc ô tô đó không đắt hơn chiếc thuyền đó."),
    (
        st(a("circle", "red"), "left_of", a("star", "blue")),
        "Một hình tròn màu đỏ ở bên trái một hình ngôi sao màu xanh dương.",
    ),
    (st("julia", "has", n(6, "scarf", "white")), "Julia có sáu chiếc khăn quàng màu trắng."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("vi").say(statement).text == expected


def test_questions_keep_the_order_of_the_statement() -> None:
    vietnamese = language("vi")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert vietnamese.ask("who", bought).text == "Ai đã mua một chiếc ô tô ở Paris hôm qua?"
    assert vietnamese.ask("what", bought).text == "Anna đã mua gì ở Paris hôm qua?"
    assert vietnamese.ask("where", bought).text == "Hôm qua, Anna đã mua một chiếc ô tô ở đâu?"
    assert vietnamese.ask("when", bought).text == "Anna đã mua một chiếc ô tô ở Paris khi nào?"
    fed = st("anna", "feed", the("dog"), place="paris", time="yesterday")
    assert vietnamese.ask("where", fed).text == "Hôm qua, Anna đã cho con chó đó ăn ở đâu?"
    assert vietnamese.ask("where", st(the("dog"), "at", place="park")).text == "Con chó đó ở đâu?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    vietnamese, rng = language("vi"), random.Random(0)
    assert {
        vietnamese.say(~st("anna", "read", the("book"), time="friday"), rng).text for _ in range(100)
    } == {
        "Anna đã không đọc cuốn sách đó vào thứ Sáu.",
        "Anna đã không đọc quyển sách đó vào thứ Sáu.",
        "Vào thứ Sáu, Anna không đọc cuốn sách đó.",
        "Vào thứ Sáu, Anna không đọc quyển sách đó.",
    }


def test_a_pronoun_stands_for_the_subject() -> None:
    vietnamese = language("vi")
    assert vietnamese.say(st("anna", "buy", a("car")), pronoun=True).text == "Cô ấy đã mua một chiếc ô tô."
    assert vietnamese.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "Anh ấy buồn."


def test_requests() -> None:
    vietnamese = language("vi")
    lamp = {"device": the("lamp"), "place": "kitchen"}
    assert vietnamese.request("turn_on", lamp).text == "Bật đèn trong nhà bếp."
    weather = {"place": "cairo", "time": "tomorrow"}
    assert vietnamese.request("weather", weather).text == "Thời tiết ở Cairo ngày mai thế nào?"
    assert vietnamese.request("call_person", {"person": Thing("omar")}).text == "Gọi điện cho Omar."
    assert vietnamese.request("order", {"food": n(3, "apple")}).text == "Tôi muốn đặt ba quả táo."
    assert vietnamese.request("remind", {"object": the("house")}).text == "Nhắc tôi dọn dẹp nhà."
