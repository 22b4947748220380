"""Chinese: measure words, 了 and 没(有), 不 for states, place and time before the verb, 比, 的, verbs by their object."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Measure words; 两, not 二, before them; mass nouns without.
    (st("anna", "buy", a("car", "red")), "安娜买了一辆红色的汽车。"),
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "奥马尔在厨房里吃了三个土豆。"),
    (st("julia", "has", n(2, "scarf", "red")), "朱莉娅有两条红色的围巾。"),
    (st("maria", "sell", n(4, "horse")), "玛丽亚卖了四匹马。"),
    (st("nina", "feed", some("sheep")), "尼娜喂了几只绵羊。"),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "伊娃星期一喝了热咖啡。"),
    (st("hassan", "draw", a("rose")), "哈桑画了一朵玫瑰。"),
    (st("hassan", "plant", a("rose")), "哈桑种了一株玫瑰。"),
    (st("sara", "break", the("cup")), "萨拉打破了那个杯子。"),
    (st("leila", "cook", the("soup")), "莱拉煮了那碗汤。"),
    # Time early, place before the verb.
    (st("david", "meet", "leila", place="paris", time="yesterday"), "大卫昨天在巴黎遇见了莱拉。"),
    (st("david", "call", "leila", time="sunday"), "大卫星期天给莱拉打了电话。"),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "莉娜昨天晚上到了医院。"),
    (st("lina", "leave", place="athens"), "莉娜离开了雅典。"),
    (st("adam", "live", place="kenya"), "亚当住在肯尼亚。"),
    (
        st(Thing("adam", surname="novak"), "work", "orbita", place="rome"),
        "亚当·诺瓦克在罗马为奥尔比塔公司工作。",
    ),
    # The object chooses the verb: 弹, 拉, 打, 吹 what is played; 戴 a hat but 穿 a coat; soup is 喝, not 吃.
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "伊娃昨天在学校拉了小提琴。"),
    (st("eva", "play", the("piano")), "伊娃弹了那架钢琴。"),
    (st("eva", "play", the("flute")), "伊娃吹了那支长笛。"),
    (st("viktor", "wear", a("hat", "black")), "维克托戴了一顶黑色的帽子。"),
    (st("viktor", "wear", the("coat")), "维克托穿了那件大衣。"),
    (st("peter", "eat", a("soup")), "彼得喝了汤。"),
    (st("amina", "clean", the("room")), "阿米娜打扫了那个房间。"),
    # No number in what is denied; 没有 for events, 不 for states.
    (~st("ivan", "buy", a("fruit")), "伊万没有买水果。"),
    (~st("karim", "write", n(3, "letter")), "卡里姆没有写三封信。"),
    (~st("karim", "close", the("bottle"), time="yesterday"), "卡里姆昨天没有盖上那个瓶子。"),
    (~st("david", "help", "leila"), "大卫没有帮助莱拉。"),
    (~st("david", "call", "leila", place="shop"), "大卫没有在商店里给莱拉打电话。"),
    (~st("julia", "has", some("book")), "朱莉娅没有书。"),
    (~st("lina", "arrive", place="hospital"), "莉娜没有到医院。"),
    (~st("adam", "live", place="kenya"), "亚当不住在肯尼亚。"),
    (~st("peter", "love", some("dog")), "彼得并不非常喜欢狗。"),
    (st("peter", "hate", some("milk")), "彼得讨厌牛奶。"),
    (~st("maria", "is_a", "lawyer"), "玛丽亚不是律师。"),
    (st("samuel", "is_a", "artist"), "塞缪尔是一名艺术家。"),
    # Predicates: 很 with what has degrees, 是 … 的 with what has none, 了 with what has come about.
    (st("viktor", "is", adjective="tall"), "维克托很高。"),
    (~st("viktor", "is", adjective="tall"), "维克托不高。"),
    (st(the("bottle"), "is", adjective="empty"), "那个瓶子是空的。"),
    (~st(the("door"), "is", adjective="red"), "那扇门不是红色的。"),
    (~st(the("radio"), "is", adjective="broken"), "那台收音机没有坏。"),
    (st(the("cat"), "at", place="beach"), "那只猫在沙滩上。"),
    (~st(the("cat"), "at", place="garden"), "那只猫不在花园里。"),
    (st("robert", "more", "martin", adjective="rich"), "罗伯特比马丁富有。"),
    (~st(the("car"), "more", the("boat"), adjective="expensive"), "那辆汽车不比那条船贵。"),
    (st("anna", "has", the("key")), "那把钥匙在安娜那里。"),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "一个红色的圆形在一个蓝色的五角星的左边。"),
    # 的 where it is natural; not 大小提琴, where 小 belongs to the name.
    (st("nina", "buy", a("piano", "big")), "尼娜买了一架大钢琴。"),
    (st("nina", "buy", a("violin", "big")), "尼娜买了一把大的小提琴。"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("zh").say(statement).text == expected


def test_questions_keep_the_order_of_the_statement() -> None:
    chinese = language("zh")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert chinese.ask("who", bought).text == "谁昨天在巴黎买了一辆汽车？"
    assert chinese.ask("what", bought).text == "安娜昨天在巴黎买了什么？"
    assert chinese.ask("where", bought).text == "安娜昨天是在哪里买汽车的？"
    assert chinese.ask("when", bought).text == "安娜是什么时候在巴黎买汽车的？"
    called = st("anna", "call", "ivan", place="paris", time="yesterday")
    assert chinese.ask("where", called).text == "安娜昨天是在哪里给伊万打电话的？"
    assert chinese.ask("where", st(the("dog"), "at", place="park")).text == "那只狗在哪里？"
    assert chinese.ask("who", st("anna", "has", the("bag"))).text == "那个包在谁那里？"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    chinese, rng = language("zh"), random.Random(0)
    assert {chinese.say(~st("anna", "sell", a("film"), time="friday"), rng).text for _ in range(100)} == {
        "安娜星期五没有卖电影。",
        "安娜星期五没有卖影片。",
        "安娜星期五没有出售电影。",
        "安娜星期五没有出售影片。",
        "星期五安娜没卖电影。",
        "星期五安娜没卖影片。",
        "星期五安娜没出售电影。",
        "星期五安娜没出售影片。",
    }
    assert {chinese.say(st("adam", "at", place="egypt"), rng).text for _ in range(50)} == {
        "亚当在埃及。",
        "亚当现在在埃及。",
    }


def test_a_pronoun_stands_for_the_subject() -> None:
    chinese = language("zh")
    assert chinese.say(st("anna", "buy", a("car")), pronoun=True).text == "她买了一辆汽车。"
    assert chinese.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "他很伤心。"


def test_requests() -> None:
    chinese = language("zh")
    lamp = {"device": the("lamp"), "place": "kitchen"}
    assert chinese.request("turn_on", lamp).text == "打开厨房里的灯。"
    assert chinese.request("weather", {"place": "cairo", "time": "tomorrow"}).text == "明天开罗的天气怎么样？"
    assert chinese.request("book_ticket", {"place": "london"}).text == "我需要一张去伦敦的票。"
    assert chinese.request("remind", {"object": the("house")}).text == "提醒我打扫房子。"


def test_words_are_found_though_nothing_separates_them() -> None:
    sentence = language("zh").say(st("anna", "buy", n(2, "car", "red"), place="kitchen"))
    words = [sentence.text[start:end] for start, end in sentence.words]
    assert words == ["安娜", "在", "厨房", "里", "买", "了", "两", "辆", "红色", "的", "汽车"]
    assert sentence.part("object") == "两辆红色的汽车"
    assert sentence.part("place.name") == "厨房"
