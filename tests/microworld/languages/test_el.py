"""Greek: articles also of names, the accusative, gender, *σε* with the article, and the final ν."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Names have articles; adjectives agree in gender, number and case.
    (st("anna", "buy", a("apple", "green")), "Η Άννα αγόρασε ένα πράσινο μήλο."),
    (st("ivan", "buy", a("map", "old"), place="paris", time="yesterday"), "Ο Ιβάν αγόρασε έναν παλιό χάρτη στο Παρίσι χθες."),
    (st("ivan", "sell", a("bag", "white")), "Ο Ιβάν πούλησε μια άσπρη τσάντα."),
    (st("omar", "see", some("parrot", "white")), "Ο Ομάρ είδε άσπρους παπαγάλους."),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "Η Εύα ήπιε ζεστό καφέ τη Δευτέρα."),
    (st("sara", "break", the("cup", "small")), "Η Σάρα έσπασε το μικρό φλιτζάνι."),
    (st("peter", "feed", the("dog", "black")), "Ο Πέτρος τάισε τον μαύρο σκύλο."),
    (st("peter", "carry", a("suitcase", "heavy")), "Ο Πέτρος κουβάλησε μια βαριά βαλίτσα."),
    (st("nina", "read", a("newspaper", "interesting")), "Η Νίνα διάβασε μια ενδιαφέρουσα εφημερίδα."),
    # A denial has no indefinite article; δεν loses its ν before most consonants.
    (~st("karim", "write", a("letter")), "Ο Καρίμ δεν έγραψε γράμμα."),
    (~st("nina", "read", a("newspaper", "interesting")), "Η Νίνα δε διάβασε ενδιαφέρουσα εφημερίδα."),
    (~st("karim", "find", the("key")), "Ο Καρίμ δε βρήκε το κλειδί."),
    (~st("karim", "sell", the("key")), "Ο Καρίμ δεν πούλησε το κλειδί."),
    (~st("peter", "repair", n(2, "chair")), "Ο Πέτρος δεν επισκεύασε δύο καρέκλες."),
    # Three and four have gender.
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "Ο Ομάρ έφαγε τρεις πατάτες στην κουζίνα."),
    (st("nina", "feed", n(4, "sheep", "white")), "Η Νίνα τάισε τέσσερα άσπρα πρόβατα."),
    (st("julia", "has", n(5, "scarf", "red")), "Η Ιουλία έχει πέντε κόκκινα κασκόλ."),
    (~st("julia", "has", some("book")), "Η Ιουλία δεν έχει βιβλία."),
    (~st("julia", "has", the("bicycle")), "Η Ιουλία δεν έχει το ποδήλατο."),
    # Instruments are played without an article, if nothing more is said of them.
    (st("eva", "play", a("violin"), place="school"), "Η Εύα έπαιξε βιολί στο σχολείο."),
    (st("eva", "play", a("guitar", "old")), "Η Εύα έπαιξε μια παλιά κιθάρα."),
    (~st("eva", "play", a("guitar", "old")), "Η Εύα δεν έπαιξε παλιά κιθάρα."),
    # The accusative of names; την keeps its ν before vowels, κ, π, τ, ξ, ψ, μπ, ντ, γκ, τσ, τζ.
    (st("david", "meet", "leila", place="rome"), "Ο Δαβίδ συνάντησε τη Λέιλα στη Ρώμη."),
    (st("david", "visit", "anna", place="barcelona"), "Ο Δαβίδ επισκέφθηκε την Άννα στη Βαρκελώνη."),
    (~st("maria", "help", "peter"), "Η Μαρία δε βοήθησε τον Πέτρο."),
    (st("maria", "call", "viktor", place="bangkok"), "Η Μαρία τηλεφώνησε στον Βίκτορα στην Μπανγκόκ."),
    (st("ivan", "call", "maria"), "Ο Ιβάν τηλεφώνησε στη Μαρία."),
    # Who likes is the object of σε, what is liked the subject; kinds have the definite article.
    (st("peter", "like", some("animal")), "Στον Πέτρο αρέσουν τα ζώα."),
    (~st("maria", "like", a("milk")), "Στη Μαρία δεν αρέσει το γάλα."),
    (~st("peter", "love", some("dog")), "Ο Πέτρος δεν αγαπάει τους σκύλους."),
    (st("peter", "hate", a("coffee")), "Ο Πέτρος μισεί τον καφέ."),
    # Places.
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Η Λίνα έφτασε στο νοσοκομείο χθες το βράδυ."),
    (~st("lina", "leave", place="athens"), "Η Λίνα δεν έφυγε από την Αθήνα."),
    (st("adam", "live", place="egypt"), "Ο Αδάμ ζει στην Αίγυπτο."),
    (st(Thing("adam", surname="novak"), "work", "nordia", place="rome"), "Ο Αδάμ Νόβακ εργάζεται στη Νόρντια στη Ρώμη."),
    (st(the("cat"), "at", place="beach"), "Η γάτα είναι στην παραλία."),
    # Predicates agree with the subject.
    (st(the("bottle"), "is", adjective="empty"), "Το μπουκάλι είναι άδειο."),
    (st(the("car"), "is", adjective="broken"), "Το αυτοκίνητο είναι χαλασμένο."),
    (st(the("window"), "is", adjective="broken"), "Το παράθυρο είναι σπασμένο."),
    (~st("viktor", "is", adjective="tall"), "Ο Βίκτορας δεν είναι ψηλός."),
    (st("maria", "is", adjective="lazy"), "Η Μαρία είναι τεμπέλα."),
    (st("samuel", "is_a", "singer"), "Ο Σαμουήλ είναι τραγουδιστής."),
    (st("maria", "is_a", "singer"), "Η Μαρία είναι τραγουδίστρια."),
    (~st("maria", "is_a", "lawyer"), "Η Μαρία δεν είναι δικηγόρος."),
    (st("robert", "more", "martin", adjective="rich"), "Ο Ρόμπερτ είναι πιο πλούσιος από τον Μάρτιν."),
    (st(the("suitcase"), "more", the("wardrobe"), adjective="light"), "Η βαλίτσα είναι πιο ελαφριά από την ντουλάπα."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "Ένας κόκκινος κύκλος είναι αριστερά από ένα μπλε αστέρι."),
    (st(a("star", "black"), "above", a("circle", "white")), "Ένα μαύρο αστέρι είναι πάνω από έναν άσπρο κύκλο."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("el").say(statement).text == expected


def test_questions_end_in_a_semicolon() -> None:
    greek = language("el")
    bought = st("anna", "buy", a("bicycle"), place="paris", time="yesterday")
    assert greek.ask("who", bought).text == "Ποιος αγόρασε ένα ποδήλατο στο Παρίσι χθες;"
    assert greek.ask("what", bought).text == "Τι αγόρασε η Άννα στο Παρίσι χθες;"
    assert greek.ask("where", bought).text == "Πού αγόρασε η Άννα ένα ποδήλατο χθες;"
    assert greek.ask("when", bought).text == "Πότε αγόρασε η Άννα ένα ποδήλατο στο Παρίσι;"
    assert greek.ask("where", st("anna", "call", "sara")).text == "Πού τηλεφώνησε η Άννα στη Σάρα;"
    assert greek.ask("what", st("anna", "feed", a("goat"))).text == "Ποιο ζώο τάισε η Άννα;"
    assert greek.ask("where", st(the("dog"), "at", place="park")).text == "Πού είναι ο σκύλος;"
    assert greek.ask("who", st("ivan", "has", the("bag"))).text == "Ποιος έχει την τσάντα;"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    greek, rng = language("el"), random.Random(0)
    repaired = st("eva", "repair", the("bed"), place="house", time="monday")
    assert {greek.say(repaired, rng).text for _ in range(300)} == {
        f"{words}."
        for verb in ("επισκεύασε", "επιδιόρθωσε")
        for words in (
            f"Η Εύα {verb} το κρεβάτι στο σπίτι τη Δευτέρα",
            f"Τη Δευτέρα η Εύα {verb} το κρεβάτι στο σπίτι",
            f"Τη Δευτέρα στο σπίτι η Εύα {verb} το κρεβάτι",
        )
    }  # fmt: skip
    met = st("eva", "meet", "omar")
    assert {greek.say(met, rng).text for _ in range(50)} == {
        "Η Εύα συνάντησε τον Ομάρ.",
        "Η Εύα συναντήθηκε με τον Ομάρ.",
    }


def test_a_subject_that_is_known_is_left_out() -> None:
    greek = language("el")
    assert greek.say(st("anna", "buy", a("lemon")), pronoun=True).text == "Αγόρασε ένα λεμόνι."
    assert greek.say(~st("eva", "is", adjective="sad"), pronoun=True).text == "Δεν είναι λυπημένη."
    assert greek.say(st("eva", "like", some("pear")), pronoun=True).text == "Της αρέσουν τα αχλάδια."
    assert greek.say(~st("ivan", "like", a("soup")), pronoun=True).text == "Δεν του αρέσει η σούπα."


def test_requests() -> None:
    greek = language("el")
    radio = {"device": the("radio"), "place": "kitchen"}
    assert greek.request("turn_on", radio).text == "Άνοιξε το ραδιόφωνο στην κουζίνα."
    assert greek.request("turn_off", {"device": the("lamp")}).text == "Σβήσε τη λάμπα."
    assert greek.request("weather", {"place": "cairo"}).text == "Τι καιρό θα κάνει στο Κάιρο;"
    assert greek.request("call_person", {"person": Thing("peter")}).text == "Τηλεφώνησε στον Πέτρο."
    assert greek.request("remind", {"object": the("bus")}).text == "Θύμισέ μου να καθαρίσω το λεωφορείο."
    assert greek.request("book_ticket", {"place": "athens"}).text == "Χρειάζομαι ένα εισιτήριο για την Αθήνα."
    assert greek.request("play_song", {"person": Thing("leila")}).text == "Παίξε ένα τραγούδι της Λέιλας."
