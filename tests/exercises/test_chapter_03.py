"""Right and wrong answers to the exercises of chapter 3."""

from __future__ import annotations


def _tlm_row(first, second, first_lang, second_lang):
    first, second = [1, *first, 1], [1, *second, 1]
    positions = [*range(len(first)), *range(len(second))]
    return first + second, positions, [first_lang] * len(first) + [second_lang] * len(second)


def _tlm_row_running_positions(*arguments):
    ids, _, langs = _tlm_row(*arguments)
    return ids, [*range(len(ids))], langs


def _tlm_row_shared_eos(first, second, first_lang, second_lang):
    ids = [1, *first, 1, *second, 1]
    langs = [first_lang] * (len(first) + 2) + [second_lang] * (len(second) + 1)
    return ids, [*range(len(first) + 2), *range(len(second) + 1)], langs


def _tlm_row_one_language(*arguments):
    ids, positions, langs = _tlm_row(*arguments)
    return ids, positions, [langs[0]] * len(langs)


def _tlm_row_late_language(*arguments):
    ids, positions, langs = _tlm_row(*arguments)
    return ids, positions, [langs[0], *langs[:-1]]


RIGHT = [
    ("03-1", _tlm_row),
    ("03-2", lambda heads: heads.transpose(1, 2).flatten(2)),
    ("03-2", lambda heads: heads.permute(0, 2, 1, 3).reshape(heads.shape[0], heads.shape[2], -1)),
    ("03-3", 2 * 7168 / 6656),
    ("03-3", 2.15),
    ("03-4", 11.1411),
    ("03-4", 11.1),
    ("03-5", "b"),
    ("03-6", " C "),
]

WRONG = [
    ("03-1", _tlm_row_running_positions, "run on"),
    ("03-1", _tlm_row_shared_eos, "How many does one sentence"),
    ("03-1", _tlm_row_one_language, "one language"),
    ("03-1", _tlm_row_late_language, "at the seam"),
    ("03-1", lambda *arguments: _tlm_row(*arguments)[0], "three lists"),
    ("03-1", lambda a, b, c, d: (_tlm_row(b, a, c, d)[0], *_tlm_row(a, b, c, d)[1:]), "wrong order"),
    ("03-1", lambda a, b, c, d: (_tlm_row(a, b, c, d)[0], [0], [0]), "entries"),
    ("03-2", lambda heads: heads.reshape(heads.shape[0], heads.shape[2], -1), "change places"),
    ("03-2", lambda heads: heads.permute(0, 2, 3, 1).flatten(2), "interleaved"),
    ("03-2", lambda heads: heads.transpose(1, 2), "you made"),
    ("03-2", lambda heads: heads.transpose(1, 2).flatten(2) + 1, "one token"),
    ("03-3", 2, "projections and FFN alone"),
    ("03-3", 4, "scores alone"),
    ("03-3", 3, "weigh the same"),
    ("03-3", 6656 / 14336, "divided the shorter"),
    ("03-3", 2.3, "both lengths"),
    ("03-4", 13.1072, "still need"),
    ("03-4", 1.96608, "remains"),
    ("03-4", 2.785, "float32"),
    ("03-4", 10.376, "10⁹"),
    ("03-4", 11141.12, "gigabytes"),
    ("03-4", 0.174, "64 sequences"),
    ("03-4", 5, "One logit"),
    ("03-5", "a", "source column"),
    ("03-5", "c", "experiment"),
    ("03-5", "d", "counted"),
    ("03-6", "a", "copy"),
    ("03-6", "b", "when you generate"),
    ("03-6", "d", "look at"),
]
