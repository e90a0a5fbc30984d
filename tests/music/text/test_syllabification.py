"""Sung syllables of words chosen from general knowledge, and what must hold for every word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from musicdata.errors import UsageError
from musicdata.music.text import fit, syllabify

GERMAN = """
A-bend o-der ü-ber e-wig U-hu Haus-tür Don-ners-tag Lie-bes-tod aus-tei-len Fen-ster Schwe-ster Städ-te
Ge-burts-tag Nach-ti-gall wach-sen Was-ser Stra-ße zu-cken Spra-che blau-en Feu-er Ma-ri-a Me-lo-die
Fa-mi-li-e Na-ti-on ge-ehrt ge-eilt be-ur-tei-len Geist bei-de ru-hig Quel-le hin-aus ü-ber-all
un-end-lich Mäd-chen Rös-lein Schmet-ter-ling trot-zig Kla-vier Mu-se-um Kai-ser Bay-ern Haar
"""
ENGLISH = """
ri-ver mo-ther la-dy a-way a-bove be-yond sing-ing run-ning fall-ing sleep-ing spar-kling ta-ble lit-tle
peo-ple love loved love-ly ro-ses church-es wish-es want-ed called fol-lowed cried go-ing be-ing qui-et
di-et sci-ence cru-el guide tongue league quick-ly na-tion spe-cial o-cean glo-ri-ous gra-cious
some-times there-fore some-thing eve-ning ev-e-ry more-o-ver re-mem-ber gold-en fin-ger sing-er an-gel
vi-o-lin pi-a-no ra-di-o i-de-a va-lue tech-nique hun-dred sa-cred daugh-ter dar-ling hal-le-lu-jah
dark-ness good-bye eyes did-n't don't o'er wan-der'd heav'n moon-light to-day beau-ti-ful wick-ed sha-dow
hap-py win-dow yel-low
"""
FRENCH = """
lu-miè-re pas-si-on vi-o-lon gra-ci-eux a-dieux mieux pi-tié ciel nuit pa-ys vo-yez ro-yau-me yeux
pi-geon gui-de lan-gue qui feuil-le so-leil œil gre-nouil-le oui No-ël na-ïf thé-â-tre cru-el nu-a-ge
po-è-te vie joie ai-mée jouent ai-maient o-rient bien gaie-té pri-è-re ou-bli-er fil-le mons-tre d'a-mour
l'é-té s'é-veil-le vieil-le cam-pa-gne j'ai-me ryth-me cré-a-tu-re août voi-là pe-tit
"""
OTHERS = {
    "it": "a-mo-re mi-o ciao gio-ia fi-glio Ma-ri-a quan-do fuo-co guer-ra tuoi oc-chi que-sto cit-tà",
    "es": "co-ra-zón tie-rra a-gua dí-a no-che llu-via gui-ta-rra pin-güi-no can-ción po-e-ta pa-ís quie-ro",
    "pt": "co-ra-ção sau-da-de não mãe can-ções guer-ra fi-lho",
    "la": "glo-ri-a a-gnus ky-ri-e al-le-lu-ia Je-su cae-lum lau-da-te sanc-tus be-ne-dic-tus",
    "nl": "lief-de huis vrouw bloe-men wa-ter o-gen",
    "sv": "kär-lek him-mel jor-den vin-tern",
    "no": "kjær-lig-het",
    "pl": "mi-łość zie-mia",
    "ru": "лю-бовь ро-ди-на",
    "el": "ου-ρα-νός",
    "ja": "さ-く-ら きょ-う",
    "ko": "사-랑-해",
    "he": "שלום",
    "und": "a-mo-re ter-ra",
}


def cases() -> list[tuple[str, str]]:
    lists = {"de": GERMAN, "en": ENGLISH, "fr": FRENCH, **OTHERS}
    return [(language, word) for language, words in lists.items() for word in words.split()]


@pytest.mark.parametrize(("language", "split"), cases())
def test_words(language: str, split: str) -> None:
    assert "-".join(syllabify(split.replace("-", ""), language)) == split


@pytest.mark.parametrize(
    ("word", "language", "split"),
    [
        ("„Abendröte,“", "de", ["„A", "bend", "rö", "te,“"]),
        ("NEVER!", "en", ["NE", "VER!"]),
        ("milk-maid", "en", ["milk-", "maid"]),
        ("dit-il,", "fr", ["dit-", "il,"]),
        ("(l’amour)", "fr", ["(l’a", "mour)"]),
        ("u\u0308ber", "de", ["ü", "ber"]),
        ("lov\u00e8d", "en", ["lov", "èd"]),
        ("...", "en", ["..."]),
        ("12", "de", ["12"]),
        ("hmm", "en", ["hmm"]),
        ("", "fr", []),
    ],
)
def test_what_stands_around_letters_stays_attached(word: str, language: str, split: list[str]) -> None:
    assert syllabify(word, language) == split


def test_the_result_may_be_changed_without_changing_the_next() -> None:
    syllabify("river", "en").clear()
    assert syllabify("river", "en") == ["ri", "ver"]


def test_a_region_does_not_matter() -> None:
    assert syllabify("Abend", "de_AT") == syllabify("Abend", "DE-ch") == syllabify("Abend", "de")


def test_an_unknown_language_gets_the_common_rules() -> None:
    assert syllabify("amore", "xx") == syllabify("amore", "und") == syllabify("amore", "") == ["a", "mo", "re"]


@pytest.mark.parametrize(
    ("word", "language", "n_notes", "split"),
    [
        ("violets", "en", 3, ["vi", "o", "lets"]),
        ("violets", "en", 2, ["vio", "lets"]),
        ("violets", "en", 1, ["violets"]),
        ("wandering", "en", 2, ["wander", "ing"]),
        ("passion", "en", 3, ["pas", "si", "on"]),
        ("love", "en", 4, ["love"]),
        ("river", "en", 5, ["ri", "ver"]),
        ("Lilien", "de", 3, ["Li", "li", "en"]),
        ("Liebe", "de", 3, ["Lie", "be"]),
        ("heureuse", "fr", 2, ["heu", "reuse"]),
        ("lumière", "fr", 4, ["lu", "mi", "è", "re"]),
        ("Première,", "fr", 4, ["Pre", "mi", "è", "re,"]),
    ],
)
def test_fit(word: str, language: str, n_notes: int, split: list[str]) -> None:
    assert fit(word, language, n_notes) == split


def test_fit_needs_a_note() -> None:
    with pytest.raises(UsageError, match="0 notes"):
        fit("river", "en", 0)


languages = st.sampled_from(["de", "en", "fr", "it", "es", "pt", "la", "nl", "sv", "ru", "el", "hu", "hi", "und", "zz"])
words = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="aeiouyäöüéèëïœqghnstrlcv'’-., ", max_size=24),
)


@given(words, languages)
@example("İstanbul", "en")
@example("y", "fr")
@example("que", "en")
@example("'d", "en")
@example("e\u0301\u0301", "fr")
def test_syllables_join_to_the_word_and_none_is_empty(word: str, language: str) -> None:
    syllables = syllabify(word, language)
    assert "".join(syllables) == unicodedata.normalize("NFC", word)
    assert all(syllables)


@given(words, languages, st.integers(min_value=1, max_value=8))
def test_fit_never_exceeds_the_notes(word: str, language: str, n_notes: int) -> None:
    syllables = fit(word, language, n_notes)
    assert "".join(syllables) == unicodedata.normalize("NFC", word)
    assert all(syllables)
    assert len(syllables) <= n_notes
    assert len(syllables) >= min(n_notes, len(syllabify(word, language)))


@given(words, languages)
def test_every_syllable_but_an_only_one_has_a_letter(word: str, language: str) -> None:
    syllables = syllabify(word, language)
    assert len(syllables) == 1 or all(any(map(str.isalpha, syllable)) for syllable in syllables)
