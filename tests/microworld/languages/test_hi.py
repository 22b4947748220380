"""Hindi: ने and agreement with the object, oblique case before postpositions, के पास, any (कोई, किसी) under negation."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # In the past the verb agrees with the object in gender and number, whoever did it.
    (st("anna", "buy", a("car", "red"), place="delhi"), "अन्ना ने दिल्ली में एक लाल कार खरीदी।"),
    (st("omar", "buy", a("car", "red"), place="delhi"), "उमर ने दिल्ली में एक लाल कार खरीदी।"),
    (st("anna", "buy", a("horse")), "अन्ना ने एक घोड़ा खरीदा।"),
    (st("anna", "read", n(3, "book")), "अन्ना ने तीन किताबें पढ़ीं।"),
    (st("anna", "eat", n(4, "banana")), "अन्ना ने चार केले खाए।"),
    (st("anna", "drink", a("tea", "hot")), "अन्ना ने गरम चाय पी।"),
    (st("anna", "drink", a("milk", "hot")), "अन्ना ने गरम दूध पिया।"),
    (st("ivan", "write", some("poem")), "इवान ने कविताएँ लिखीं।"),
    (st("eva", "wash", the("cup", "small")), "ईवा ने छोटा प्याला धोया।"),
    (st("eva", "play", a("flute"), time="yesterday_evening"), "ईवा ने कल शाम एक बाँसुरी बजाई।"),
    # A light verb in the affirmative only.
    (st("peter", "sell", a("boat")), "पीटर ने एक नाव बेच दी।"),
    (~st("peter", "sell", the("boat")), "पीटर ने नाव नहीं बेची।"),
    (st("peter", "lose", n(2, "key")), "पीटर ने दो चाबियाँ खो दीं।"),
    # "not" stands before the verb, after what goes with it; any: कोई, oblique किसी.
    (~st("anna", "buy", a("car")), "अन्ना ने कोई कार नहीं खरीदी।"),
    (~st("anna", "buy", the("car")), "अन्ना ने कार नहीं खरीदी।"),
    (~st("anna", "buy", a("milk")), "अन्ना ने दूध नहीं खरीदा।"),
    (~st("anna", "close", the("door")), "अन्ना ने दरवाज़ा बंद नहीं किया।"),
    (st("anna", "clean", n(2, "window")), "अन्ना ने दो खिड़कियाँ साफ़ कीं।"),
    (~st("anna", "feed", a("dog")), "अन्ना ने किसी कुत्ते को खाना नहीं खिलाया।"),
    # Before a postposition the noun and its adjective are oblique, and the verb agrees with nothing.
    (st("nina", "feed", n(2, "dog", "big")), "नीना ने दो बड़े कुत्तों को खाना खिलाया।"),
    (st("nina", "draw", a("horse", "big")), "नीना ने एक बड़े घोड़े का चित्र बनाया।"),
    (st("nina", "draw", a("map", "new")), "नीना ने एक नया नक्शा बनाया।"),
    (st("nina", "see", the("goat", "small")), "नीना ने छोटी बकरी को देखा।"),
    (st("nina", "see", a("goat", "small")), "नीना ने एक छोटी बकरी देखी।"),
    (st("nina", "wash", the("dog")), "नीना ने कुत्ते को नहलाया।"),
    # Who finds something is in the dative; who meets somebody is the subject of an intransitive verb.
    (st("omar", "find", a("ring"), place="beach"), "उमर को समुद्र तट पर एक अँगूठी मिली।"),
    (st("david", "meet", "leila", place="paris"), "डेविड पेरिस में लैला से मिला।"),
    (~st("leila", "visit", "david", time="last_week"), "लैला पिछले हफ़्ते डेविड से मिलने नहीं गई।"),
    (~st("david", "help", "leila"), "डेविड ने लैला की मदद नहीं की।"),
    (st("david", "call", "leila"), "डेविड ने लैला को फ़ोन किया।"),
    (st("peter", "like", some("dog")), "पीटर को कुत्ते पसंद हैं।"),
    (~st("peter", "like", a("coffee")), "पीटर को कॉफ़ी पसंद नहीं है।"),
    (st("maria", "hate", some("cat")), "मारिया बिल्लियों से नफ़रत करती है।"),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "लीना कल शाम अस्पताल पहुँची।"),
    (st("peter", "leave", place="athens"), "पीटर एथेंस से चला गया।"),
    (st("lina", "leave", place="garden"), "लीना बगीचे से चली गई।"),
    (~st("adam", "live", place="kenya"), "आदम केन्या में नहीं रहता।"),
    (st(Thing("maria", surname="novak"), "work", "orbita", place="rome"), "मारिया नोवाक रोम में ऑर्बिटा के लिए काम करती है।"),
    # Possession.
    (st("julia", "has", n(5, "shirt", "blue")), "जूलिया के पास पाँच नीली कमीज़ें हैं।"),
    (~st("julia", "has", some("book")), "जूलिया के पास किताबें नहीं हैं।"),
    (~st("julia", "has", a("furniture", "new")), "जूलिया के पास फ़र्नीचर की कोई नई चीज़ नहीं है।"),
    # Predicates agree with the subject; the thing compared with is oblique.
    (st(the("door"), "is", adjective="open"), "दरवाज़ा खुला है।"),
    (st(the("window"), "is", adjective="open"), "खिड़की खुली है।"),
    (~st(the("cup"), "is", adjective="broken"), "प्याला टूटा हुआ नहीं है।"),
    (st("samuel", "is_a", "artist"), "सैमुअल कलाकार है।"),
    (~st("maria", "is_a", "teacher"), "मारिया शिक्षिका नहीं है।"),
    (st(the("cat"), "at", place="street"), "बिल्ली सड़क पर है।"),
    (st("anna", "more", "martin", adjective="tall"), "अन्ना मार्टिन से लंबी है।"),
    (st(the("car"), "more", the("camera"), adjective="expensive"), "कार कैमरे से महँगी है।"),
    (~st("robert", "more", "nina", adjective="aged"), "रॉबर्ट नीना से ज़्यादा उम्र का नहीं है।"),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "एक लाल वृत्त एक नीले तारे के बाईं ओर है।"),
    (st(n(2, "circle"), "above", n(3, "star")), "दो वृत्त तीन तारों के ऊपर हैं।"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("hi").say(statement).text == expected


def test_questions_keep_the_question_word_before_the_verb() -> None:
    hindi = language("hi")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert hindi.ask("who", bought).text == "कल पेरिस में किसने एक कार खरीदी?"
    assert hindi.ask("what", bought).text == "अन्ना ने कल पेरिस में क्या खरीदा?"
    assert hindi.ask("where", bought).text == "अन्ना ने कल एक कार कहाँ खरीदी?"
    assert hindi.ask("when", bought).text == "अन्ना ने पेरिस में एक कार कब खरीदी?"
    assert hindi.ask("what", st("anna", "feed", a("dog"))).text == "अन्ना ने किसे खाना खिलाया?"
    assert hindi.ask("who", st("anna", "find", a("key"))).text == "किसे एक चाबी मिली?"
    assert hindi.ask("who", st("anna", "meet", "ivan")).text == "कौन इवान से मिला?"
    assert hindi.ask("where", st("sara", "live", place="rome")).text == "सारा कहाँ रहती है?"
    assert hindi.ask("who", st("anna", "has", the("key"))).text == "चाबी किसके पास है?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    hindi, rng = language("hi"), random.Random(0)
    repaired = st("anna", "repair", a("bicycle"), time="yesterday")
    assert {hindi.say(repaired, rng).text for _ in range(100)} == {
        "अन्ना ने कल एक साइकिल ठीक की।",
        "अन्ना ने कल एक साइकिल की मरम्मत की।",
        "कल अन्ना ने एक साइकिल ठीक की।",
        "कल अन्ना ने एक साइकिल की मरम्मत की।",
    }
    assert {hindi.say(st("anna", "like", some("cat")), rng).text for _ in range(50)} == {
        "अन्ना को बिल्लियाँ पसंद हैं।",
        "अन्ना बिल्लियाँ पसंद करती है।",
    }


def test_a_pronoun_is_written_with_its_postposition() -> None:
    hindi = language("hi")
    bought = hindi.say(st("anna", "buy", a("car")), pronoun=True)
    assert bought.text == "उसने एक कार खरीदी।"
    assert bought.part("subject") == "उस"
    assert hindi.say(st("ivan", "has", a("car")), pronoun=True).text == "उसके पास एक कार है।"
    assert hindi.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "वह दुखी है।"


def test_requests() -> None:
    hindi = language("hi")
    assert (
        hindi.request("turn_on", {"device": the("radio"), "place": "kitchen"}).text == "रसोई में रेडियो चालू करें।"
    )
    assert hindi.request("weather", {"place": "cairo"}).text == "काहिरा में मौसम कैसा रहेगा?"
    assert hindi.request("book_ticket", {"place": "london"}).text == "मुझे लंदन का टिकट चाहिए।"
