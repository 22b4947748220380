"""Families and scripts of the benchmarks' languages: figures and tables put related languages together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Language", "language", "sort_languages"]


class Language(NamedTuple):
    """English name, family (Indo-European languages by branch) and script."""

    name: str
    family: str
    script: str


# In the order of the figures: by family, English's own first. The languages of XNLI and XTREME.
_TABLE = """
en English     Germanic      Latin
de German      Germanic      Latin
nl Dutch       Germanic      Latin
af Afrikaans   Germanic      Latin
fr French      Romance       Latin
es Spanish     Romance       Latin
pt Portuguese  Romance       Latin
it Italian     Romance       Latin
ro Romanian    Romance       Latin
bg Bulgarian   Slavic        Cyrillic
ru Russian     Slavic        Cyrillic
uk Ukrainian   Slavic        Cyrillic
pl Polish      Slavic        Latin
lt Lithuanian  Baltic        Latin
el Greek       Hellenic      Greek
hi Hindi       Indo-Aryan    Devanagari
mr Marathi     Indo-Aryan    Devanagari
bn Bengali     Indo-Aryan    Bengali
pa Punjabi     Indo-Aryan    Gurmukhi
gu Gujarati    Indo-Aryan    Gujarati
ur Urdu        Indo-Aryan    Arabic
fa Persian     Iranian       Arabic
ar Arabic      Afro-Asiatic  Arabic
he Hebrew      Afro-Asiatic  Hebrew
tr Turkish     Turkic        Latin
az Azerbaijani Turkic        Latin
kk Kazakh      Turkic        Cyrillic
fi Finnish     Uralic        Latin
et Estonian    Uralic        Latin
hu Hungarian   Uralic        Latin
eu Basque      Basque        Latin
ka Georgian    Kartvelian    Georgian
ta Tamil       Dravidian     Tamil
te Telugu      Dravidian     Telugu
ml Malayalam   Dravidian     Malayalam
vi Vietnamese  Austroasiatic Latin
id Indonesian  Austronesian  Latin
ms Malay       Austronesian  Latin
jv Javanese    Austronesian  Latin
tl Tagalog     Austronesian  Latin
th Thai        Kra-Dai       Thai
my Burmese     Sino-Tibetan  Burmese
zh Chinese     Sino-Tibetan  Han
ja Japanese    Japonic       Japanese
ko Korean      Koreanic      Hangul
sw Swahili     Niger-Congo   Latin
yo Yoruba      Niger-Congo   Latin
qu Quechua     Quechuan      Latin
"""
_LANGUAGES = {code: Language(*rest) for code, *rest in map(str.split, _TABLE.strip().splitlines())}
_ORDER = list(_LANGUAGES)


def language(code: str) -> Language:
    """Name, family and script of a language; a code that is not in the table is its own name.

    Examples
    --------
    >>> language("ur")
    Language(name='Urdu', family='Indo-Aryan', script='Arabic')
    >>> language("en-fr")
    Language(name='en-fr', family='', script='')
    """
    return _LANGUAGES.get(code, Language(code, "", ""))


def sort_languages(codes: Iterable[str]) -> list[str]:
    """Related languages together, then those not in the table in alphabetical order.

    Examples
    --------
    >>> sort_languages(["zh", "ur", "en", "hi", "fake", "bg"])
    ['en', 'bg', 'hi', 'ur', 'zh', 'fake']
    """
    return sorted(codes, key=lambda code: (_ORDER.index(code) if code in _ORDER else len(_ORDER), code))
