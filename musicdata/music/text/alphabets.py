"""Which letters a language is written with, for those that songs are sung in most.

Foreign words bring letters of their own: the French ones in German, those of Spanish names in English. They are
listed where they are usual, since a text with any other letter is taken to be no text of that language. The letters
are those of the exemplar sets of CLDR, main and auxiliary, without what hardly ever comes up in songs.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache

LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")

# fmt: off
_LATIN_BEYOND = {
    "af": "áäéèêëíîïóôöúûü", "ca": "àáçéèíïóòúüñ", "cs": "áčďéěíňóřšťúůýžöü", "da": "æøåéèáóöäüê",
    "de": "äöüßéèàêçô", "en": "éèêïçñöæœ", "es": "áéíóúüñçº", "et": "õäöüšž", "eu": "ñüç", "fi": "äöåé",
    "fr": "àâæçéèêëîïôœùûüÿ", "ga": "áéíóú", "gl": "áéíóúüñçï", "hr": "čćđšž", "hu": "áéíóöőúüűä",
    "id": "é", "is": "áéíóúýðþæö", "it": "àáèéìíîòóùú", "la": "áéíóúýǽæœëāēīōūȳăĕĭŏŭ", "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūžōŗ", "nl": "éèëïöüáóíúêàäçô", "no": "æøåéèêóòôàöä", "pl": "ąćęłńóśźżé", "pt": "áâãàçéêíóôõúüò",
    "ro": "ăâîșțşţ",
    "sk": "áäčďéíĺľňóôŕšťúýžö", "sl": "čšžćđ", "sq": "çë", "sv": "åäöéàáæøü", "tr": "çğıöşüâîûi\u0307",
    "vi": "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ",
}
WESTERN = ("af", "ca", "da", "de", "en", "es", "eu", "fi", "fr", "ga", "gl", "id", "is", "it", "la", "nl", "no", "pt",
           "sq", "sv")
_WESTERN_LETTERS = frozenset("".join(_LATIN_BEYOND[language] for language in WESTERN if language != "la"))
_CYRILLIC = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя", "bg": "абвгдежзийклмнопрстуфхцчшщъьюяѝ",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш", "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ",
}
_OTHERS = {
    "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "he": "אבגדהוזחטיךכלםמןנסעףפץצקרשת" + "".join(map(chr, [*range(0x05B0, 0x05BD), 0x05C1, 0x05C2])),
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652",
    "fa": "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکكگلمنهویيى\u064b\u0651\u200c",
    "th": "".join(map(chr, [*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F)])),
}
# fmt: on


@cache
def letters(language: str) -> frozenset[str]:
    """Return the small letters and marks of an ISO 639-1 language, the Latin ones always among them."""
    own = _LATIN_BEYOND.get(language) or _CYRILLIC.get(language) or _OTHERS.get(language, "")
    return LATIN | frozenset(own)


def can_be(text: str, language: str) -> bool:
    """Say whether the letters of a text are of the language's alphabet, whatever their size.

    A foreign name may bring a letter of its own: one in 25 beyond ASCII is let pass, one in 8 if both are Western.

    >>> can_be("Żyje nam", "pl"), can_be("¿yje nåm", "pl")
    (True, False)
    """
    counts = Counter(unicodedata.normalize("NFC", text.lower()))
    beyond = {c: n for c, n in counts.items() if not c.isascii() and (c.isalpha() or unicodedata.category(c) == "Mn")}
    foreign = {c: n for c, n in beyond.items() if c not in letters(language)}
    is_western = language in WESTERN and all(c in _WESTERN_LETTERS for c in foreign)
    return sum(foreign.values()) <= sum(beyond.values()) // (8 if is_western else 25)


def is_script_of(text: str, language: str) -> bool:
    """Say whether a text is in the language's script, as far as Latin letters beside another script do not tell.

    >>> is_script_of("Αγάπη μου, baby", "el"), is_script_of("laudent c\u03b6litum", "el")
    (True, False)
    """
    if language in _LATIN_BEYOND:
        return True
    characters = Counter(text.lower())
    own = sum(n for c, n in characters.items() if c in letters(language) and not c.isascii())
    return own > 0.4 * sum(n for c, n in characters.items() if c.isalpha())
